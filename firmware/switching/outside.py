"""Calls that leave the box: one place that dials, and the transfer to an outside number."""

from collections.abc import Callable

from firmware.contract.events import CallBridged
from firmware.contract.model import AnswerSign, CallPhase, Cause, Outcome, Party
from firmware.errors import MediaError, Refused, TrunkError
from firmware.switching.call import Call, Office, Treatment
from firmware.switching.connection import Connection
from firmware.switching.draining import Draining
from firmware.switching.routing import Dial, Outbound
from firmware.trunk.line import Lines


class Dialler:
    """Every outgoing connection is begun here, after the permission of `permit`."""

    def __init__(
        self, office: Office, lines: Lines, outbound: Outbound, draining: Draining
    ) -> None:
        self._office, self._lines, self._outbound = office, lines, outbound
        self._draining = draining
        self._tickets: dict[str, int] = {}

    def permit(self, number: str) -> Dial:
        """What may be dialled for `number`, or Refused with the reason."""
        return self._outbound.permit(self._office.settings(), number)

    def permit_new(self, number: str) -> Dial:
        """The same for a call that begins with it: refused while the box waits for a restart."""
        dial = self.permit(number)
        if self._draining.on and not dial.emergency:
            raise Refused("draining", "the box restarts as soon as all calls are over")
        return dial

    def calling(self) -> str:
        """The number that the far end sees: one allotted to the trunk."""
        trunks = self._office.settings().trunks.values()
        return next((t.numbers[0] for t in trunks if t.numbers), "")

    def dial(self, call: Call, dial: Dial, number: str) -> Connection:
        """Send SETUP for a permitted number.  Refused("no_channel") when nothing is free."""
        try:
            line = self._lines.seize(dial.digits, self.calling())
        except TrunkError as error:
            raise Refused("no_channel", "no channel is free") from error
        try:
            leg = call.add_line(line, number)
        except MediaError as error:
            line.disconnect(Cause.TEMPORARY_FAILURE)
            raise Refused("no_channel", "the media engine has no port free") from error
        leg.answered_by = AnswerSign.NONE
        call.story.emergency |= dial.emergency
        ticket = self._outbound.begun()
        self._tickets[leg.id] = ticket
        leg.on_cleared = lambda: self._ended(leg)
        return leg

    def answered(self, leg: Connection) -> None:
        """The far end answered, or may have: its minutes count.  Again changes nothing."""
        self._outbound.answered(self._tickets[leg.id])

    def _ended(self, leg: Connection) -> None:
        self._outbound.ended(self._tickets.pop(leg.id))


class OutsideTransfer(Treatment):
    """The far party hears music while an outside number rings; then both are connected."""

    phase = CallPhase.TRANSFERRING

    def __init__(self, call: Call, dialler: Dialler, failed: Callable[[Cause], None]) -> None:
        self._call, self._dialler, self._failed = call, dialler, failed
        self._leg: Connection | None = None
        self._maybe = False  # dialled on a line without answer signal
        self._stop_timer: Callable[[], None] = lambda: None

    def begin(self, number: str) -> None:
        """Dial; Refused when that is not permitted or not possible, nothing changed then."""
        call = self._call
        dial = self._dialler.permit(number)
        self._leg = self._dialler.dial(call, dial, number)
        call.treat(self)
        call.join()
        call.caller.music()
        self._stop_timer = call.timers.start(
            "T_transfer", self._no_answer, call.office.settings().outbound.answer_s
        )

    def alerting(self, call: Call, leg: Connection, *, inband: bool) -> None:
        """The target rings; on a line without answer signal the far party hears it already."""
        self._maybe = False

    def unconfirmed(self, call: Call, leg: Connection) -> None:
        """Nobody will tell when the target answers: both hear each other from now on."""
        self._maybe = True
        self._dialler.answered(leg)
        call.caller.quiet()
        call.caller.answer()
        call.join(call.caller, leg)

    def connected(self, call: Call, leg: Connection) -> None:
        """The target answered: both hear each other."""
        self._stop_timer()
        self._leg = None
        self._dialler.answered(leg)
        call.caller.quiet()
        call.caller.answer()
        call.join(call.caller, leg)
        call.story.fate = Outcome.TRANSFERRED_OUT
        call.treat(Bridged())
        call.emit(CallBridged(call.id, (call.caller.id, leg.id)))

    def gone(self, call: Call, leg: Connection, cause: Cause) -> None:
        """The target refused, or the far party left."""
        if leg is not self._leg:
            call.clear(cause, leg.by, self._fate(Outcome.IVR_ABANDONED))
            return
        self._leg = None
        self._stop_timer()
        if self._maybe and cause is Cause.NORMAL_CLEARING:
            call.clear(cause, leg.by, self._fate(Outcome.IVR_ABANDONED))
            return
        self._failed(cause)

    def stop(self, call: Call) -> None:
        """The call ends or goes elsewhere: the target stops ringing."""
        self._stop_timer()
        leg, self._leg = self._leg, None
        if leg is not None:
            call.drop(leg, Cause.NORMAL_CLEARING, Party.BOX)

    def _fate(self, otherwise: Outcome) -> Outcome:
        return Outcome.UNCONFIRMED if self._maybe else otherwise

    def _no_answer(self) -> None:
        if self._maybe:  # they may be talking
            return
        leg, self._leg = self._leg, None
        if leg is not None:
            self._call.drop(leg, Cause.NO_ANSWER, Party.BOX)
        self._failed(Cause.NO_ANSWER)


class Bridged(Treatment):
    """Two outside parties talk through the box: either one's end is the end."""

    phase = CallPhase.TALKING

    def gone(self, call: Call, leg: Connection, cause: Cause) -> None:
        """One of them hung up."""
        call.clear(cause, leg.by, Outcome.TRANSFERRED_OUT)
