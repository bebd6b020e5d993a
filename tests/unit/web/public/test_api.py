"""The JSON API: named origins, no credentials, the same limits, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model.consent import MailName
from newsletter.subscribing.limits import RequestLimits
from newsletter.web import Served
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import queued, row_of
from tests.unit.web.public.conftest import client
from tests.unit.web.public.stage import Stage

SHOP = "https://shop.example"
FIELDS = ("email", "first_name", "interests", "attributes", "consent", "x")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda each: st.lists(each, max_size=3)
)


@pytest.fixture
def stage(repository_site: Path, tmp_path: Path) -> Iterator[Stage]:
    """A site that lets one shop ask."""
    database = f"sqlite:///{tmp_path}/newsletter.db"
    with Stage(
        repository_site,
        database_url=database,
        clock=SettableClock(),
        limits=RequestLimits(),
        origins=frozenset({SHOP}),
    ) as made:
        yield made


def test_a_sign_up_in_json(stage: Stage, browser: httpx.Client) -> None:
    """It queues the same mail as the form, and answers the same for every address."""
    stage.reader("known@example.com")
    typed: dict[str, Any] = {
        "email": "Ann@example.com",
        "first_name": "Ann",
        "interests": ["tips"],
        "attributes": {"clinic": "berlin"},
        "consent": "Yes, send me letters.",
    }
    answer = browser.post("/api/subscribe", json=typed)
    assert (answer.status_code, answer.json()) == (202, {"status": "check_your_mail"})
    assert queued(stage, MailName.CONFIRM) == 1
    assert row_of(stage, "ann@example.com").first_name == ""
    known = browser.post("/api/subscribe", json={"email": "known@example.com"})
    assert known.content == answer.content


def test_only_named_origins_may_ask(stage: Stage, browser: httpx.Client) -> None:
    """Exactly as written; credentials are never allowed; a refused page changes nothing."""
    typed = {"email": "ann@example.com"}
    for origin in ("https://evil.example", "http://shop.example", f"{SHOP}:444", "null"):
        answer = browser.post("/api/subscribe", json=typed, headers={"origin": origin})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert queued(stage) == 0
    answer = browser.post("/api/subscribe", json=typed, headers={"origin": SHOP})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_browser_asks_before(browser: httpx.Client) -> None:
    """The preflight allows POST with a content type to named origins and nothing to others."""
    asked = {"access-control-request-method": "POST"}
    good = browser.options("/api/subscribe", headers={"origin": SHOP, **asked})
    assert (good.status_code, good.headers["access-control-allow-methods"]) == (204, "POST")
    bad = browser.options("/api/subscribe", headers={"origin": "https://evil.example", **asked})
    assert bad.status_code == 403
    assert "access-control-allow-origin" not in bad.headers


def test_what_a_foreign_page_could_post_without_asking_is_refused(browser: httpx.Client) -> None:
    """Anything but JSON is 415: a plain form can not carry JSON's type."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = browser.post(
            "/api/subscribe", content=b'{"email":"a@example.com"}', headers={"content-type": kind}
        )
        assert answer.status_code == 415


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{", "not JSON"),
        ("[]", "one object"),
        ('{"mail": "a@example.com"}', 'no field "mail"'),
        ('{"email": 3}', "email is a text"),
        ('{"email": "a@example.com", "interests": "tips"}', "list of texts"),
        ('{"email": "a@example.com", "interests": []}', "at least one"),
        ('{"email": "a@example.com", "attributes": {"clinic": "x"}}', "no choice"),
        ('{"email": "a"}', "not an e-mail address"),
        ("{}", "Type your e-mail address"),
    ],
)
def test_mistakes_are_told(browser: httpx.Client, body: str, told: str) -> None:
    """400 with what is wrong."""
    headers = {"content-type": "application/json; charset=utf-8"}
    answer = browser.post("/api/subscribe", content=body, headers=headers)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_the_same_limits(browser: httpx.Client) -> None:
    """The eleventh in a minute waits, whichever way it comes."""
    answers = [
        browser.post("/api/subscribe", json={"email": f"a{n}@example.com"}) for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert "retry-after" in answers[-1].headers


def test_no_json_breaks_it(repository_site: Path, tmp_path: Path) -> None:
    """Any JSON and any bytes are answered, never with a 5xx."""
    nobody_counts = RequestLimits((), ())
    database = f"sqlite:///{tmp_path}/newsletter.db"
    made = Stage(repository_site, database_url=database, limits=nobody_counts)
    body = st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("email", "first_name", "interests", "attributes", "consent", "x"), ANYTHING
        ),
    ).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200)

    with made as stage, Served(stage.public) as served, client(served) as asking:

        @given(body)
        @settings(max_examples=60)
        def every(data: bytes) -> None:
            headers = {"content-type": "application/json"}
            assert asking.post("/api/subscribe", content=data, headers=headers).status_code < 500

        every()
