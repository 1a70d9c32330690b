"""English text to the phonemes of the Kokoro model, by misaki's pronouncing dictionary.

The catalogue is a closed set of words, so no tagger and no guessing: a word that is not in
the dictionary is an error, to be reworded.  Endings -s, -ed, -ing follow the usual rules.
"""

import json
import re
from functools import cache
from importlib import resources

_TOKENS = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|[.,!?;:]")
_VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻɐ")
_VOICELESS = frozenset("ptkfθ")
_SIBILANTS = frozenset("szʃʒʧʤ")
# Unstressed forms that depend on the next sound: before a consonant, before a vowel.
_WEAK = {"the": ("ðə", "ði"), "to": ("tə", "tʊ"), "a": ("ɐ", "ɐ"), "an": ("ɐn", "ɐn")}
_FIXED = {"in": "ɪn", "i": "ˌI"}


class UnknownWord(ValueError):
    """Not in the pronouncing dictionary; the text must be reworded."""


@cache
def _dictionary() -> dict[str, str | dict[str, str | None]]:
    data = resources.files("misaki") / "data"
    words: dict[str, str | dict[str, str | None]] = {}
    for name in ("us_silver.json", "us_gold.json"):
        words |= json.loads((data / name).read_text("utf-8"))
    return words


def phonemes(text: str) -> str:
    """Phonemes of a sentence, words parted by blanks; UnknownWord where there are none."""
    tokens = _TOKENS.findall(text)
    said: list[str] = []
    following = ""  # what the next word begins with
    for token in reversed(tokens):
        sound = token if not token[0].isalpha() else _word(token, following)
        said.append(sound)
        following = sound.lstrip("ˈˌ")
    joined = " ".join(reversed(said))
    return re.sub(r" ([.,!?;:])", r"\1", joined)


def _word(word: str, following: str) -> str:
    lower = word.lower()
    if lower in _WEAK:
        return _WEAK[lower][following[:1] in _VOWELS if following else 0]
    if lower in _FIXED:
        return _FIXED[lower]
    sound = _lookup(word) or _lookup(lower) or _inflected(lower)
    if sound is None:
        raise UnknownWord(word)
    return sound


def _lookup(word: str) -> str | None:
    entry = _dictionary().get(word)
    return entry.get("DEFAULT") if isinstance(entry, dict) else entry


def _inflected(word: str) -> str | None:
    for ending, add in (("s", _s), ("ed", _ed), ("ing", lambda stem: stem + "ɪŋ")):
        if not word.endswith(ending):
            continue
        bare = word.removesuffix(ending)
        stem = _lookup(bare) or _lookup(bare + "e") or _lookup(bare[:-1])
        if stem:
            return add(stem)
    return None


def _s(stem: str) -> str:
    if stem[-1] in _VOICELESS:
        return stem + "s"
    return stem + ("ᵻz" if stem[-1] in _SIBILANTS else "z")


def _ed(stem: str) -> str:
    if stem[-1] in "td":
        return stem + "ᵻd"
    return stem + ("t" if stem[-1] in "pkfθʃsʧ" else "d")
