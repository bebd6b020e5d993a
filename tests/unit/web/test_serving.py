"""Taking a port, letting go of it, and telling open pages about changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from newsletter.errors import UsageError
from newsletter.web.serving import Served


def app() -> Starlette:
    """Answers yes."""
    return Starlette(routes=[Route("/", lambda _request: PlainTextResponse("yes"))])


def test_a_free_port_is_chosen_and_told() -> None:
    """Port 0 becomes a real one, on loopback."""
    with Served(app()) as served:
        assert served.url == f"http://127.0.0.1:{served.port}"
        assert httpx.get(served.url, trust_env=False).text == "yes"


def test_a_port_in_use_is_told_with_a_way_out() -> None:
    """The message names the port and how to give another."""
    with Served(app()) as served, pytest.raises(UsageError) as told:
        Served(app(), port=served.port)
    assert f"Port {served.port} on 127.0.0.1 is in use" in str(told.value)
    assert "--port 0" in str(told.value)


def test_a_stopped_server_lets_go_of_its_port() -> None:
    """The same port can be had again at once."""
    with Served(app()) as served:
        port = served.port
    with Served(app(), port=port) as again:
        assert httpx.get(again.url, trust_env=False).text == "yes"


def test_a_host_that_is_not_here_is_told() -> None:
    """An address of another machine can not be listened on."""
    with pytest.raises(UsageError, match=r"203\.0\.113\.9"):
        Served(app(), host="203.0.113.9")


def next_version(lines: Iterator[str]) -> str:
    """The data of the next event; heartbeats are skipped."""
    return next(line.removeprefix("data: ") for line in lines if line.startswith("data: "))


def test_a_save_is_told_to_open_pages(served: Served, root: Path) -> None:
    """The first event is the page's own version; each kind of file gives another."""
    with httpx.stream("GET", f"{served.url}/live", timeout=10, trust_env=False) as stream:
        lines = stream.iter_lines()
        seen = [next_version(lines)]
        page = httpx.get(f"{served.url}/issues/first", trust_env=False).text
        assert f'data-version="{seen[0]}"' in page
        for name in ("issues/first.md", "templates/layouts/classic.mjml", "newsletter.toml"):
            with (root / name).open("a") as file:
                file.write("\n")
            seen.append(next_version(lines))
    assert len(set(seen)) == 4


def test_an_open_stream_does_not_keep_the_server_from_stopping(served: Served) -> None:
    """Stopping ends the stream, long before the grace runs out."""
    with httpx.stream("GET", f"{served.url}/live", timeout=10, trust_env=False) as stream:
        lines = stream.iter_lines()
        next_version(lines)
        served.stop()
        assert not [line for line in lines if line.startswith("data: ")]
