"""Mandarin text to Kokoro phonemes: jieba words, pypinyin tones, misaki symbols."""

import logging
import re

import jieba  # type: ignore[import-not-found]
from misaki.zh import ZHG2P  # type: ignore[import-not-found]
from pypinyin import Style, lazy_pinyin, load_phrases_dict  # type: ignore[import-not-found]

jieba.setLogLevel(logging.WARNING)
# Readings that the dictionaries have wrong for our sentences.
load_phrases_dict({"重听": [["chóng"], ["tīng"]], "回路": [["huí"], ["lù"]]})
_NON_SYLLABIC = "\u032f"  # a mark below vowels that the model does not know
_RUNS = re.compile("[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+")


def phonemes(text: str) -> str:
    """Phonemes of a text in simplified characters; tone sandhi (一, 不, 3rd tones) applied."""
    return "".join(
        _words(run) if "\u4e00" <= run[0] <= "\u9fff" else ZHG2P.map_punctuation(run) + " "
        for run in _RUNS.findall(text)
    ).strip()


def _words(run: str) -> str:
    return " ".join(_word(word) for word in jieba.lcut(run, cut_all=False))


def _word(word: str) -> str:
    # 幺 and 一 sound alike to no dictionary: telephone style is written 幺 in the catalogue.
    syllables = lazy_pinyin(
        word, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=len(word) > 1
    )
    sounds = "".join(ZHG2P.py2ipa(syllable) for syllable in syllables)
    return sounds.replace(_NON_SYLLABIC, "")
