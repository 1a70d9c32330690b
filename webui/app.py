"""The Flask application: `gunicorn "webui.app:create_app()"`."""

import logging
from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webui import (
    auth,
    calls,
    csrf,
    desk,
    errors,
    formats,
    headers,
    language,
    lines,
    monitor,
    ota,
    prompts,
    settings,
    setup,
    update,
    update_settings,
    users,
)
from webui.daemon import Daemon, connect
from webui.options import Options, from_environment
from webui.records import Reader, open_reader

MAX_FORM_BYTES = 1 << 20
"""A form; an upload has its own limit (`prompts.MAX_UPLOAD_BYTES`)."""


def create_app(
    options: Options | None = None, client: Daemon | None = None, records: Reader | None = None
) -> Flask:
    """The application; `client` and `records` are given by tests."""
    options = options or from_environment()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=options.secret,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_PARTS=2000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        BABEL_DEFAULT_LOCALE="zh_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["options"] = options
    app.extensions["daemon"] = client or connect(options.daemon)
    app.extensions["ota"] = ota.connect(options.ota)
    app.extensions["records"] = records or open_reader(options.database)
    for part in (auth, setup, prompts, update, csrf, language, headers, errors, formats):
        part.init_app(app)
    for noun in (auth, language, setup, desk, monitor, lines, calls):
        app.register_blueprint(noun.bp)
    for noun in (settings, users, prompts, update_settings, update):  # administration
        app.register_blueprint(noun.bp)
    # nginx is the only one that can reach the socket; it says who asked, and how.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    logging.getLogger("httpx").setLevel(logging.WARNING)  # one line a request is noise
    return app
