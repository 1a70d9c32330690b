"""What a line is listened to for, apart from digits: call-progress tones, silence, voice, fax."""

from collections.abc import Sequence

from cython_dsp.engine.core import Op
from cython_dsp.engine.errors import UnknownHandle
from cython_dsp.engine.part import Part
from cython_dsp.progress import TonePattern, packed

_HOPS_A_SECOND = 200
_SILENCE_MAX_S = 24 * 3600


class Supervision(Part):
    """Each is of one TDM port, replaces what was watched before, and ends with the port."""

    def watch_tones(self, port: int, patterns: Sequence[TonePattern]) -> None:
        """Tell of these tones on a TDM port as TONE; at most 16, none ends it.

        Each is told once as long as it goes on without a break.  Of patterns that are found at
        the same moment the first is told.  A continuous tone beside an intermittent one of the
        same frequency is found later: see told_apart() in cython_dsp/progress.py.
        """
        self._check_tdm(port)
        self._do(Op.TONES, port, data=packed(patterns))

    def watch_activity(self, port: int, silence_s: float | None) -> None:
        """Tell of each utterance's start as VOICE, and of so many seconds' silence as SILENCE.

        Silence is below -45 dBm0 (hum does not count) or steady noise; 0: only of voice; None
        ends it.  Music is taken for voice, a tone for neither.
        """
        self._check_tdm(port)
        if silence_s is not None and not 0 <= silence_s <= _SILENCE_MAX_S:
            raise ValueError("silence is 0 to 86400 seconds")
        hops = round((silence_s or 0) * _HOPS_A_SECOND)
        self._do(Op.ACTIVITY, port, int(silence_s is not None), hops)

    def watch_fax(self, port: int, on: bool) -> None:  # noqa: FBT001 - the verb's only object
        """Begin or end to tell of a fax machine that answers, as FAX (ITU-T T.30).

        CED after 1 s of 2100 Hz, which a modem sends, too; the preamble of V.21 after 0.21 s, by
        which it is a fax for certain.  A machine that calls is a tone: `fax.CNG`.
        """
        self._check_tdm(port)
        self._do(Op.FAX, port, int(on))

    def _check_tdm(self, port: int) -> None:
        if self._ports.check(port) not in self._slot_of:
            raise UnknownHandle(f"port {port} is none of a board")
