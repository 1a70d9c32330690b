"""Line tests and learning on demand: refused with a reason, or started and kept to be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firmware.config import Configuration
from firmware.contract import commands, queries, views
from firmware.contract.analog import AnalogLine
from firmware.contract.config import Config
from firmware.contract.ids import TrunkId
from firmware.contract.model import LineJobKind
from firmware.cti.dispatcher import Dispatcher
from firmware.errors import Refused
from firmware.sessions import Identity
from firmware.switching.call import Office
from firmware.switching.routing import numbers_of
from firmware.trunk.hang_up_signs import Ear, LearntTone, Pattern
from firmware.trunk.learning import Learning, saver
from firmware.trunk.line_job import Job, JobTrunk, Maker, Order, Surroundings
from firmware.trunk.line_test import LineTest, Measure


@dataclass(frozen=True)
class Hearing:
    """What understands sound (`cython_dsp.learning`, `cython_dsp.progress`)."""

    measure: Measure
    find_cadence: Callable[[bytes], LearntTone | None]
    zone_patterns: Callable[[str], Mapping[str, Pattern]]
    """Tones of a country by name."""


def makers(
    office: Office, configuration: Configuration, hearing: Hearing
) -> dict[LineJobKind, Maker]:
    """What makes each kind of job."""
    save = saver(configuration)
    around = Surroundings(
        office.timers,
        office.clock,
        office.emit,
        lambda trunk, line: _settings(configuration.current, trunk, line),
        lambda: configuration.current.site.language,
        lambda number: numbers_of(configuration.current).emergency(number) is None,
    )
    ear = Ear(
        hearing.find_cadence, lambda: hearing.zone_patterns(configuration.current.site.country)
    )
    return {
        LineJobKind.TEST: lambda trunk, order: LineTest(trunk, order, around, hearing.measure),
        LineJobKind.LEARN: lambda trunk, order: Learning(trunk, order, around, ear, save),
    }


def _settings(config: Config, trunk: TrunkId, line: int) -> AnalogLine:
    lines = config.analog[trunk].lines if trunk in config.analog else {}
    return lines.get(str(line), AnalogLine())


class LineJobs:
    """The latest job of each line, running or done; nothing is kept over a restart."""

    def __init__(
        self,
        trunks: Mapping[str, JobTrunk],
        config: Callable[[], Config],
        makers: Mapping[LineJobKind, Maker],
    ) -> None:
        """`trunks` by name, those with a board; `makers` by what is to be done."""
        self._trunks, self._config, self._makers = trunks, config, makers
        self._latest: dict[tuple[TrunkId, int], Job] = {}

    def register(self, dispatcher: Dispatcher) -> None:
        """Carry out the commands and answer the query of line jobs."""
        dispatcher.register(commands.TestLine, self.test)
        dispatcher.register(commands.LearnLine, self.learn)
        dispatcher.register(commands.CancelLineJob, self.cancel)
        dispatcher.register_view("LineJob", self.job)

    def test(self, command: commands.TestLine, who: Identity) -> None:
        """Begin a line test."""
        order = Order(command.trunk, command.line, command.from_line, who.user)
        self._begin(LineJobKind.TEST, order)

    def learn(self, command: commands.LearnLine, who: Identity) -> None:
        """Begin to learn how the line tells a hang-up."""
        order = Order(command.trunk, command.line, command.from_line, who.user)
        self._begin(LineJobKind.LEARN, order)

    def cancel(self, command: commands.CancelLineJob, _: Identity) -> None:
        """Stop what runs on a line."""
        self._known(command.trunk, command.line)
        job = self._latest.get((command.trunk, command.line))
        if job is None or job.view.done:
            raise Refused("no_job", "nothing runs on this line")
        job.cancel()

    def job(self, query: queries.LineJob, _: Identity) -> views.LineJob:
        """The latest job of a line."""
        self._known(query.trunk, query.line)
        job = self._latest.get((query.trunk, query.line))
        return views.LineJob(query.trunk, query.line) if job is None else job.view

    def shut(self) -> None:
        """The box ends: every job gives its lines back."""
        for job in self._latest.values():
            job.cancel()

    def _begin(self, kind: LineJobKind, order: Order) -> None:
        trunk = self._trunk(order)
        self._free(order)
        job = self._makers[kind](trunk, order)
        job.start()
        self._latest[order.trunk, order.line] = job

    def _trunk(self, order: Order) -> JobTrunk:
        self._known(order.trunk, order.line)
        if order.from_line is not None:
            self._known(order.trunk, order.from_line)
            if order.from_line == order.line:
                raise Refused("same_line", "a line cannot call itself")
        trunk = self._trunks.get(order.trunk)
        if trunk is None or not trunk.board:
            raise Refused("no_board", "the board is not there")
        return trunk

    def _known(self, trunk: TrunkId, line: int) -> None:
        analog = self._config().analog.get(trunk)
        if analog is None:
            raise Refused("no_such_trunk", "there is no such trunk of analogue lines")
        if str(line) not in analog.lines:
            raise Refused("no_such_line", "the trunk has no such line")

    def _free(self, order: Order) -> None:
        wanted = {order.line, order.from_line}
        for (trunk, _), job in self._latest.items():
            if trunk == order.trunk and wanted & job.lines:
                raise Refused("job_running", "a test or learning has this line")
