"""The exchange's record of a call against the box's: sentences about what does not agree.

Pure.  The exchange and what people heard are believed; the box has to explain itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from firmware.contract.model import Cause, Outcome
from firmware.contract.model import Party as By
from firmware.contract.views import CallPart, CallRecord, RecordingView
from hil_tests.load.ear import Ear
from hil_tests.load.excuse import Excuse
from hil_tests.load.marks import NOBODY
from hil_tests.load.tracks import Track
from hil_tests.load.turns import TURN_S, turns

EDGE_MS = 600.0
"""At both ends of a conversation: two windows, and the way of the sound."""
SHORT_MS = 750.0
"""What was heard for less is no conversation."""
PAUSE_MS = 2 * 1000 * TURN_S
"""A conversation goes on over a turn of the other one."""
WRAP_UP = "wrap_up"
"""This part of a record is the agent's, and goes on when the call is over."""
RING_MS = 5000.0
"""A line rings each so often (china.md)."""
COVER_MS = 300.0
"""A recording may begin so much after the answer and end so much before the end."""
NEAR_MS = {"e1": 100.0, "analog": 250.0}
"""Times agree: an analogue line's answer is seen when its ringing is taken away."""
NOTICED_MS = {"e1": 100.0, "analog": 10_000.0}
"""The box knows of the caller's end: a silent line by its tone (china.md)."""


@dataclass(frozen=True)
class Offered:
    """One call as the exchange has it; times in virtual UTC milliseconds."""

    calling: str
    called: str
    kind: str  # "e1" or "analog"
    mark: int
    setup_ms: float
    connect_ms: float | None
    end_ms: float | None  # either side cleared; None: it never ended
    free_ms: float | None  # the line is free again
    cause: int
    cleared_by: str  # "network" or "box"
    heard: Track
    spoke: tuple[float, float] | None  # from, to
    excuse: Excuse | None = None

    def excused(self, *times_ms: float | None) -> bool:
        """Whether what one side told at one of these times may never have come to the other."""
        excuse = self.excuse
        return excuse is not None and excuse.signals and any(excuse.has(at) for at in times_ms)


@dataclass(frozen=True)
class File:
    """A recording as its file has it."""

    view: RecordingView
    caller: Track | None = None  # None: there is no such file
    agent: Track | None = None


@dataclass(frozen=True)
class Kept:
    """The same call as the box has it."""

    record: CallRecord
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class People:
    """The agents: name by mark, and all that each heard, by name."""

    names: Mapping[int, str]
    tracks: Mapping[str, Sequence[Track]]
    zero_ms: float = 0.0
    """Of the exchange's tick 0, for whose turn it is to speak."""

    def mark(self, agent: str) -> int:
        """The agent's; 0 for none of them."""
        return next((mark for mark, name in self.names.items() if name == agent), NOBODY)


Said = Iterator[str]


def violations(offered: Offered, kept: Sequence[Kept], people: People) -> list[str]:
    """What is wrong with one call; `kept`: all records with its calling number."""
    known = offered.connect_ms if offered.kind == "analog" else None  # when it has the number
    excused = offered.excused(offered.setup_ms, known)
    if not kept and excused and not any(_conversations(offered, people)):
        free = offered.end_ms is not None and offered.free_ms is not None
        return [] if free else [f"{offered.calling}: it never ended at the exchange"]
    kept = [one for one in kept if not _unseen(offered, one.record)]
    if len(kept) != 1:
        return [f"{offered.calling}: the box has {len(kept)} records of this call"]
    (one,) = kept
    return [
        f"{offered.calling}: {sentence}"
        for check in CHECKS
        for sentence in check(offered, one, people)
    ]


def ends_once(offered: Offered, kept: Kept, _people: People) -> Said:
    """Exactly one end on both sides."""
    if offered.end_ms is None or offered.free_ms is None:
        yield "it never ended at the exchange"
    if kept.record.end_ms is None or kept.record.outcome is None:
        yield "it never ended in the box"
    for part in kept.record.parts:
        if part.end_ms is None and part.kind != WRAP_UP:
            yield f"its part {part.kind} never ended"


