"""All live calls, and how one begins."""

import datetime
import itertools
from collections.abc import Iterator

from firmware.contract.ids import CallId
from firmware.errors import Refused
from firmware.switching.call import Call, Office, Story


class Calls:
    """The calls that are up.  A call leaves by itself when it is cleared."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._live: dict[CallId, Call] = {}
        self._count = itertools.count(1)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._live.values()))

    def __len__(self) -> int:
        return len(self._live)

    def begin(self, story: Story) -> Call:
        """A new call; CallOffered is its first event."""
        call = Call(self.office, self._next_id(), story, self._ended)
        self._live[call.id] = call
        return call

    def get(self, call_id: CallId) -> Call:
        """A live call; Refused("no_such_call") otherwise."""
        try:
            return self._live[call_id]
        except KeyError:
            raise Refused("no_such_call", "that call is over") from None

    def _next_id(self) -> CallId:
        stamp = datetime.datetime.fromtimestamp(self.office.clock.utc_ms() / 1000, datetime.UTC)
        text = stamp.strftime("%Y%m%dT%H%M%S.") + f"{stamp.microsecond // 1000:03d}"
        return CallId(f"{text}-{next(self._count)}")

    def _ended(self, call: Call) -> None:
        self._live.pop(call.id, None)
