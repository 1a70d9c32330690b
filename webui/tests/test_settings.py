import json

import pytest

from firmware.contract.analog import HangUp
from webui.sections import LABELS, SECTIONS, Shape
from webui.tests.refusal import No

FORM = {"revision": 7, "name": "销售", "ring_s": "90", "retry_s": "20", "max_misses": "2"}
FORM |= {"wrap_up_s": "30", "max_wait_s": "600", "max_length": "10", "position_s": "30"}
FORM |= {"short_abandon_s": "5", "service_level_s": "20", "strategy": "longest_idle"}
FORM |= {"skills": "english: 3, 2\nbilling: 1", "record": "on", "dispositions": ["order"]}
QUEUE = "/settings/queues/sales"


def proposals(served):
    return served.do(lambda box: [c for c in box.seen if type(c).__name__ == "ProposeConfig"])


def settings(served):
    return served.do(lambda box: box.config.model_dump(mode="json"))


def test_every_field_of_every_section_has_a_label():
    for section in SECTIONS.values():
        names = section.model.model_fields
        if section.shape is Shape.VALUE:
            names = [section.key]
        if not section.as_json:
            assert [n for n in names if f"{section.model.__name__}.{n}" not in LABELS] == []
    assert [n for n in HangUp.model_fields if f"HangUp.{n}" not in LABELS] == []


LINE = "/settings/analog_lines/analog.1"
TYPED = {"number": "01088887001", "enabled": "on", "caller_id": "fsk", "dialling": "dtmf"}
TYPED |= {"dial_tone_s": "5", "impedance": "china", "receive_gain_db": "-3", "hang_up.tone": "on"}
TYPED |= {"transmit_gain_db": "0", "hang_up.silence_s": "120", "hang_up.longest_s": "7200"}


def test_an_analogue_line_is_set_with_what_ends_its_calls(log_in, served):
    person = log_in("admin")
    assert "01088887001" in person.get("/settings/analog_lines").text
    tones = "450: 0.25/0.25\n480+620: 0.5/0.5"
    person.post(LINE, LINE, revision=7, **TYPED, **{"hang_up.tones": tones})
    line = settings(served)["analog"]["analog"]["lines"]["1"]
    assert (line["receive_gain_db"], line["hang_up"]["polarity"]) == (-3, False)
    assert line["hang_up"]["tones"][1] == {
        "frequencies": [480.0, 620.0],
        "on_s": 0.5,
        "off_s": 0.5,
    }
    assert "480+620: 0.5/0.5" in person.get(LINE).text


def test_a_tone_that_cannot_be_is_told_at_its_field(log_in, served):
    typed = {**TYPED, "hang_up.tones": "450 busy", "hang_up.silence_s": "-1"}
    reply = log_in("admin").post(LINE, LINE, revision=7, **typed)
    assert reply.status_code == 422
    assert "must be a number" in reply.text
    assert "must be at least 0" in reply.text
    assert proposals(served) != []
    assert settings(served)["analog"]["analog"]["lines"]["1"]["caller_id"] == "auto"


def test_a_line_is_added_under_board_and_socket(log_in, served):
    new = "/settings/analog_lines/new"
    person = log_in("admin")
    typed = TYPED | {"number": "01088887003"}
    assert person.post(new, new, revision=7, id="analog.3", **typed).status_code == 303
    assert settings(served)["analog"]["analog"]["lines"]["3"]["number"] == "01088887003"
    assert person.post(new, new, revision=8, id="analog", **typed).status_code == 422
    person.post(
        "/settings/analog_lines/analog.3/remove", "/settings/analog_lines/analog.3", revision=8
    )
    assert "3" not in settings(served)["analog"]["analog"]["lines"]


def test_saving_a_board_keeps_its_lines(log_in, served):
    board = "/settings/analog/analog"
    log_in("admin").post(board, board, revision=7, name="模拟板", board="FXO-7")
    assert set(settings(served)["analog"]["analog"]["lines"]) == {"1", "2"}


def test_save_proposes_the_form_at_its_revision(log_in, served):
    reply = log_in("admin").post(QUEUE, QUEUE, **FORM)
    (sent,) = proposals(served)
    assert reply.status_code == 303
    assert (sent.base_revision, sent.path) == (7, "queues.sales")
    saved = settings(served)["queues"]["sales"]
    assert (saved["ring_s"], saved["record"], saved["announce_agent"]) == (90, True, False)
    assert saved["skills"]["english"] == {"level": 3, "weight": 2}
    assert saved["dispositions"] == ["order"]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("ring_s", "1", "must be at least 3"),
        ("ring_s", "long", "must be a number"),
        ("name", "", "needs at least 1 characters"),
        ("skills", "english: many", "english.level: must be a whole number"),
        ("dispositions", "nothing", "there is no disposition “nothing”"),
    ],
)
def test_a_refused_change_keeps_what_was_typed_and_says_why(log_in, served, field, typed, words):
    before = settings(served)
    reply = log_in("admin").post(QUEUE, QUEUE, **(FORM | {field: typed}))
    assert reply.status_code == 422
    assert words in reply.text
    assert 'name="revision" value="7"' in reply.text
    if field != "dispositions":
        assert typed in reply.text
    assert settings(served) == before


