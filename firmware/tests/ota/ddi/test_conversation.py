"""The box and a server with what only hawkBit does, over HTTP on loopback."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from firmware.contract.update import UpdateReason, UpdateResult, UpdateSettings
from firmware.errors import Refused
from firmware.ota.ddi.consent import Consent
from firmware.ota.ddi.conversation import Conversation
from firmware.ota.ddi.memory import Memory
from firmware.ota.ddi.messages import LONGEST_MESSAGE, BadMessage
from firmware.ota.ddi.server import NotLetIn, Server, ServerError
from firmware.tests.ota.ddi.desk import FakeDesk
from firmware.tests.ota.ddi.stub import TOKEN, File, HawkBit, lines, says, served, silence

BUNDLE = b"bundle" * 1000


@dataclass
class Talk:
    """A box in conversation with a stub."""

    stub: HawkBit
    desk: FakeDesk
    talk: Conversation
    consent: Consent
    settings: UpdateSettings

    async def once(self) -> None:
        await self.talk.once()


def settings_for(stub: HawkBit, **other: Any) -> UpdateSettings:
    return UpdateSettings(server_url=stub.base, controller_id="box-1", server_token=TOKEN, **other)


@asynccontextmanager
async def talking(
    stub: HawkBit, folder: Path, *, streams: bool = False, **other: Any
) -> AsyncIterator[Talk]:
    async with served(stub):
        settings = settings_for(stub, **other)
        server, desk, consent = Server(settings, "box-1"), FakeDesk(settings), Consent()
        memory = Memory(folder / "ddi.json")
        talk = Conversation(server, settings, desk, memory, consent, streams=streams)
        yield Talk(stub, desk, talk, consent, settings)
        await server.close()


@pytest.fixture
def stub() -> HawkBit:
    return HawkBit()


async def test_a_deployment_becomes_an_offer(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        await box.once()
        (offer,) = box.desk.offers
    assert (offer.version, offer.name, offer.size) == ("1.1.0", "callbox-1.1.0.raucb", 6000)
    assert len(offer.sha256) == 64
    assert offer.url.startswith(stub.base)
    assert not offer.stream
    assert not offer.at_once
    assert not action.feedback, "nothing has been done yet"


async def test_an_offer_under_way_is_not_made_again(stub: HawkBit, tmp_path: Path) -> None:
    stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        for _ in range(3):
            await box.once()
        assert len(box.desk.offers) == 1


@pytest.mark.parametrize("result", [UpdateResult.COMMITTED, UpdateResult.FELL_BACK])
async def test_closed_comes_only_after_the_end(
    stub: HawkBit, tmp_path: Path, result: UpdateResult
) -> None:
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        await box.once()
        await box.once()
        assert not action.feedback
        reason = UpdateReason.LOOPBACK if result == UpdateResult.FELL_BACK else UpdateReason.NONE
        box.desk.end(result, reason)
        await box.once()
        assert not box.desk.unreported()
    (said,) = action.feedback
    wanted = "success" if result == UpdateResult.COMMITTED else "failure"
    assert said["status"]["execution"] == "closed"
    assert said["status"]["result"] == {"finished": wanted}


@pytest.mark.parametrize("status", [500, 502, 429, 401, 403, 301])
async def test_a_result_is_kept_until_the_server_has_taken_it(
    stub: HawkBit, tmp_path: Path, status: int
) -> None:
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        await box.once()
        box.desk.end(UpdateResult.COMMITTED)
        stub.faults = [says(status), silence]
        for _ in range(2):
            with pytest.raises(ServerError):
                await box.once()
            assert box.desk.unreported()
        await box.once()
        assert not box.desk.unreported()
    assert len(action.feedback) == 1


@pytest.mark.parametrize("status", [404, 410, 400, 409])
async def test_a_result_that_will_never_be_taken_is_let_go(
    stub: HawkBit, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        await box.once()
        box.desk.end(UpdateResult.COMMITTED)
        stub.faults = [says(status)]
        await box.once()
        assert not box.desk.unreported()
    assert f"the server says {status}" in caplog.text


async def test_a_result_of_another_server_is_not_told_here(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        box.desk.action = "0badcafe:7"
        box.desk.end(UpdateResult.FELL_BACK, UpdateReason.WEB)
        await box.once()
        assert not box.desk.unreported()
        assert len(box.desk.offers) == 1
    assert not action.feedback


async def test_cancel_is_accepted_before_the_restart(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        await box.once()
        action.cancelling = True
        await box.once()
        (said,) = action.cancel_feedback
        await box.once()
        assert not box.desk.unreported()
    assert (said["status"]["execution"], said["status"]["result"]["finished"]) == (
        "closed",
        "success",
    )
    assert not action.feedback, "a cancelled action is closed by the cancelling"


async def test_cancel_is_refused_after_the_restart(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        await box.once()
        box.desk.too_late = action.cancelling = True
        await box.once()
        assert action.cancel_feedback[0]["status"]["execution"] == "rejected"
        box.desk.end(UpdateResult.COMMITTED)
        await box.once()
    assert action.feedback[-1]["status"]["result"] == {"finished": "success"}


async def test_cancel_of_what_was_never_begun(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE), cancelling=True)
    async with talking(stub, tmp_path) as box:
        await box.once()
        assert not box.desk.offers
    assert action.ended


async def test_without_the_setting_the_box_confirms_by_itself(
    stub: HawkBit, tmp_path: Path
) -> None:
    action = stub.assign(File(BUNDLE), confirm=True)
    async with talking(stub, tmp_path) as box:
        await box.once()
        assert not box.desk.offers
        await box.once()
        assert len(box.desk.offers) == 1
        assert not box.desk.offers[0].confirmed, "no person has said so"
    assert [said["confirmation"] for said in action.confirmations] == ["confirmed"]


async def test_with_the_setting_a_person_confirms(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE), confirm=True)
    async with talking(stub, tmp_path, confirm=True) as box:
        await box.once()
        await box.once()
        assert not action.confirmations
        assert box.consent.open == "1.1.0"
        assert box.consent.answer(yes=True)
        await box.once()
        await box.once()
        assert box.desk.offers[0].confirmed
    assert len(action.confirmations) == 1


async def test_a_persons_no_is_said_once(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE), confirm=True)
    async with talking(stub, tmp_path, confirm=True) as box:
        await box.once()
        box.consent.answer(yes=False)
        for _ in range(3):
            await box.once()
        assert not box.desk.offers
        assert not box.consent.open
        assert not box.consent.answer(yes=True), "nothing is open any more"
    assert [said["confirmation"] for said in action.confirmations] == ["denied"]


async def test_a_closed_window_of_the_server_is_waited_for(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE), window="unavailable")
    async with talking(stub, tmp_path) as box:
        await box.once()
        await box.once()
        assert not box.desk.offers
        action.window = "available"
        await box.once()
        assert box.desk.offers[0].at_once
    assert [said["status"]["execution"] for said in action.feedback] == ["scheduled"]


@pytest.mark.parametrize("hashes", [("sha1",), ("md5",), ("sha256",)])
async def test_any_hash_will_do(stub: HawkBit, tmp_path: Path, hashes: tuple[str, ...]) -> None:
    stub.assign(File(BUNDLE, hashes=hashes))
    async with talking(stub, tmp_path) as box:
        await box.once()
        assert len(getattr(box.desk.offers[0], hashes[0])) > 30


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (File(BUNDLE, hashes=()), "no hash"),
        (File(BUNDLE, links=()), "no download link"),
        (File(BUNDLE, location="file:///etc/shadow"), "plain http or https"),
        (File(BUNDLE, location="http://user:word@h.example/x"), "plain http or https"),
    ],
)
async def test_what_cannot_be_fetched_is_closed_with_why(
    stub: HawkBit, tmp_path: Path, file: File, word: str
) -> None:
    action = stub.assign(file)
    async with talking(stub, tmp_path) as box:
        await box.once()
        assert not box.desk.offers
    status = action.feedback[0]["status"]
    assert (status["code"], status["result"]["finished"]) == (302, "failure")
    assert word in status["details"][1]


async def test_refusals_of_the_updater_are_told_and_busy_is_waited_for(
    stub: HawkBit, tmp_path: Path
) -> None:
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        for code in ("busy", "starting"):
            box.desk.refuses = Refused(code)
            await box.once()
            assert not action.feedback
        box.desk.refuses = Refused("older_version", "1.1.0 is older than 1.2.0")
        await box.once()
    assert action.feedback[0]["status"]["code"] == 105


async def test_who_the_box_is_when_asked_and_when_it_changed(stub: HawkBit, tmp_path: Path) -> None:
    async with talking(stub, tmp_path) as box:
        await box.once()
        await box.once()
        assert len(stub.config) == 1
        box.desk.version = "1.1.0"
        await box.once()
        stub.wants_config = True
        await box.once()
        memory = Memory(tmp_path / "ddi.json")
        server = Server(box.settings, "box-1")
        again = Conversation(server, box.settings, box.desk, memory, box.consent, streams=False)
        await again.once()
        await server.close()
    assert [said["data"]["sw_version"] for said in stub.config] == ["1.0.0", "1.1.0", "1.1.0"]
    assert stub.config[0]["data"]["hw_boardname"] == "callbox-x86_64"


async def test_streaming_where_rauc_and_the_server_can(stub: HawkBit, tmp_path: Path) -> None:
    file = File(BUNDLE)
    stub.assign(file)
    async with talking(stub, tmp_path, streams=True) as box:
        await box.once()
        assert box.desk.offers[0].stream
    assert file.asked == [("bytes=0-0", f"TargetToken {TOKEN}")]


@pytest.mark.parametrize(
    "file",
    [
        File(BUNDLE, ranges=False),
        File(BUNDLE, faults=[says(302, Location="http://127.0.0.2:9/elsewhere/a")]),
        File(BUNDLE, faults=[silence]),
    ],
)
async def test_no_streaming_without_ranges_or_by_a_redirect(
    stub: HawkBit, tmp_path: Path, file: File
) -> None:
    """RAUC would take the token along to wherever it is sent."""
    stub.assign(file)
    async with talking(stub, tmp_path, streams=True) as box:
        await box.once()
        assert not box.desk.offers[0].stream


async def test_no_streaming_with_a_client_key(stub: HawkBit, tmp_path: Path) -> None:
    stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        settings = replace(box.settings, client_certificate="PEM")
        server, desk = Server(box.settings, "box-1"), FakeDesk(settings)
        memory = Memory(tmp_path / "other.json")
        talk = Conversation(server, settings, desk, memory, Consent(), streams=True)
        await talk.once()
        await server.close()
        assert not desk.offers[0].stream


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (says(200, "{"), BadMessage),
        (says(200, "<html>Log in</html>"), BadMessage),
        (says(200, "x" * (LONGEST_MESSAGE + 1)), BadMessage),
        (says(200, '{"_links": {"deploymentBase": {"href": "file:///etc/shadow"}}}'), BadMessage),
        (says(200, '{"_links": {"deploymentBase": {"href": "/rest/v1/targets"}}}'), BadMessage),
        (says(302, Location="http://127.0.0.2:9/"), ServerError),
        (says(404), ServerError),
        (says(503), ServerError),
        (silence, ServerError),
    ],
)
async def test_odd_answers_to_a_poll_begin_nothing(
    stub: HawkBit, tmp_path: Path, fault: Any, error: type[Exception]
) -> None:
    stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        stub.faults = [fault]
        with pytest.raises(error):
            await box.once()
        assert not box.desk.offers
        await box.once()
        assert len(box.desk.offers) == 1, "it goes on after that"


async def test_429_says_how_long(stub: HawkBit, tmp_path: Path) -> None:
    async with talking(stub, tmp_path) as box:
        stub.faults = [says(429, Retry_After="120")]
        with pytest.raises(ServerError) as caught:
            await box.once()
    assert caught.value.retry_after_s == 120


async def test_a_wrong_token_is_not_let_in(stub: HawkBit, tmp_path: Path) -> None:
    stub.token = "TargetToken another"
    async with talking(stub, tmp_path) as box:
        with pytest.raises(NotLetIn):
            await box.once()


async def test_a_gateway_token(stub: HawkBit, tmp_path: Path) -> None:
    stub.token = f"GatewayToken {TOKEN}"
    async with talking(stub, tmp_path, server_token_kind="gateway") as box:
        await box.once()
    assert stub.polls == 1


async def test_the_token_is_in_no_log_and_no_detail(
    stub: HawkBit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    action = stub.assign(File(BUNDLE))
    async with talking(stub, tmp_path) as box:
        await box.once()
        words = f"HTTP 401 with Authorization: TargetToken {TOKEN} or {TOKEN}"
        box.desk.end(UpdateResult.FAILED, UpdateReason.NOT_FETCHED, words)
        stub.faults = [says(500)]
        with pytest.raises(ServerError) as caught:
            await box.once()
        await box.once()
    assert action.feedback
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("firmware", "httpx"))]
    assert TOKEN not in lines(action.feedback) + "".join(ours) + str(caught.value)
    assert TOKEN not in repr(box.settings)
