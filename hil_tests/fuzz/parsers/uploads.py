"""Files and forms that people send to the pages."""

import contextlib
from typing import Any
from urllib.parse import parse_qsl

import httpx
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

from firmware.prompts.upload import PromptRejected, convert
from webui import forms
from webui.daemon import Rejected
from webui.sections import SECTIONS
from webui.settings import _document

_LEVELS = {"speech": -16.0, "music": -20.0}


def prompt_wav(data: bytes) -> None:
    """A WAV file for a prompt: taken, or refused with a reason for people."""
    with contextlib.suppress(PromptRejected):
        taken = convert(data, _LEVELS, music=len(data) % 2 == 1)
        assert 0 < len(taken.clip) <= 8000 * 600


def settings_form(data: bytes) -> None:
    """A form of the settings: what was typed goes to callboxd as JSON, whatever it is."""
    if not data:
        return
    section = list(SECTIONS.values())[data[0] % len(SECTIONS)]
    text = data[1:].decode("utf-8", "replace")
    with contextlib.suppress(Rejected):
        typed = _document(text) if section.as_json else _read(section.model, text)
        httpx.Request("POST", "http://box/", json=typed)


def _read(model: type[BaseModel], text: str) -> dict[str, Any]:
    """What a form gives; it is shown again when callboxd refuses it."""
    typed = forms.read(model, MultiDict(parse_qsl(text, keep_blank_values=True)))
    for name, value in typed.items():
        if not isinstance(value, dict):
            forms.shown(model, name, value)
    return typed
