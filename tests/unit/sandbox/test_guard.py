"""Pages of other sites have no way in."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.client import KEY, Client
from tests.unit.sandbox.messages import make_message


@pytest.mark.parametrize(
    "host", ["evil.test", "127.0.0.1.evil.test:{port}", "localhost:1", "localhost", ""]
)
@pytest.mark.parametrize("path", ["/", "/_sandbox/messages", "/v3/mail/send"])
def test_foreign_hosts_are_refused(client: Client, host: str, path: str) -> None:
    """A name that is not ours, or another port, is answered 421 (DNS rebinding)."""
    answer = client.ask("GET", path, headers={"Host": host.format(port=client.port)})
    assert answer.status == 421


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST:{port}"]
)
def test_loopback_names_are_served(client: Client, host: str) -> None:
    """The names of loopback with our own port are served."""
    headers = {"Host": host.format(port=client.port)}
    assert client.ask("GET", "/", headers=headers).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_foreign_origins_change_nothing(client: Client, headers: dict[str, str]) -> None:
    """A page of another origin can neither send, nor empty, nor set faults."""
    client.send(make_message())
    for method, path in [
        ("POST", "/v3/mail/send"),
        ("POST", "/empty"),
        ("DELETE", "/_sandbox/messages"),
        ("PUT", "/_sandbox/faults"),
        ("POST", "/_sandbox/script"),
    ]:
        answer = client.ask(method, path, make_message(), {**KEY, **headers})
        assert answer.status == 403
    assert client.stats()["recipients"] == 1


def test_our_own_page_may(client: Client) -> None:
    """The inbox's own button works."""
    client.send(make_message())
    origin = {"Origin": f"http://127.0.0.1:{client.port}", "Sec-Fetch-Site": "same-origin"}
    answer = client.ask("POST", "/empty", headers=origin)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert client.stats()["recipients"] == 0


def test_nothing_is_shared_with_other_origins(client: Client) -> None:
    """No answer lets another origin read it, and a preflight gets no permission."""
    asked = {"Origin": "https://evil.test", "Access-Control-Request-Method": "PUT"}
    for method, path in [("GET", "/_sandbox/messages"), ("OPTIONS", "/_sandbox/faults")]:
        names = client.ask(method, path, headers=asked).headers
        assert not [name for name in names if name.startswith("access-control")]