def beginnings_agree(offered: Offered, kept: Kept, _people: People) -> Said:
    """When it came."""
    late = kept.record.start_ms - offered.setup_ms
    if late > 0 and (offered.excused(offered.setup_ms) or _rang(offered, kept.record)):
        return  # the exchange repeated it when the box was back
    if abs(late) > NEAR_MS[offered.kind]:
        yield f"it began {late:.0f} ms late in the box"


def answers_agree(offered: Offered, kept: Kept, _people: People) -> Said:
    """When it was answered, or that it was not."""
    ours, theirs = kept.record.answer_ms, offered.connect_ms
    if offered.excused(ours, theirs):
        return
    if (ours is None) != (theirs is None):
        yield "the box and the exchange disagree on whether it was answered"
    elif ours is not None and theirs is not None and abs(ours - theirs) > NEAR_MS[offered.kind]:
        yield f"it was answered {ours - theirs:.0f} ms late in the box"


def ends_agree(offered: Offered, kept: Kept, _people: People) -> Said:
    """When it was over."""
    record, near = kept.record, NEAR_MS[offered.kind]
    if record.end_ms is None or offered.end_ms is None or _excused_end(offered, record):
        return
    late = record.end_ms - offered.end_ms
    most = NOTICED_MS[offered.kind] if offered.cleared_by == "network" else near
    if not -near <= late <= most:
        yield f"it ended {late:.0f} ms late in the box"


def causes_agree(offered: Offered, kept: Kept, _people: People) -> Said:
    """Why it ended, and by whom.  An analogue line tells no cause."""
    record = kept.record
    if _excused_end(offered, record):
        return
    if offered.kind == "e1" and record.cause is not None and int(record.cause) != offered.cause:
        yield f"the box says cause {int(record.cause)}, the exchange {offered.cause}"
    by_caller = record.by is By.CALLER
    if offered.kind == "analog" and not by_caller and offered.cleared_by == "network":
        return  # the agent was quicker than the busy tone
    if offered.cleared_by and by_caller != (offered.cleared_by == "network"):
        yield f"the box says that {record.by} ended it, the exchange: {offered.cleared_by}"


def numbers_agree(offered: Offered, kept: Kept, _people: People) -> Said:
    """Who called whom."""
    record = kept.record
    if (record.calling, record.called) != (offered.calling, offered.called):
        yield f"the box says {record.calling} called {record.called}, not {offered.called}"


def outcome_agrees(offered: Offered, kept: Kept, people: People) -> Said:
    """Answered by a person, or not."""
    talked = any(_conversations(offered, people))
    answered = kept.record.outcome is Outcome.ANSWERED
    if kept.record.outcome is Outcome.BOX_RESTART and _ended_by_fault(offered, kept.record):
        return
    if talked and not answered:
        yield f"the caller talked with somebody, the box says {kept.record.outcome}"
    said = (
        end - begin
        for part in _talks(kept)
        for begin, end in _until_he_left(offered, _agent_spoke(offered, part, people))
    )
    if answered and not talked and max(said, default=0.0) > SHORT_MS:
        yield f"the box says that he talked for {kept.record.talk_s:.1f} s; he heard nobody"


def caller_hears_his_agent(offered: Offered, kept: Kept, people: People) -> Said:
    """In each conversation of the record the caller hears that agent, and never anybody else."""
    for part in _talks(kept):
        wanted = people.mark(part.who)
        ear = Ear("the caller hears", offered.heard, wanted)
        yield from ear.misses(part, _until_he_left(offered, _agent_spoke(offered, part, people)))
    for mark, begin, end in _voices(offered):  # an agent may get the same caller twice
        if end - begin >= SHORT_MS and not _known(
            mark, begin, _vouched(offered, end), kept, people
        ):
            who = people.names.get(mark, "somebody who is no agent")
            yield f"the caller hears {who} for {(end - begin) / 1000:.2f} s: not in the record"


