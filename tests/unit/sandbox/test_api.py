"""The vendor's endpoint and the sandbox's own API over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.unit.sandbox.client import KEY, Client
from tests.unit.sandbox.messages import make_message, make_reader

SEND = "/v3/mail/send"


def test_accepted(client: Client) -> None:
    """An accepted request is answered 202, with an empty body and the name of the request."""
    answer = client.send(make_message(readers=2))
    assert (answer.status, answer.body) == (202, b"")
    (message,) = client.get("/_sandbox/messages?to=reader1@example.test").json
    assert message["message_id"].startswith(answer.headers["x-message-id"])
    assert message["subject"] == "Hello First1"
    assert (message["to"], message["from"]) == ("reader1@example.test", "letters@lumen.test")
    assert message["custom_args"]["nl_delivery"] == "site.1"
    assert {"html", "text", "headers", "received_at"} <= set(message)


def test_refused_in_the_vendors_shape(client: Client) -> None:
    """A refused request names message, field and help of each error."""
    answer = client.send(make_message(personalizations=[make_reader(to=[{"email": "x"}])]))
    assert answer.status == 400
    assert answer.json == {
        "errors": [
            {
                "message": "Does not contain a valid address.",
                "field": "personalizations.0.to.0.email",
                "help": None,
            }
        ]
    }


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", SEND, {}, None, 405),
        ("POST", "/v3/mail/sent", KEY, b"{}", 404),
        ("POST", SEND, {**KEY, "Content-Type": "text/plain"}, b"{}", 415),
        ("POST", SEND, {"Content-Type": "application/json"}, b"{}", 401),
        ("POST", SEND, {**KEY, "Authorization": "Bearer "}, b"{}", 401),
        ("POST", SEND, {**KEY, "Authorization": "Basic abc"}, b"{}", 401),
        ("POST", SEND, KEY, b"{", 400),
        ("POST", SEND, KEY, b"\xff", 400),
        ("POST", SEND, KEY, b"", 400),
        ("POST", SEND, KEY, b"[]", 400),
        ("POST", SEND, KEY, b" " * (30 * 1024 * 1024 + 1), 413),
    ],
    ids=str.split("method path type key blank-key basic broken utf8 empty list large"),
)
def test_refused_before_the_rules(
    client: Client, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    """What is no request at all gets the vendor's code and shape."""
    answer = client.ask(method, path, headers=headers, body=body)
    assert answer.status == status
    assert answer.json["errors"][0]["message"]


def test_charset_may_be_named(client: Client) -> None:
    """`application/json; charset=utf-8` is JSON too."""
    headers = {**KEY, "Content-Type": "application/json; charset=utf-8"}
    body = json.dumps(make_message()).encode()
    assert client.ask("POST", SEND, headers=headers, body=body).status == 202


def test_the_vendors_sandbox_mode(client: Client) -> None:
    """The vendor's own sandbox mode validates, answers 200, and sends nothing."""
    mode = {"sandbox_mode": {"enable": True}}
    assert client.send(make_message(mail_settings=mode)).status == 200
    assert client.send(make_message(mail_settings=mode, subject="")).status == 400
    assert client.stats()["recipients"] == 0


def test_stats(client: Client) -> None:
    """The counts tell requests, recipients, addresses, duplicates and answers."""
    client.send(make_message(readers=3))
    client.send(make_message(readers=1))
    client.send(make_message(subject=""))
    assert client.stats() == {
        "requests": 3,
        "recipients": 4,
        "distinct_recipients": 3,
        "duplicates": 1,
        "kept": 4,
        "answers": {"202": 2, "400": 1},
        "faults": {},
    }


def test_recipients(client: Client) -> None:
    """Each address is told with the number of its mails; `at_least` picks the repeated."""
    client.send(make_message(readers=2))
    client.send(make_message(readers=1))
    assert client.get("/_sandbox/recipients").json == {
        "reader0@example.test": 2,
        "reader1@example.test": 1,
    }
    assert client.get("/_sandbox/recipients?at_least=2").json == {"reader0@example.test": 2}


def test_messages_are_paged(client: Client) -> None:
    """The list takes limit and offset and tells its whole length."""
    client.send(make_message(readers=5))
    answer = client.get("/_sandbox/messages?limit=2&offset=4&q=reader")
    assert [each["to"] for each in answer.json] == ["reader4@example.test"]
    assert answer.headers["x-total-count"] == "5"
    assert client.get(f"/_sandbox/messages/{answer.json[0]['id']}").json == answer.json[0]
    assert client.get("/_sandbox/messages?limit=many").status == 400
    assert client.get("/_sandbox/messages/9-9").status == 404


def test_emptied(client: Client) -> None:
    """Deleting the messages starts everything again but the faults."""
    client.ask("PUT", "/_sandbox/faults", ["429:0"])
    client.send(make_message())
    assert client.ask("DELETE", "/_sandbox/messages").status == 204
    assert client.get("/_sandbox/messages").json == []
    stats = client.stats()
    assert (stats["requests"], stats["recipients"], stats["distinct_recipients"]) == (0, 0, 0)


def test_faults_are_set_and_cleared(client: Client) -> None:
    """Faults set by the API hold until they are cleared."""
    faults = {"faults": ["503:1"], "seed": 3}
    answer = client.ask("PUT", "/_sandbox/faults", faults)
    assert answer.json["faults"] == [{"fault": "503", "rate": 1.0, "seconds": 0.0}]
    assert [client.send(make_message()).status for _ in range(2)] == [503, 503]
    client.ask("DELETE", "/_sandbox/faults")
    assert client.send(make_message()).status == 202
    assert client.get("/_sandbox/faults").json["faults"] == []


@pytest.mark.parametrize(
    "body", [b"{", b"7", b'["502:1"]', b'{"faults": "429"}', b'{"faults": [], "seed": "x"}']
)
def test_wrong_faults_change_nothing(client: Client, body: bytes) -> None:
    """A wrong list of faults is explained, and the faults before it stay."""
    client.ask("PUT", "/_sandbox/faults", ["429:0.5"])
    answer = client.ask("PUT", "/_sandbox/faults", body=body)
    assert (answer.status, bool(answer.json["errors"][0]["message"])) == (400, True)
    assert len(client.get("/_sandbox/faults").json["faults"]) == 1
