import hashlib
import io
import itertools
import shutil
from collections import namedtuple
from dataclasses import replace

import httpx
import pytest

from firmware.contract import update as u
from webui import bundles, update_words
from webui.ota import Ota
from webui.tests.fake_ota import NOTES
from webui.tests.refusal import No

S = u.UpdateState
BUNDLE = b"hsqs" + bytes(range(256)) * 5000


@pytest.fixture
def ota(served):
    return served.daemon.ota


@pytest.fixture
def admin(log_in):
    return log_in("admin")


def send(person, content=BUNDLE, **headers):
    """Upload as the page's script does."""
    page = person.get("/update/").text
    token = page.partition('data-token="')[2].partition('"')[0]
    return person.client.post(
        "/update/upload",
        base_url="https://localhost",
        data=content,
        headers={"X-Form-Token": token, "Accept": "application/json", **headers},
    )


@pytest.mark.parametrize("path", ["/update/", "/update/state", "/update/settings/"])
@pytest.mark.parametrize("user", ["8001", "lead"])
def test_updates_are_for_administrators(log_in, path, user):
    assert log_in(user).get(path).status_code == 403


def test_the_page_shows_versions_files_and_what_was(admin):
    page = admin.get("/update/").text
    for words in ("1.3.0", "System A", "runs now", "callbox-1.4.0.raucb", "Go back to version 1.2"):
        assert words in page
    assert "did not find a line board that worked before. Check the USB cables" in page
    assert "no calls for 2:11" in page


@pytest.mark.parametrize("state", S)
def test_every_state_has_words_in_both_languages(app, state):
    texts = set()
    for language in ("zh_CN", "en"):
        with app.test_request_context(headers={"Cookie": f"callbox_language={language}"}):
            now = (str(update_words.TITLES[state]), str(update_words.TEXTS[state]))
        assert all(now)
        texts.add(now)
    assert len(texts) == 2


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_end_says_what_happened_why_and_what_to_do(app, language):
    said = {}
    with app.test_request_context(headers={"Cookie": f"callbox_language={language}"}):
        for result, reason in itertools.product(u.UpdateResult, u.UpdateReason):
            text = said[result, reason] = update_words.ended(result, reason)
            assert str(update_words.ENDS[result]) in text
            if reason is not u.UpdateReason.NONE:
                assert str(update_words.WHY[reason]) in text
            assert text.count("。" if language == "zh_CN" else ".") >= 2, text
            assert ("。 " in text) is False
    assert len(set(said.values())) == len(said)


def test_the_words_are_for_every_value_of_the_contract():
    assert set(update_words.SOURCES) == set(u.UpdateSource)
    assert set(update_words.RESULTS) == set(u.UpdateResult) == set(update_words.ENDS)
    assert set(update_words.WHY) == set(u.UpdateReason) == set(update_words.ADVICE)
    assert set(update_words.SETTINGS) == set(u.UpdateSettings.__dataclass_fields__)


STATES = [
    ({"state": S.INSTALLING, "percent": 43, "bytes_done": 12 * 10**6, "bytes_all": 28 * 10**6},
     {"percent": 43, "size": "12.0 of 28.0 MB", "may_cancel": True, "may_install": False}),
    ({"state": S.WAITING, "starts_ms": 4_102_412_400_000, "target": "1.4.0"},
     {"waits": "The restart is planned for 2099-12-31 23:00.", "may_restart": True}),
    ({"state": S.WAITING, "calls": 2},
     {"waits": "It waits until no call goes on; now there are: 2"}),
    ({"state": S.IDLE, "needs_confirmation": True, "target": "1.4.0"},
     {"title": "The update server has an update: 1.4.0", "cancel_word": "Decline"}),
    ({"state": S.WAITING}, {"waits": "It waits until you press “Restart now”."}),
    ({"state": S.WAITING, "needs_confirmation": True},
     {"waits": "It waits for your confirmation.", "restart_word": "Confirm"}),
    ({"state": S.DRAINING, "calls": 3}, {"waits": "Calls that still go on: 3", "may_cancel": True}),
    ({"state": S.REBOOTING}, {"may_cancel": False, "may_restart": False, "going": True}),
    ({"state": S.FELL_BACK, "reason": u.UpdateReason.CLOCK},
     {"going": False, "may_install": True, "percent": None}),
]  # fmt: skip


