"""Faults as a client sees them: on a real socket."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send

from newsletter.sandbox import RunningSandbox, SandboxOptions, parse_fault, serve
from newsletter.sandbox.connection import connection_of
from newsletter.sandbox.listener import Listener
from newsletter.sandbox.server import bind
from tests.unit.sandbox.client import Client
from tests.unit.sandbox.messages import make_message


@pytest.mark.parametrize(
    ("fault", "status", "field", "accepted"),
    [
        ("429", 429, None, 0),
        ("500", 500, None, 0),
        ("500_after_accept", 500, None, 1),
        ("503", 503, None, 0),
        ("400", 400, None, 0),
        ("400_reader", 400, "personalizations.0.to.0.email", 0),
        ("400_field", 400, "from.email", 0),
        ("401", 401, None, 0),
        ("403", 403, None, 0),
    ],
)
def test_an_error_is_answered(
    client: Client, fault: str, status: int, field: str | None, accepted: int
) -> None:
    """A fault that answers has the vendor's shape, and accepts the mail only when it says so."""
    client.script(fault)
    answer = client.send(make_message())
    (error,) = answer.json["errors"]
    assert (answer.status, error["field"]) == (status, field)
    assert set(error) == {"message", "field", "help"}
    assert client.stats()["recipients"] == accepted
    assert client.send(make_message()).status == 202


def test_rate_limit_headers(client: Client) -> None:
    """A 429 says when to come back, in seconds since 1970."""
    client.script({"fault": "429", "seconds": 40})
    headers = client.send(make_message()).headers
    assert headers["x-ratelimit-remaining"] == "0"
    assert int(headers["x-ratelimit-limit"]) > 0
    assert 30 < int(headers["x-ratelimit-reset"]) - time.time() <= 41


def test_odd_successes(client: Client) -> None:
    """A redirect and a 200 look harmless but have accepted nothing."""
    client.script("302", "200")
    redirect, odd = client.send(make_message()), client.send(make_message())
    assert (redirect.status, odd.status, odd.body) == (302, 200, b"")
    assert client.get(redirect.headers["location"]).status == 200
    assert client.stats()["recipients"] == 0


@pytest.mark.parametrize(("fault", "accepted"), [("reset_before", 0), ("reset_after_accept", 3)])
def test_a_reset(client: Client, fault: str, accepted: int) -> None:
    """A reset reaches the client as one; only the late one has accepted the mail."""
    client.script(fault)
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.send(make_message(readers=3))
    stats = client.stats()
    assert (stats["recipients"], stats["answers"]) == (accepted, {fault: 1})


def test_a_large_request_is_reset_too(client: Client) -> None:
    """A reset before reading interrupts a client that is still sending."""
    client.script("reset_before")
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.send(make_message(readers=1_000))


def test_an_invalid_request_is_not_accepted_first(client: Client) -> None:
    """A fault that accepts first can not accept what is invalid."""
    client.script("reset_after_accept")
    assert client.send(make_message(subject="")).status == 400
    assert client.stats()["recipients"] == 0


def test_slow_accepts_even_without_its_client(client: Client) -> None:
    """A client that gives up on a slow answer has sent its mail all the same."""
    client.script({"fault": "slow", "seconds": 0.3})
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=0.05)
    client_request = make_message()
    with pytest.raises(TimeoutError):
        send_and_read(connection, client_request)
    connection.close()
    client.script({"fault": "slow", "seconds": 0.4})
    assert client.send(make_message(readers=2)).status == 202
    assert client.stats()["duplicates"] == 1


def send_and_read(connection: http.client.HTTPConnection, message: object) -> None:
    import json

    from tests.unit.sandbox.client import KEY

    connection.request("POST", "/v3/mail/send", json.dumps(message), KEY)
    connection.getresponse()


def test_hang_closes_in_the_end(client: Client) -> None:
    """A hanging request ends without an answer and has accepted nothing."""
    client.script({"fault": "hang", "seconds": 0.05})
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        client.send(make_message())
    assert client.stats()["recipients"] == 0


@pytest.fixture
def own() -> Iterator[RunningSandbox]:
    with serve() as sandbox:
        yield sandbox


def test_an_outage(own: RunningSandbox) -> None:
    """During an outage connections are refused; afterwards the same port answers again."""
    client = Client(own.port)
    client.script({"fault": "outage", "seconds": 0.3})
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.send(make_message())
    with pytest.raises(ConnectionRefusedError):
        client.send(make_message())
    assert until_it_answers(client) == 202
    assert own.stats()["recipients"] == 1


def test_who_is_just_being_accepted_is_turned_away_by_an_outage() -> None:
    """The port closes in the very turn of the loop after a client was taken: it is not forgotten.

    The server asks for it itself, from within its loop: there alone the turn can be chosen.
    """
    listening = bind("127.0.0.1", 0)
    address = listening.getsockname()
    met: list[socket.socket] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        met.append(socket.create_connection(address, timeout=5))
        await asyncio.sleep(0)  # in the next turn it is accepted, in the one after a connection
        await asyncio.sleep(0)
        await connection_of(scope).outage(60)

    listener = Listener(app, lambda: bind(*address))
    thread = threading.Thread(target=listener.run, args=(listening,))
    thread.start()
    assert listener.started.wait(10)
    try:
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            Client(address[1]).send(make_message())
        with met[0] as forgotten, pytest.raises(ConnectionResetError):
            forgotten.recv(1)
    finally:
        listener.stop()
        thread.join(10)


def until_it_answers(client: Client) -> int:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            return client.send(make_message()).status
        except ConnectionRefusedError:
            continue
    raise AssertionError("The sandbox did not come back.")


def test_a_hanging_sandbox_stops(own: RunningSandbox) -> None:
    """Stopping does not wait for a request that hangs."""
    client = Client(own.port)
    client.script({"fault": "hang", "seconds": 600})
    connection = http.client.HTTPConnection("127.0.0.1", own.port, timeout=20)
    import json

    from tests.unit.sandbox.client import KEY

    connection.request("POST", "/v3/mail/send", json.dumps(make_message()), KEY)
    own.stop()
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        connection.getresponse()
    connection.close()


def test_options_and_seed() -> None:
    """Faults given as options fall on the same requests for the same seed."""
    options = SandboxOptions(faults=(parse_fault("503:0.5"),), seed=3)
    seen = []
    for _ in range(2):
        with serve(options=options) as sandbox:
            seen.append([Client(sandbox.port).send(make_message()).status for _ in range(12)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {202, 503}
