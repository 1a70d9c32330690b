"""What can happen to the box: `Apart`, the house with faults.

A program that was killed is back after the time its supervisor and its start take; meanwhile nobody
steps it.
"""

from firmware.loopback.sites import E1, BoardSite
from hil_tests.apart.house import House
from hil_tests.apart.orders import BROKEN

BACK_S = {"callboxd": 2.2, "callbox-isdn": 0.25, "board": 1.0}
"""Virtual seconds from a kill to the program's new start: 0.2 s of the supervisor (systemd:
RestartSec=200ms), then 2 s for Python and the modules of callboxd until it touches anything (1.5 to
2 s where the tests run); callbox-isdn starts in 50 ms, a board's firmware in less than a second."""


class Apart(House):
    """`with Apart() as world:` starts everything; nothing is left running after it."""

    def kill(self, name: str) -> None:
        """SIGKILL to "callboxd", "callbox-isdn" (also "callbox-isdn-2") or a board ("e1",
        "e1-2", "analog"); it is started again as its supervisor would (`BACK_S`)."""
        if name == "callboxd":
            self._kill_box()
            self.after(BACK_S[name], self._start_box)
        elif name.startswith("callbox-isdn"):
            e1 = self.e1s[int(name.removeprefix("callbox-isdn").lstrip("-") or 1) - 1]
            e1.end_isdn()
            self.after(BACK_S["callbox-isdn"], e1.start_isdn)
        else:
            self.unplug(name)
            self.after(BACK_S["board"], lambda: self.plug(name))

    def unplug(self, name: str) -> None:
        """A board's cable is pulled; it has its power by it."""
        self._board(name).unplug()

    def plug(self, name: str) -> None:
        """The board is back."""
        self._board(name).plug()

    def jump(self, seconds: float) -> None:
        """The box's wall clock is set; monotonic time goes on."""
        self._jumped_ms += round(seconds * 1000)
        if self._box is not None:
            self._box.order("u", round(seconds * 1000))

    def disk(self, *, full: bool | None = None, stall_s: float = 0.0) -> None:
        """`full`: from now on nothing gets longer, or there is room again; `stall_s`: for so long
        writing and syncing block."""
        if full is not None:
            self._disk.fill(full=full)
        if stall_s:
            self._disk.block(blocked=True)
            self.after(stall_s, lambda: self._disk.block(blocked=False))

    def locked(self, *, locked: bool) -> None:
        """Another process has the database, or gives it back: what waits for it takes a while."""
        self._tell_of_disk(BROKEN if locked else self._disk.condition)

    def cut_power(self) -> None:
        """Everything of the box at once; what was not synced is lost."""
        self._kill_box()
        for site in self._sites.values():
            site.unplug()
            if isinstance(site, E1):
                site.end_isdn()
        self._due.clear()
        self._disk.lose_power()

    def power_on(self) -> None:
        """Linux has started: boards and programs start."""
        for site in self._sites.values():
            site.plug()
            if isinstance(site, E1):
                site.start_isdn()
        self.after(BACK_S["callboxd"], self._start_box)

    def _board(self, name: str) -> BoardSite:
        if name not in self._sites:
            raise ValueError(f"no board {name}; there are {', '.join(self._sites)}")
        return self._sites[name]
