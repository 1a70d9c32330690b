import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from firmware.contract import model
from webui import script_words, words

ROOT = Path(__file__).parent.parent
LOCALES = ("zh_Hans_CN", "en")


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (model.Cause, words.CAUSES),
        (model.AgentState, words.AGENT_STATES),
        (model.CallPhase, words.PHASES),
        (model.Direction, words.DIRECTIONS),
        (model.Outcome, words.OUTCOMES),
        (model.Party, words.PARTIES),
        (model.Role, words.ROLES),
        (model.ChannelState, words.CHANNELS),
        (model.Alarm, words.ALARMS),
        (model.Alarm, words.ALARM_ADVICE),
        (model.AnswerSign, words.ANSWERS),
        (model.LineState, words.LINES),
        (model.FirmwareState, words.FIRMWARE),
        (model.FirmwareProblem, words.FIRMWARE_PROBLEMS),
        (model.LineFault, words.FAULTS),
        (model.LineFault, words.FAULT_ADVICE),
        (model.ClearSign, words.CLEAR_SIGNS),
        (model.LineJobKind, words.JOBS),
        (model.Verdict, words.VERDICTS),
    ],
)
def test_every_value_of_the_contract_has_a_word(kind, table):
    assert set(table) == set(kind)


def extracted():
    method_map, options_map = parse_mapping_cfg(io.StringIO((ROOT / "babel.cfg").read_text()))
    keywords = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}
    folders = (ROOT, ROOT.parent / "firmware" / "contract")
    return {
        message
        for folder in folders
        for _, _, message, _, _ in extract_from_dir(
            str(folder), method_map, options_map, keywords, directory_filter=_is_source
        )
    }


def _is_source(folder):
    return Path(folder).name not in {"node_modules", "tests", "__pycache__", "vendor"}


def catalogue(locale) -> Catalog:
    with (ROOT / "translations" / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_catalogue_is_complete_and_has_nothing_old(locale):
    known = {message.id for message in catalogue(locale) if message.id}
    assert known == extracted()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_is_translated_and_keeps_its_parameters(locale):
    messages = catalogue(locale)
    for message in messages:
        if message.id:
            texts = message.string if message.pluralizable else (message.string,)
            assert all(texts), message.id
            assert not message.fuzzy, message.id
            assert not list(message.check(messages)), message.id


def test_the_scripts_say_only_words_that_the_page_has():
    said = {**script_words.DESK, **script_words.MONITOR}
    for stage in ("ringing", "dialling", "talking", "held", "wrap_up"):
        assert f"stage_{stage}" in said
    for state in ("off", "asking", "connecting", "connected", "lost", "failed"):
        assert f"audio_{state}" in said