def test_a_conflict_shows_both_and_loses_neither(log_in, served):
    person = log_in("admin")
    served.do(lambda box: setattr(box, "revision", 8))
    reply = person.post(QUEUE, QUEUE, **FORM)
    assert reply.status_code == 409
    assert 'name="ring_s" value="90"' in reply.text
    assert "Saved meanwhile by somebody else:" in reply.text
    assert "<span>20</span>" in reply.text
    # ring, longest wait, longest queue, skills, announcement, dispositions
    assert reply.text.count("Saved meanwhile by somebody else:") == 6
    assert 'name="revision" value="8"' in reply.text


def test_the_daemons_problems_of_other_places_are_listed(log_in, served):
    problem = {"path": "routes.0.flow", "code": "unknown_flow", "text": "", "params": {"name": "x"}}
    refusal = No(422, "config_rejected", problems=[problem, problem | {"path": "routes.1.flow"}])
    served.do(lambda box: box.refusals.update(ProposeConfig=refusal))
    reply = log_in("admin").post(QUEUE, QUEUE, **FORM)
    assert "2 problems; nothing was changed" in reply.text
    assert "<code>routes.1.flow</code> there is no flow “x”" in reply.text


@pytest.mark.parametrize("path", [f"/settings/{name}" for name in SECTIONS])
def test_every_section_opens(log_in, path):
    assert log_in("admin").get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/settings/queues/nobody", "/settings/nothing", "/settings/site/x", "/settings/routes/9"],
)
def test_what_is_not_there_is_not_found(log_in, path):
    assert log_in("admin").get(path).status_code == 404


def test_a_new_agent_is_added_and_removed(log_in, served):
    person = log_in("admin")
    new = "/settings/agents/new"
    reply = person.post(new, new, revision=7, id="8009", name="Zhou", queues=["sales"], skills="")
    assert reply.status_code == 303
    assert settings(served)["agents"]["8009"]["queues"] == ["sales"]
    person.post("/settings/agents/8009/remove", "/settings/agents/8009", revision=8)
    assert "8009" not in settings(served)["agents"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("8001", "exists already"), ("80.1", "not of the right form"), ("", "not of the right form")],
)
def test_an_id_that_cannot_be_is_refused_before_it_harms(log_in, served, name, words):
    new = "/settings/agents/new"
    reply = log_in("admin").post(new, new, revision=7, id=name, name="Zhou", skills="")
    assert reply.status_code == 422
    assert words in reply.text
    assert proposals(served) == []


def test_a_part_that_others_need_stays(log_in, served):
    reply = log_in("admin").post(f"{QUEUE}/remove", QUEUE, revision=7)
    assert reply.status_code == 422
    assert "there is no queue “sales”" in reply.text
    assert "sales" in settings(served)["queues"]


def test_a_number_is_added_to_the_blacklist(log_in, served):
    new = "/settings/blacklist/new"
    log_in("admin").post(new, new, revision=7, number="0215555*", note="fax")
    assert settings(served)["blacklist"][1] == {"number": "0215555*", "note": "fax"}


def test_hours_labels_and_channels_are_typed_as_people_write_them(log_in, served):
    person = log_in("admin")
    place = "/settings/calendars/office"
    week = {"week.mon": "09:00-12:00, 13:00-18:00", "week.tue": ""}
    person.post(place, place, revision=7, holidays="CN", closed="2026-12-31", **week)
    assert settings(served)["calendars"]["office"]["week"] == {
        "mon": [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "18:00"}]
    }
    place = "/settings/trunks/e1"
    trunk = {"name": "E1", "board": "", "hunt": "up", "numbers": "01088886666"}
    trunk |= {"overlap_digits": "0", "overlap_s": "4", "channels": "1-3, 31"}
    person.post(place, place, revision=8, **trunk)
    assert settings(served)["trunks"]["e1"]["channels"] == [1, 2, 3, 31]


def test_a_flow_is_edited_as_a_document(log_in, served):
    place = "/settings/flows/closed"
    document = {"start": "bye", "nodes": {"bye": {"kind": "hangup", "cause": 17}}}
    reply = log_in("admin").post(place, place, revision=7, document=json.dumps(document))
    assert reply.status_code == 303
    assert settings(served)["flows"]["closed"]["nodes"]["bye"]["cause"] == 17


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", ["is no JSON at line 1, column 2"]),
        ('{"start": NaN}', ["is no JSON at line 1, column 1"]),
        ('{"start": "\\ud800"}', ["is no JSON at line 1, column 1"]),
        ("[]", ["must be a JSON object"]),
        (
            {"start": "a", "nodes": {"a": {"kind": "play", "next": "b"}, "c": {"kind": "hangup"}}},
            [
                "<code>nodes.a.next</code> there is no node “b”",
                "<code>nodes.c</code> nothing leads",
            ],
        ),
        ({"start": "a", "nodes": {"a": {"kind": "sing"}}}, ["nodes.a", "no kind of node"]),
        ({"start": "a", "nodes": {"a": {"kind": "hangup", "x": 1}}}, ["x", "not known here"]),
    ],
)
def test_every_problem_of_a_flow_is_listed_with_its_place(log_in, served, document, words):
    before = settings(served)
    text = document if isinstance(document, str) else json.dumps(document)
    place = "/settings/flows/closed"
    reply = log_in("admin").post(place, place, revision=7, document=text)
    assert reply.status_code == 422
    for word in words:
        assert word in reply.text
    assert settings(served) == before
