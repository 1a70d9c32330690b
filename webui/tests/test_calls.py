import pytest

from firmware.contract.model import Direction, Outcome
from webui.tests import scene
from webui.timeline import LEFT, WIDTH, Timeline

DAY_MS = 24 * 3600 * 1000


def own(reader, agent):
    return [one for one in reader.records if agent in (one.agent, *(p.who for p in one.parts))]


def test_agents_see_their_own_calls_whatever_they_ask_for(log_in, reader):
    log_in("8001").get("/calls/?agent=8002")
    assert reader.asked[-1].agent == "8001"


def test_supervisors_see_all_calls_and_may_choose(log_in, reader):
    person = log_in("lead")
    person.get("/calls/")
    person.get("/calls/?agent=8002")
    assert [one.agent for one in reader.asked] == [None, "8002"]


def test_the_filters_reach_the_records(log_in, reader):
    log_in("lead").get(
        "/calls/?from=2026-11-22&to=2026-11-22&number=138 0013&queue=sales"
        "&direction=outbound&outcome=failed"
    )
    wanted = reader.asked[-1]
    assert wanted.until_ms - wanted.since_ms == DAY_MS
    assert wanted.since_ms == scene.NOW_MS - 10 * 3600 * 1000  # midnight in Shanghai
    assert (wanted.number, wanted.queue) == ("1380013", "sales")
    assert (wanted.direction, wanted.outcome) == (Direction.OUTBOUND, Outcome.FAILED)


@pytest.mark.parametrize(
    "query", ["from=yesterday", "page=-3", "page=x", "direction=up", "outcome=1", "page=99999999"]
)
def test_a_filter_that_makes_no_sense_is_left_out(log_in, query):
    assert log_in("lead").get(f"/calls/?{query}").status_code == 200


def test_pages_keep_the_filter(log_in):
    page = log_in("lead").get("/calls/?queue=service&page=1")
    assert "page=2&amp;queue=service" in page.text


@pytest.mark.parametrize(("user", "status"), [("lead", 200), ("8001", 404), ("8002", 200)])
def test_one_call_is_for_those_who_took_part_and_supervisors(log_in, reader, user, status):
    theirs = next(one for one in own(reader, "8002") if one.recordings)
    assert log_in(user).get(f"/calls/{theirs.call}").status_code == status
    recording = f"/calls/recordings/{theirs.recordings[0].recording}"
    assert log_in(user).get(recording).status_code == status


def test_the_menu_path_is_told_in_the_words_of_the_menu(log_in, reader):
    call = next(one for one in reader.records if one.path)
    page = log_in("lead").get(f"/calls/{call.call}").text
    assert "欢迎 › 售后" in page or "Welcome › Service" in page


def test_a_recording_is_sent_by_nginx_from_where_the_record_says(log_in, reader):
    call = next(one for one in reader.records if one.recordings)
    name, path = call.recordings[0].recording, call.recordings[0].path
    reply = log_in("lead").get(f"/calls/recordings/{name}?download=1")
    assert reply.headers["X-Accel-Redirect"] == f"/protected/recordings/{path}"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}.wav"'


@pytest.mark.parametrize("name", ["nothing", "20261122T000000.000-0-9", "..-1", "%2e%2e/x-1"])
def test_a_recording_that_is_not_there_is_not_found(log_in, name):
    assert log_in("lead").get(f"/calls/recordings/{name}").status_code == 404


def test_the_time_line_is_to_scale():
    call = scene.records(scene.NOW_MS)[0]
    line = Timeline.of(call, lambda _kind, who: who)
    ivr, queue = line.bars[0], line.bars[1]
    assert ivr.x + ivr.width == pytest.approx(queue.x)
    assert ivr.width / queue.width == pytest.approx(14 / 25)
    assert line.bars[-1].x + line.bars[-1].width == pytest.approx(WIDTH)
    assert line.ticks[0].x == LEFT


def test_own_figures_count_conversations_of_today(log_in, reader, monkeypatch):
    page = log_in("8001").get("/desk/figures").text
    asked = reader.asked[-1]
    assert asked.agent == "8001"
    assert asked.until_ms - asked.since_ms == DAY_MS
    assert "18:00" in page  # twelve conversations of 90 s
