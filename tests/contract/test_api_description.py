"""The JSON API does what its description says, and no public address breaks, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks
from starlette.routing import Route

from newsletter.subscribing.limits import RequestLimits
from newsletter.web import Served
from newsletter.web.public import public_routes
from tests.peers_ledger import SettableClock
from tests.unit.web.public.conftest import client
from tests.unit.web.public.stage import Stage, copy_site

BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CONFORMS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A site with somebody on the list and a sent issue; places are not counted."""
    root = copy_site(tmp_path_factory.mktemp("site"))
    nobody_counts = RequestLimits((), ())
    with Stage(root, clock=SettableClock(), limits=nobody_counts) as made:
        made.reader("ann@example.com")
        made.dispatch("12")
        yield made


@pytest.fixture(scope="module")
def served(stage: Stage) -> Iterator[Served]:
    """Its public side."""
    with Served(stage.public) as running:
        yield running


def described(served: Served) -> Any:
    """What the API says about itself, as schemathesis reads it."""
    document = httpx.get(f"{served.url}/api/openapi.json").raise_for_status().json()
    return schemathesis.openapi.from_dict(document)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_api_is_as_described(served: Served, mode: GenerationMode) -> None:
    """What fits the description and what does not are answered as it says, never by a 5xx."""
    operation = described(served)["/api/subscribe"]["POST"]

    @given(case=operation.as_strategy(generation_mode=mode))
    @BOUNDED
    def every(case: schemathesis.Case) -> None:
        response = case.call(base_url=served.url)
        case.validate_response(response, checks=CONFORMS)

    every()


def test_what_the_description_asks_for_is_enough(served: Served) -> None:
    """An address, or all there is with the first choice of everything, is taken."""
    document = httpx.get(f"{served.url}/api/openapi.json").json()
    asked = document["paths"]["/api/subscribe"]["post"]["requestBody"]["content"]
    fields = asked["application/json"]["schema"]["properties"]
    whole = {
        "email": "ben@example.com",
        "first_name": "Ben",
        "interests": fields["interests"]["items"]["enum"],
        "attributes": {
            slug: each.get("enum", ["x"])[-1]
            for slug, each in fields["attributes"]["properties"].items()
        },
        "consent": "Yes, send me letters.",
    }
    assert whole.keys() == fields.keys()
    for body in (whole, {"email": "cy@example.com"}, {**whole, "first_name": None}):
        answer = httpx.post(f"{served.url}/api/subscribe", json=body)
        assert answer.status_code == 202, answer.text


def test_no_address_breaks_whatever_is_asked(stage: Stage, served: Served) -> None:
    """Every route, with any method, name, query, header and body, answers without a 5xx."""
    paths = sorted({each.path for each in public_routes(stage.side) if isinstance(each, Route)})
    name = st.text(min_size=1, max_size=60)
    header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80)
    kinds = st.sampled_from(
        (
            "application/x-www-form-urlencoded; charset=utf-16",
            "multipart/form-data; boundary=b",
            "multipart/form-data",
            "application/json",
            "",
        )
    )

    @given(st.sampled_from(paths), st.sampled_from(METHODS), name, header, kinds, st.binary())
    @BOUNDED
    def every(path: str, method: str, name: str, words: str, kind: str, body: bytes) -> None:
        place = path.replace("{token}", "{name}").replace("{slug}", "{name}")
        headers = {"content-type": kind, "user-agent": words, "x-forwarded-for": words}
        headers |= {"origin": words.strip()}
        url = place.replace("{name}", quote(name, safe="", errors="replace"))
        answer = asking.request(method, url, params={"x": name}, headers=headers, content=body)
        assert answer.status_code < 500, (method, url)
        assert answer.headers["x-content-type-options"] == "nosniff"

    with client(served) as asking:
        every()
