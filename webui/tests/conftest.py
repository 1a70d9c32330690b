"""Fixtures: the application with a fake daemon behind it, without and with a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webui.app import create_app
from webui.daemon import connect
from webui.options import Options
from webui.tests import scene
from webui.tests.fake_daemon import Served
from webui.tests.forms import Person
from webui.tests.rig import FakeReader


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options.of(tmp_path)


@pytest.fixture
def served(options: Options) -> Iterator[Served]:
    with Served(options.daemon) as daemon:
        yield daemon


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader(scene.records(scene.NOW_MS))


@pytest.fixture
def app(options: Options, served: Served, reader: FakeReader) -> Iterator[Flask]:
    client = connect(options.daemon)
    app = create_app(options, client, reader)
    app.testing = True
    yield app
    client.close()
    app.extensions["ota"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def log_in(app: Flask) -> Callable[[str], Person]:
    """A browser in which `user` is logged in; pages in English."""

    def make(user: str) -> Person:
        person = Person(app.test_client())
        person.post("/login", user=user, password=scene.USERS[user][1])
        return person

    return make
