# The board's side of an update over the link: wire_update's requests, each answered by a status.
#
# A request is only copied when it comes; it is done by work(), after a block's audio, one slice at
# a time.  That allocates and, on the board, stops the program while flash is written: the host
# updates a board only while it carries no call.
from binascii import unhexlify

from board import wire_update as wu
from board.mcu.link import cobs, counters
from board.mcu.link.frames import BODY
from board.mcu.runtime import const
from board.mcu.update.slots import STARTS, Files, Slots, other
from board.mcu.update.staging import Staging, Wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TRIAL = const(6000)  # blocks (30 s) in which a set on trial must be committed
_BEFORE_RESTART = const(4)  # blocks for the answer to get out


class Update:
    def __init__(self, hal, sender, counts):
        # hal.booted is what slots.boot() says; without a root there are no two places.
        booted = hal.booted
        self._hal, self._sender, self._counts = hal, sender, counts
        self._own = (booted.get("kind"), booted.get("target"))
        self._place = booted.get("place", "a")
        self._trial = booted.get("trial", False)
        self._able = "root" in booted
        self._slots = Slots(Files(booted.get("root", "")))
        self._request = bytearray(wu.REQUEST_MAX)
        self._kind = self._length = 0  # of the request that waits; 0: none
        self._state = wu.STATE_IDLE
        self._error = wu.ERROR_NONE
        self._staging: "Any" = None
        self._number = 0
        self._wait = _TRIAL  # blocks until a trial is over, or until the restart
        self._starts = self._slots.read()[2] if self._trial else 0
        self._ways = {
            wu.UPDATE_BEGIN: self._begin,
            wu.UPDATE_DATA: self._data,
            wu.UPDATE_VERIFY: self._verify,
            wu.UPDATE_ACTIVATE: self._activate,
            wu.UPDATE_COMMIT: self._commit,
            wu.UPDATE_ROLL_BACK: self._roll_back,
            wu.UPDATE_ASK: self._ask,
        }

    @property
    def capabilities(self):
        if not self._able:
            return 0
        return wu.CAN_UPDATE | (wu.CAN_UPDATE_PLAIN if self._own[1] == "plain" else 0)

    def take(self, kind, body, length):
        # A frame; False when it is none of ours.  One at a time: the host waits for each answer.
        if not self._able or not wu.UPDATE_BEGIN <= kind <= wu.UPDATE_ASK:
            return False
        if length > wu.REQUEST_MAX:
            return False
        if not self._kind:
            cobs.copy(self._request, 0, body, BODY, length)
            self._kind = kind
            self._length = length
        return True

    def work(self):
        # Once a block, when its audio is done.
        if self._kind:
            kind = self._kind
            self._kind = 0
            self._do(kind, bytes(self._request[: self._length]))
        elif self._state == wu.STATE_CLEARING or self._state == wu.STATE_CHECKING:  # noqa: PLR1714
            self._slice()
        if self._trial or self._state == wu.STATE_RESTARTING:
            self._wait -= 1
            if self._wait <= 0:
                self._wait = _TRIAL
                self._hal.restart()  # a trial that nobody confirms ends here

    def _do(self, kind, payload):
        # A request that is refused has changed nothing; the error is told with the state as it is.
        try:
            error = self._ways[kind](payload) or wu.ERROR_NONE
            if self._state != wu.STATE_FAILED:  # else why it failed is told until it begins anew
                self._error = error
        except wu.UpdateError:
            counters.count(self._counts, counters.UNKNOWN)
            return
        except Wrong as wrong:
            self._fail(wrong.args[0])
        except OSError:
            self._fail(wu.ERROR_FLASH)
        self._answer()

    def _slice(self):
        try:
            if self._state == wu.STATE_CLEARING:
                if self._staging.clear():
                    self._state = wu.STATE_RECEIVING
            elif self._staging.check():
                self._state = wu.STATE_READY
        except Wrong as wrong:
            self._fail(wrong.args[0])
        except OSError:
            self._fail(wu.ERROR_FLASH)

    def _fail(self, error):
        self._error = error
        self._state = wu.STATE_FAILED
        try:
            if self._staging is not None:
                self._staging.stop()
        except OSError:
            pass

    def _answer(self):
        staging = self._staging
        flags = wu.FLAG_TRIAL if self._trial else 0
        flags |= wu.FLAG_PLACE_B if self._place == "b" else 0
        written, size = (staging.written, staging.size) if staging else (0, 0)
        digest = staging.digest if staging else wu.NO_HASH
        state = (self._number, self._state, self._error, flags, self._starts)
        payload = bytearray(wu.pack_status(*state, digest, written, size))
        cobs.copy(self._sender.body, BODY, payload, 0, len(payload))
        self._sender.send(wu.UPDATE_STATUS, len(payload), self._hal.stamp)

    # The requests: each returns an error, or None.

    def _ask(self, payload):
        self._number = wu.parse_ask(payload)

    def _begin(self, payload):
        self._number, manifest_size, size, digest = wu.parse_begin(payload)
        if self._trial:
            return wu.ERROR_TRIAL
        if self._state == wu.STATE_RESTARTING:
            return wu.ERROR_STATE
        failed = self._state == wu.STATE_FAILED
        if self._staging is not None and not failed and self._staging.digest == digest:
            return None  # asked twice, or by a host that was away: it goes on where it was
        if self._staging is not None:
            self._staging.stop()
        self._slots.write(self._place)  # the spare place is no choice from here on
        spare = other(self._place)
        self._staging = Staging(self._slots, spare, self._own, manifest_size, size, digest)
        self._state = wu.STATE_CLEARING
        return None

    def _data(self, payload):
        self._number, offset, crc, data = wu.parse_data(payload)
        if self._state != wu.STATE_RECEIVING:
            return wu.ERROR_STATE
        staging = self._staging
        # Another place of the stream, or another set's: the answer says what is wanted.
        if offset == staging.written and crc == wu.chunk_crc(staging.digest, offset, data):
            staging.put(data)
        return None

    def _known(self, payload):
        # Whether a request names the set that is here.
        self._number, digest = wu.parse_named(payload)
        return self._staging is not None and self._staging.digest == digest

    def _verify(self, payload):
        if not self._known(payload):
            return wu.ERROR_STATE
        if self._state == wu.STATE_RECEIVING and self._staging.written == self._staging.size:
            self._staging.begin_check()
            self._state = wu.STATE_CHECKING
            return None
        ahead = self._state == wu.STATE_CHECKING or self._state == wu.STATE_READY  # noqa: PLR1714
        return None if ahead else wu.ERROR_STATE

    def _activate(self, payload):
        if not self._known(payload):
            return wu.ERROR_STATE
        if self._state == wu.STATE_READY:
            self._slots.write(self._place, other(self._place), STARTS)
            self._restart()
        return None if self._state == wu.STATE_RESTARTING else wu.ERROR_STATE

    def _restart(self):
        self._state = wu.STATE_RESTARTING
        self._wait = _BEFORE_RESTART

    def _commit(self, payload):
        # Names the set that runs; twice is as good as once.
        self._number, digest = wu.parse_named(payload)
        if digest != self._running():
            return wu.ERROR_STATE
        if self._trial:
            self._slots.write(self._place)
            self._trial = False
            self._starts = 0
        return None

    def _roll_back(self, payload):
        # From a trial to the set before; else what was being written is given up.
        self._number, digest = wu.parse_named(payload)
        if self._state == wu.STATE_RESTARTING:
            return wu.ERROR_NONE
        if self._trial:
            self._slots.write(other(self._place))
            self._restart()
        elif self._staging is not None and self._staging.digest == digest:
            self._staging.stop()
            self._staging = None
            self._state = wu.STATE_IDLE
        return wu.ERROR_NONE

    def _running(self):
        return unhexlify(self._slots.digest(self._place + "/MANIFEST")[1])
