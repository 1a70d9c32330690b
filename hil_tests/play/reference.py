"""The words of scripts as a document, made from the models: `python -m hil_tests.play --words`."""

from collections.abc import Iterable, Iterator

from hil_tests.play.cast import Person
from hil_tests.play.deeds import DEEDS, Deed
from hil_tests.play.expectations import EXPECTATIONS, Sound
from hil_tests.play.faults import FAULTS
from hil_tests.play.script import At, Configuration, Head, Lines, Wait
from hil_tests.play.words import Word

HEAD: tuple[type[Word], ...] = (Head, Lines, Configuration, Person)
TIME: tuple[type[Word], ...] = (Wait, At)


def reference() -> str:
    """Markdown: every word with its meaning, its fields and an example."""
    chapters: list[tuple[str, Iterable[type[Word]]]] = [
        ("What a script begins with", HEAD),
        ("Steps: time", TIME),
        ("Steps: what people do", DEEDS),
        ("Steps: expect", EXPECTATIONS),
        ("Steps: fault", FAULTS),
    ]
    lines = [line for title, words in chapters for line in _chapter(title, words)]
    return "\n".join(lines).rstrip() + "\n"


def _chapter(title: str, words: Iterable[type[Word]]) -> Iterator[str]:
    yield from (f"## {title}", "")
    for word in words:
        yield from _word(word)


def _word(word: type[Word]) -> Iterator[str]:
    yield from (f"### {word.word}", "")
    yield from _meaning(word)
    if issubclass(word, Deed):
        yield from (f"For: {', '.join(word.who)}.", "")
    if len(word.fields()) > 1:
        yield from (f"Fields: {', '.join(f'`{name}`' for name in word.fields())}.", "")
    if word.word == "listener":
        yield from (f"Fields of a sound: {', '.join(f'`{one}`' for one in Sound.fields())}.", "")
    indent = "" if word in HEAD else "- "
    yield from ("```yaml", f"{indent}{word.example}", "```", "")


def _meaning(word: type[Word]) -> Iterator[str]:
    for paragraph in (word.__doc__ or "").strip().split("\n\n"):
        yield from (" ".join(paragraph.split()), "")
