"""The daemon's door against its own OpenAPI document: what fits it, and what does not.

Every answer has a documented status and the documented shape, and none says that the program
failed.  The box is the real one, as `make run` starts it.
"""

import json
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from firmware.cti.openapi import FILE
from hil_tests.live_agent import LogIn
from hil_tests.running import Running

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(240)]  # eight processes, real seconds
EXAMPLES = 30
ENDS_A_SESSION = "/api/v1/LogOut"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def operations():
    """Of the document, but for who may ask: here it is always the administrator."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    del document["security"], document["components"]["securitySchemes"]
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    found = (one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations())
    return {operation.label: operation for operation in found}


OPERATIONS = operations()
CASES = [
    pytest.param(operation, mode, id=f"{label}-{mode.value}")
    for label, operation in OPERATIONS.items()
    for mode in GenerationMode
    if operation.path != ENDS_A_SESSION  # of all the others: see the last test
    and (mode is GenerationMode.POSITIVE or operation.body or operation.query)
]


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("run")) as box:
        yield box


@pytest.fixture(scope="module")
def token(box):
    """Of somebody who may do everything."""
    with LogIn(socket_of(box), "admin", box.passwords()["admin"]) as administrator:
        yield administrator.token


@pytest.fixture(scope="module")
def door(box, token):
    transport = httpx.HTTPTransport(uds=str(socket_of(box)))
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(
        transport=transport, base_url="http://box", headers=headers, timeout=30
    ) as door:
        yield door


def socket_of(box) -> Path:
    return box.run / "callboxd.sock"


def call(door, case):
    """Send what schemathesis has made up; nothing of the case decides who asks."""
    body = case.as_transport_kwargs(base_url="http://box").get("json")
    return door.request(case.method, case.formatted_path, params=case.query, json=body)


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_every_answer_is_a_documented_one(door, operation, mode):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        case.validate_response(call(door, case), checks=CHECKS)

    ask()


def test_logging_out_answers_as_documented_and_ends_the_session(box, door):
    with LogIn(socket_of(box), "admin", box.passwords()["admin"]) as somebody:
        own = {"Authorization": f"Bearer {somebody.token}"}
        ended = [door.post(ENDS_A_SESSION, json={}, headers=own) for _ in range(2)]
    assert [answer.status_code for answer in ended] == [200, 401]
    operation = OPERATIONS[f"POST {ENDS_A_SESSION}"]
    for answer in ended:
        operation.Case(body={}).validate_response(answer, checks=CHECKS[:4])


def test_every_operation_of_the_document_is_asked():
    asked = {case.values[0].label for case in CASES} | {f"POST {ENDS_A_SESSION}"}
    assert asked == set(OPERATIONS)
    assert len(asked) > 30