@pytest.mark.parametrize(("view", "told"), STATES)
def test_what_goes_on_is_told_in_words(admin, ota, view, told):
    ota.change(**view)
    now = admin.get("/update/state", Accept="application/json").json
    assert {key: now[key] for key in told} == told


def test_the_stamp_changes_with_what_only_a_new_page_shows(admin, ota):
    def stamp():
        return admin.get("/update/state").json["stamp"]

    before = stamp()
    ota.change(S.IDLE, percent=5)
    assert stamp() == before
    ota.change(S.IDLE, found=("other.raucb",))
    assert stamp() != before


@pytest.mark.parametrize(
    ("path", "fields", "command"),
    [
        ("install", {"name": "callbox-1.4.0.raucb"}, u.InstallUpdate("usb", "callbox-1.4.0.raucb")),
        ("restart", {}, u.RestartNow()),
        ("cancel", {}, u.CancelUpdate()),
        ("roll-back", {"sure": "on", "why": " noise "}, u.RollBack("noise")),
    ],
)
def test_buttons_become_commands(admin, ota, path, fields, command):
    assert admin.post(f"/update/{path}", "/update/", **fields).status_code == 303
    assert ota.seen == [command]


def test_going_back_needs_a_tick(admin, ota):
    reply = admin.post("/update/roll-back", "/update/")
    assert reply.status_code == 422
    assert "Tick the box" in reply.text
    assert ota.seen == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("busy", "Another update is under way."),
        ("older_version", "The file holds an older version"),
        ("not_in_this_state", "not possible in the present state"),
        ("unheard_of", "in the words of callbox-ota"),
    ],
)
def test_refusals_are_told_in_words(admin, ota, code, words):
    ota.refusals["InstallUpdate"] = No(409, code, "in the words of callbox-ota")
    reply = admin.post("/update/install", "/update/", name="x.raucb")
    assert reply.status_code == 422
    assert words in reply.text


@pytest.mark.parametrize(
    ("language", "first"), [("zh_CN", "通话记录可以按队列筛选"), ("en", "Calls by")]
)
def test_notes_are_in_the_language_of_the_page(admin, ota, language, first):
    ota.change(S.INSTALLING, target="1.4.0", notes=NOTES)
    admin.client.set_cookie("callbox_language", language)
    assert f"<li>{first}" in admin.get("/update/").text


def test_notes_in_the_other_language_are_better_than_none(admin, ota):
    ota.change(S.INSTALLING, target="1.4.0", notes=replace(NOTES, en=""))
    assert "通话记录可以按队列筛选" in admin.get("/update/").text


# --- uploads ---


def test_an_upload_is_kept_by_its_hash_and_installed(admin, ota, options):
    assert send(admin).status_code == 200
    name = f"{hashlib.sha256(BUNDLE).hexdigest()}.raucb"
    assert ota.seen == [u.InstallUpdate("upload", name)]
    assert (options.uploads / name).read_bytes() == BUNDLE
    assert (options.uploads / name).stat().st_mode & 0o777 == 0o640


def test_a_refused_upload_leaves_no_file(admin, ota, options):
    ota.refusals["InstallUpdate"] = No(409, "wrong_signature")
    reply = send(admin)
    assert reply.status_code == 422
    assert "does not come from the maker of this box" in reply.json["text"]
    assert list(options.uploads.glob("*.raucb")) == []


def test_an_upload_without_room_is_refused_before_it_is_written(admin, ota, options, monkeypatch):
    usage = namedtuple("usage", "total used free")
    free = bundles.RESERVE_BYTES + len(BUNDLE) - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(0, 0, free))
    reply = send(admin)
    assert (reply.status_code, ota.seen) == (422, [])
    assert "not enough room" in reply.json["text"]
    assert list(options.uploads.glob("*.[rp]a*")) == []


def test_only_whole_files_are_kept_and_leftovers_go(tmp_path):
    (tmp_path / "killed.part").write_bytes(b"x")
    with pytest.raises(bundles.UploadProblem, match="incomplete"):
        bundles.keep(_stream(b"12345"), 6, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".upload-lock"]
    kept = bundles.keep(_stream(b"12345"), 5, tmp_path)
    assert bundles.keep(_stream(b"12345"), 5, tmp_path) == kept


def test_a_second_upload_waits_for_the_first(tmp_path):
    class Meanwhile:
        def read(self, _size):
            with pytest.raises(bundles.UploadProblem, match="busy"):
                bundles.keep(_stream(b"2"), 1, tmp_path)
            return b"1"

    assert bundles.keep(Meanwhile(), 1, tmp_path).read_bytes() == b"1"


