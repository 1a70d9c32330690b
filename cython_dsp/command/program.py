"""The command line: verbs, and what all of them take."""

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence

from cython_dsp.command import dtmf, g711, info, tones
from cython_dsp.command.files import WrongUsage
from cython_dsp.resample import RATE
from cython_dsp.wav import RATES, Coding

_VERBS = {"dtmf": dtmf, "tones": tones, "g711": g711, "info": info}
_DESCRIPTION = "The media engine by itself: what is heard in files of telephone sound."
_STATUS = """\
WAV files are known by their header; every other file is raw and mono, A-law unless --law says
otherwise.  The exit status is 0, 1 when a file could not be done, 2 for wrong usage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status.

    Without arguments it is that of the process.  SystemExit(2) for wrong usage, SystemExit(0) for
    help.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        status: int = given.run(given)
    except WrongUsage as e:
        parser.error(str(e))
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m cython_dsp", description=_DESCRIPTION, epilog=_STATUS)
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for name, module in _VERBS.items():
        verb = verbs.add_parser(
            name,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=RawDescriptionHelpFormatter,
            epilog=_STATUS,
        )
        _common(verb)
        module.arguments(verb)
        verb.set_defaults(run=module.run)
    return parser


def _common(verb: ArgumentParser) -> None:
    verb.add_argument("files", nargs="+", metavar="FILE", help="- is standard input")
    verb.add_argument(
        "--law", choices=[*map(str, Coding)], default="alaw", help="of raw files; alaw"
    )
    verb.add_argument(
        "--rate", type=_rate, default=RATE, metavar="HZ", help="of raw files; 8000 to 48000, 8000"
    )


def _rate(text: str) -> int:
    if not text.isdecimal() or int(text) not in RATES:
        raise ArgumentTypeError(f"{text!r} is not a rate of {RATES[0]} to {RATES[-1]} Hz")
    return int(text)