def agent_hears_his_caller(offered: Offered, kept: Kept, people: People) -> Said:
    """What came out of the agents' telephones."""
    for part in _talks(kept):
        tracks = [t for t in people.tracks.get(part.who, ()) if _overlap(t, _whole(part))]
        spoke = _caller_spoke(offered, part, people)
        if spoke and not tracks:
            yield f"agent {part.who} heard nothing in his conversation"
        for track in tracks:
            ear = Ear(f"agent {part.who} hears", track, offered.mark)
            yield from ear.misses(part, spoke)


def all_is_recorded(offered: Offered, kept: Kept, people: People) -> Said:
    """Every conversation is in a file: its time, the caller on the left, the agent on the right."""
    for part in _talks(kept):
        begin, end = _whole(part)
        if offered.excuse and offered.excuse.misses(begin, end):
            continue
        end = max(begin, _vouched(offered, end))
        if end == begin:  # it may all be lost
            continue
        files = [f for f in kept.files if f.view.agent == part.who and _covers(f, begin, end)]
        if not files and end - begin > 2 * COVER_MS:
            yield f"no file has {(end - begin) / 1000:.2f} s of talk with {part.who}"
        for file in files:
            name = f"the recording {file.view.recording} has"
            if file.caller is None or file.agent is None:
                yield f"the file of {file.view.recording} is not there"
                continue
            left = Ear(name, file.caller, offered.mark)
            yield from left.misses(part, _caller_spoke(offered, part, people))
            right = Ear(name, file.agent, people.mark(part.who))
            yield from right.misses(part, _agent_spoke(offered, part, people))


def recordings_are_of_this_call(offered: Offered, kept: Kept, people: People) -> Said:
    """Nobody else is in the files."""
    for file in kept.files:
        sides = ((file.caller, offered.mark), (file.agent, people.mark(str(file.view.agent))))
        for track, mark in sides:
            if track is None:
                continue
            foreign = {m for m in track.marks if m > NOBODY} - {mark}
            for other, begin, end in track.stretches(foreign):
                if end - begin >= SHORT_MS and other not in (offered.mark, *people.names):
                    yield f"the recording {file.view.recording} has someone else's speech"


CHECKS: tuple[Callable[[Offered, Kept, People], Said], ...] = (
    ends_once,
    beginnings_agree,
    answers_agree,
    ends_agree,
    causes_agree,
    numbers_agree,
    outcome_agrees,
    caller_hears_his_agent,
    agent_hears_his_caller,
    all_is_recorded,
    recordings_are_of_this_call,
)


def answered_s(offered: Offered, people: People) -> float:
    """Seconds for which the caller talked with agents, by the exchange's ear, to a turn."""
    found = _conversations(offered, people)
    return sum(end - begin for mark, begin, end in found if mark in people.names) / 1000


def recorded_s(kept: Kept) -> float:
    """Seconds in files."""
    return sum((file.view.frames or 0) / 8000 for file in kept.files if file.caller is not None)


def _conversations(offered: Offered, people: People) -> list[tuple[int, float, float]]:
    """(mark, from, to): the caller hears an agent, turn after turn, or anybody but himself."""
    joined: list[tuple[int, float, float]] = []
    for mark, begin, end in _voices(offered):
        if end - begin < SHORT_MS and mark not in people.names:
            continue
        if joined and joined[-1][0] == mark and begin - joined[-1][2] <= PAUSE_MS:
            joined[-1] = (mark, joined[-1][1], end)
        else:
            joined.append((mark, begin, end))
    return [one for one in joined if one[2] - one[1] >= SHORT_MS]


def _voices(offered: Offered) -> list[tuple[int, float, float]]:
    """(mark, from, to): whom the caller hears without a break."""
    marks = {mark for mark in offered.heard.marks if mark > NOBODY} - {offered.mark}
    return offered.heard.stretches(marks)


def _talks(kept: Kept) -> list[CallPart]:
    return [part for part in kept.record.parts if part.kind == "talk" and part.end_ms is not None]


def _whole(part: CallPart) -> tuple[float, float]:
    return part.start_ms, part.end_ms if part.end_ms is not None else part.start_ms


