"""`/v3/logs` and `/v3/suppression`: what the sandbox answers when it is asked afterwards."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.sandbox import SandboxOptions, serve
from tests.unit.sandbox.client import KEY, Answer, Client
from tests.unit.sandbox.messages import make_message, make_reader

FIRST = "reader0@example.test"


@pytest.fixture(autouse=True)
def _open_gate(client: Client) -> None:
    client.ask("PUT", "/_sandbox/logs", {})
    client.ask("PUT", "/_sandbox/events", {})


def search(client: Client, query: str = "", **more: Any) -> Answer:
    return client.ask("POST", "/v3/logs", {"query": query, **more}, KEY)


def found(client: Client, query: str = "", **more: Any) -> list[dict[str, Any]]:
    answer = search(client, query, **more)
    assert answer.status == 200, answer.body
    rows: list[dict[str, Any]] = answer.json["messages"]
    return rows


def test_a_mail_is_found_by_its_address(client: Client) -> None:
    """The summary has the vendor's fields, and no custom args."""
    message_id = client.send(make_message(3)).headers["x-message-id"]

    (row,) = found(client, f"to_email = '{FIRST.upper()}'")

    assert set(row) == {
        *("from_email", "sg_message_id", "subject", "to_email", "status"),
        "sg_message_id_created_at",
    }
    assert row["to_email"] == FIRST
    assert row["sg_message_id"].startswith(message_id)
    assert row["status"] == "processed"
    assert datetime.fromisoformat(row["sg_message_id_created_at"]).tzinfo is not None


def test_a_mail_is_read_with_its_custom_args(client: Client) -> None:
    """Those of the message, with those of the reader laid over them."""
    client.send(make_message(2))
    (row,) = found(client, f'to_email="{FIRST}"')

    detail = client.ask("GET", f"/v3/logs/{row['sg_message_id']}", headers=KEY).json

    assert detail["custom_args"] == {"nl_site": "s1", "nl_delivery": "site.0", "nl_attempt": "1"}
    assert [event["event"] for event in detail["events"]] == ["processed"]
    assert client.ask("GET", "/v3/logs/none.sandbox-9.9.9", headers=KEY).status == 404


@pytest.mark.parametrize("fault", ["reset_after_accept", "500_after_accept"])
def test_what_was_accepted_without_an_answer_is_in_the_log(client: Client, fault: str) -> None:
    """The client saw no 202; the mail is there all the same."""
    client.script(fault)
    with contextlib.suppress(OSError):
        client.send(make_message(1))
    assert len(found(client, f"to_email = '{FIRST}'")) == 1


@pytest.mark.parametrize("fault", ["reset_before", "503", "400", "429"])
def test_what_was_not_accepted_is_not_in_the_log(client: Client, fault: str) -> None:
    """A refused request leaves no trace."""
    client.script(fault)
    with contextlib.suppress(OSError):
        client.send(make_message(1))
    assert found(client) == []


def test_a_span_of_time(client: Client) -> None:
    """Only mails whose request came in it."""
    client.send(make_message(1))
    now = datetime.now(UTC)

    def spans(since: timedelta, until: timedelta) -> str:
        times = (f'TIMESTAMP "{(now + each).isoformat()}"' for each in (since, until))
        field = "sg_message_id_created_at"
        return " AND ".join(
            f"{field} {sign} {at}" for sign, at in zip((">=", "<"), times, strict=True)
        )

    minute = timedelta(minutes=1)
    assert len(found(client, spans(-minute, minute))) == 1
    assert found(client, spans(-2 * minute, -minute)) == []
    assert len(found(client, "status IN ('delivered', 'processed')")) == 1
    assert found(client, "status IN ('delivered')") == []


