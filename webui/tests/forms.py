"""A browser without JavaScript: keeps cookies, sends each form with its token."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_ORIGIN = "https://localhost"


class Person:
    """Somebody at a browser; English pages."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        client.set_cookie("callbox_language", "en")

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=_ORIGIN, headers=headers)

    def post(self, path: str, token_from: str = "/login", **fields: Any) -> TestResponse:
        found = _TOKEN.search(self.get(token_from).text)
        assert found is not None
        data = {"form_token": found[1], **fields}
        return self.client.post(path, base_url=_ORIGIN, data=data)

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name)
        return None if found is None else found.value