def test_a_full_disk_is_no_room(tmp_path):
    class Full:
        def read(self, _size):
            raise OSError(28, "No space left on device")

    with pytest.raises(bundles.UploadProblem, match="no_space"):
        bundles.keep(Full(), 1, tmp_path)
    assert list(tmp_path.glob("*.part")) == []


def _stream(content):
    return io.BytesIO(content)


@pytest.mark.parametrize("user", ["8001", "lead"])
def test_others_cannot_upload(log_in, options, user):
    person = log_in(user)
    token = person.get("/account").text.partition('name="form_token" value="')[2].partition('"')[0]
    reply = person.client.post(
        "/update/upload", base_url="https://localhost", data=BUNDLE, headers={"X-Form-Token": token}
    )
    assert reply.status_code == 403
    assert list(options.uploads.glob("*.raucb")) == []


def test_an_upload_needs_a_token_of_a_page(admin):
    assert send(admin, **{"X-Form-Token": "forged"}).status_code == 400


# --- without callbox-ota ---


def _away(request):
    raise httpx.ConnectError("no such socket", request=request)


@pytest.fixture
def without_ota(app):
    transport = httpx.MockTransport(_away)
    own = app.extensions["ota"]
    app.extensions["ota"] = Ota(httpx.Client(transport=transport, base_url="http://callbox-ota"))
    yield
    app.extensions["ota"] = own


@pytest.mark.usefixtures("without_ota")
def test_without_callbox_ota_the_pages_say_so(admin, options):
    for path in ("/update/", "/update/settings/"):
        reply = admin.get(path)
        assert reply.status_code == 200
        assert "The part of the box that does updates does not answer." in reply.text
    assert admin.get("/update/state", Accept="application/json").status_code == 503
    assert admin.post("/update/restart", "/account").status_code == 303
    assert admin.post("/update/settings/", "/account", **FORM).status_code == 503


# --- settings ---

FORM = {
    "restart": "idle", "window_begins": "02:00", "window_ends": "04:30", "longest_drain_s": "12.5",
    "server_url": "https://updates.example/", "server_tenant": "DEFAULT", "controller_id": "box-7",
    "poll_s": "5", "server_token": "a secret", "server_token_kind": "gateway", "confirm": "on",
    "server_ca": "", "client_certificate": "", "client_key": "",
}  # fmt: skip


def test_settings_are_saved_in_seconds(admin, ota):
    assert admin.post("/update/settings/", "/update/settings/", **FORM).status_code == 303
    saved = ota.settings
    assert (saved.restart, saved.longest_drain_s, saved.poll_s) == ("idle", 750, 300)
    assert (saved.server_token, saved.confirm) == ("a secret", True)
    page = admin.get("/update/settings/").text
    assert "a secret" not in page
    assert 'value="12.5"' in page


def test_the_page_says_how_the_box_calls_itself_on_a_server(admin):
    assert "callbox-1f3a90c2" in admin.get("/update/settings/").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("poll_s", "9999", "must be at most 1440"),
        ("poll_s", "often", "must be a whole number"),
        ("poll_s", "nan", "must be a whole number"),
        ("longest_drain_s", "-1", "must be at least 0"),
        ("restart", "never", "must be one of"),
        ("window_begins", "3", "needs at least 5 characters"),
        ("server_tenant", "x" * 65, "has at most 64 characters"),
    ],
)
def test_wrong_settings_are_told_at_their_field(admin, ota, field, value, words):
    reply = admin.post("/update/settings/", "/update/settings/", **FORM | {field: value})
    assert reply.status_code == 422
    place = reply.text.partition(f'<div id="{field}-more">')[2].partition("</div>")[0]
    assert words in place
    assert "a secret" not in reply.text
    assert (ota.seen, "box-7" in reply.text) == ([], True)


def test_problems_that_callbox_ota_finds_are_at_their_field_too(admin, ota):
    problem = {"path": "settings.server_url", "code": "no_url", "text": "English"}
    ota.refusals["ChangeUpdateSettings"] = No(422, "invalid", problems=[problem])
    reply = admin.post("/update/settings/", "/update/settings/", **FORM)
    place = reply.text.partition('<div id="server_url-more">')[2].partition("</div>")[0]
    assert "must begin with https://" in place
