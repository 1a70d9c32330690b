"""How far what was recognised differs from what was said.

Both are brought to one form first: no punctuation or capitals, numerals as words.  A numeral
can be read in two ways (8001: 八千零一 or 八零零一); the one nearer to the text counts.
"""

import re
from collections.abc import Sequence

_CHINESE = "零一二三四五六七八九"
_SAME = str.maketrans("幺两〇", "一二零")  # "2" may be written for either word
_ONES: list[str] = re.findall(
    "[a-z]+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMERAL = re.compile(r"\d+")


def error_rate(said: str, heard: str, language: str) -> float:
    """Character (zh_CN) or word (en) error rate: changes needed, over what was said."""
    wanted = tokens(said, language)[0]
    nearest = min(distance(wanted, reading) for reading in tokens(heard, language))
    return nearest / max(1, len(wanted))


def tokens(text: str, language: str) -> list[list[str]]:
    """The text as characters or words, once for each way to read its numerals."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    split, readings = (_characters, (_count_zh, _digits_zh))
    if language == "en":
        split, readings = (_words, (_count_en, _digits_en))
    return [split(_NUMERAL.sub(reading, plain)) for reading in readings]


def distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Levenshtein: fewest insertions, deletions and substitutions."""
    row = list(range(len(got) + 1))
    for i, token in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            change = diagonal + (token != other)
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, change)
    return row[-1]


def _characters(text: str) -> list[str]:
    return re.findall("[\u4e00-\u9fffa-z]", text.translate(_SAME))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.replace("-", " "))


def _digits_zh(numeral: re.Match[str]) -> str:
    return "".join(_CHINESE[int(digit)] for digit in numeral[0])


def _count_zh(numeral: re.Match[str]) -> str:
    value = int(numeral[0])
    if value > 9999 or value == 0:
        return _digits_zh(numeral)
    places = [int(digit) for digit in f"{value:04}"]
    said = "".join(
        _CHINESE[digit] + unit if digit else "零"
        for digit, unit in zip(places, ("千", "百", "十", ""), strict=True)
    )
    said = re.sub("零+", "零", said).strip("零")
    return re.sub("^一十", "十", said)


def _digits_en(numeral: re.Match[str]) -> str:
    return " " + " ".join(_ONES[int(digit)] for digit in numeral[0]) + " "


def _count_en(numeral: re.Match[str]) -> str:
    value = int(numeral[0])
    if value > 9999:
        return _digits_en(numeral)
    said = [
        f"{_ONES[value // size % 10]} {name}"
        for size, name in ((1000, "thousand"), (100, "hundred"))
        if value // size % 10
    ]
    rest = value % 100
    if said and rest:
        said.append("and")
    if rest or not said:
        said.append(_below_hundred(rest))
    return f" {' '.join(said)} "


def _below_hundred(value: int) -> str:
    if value < 20:
        return _ONES[value]
    return _TENS[value // 10 - 2] + (f" {_ONES[value % 10]}" if value % 10 else "")