def test_newest_first_and_ten_without_a_limit(client: Client) -> None:
    """Ten rows unless asked otherwise, and a thousand at most."""
    for _ in range(2):
        client.send(make_message(8))
    assert len(found(client)) == 10
    assert len(found(client, limit=1_000)) == 16
    for limit in (0, 1_001, "3"):
        assert search(client, limit=limit).status == 400


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("to = 'x'", 'There is no field "to"'),
        ("to_email IN ('x')", "to_email takes ="),
        ("to_email = x", "Can not read"),
        ("to_email = 'x' OR status IN ('y')", "Expected AND"),
        ("(to_email = 'x')", "Can not read"),
        ("sg_message_id_created_at > 'x'", "TIMESTAMP"),
        ('sg_message_id_created_at > TIMESTAMP "2026-01-01T00:00:00"', "TIMESTAMP"),
    ],
)
def test_a_query_the_vendor_would_refuse(client: Client, query: str, words: str) -> None:
    """400 with the reason."""
    answer = search(client, query)
    assert answer.status == 400
    assert words in answer.json["errors"][0]["message"]


def test_a_key_is_needed(client: Client) -> None:
    """Nobody asks without one."""
    for method, path in (("POST", "/v3/logs"), ("GET", "/v3/suppression/bounces")):
        assert client.ask(method, path, {}, {}).status == 401


def test_calls_may_be_limited(client: Client) -> None:
    """Beyond the limit 429, and when the next may come; or whatever status is asked for."""
    client.ask("PUT", "/_sandbox/logs", {"calls_per_minute": 2})
    assert [search(client).status for _ in range(2)] == [200, 200]
    refused = search(client)
    assert refused.status == 429
    assert 0 < int(refused.headers["x-ratelimit-reset"]) - time.time() <= 61

    client.ask("PUT", "/_sandbox/logs", {"failing": 503})
    assert search(client).status == 503
    assert client.ask("PUT", "/_sandbox/logs", {"limit": 2}).status == 400


def test_the_log_outlives_the_mails() -> None:
    """It remembers so many recipients, whether the mails are kept or not."""
    with serve(options=SandboxOptions(keep="counts", most_logged=5)) as running:
        client = Client(running.port)
        for number in range(3):
            reader = [make_reader(10 * number + each) for each in range(2)]
            client.send(make_message(personalizations=reader))
        rows = found(client, limit=100)
    assert [row["to_email"][6:-13] for row in rows] == ["20", "21", "10", "11"]


def test_a_list_is_read_and_left(client: Client) -> None:
    """An unsubscribe comes onto its list, is found by time and page, and leaves it once."""
    path, emails = "/v3/asm/suppressions/global", ["a@x.test", "B@x.test"]
    assert client.ask("POST", path, {"recipient_emails": emails}, KEY).status == 201

    def listed(query: str = "") -> list[str]:
        answer = client.ask("GET", f"/v3/suppression/unsubscribes{query}", headers=KEY)
        return [row["email"] for row in answer.json]

    now = int(time.time())
    assert listed() == ["a@x.test", "b@x.test"]
    assert listed("?limit=1&offset=1") == ["b@x.test"]
    assert listed(f"?start_time={now + 60}") == []
    assert listed(f"?end_time={now - 60}") == []
    assert client.ask("GET", f"{path}/b@x.test", headers=KEY).json == {
        "recipient_email": "b@x.test"
    }
    assert client.ask("DELETE", f"{path}/b@x.test", headers=KEY).status == 204
    assert client.ask("DELETE", f"{path}/b@x.test", headers=KEY).status == 404
    assert client.ask("GET", f"{path}/b@x.test", headers=KEY).json == {}
    assert client.ask("GET", "/v3/suppression/unsubscribes?limit=501", headers=KEY).status == 400
    assert client.ask("GET", "/v3/suppression/nobody", headers=KEY).status == 404


def test_whoever_is_on_a_list_is_dropped(client: Client) -> None:
    """202 as ever, and the mail is dropped; unless the message bypasses the lists."""
    client.ask("POST", "/v3/asm/suppressions/global", {"recipient_emails": [FIRST]}, KEY)
    assert client.send(make_message(2)).status == 202
    bypass = {"bypass_list_management": {"enable": True}}
    client.send(make_message(1, mail_settings=bypass))

    assert [row["status"] for row in found(client)] == ["processed", "dropped", "processed"]