def _caller_spoke(offered: Offered, part: CallPart, people: People) -> list[tuple[float, float]]:
    """The turns in a conversation in which the caller spoke."""
    begin, end = _whole(part)
    said = offered.spoke or (end, end)
    begin, end = max(begin, said[0]) + EDGE_MS, min(end, said[1]) - EDGE_MS
    return _heard_for_sure(offered, people, (begin, end), callers=True)


def _agent_spoke(offered: Offered, part: CallPart, people: People) -> list[tuple[float, float]]:
    begin, end = _whole(part)
    return _heard_for_sure(offered, people, (begin + EDGE_MS, end - EDGE_MS), callers=False)


def _until_he_left(offered: Offered, spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The box may hear of the caller's end later, when signalling is back."""
    over = offered.end_ms
    if over is None:
        return spans
    return [(begin, min(end, over)) for begin, end in spans if begin < over]


def _heard_for_sure(
    offered: Offered, people: People, span: tuple[float, float], *, callers: bool
) -> list[tuple[float, float]]:
    begin, end = span
    spoken = turns(people.zero_ms, begin, end, callers=callers) if begin < end else []
    return offered.excuse.without(spoken) if offered.excuse else spoken


def _rang(offered: Offered, record: CallRecord) -> bool:
    """The fault came while a line rang, and it is begun by the next ring after it."""
    excuse, answer = offered.excuse, offered.connect_ms
    if excuse is None or not excuse.signals or offered.kind != "analog":
        return False
    open_still = answer is None or answer > excuse.from_ms
    return open_still and record.start_ms <= excuse.until_ms + RING_MS


def _ended_by_fault(offered: Offered, record: CallRecord) -> bool:
    """The fault ended it, and at the exchange it did not go on for longer than the fault.

    On an analogue line the caller may be gone, and the box listen for his tone still.
    """
    excuse, end = offered.excuse, offered.end_ms
    if excuse is None or end is None or not excuse.ended(record):
        return False
    silent = offered.kind == "analog" and offered.cleared_by == "network"
    gone_ms = excuse.from_ms - end
    return excuse.has(end) or (silent and 0 < gone_ms <= NOTICED_MS["analog"])


def _unseen(offered: Offered, record: CallRecord) -> bool:
    """The box had just taken the line when the fault came: for the exchange it rang on."""
    excuse, answer = offered.excuse, record.answer_ms
    if offered.kind != "analog" or excuse is None or answer is None or not excuse.ended(record):
        return False
    rang_on = offered.connect_ms is None or offered.connect_ms > excuse.start_ms
    return rang_on and answer >= excuse.start_ms - NEAR_MS["analog"]


def _excused_end(offered: Offered, record: CallRecord) -> bool:
    """The fault ended it; or each side had its own end while neither could tell the other."""
    excuse = offered.excuse
    if excuse is None or _ended_by_fault(offered, record):
        return excuse is not None
    new = excuse.has(offered.setup_ms)  # a call of before does not outlive the box
    unheard = new and offered.kind == "e1" and offered.connect_ms is None
    both = all(excuse.has(at, unheard=unheard) for at in (record.end_ms, offered.end_ms))
    return excuse.signals and both and (new or Cause.BOX_RESTART not in excuse.causes)


def _vouched(offered: Offered, end: float) -> float:
    """Up to when the box has to know of what was heard until `end`."""
    excuse = offered.excuse
    return excuse.from_ms if excuse is not None and excuse.lost_ms and excuse.has(end) else end


def _known(mark: int, begin: float, end: float, kept: Kept, people: People) -> bool:
    agent = people.names.get(mark)
    parts = [_whole(part) for part in _talks(kept) if part.who == agent]
    return any(a - EDGE_MS <= begin and end <= b + EDGE_MS for a, b in parts)


def _overlap(track: Track, span: tuple[float, float]) -> bool:
    return track.start_ms < span[1] and track.end_ms > span[0]


def _covers(file: File, begin: float, end: float) -> bool:
    start = file.view.start_ms
    stop = start + (file.view.frames or 0) / 8
    return start <= begin + COVER_MS and stop >= end - COVER_MS
