"""Where a sandbox listens, and how it starts and stops."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from newsletter.errors import UsageError
from newsletter.sandbox import create_app, serve
from tests.unit.sandbox.client import KEY, Client
from tests.unit.sandbox.messages import make_message


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_only_loopback(host: str) -> None:
    """A host others could reach is refused, with one that works."""
    with pytest.raises(UsageError, match=r"Use 127\.0\.0\.1"):
        serve(host)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_no_such_port(port: int) -> None:
    """A number that is no port is refused."""
    with pytest.raises(UsageError, match="ports go from 0 to 65535"):
        serve(port=port)


def test_a_port_in_use_is_told() -> None:
    """A taken port is told with how to give another."""
    with serve() as first, pytest.raises(UsageError) as refused:
        serve(port=first.port)
    assert f"127.0.0.1 port {first.port}" in str(refused.value)
    assert "--port" in str(refused.value)


def test_stop_frees_the_port() -> None:
    """A stopped sandbox gives its port back; stopping twice is harmless."""
    sandbox = serve("localhost")
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
    sandbox.stop()
    sandbox.stop()
    sandbox.wait()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", sandbox.port), timeout=5)
    serve(port=sandbox.port).stop()


def test_two_at_once() -> None:
    """Two sandboxes share nothing."""
    with serve() as one, serve() as two:
        Client(one.port).send(make_message())
        assert (one.stats()["recipients"], two.stats()["recipients"]) == (1, 0)


def test_under_another_server() -> None:
    """The app alone works wherever ASGI is spoken; its resets fail in that server's way."""

    async def use() -> list[int]:
        transport = httpx.ASGITransport(app=create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            sent = await client.post("/v3/mail/send", json=make_message(), headers=KEY)
            shown = await client.get("/")
            await client.post("/_sandbox/script", json=["reset_before"])
            with pytest.raises(ConnectionResetError):
                await client.post("/v3/mail/send", json=make_message(), headers=KEY)
            return [sent.status_code, shown.status_code]

    assert asyncio.run(use()) == [202, 200]
