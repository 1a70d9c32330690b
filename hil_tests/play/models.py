"""The speech models at work: `.venv-prompts/bin/python -m hil_tests.play.models`.

Answers a line of JSON on its input with a line of JSON: {"say", "language", "voice"} with {"alaw"},
{"hear", "language", "wanted"} with {"text", "rate"}, and what cannot be done with {"wrong"}.
Nothing may be imported here that is not in that environment.
"""

import base64
import json
import sys
from typing import Any

from firmware.prompts import heard, studio
from firmware.prompts.catalogue import Part

_LEVEL_DBM0 = -18.0
_SPEED = {"zh_CN": 0.9, "en": 1.0}


def main() -> None:
    """Until the other side is gone."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = _said(request) if "say" in request else _heard(request)
        except (ValueError, OSError) as error:
            answer = {"wrong": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _said(request: dict[str, Any]) -> dict[str, Any]:
    language = request["language"]
    voice = studio.Voice(request["voice"], _SPEED[language])
    part = Part(language, request["say"])
    clip = studio.speak((part,), {language: voice}, _LEVEL_DBM0)
    return {"alaw": base64.b64encode(clip).decode()}


def _heard(request: dict[str, Any]) -> dict[str, Any]:
    language = request["language"]
    text = studio.listen(base64.b64decode(request["hear"]), language)
    return {"text": text, "rate": heard.error_rate(request["wanted"], text, language)}


if __name__ == "__main__":
    main()
