"""Serving a sandbox on loopback, on a socket that faults can really break."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from newsletter.errors import UsageError
from newsletter.sandbox.app import Sandbox, build
from newsletter.sandbox.events_api import truth
from newsletter.sandbox.journal import Line
from newsletter.sandbox.listener import Listener
from newsletter.sandbox.options import SandboxOptions

BACKLOG = 512
SECONDS_TO_START = 10.0
SECONDS_TO_STOP = 10.0


class RunningSandbox:
    """A sandbox that is being served from a thread of its own; also a context manager.

    Attributes:
        host, port: where it listens.
        url: its address, without a slash at the end.
    """

    def __init__(self, host: str, listening: socket.socket, sandbox: Sandbox) -> None:
        self.host = host
        self.port: int = listening.getsockname()[1]
        self.url = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
        self._sandbox = sandbox
        self._listener = Listener(self._sandbox.app, lambda: bind(self.host, self.port))
        self._thread = threading.Thread(
            target=self._listener.run, args=(listening,), name="sandbox", daemon=True
        )
        self._thread.start()
        self._listener.started.wait(SECONDS_TO_START)

    def stats(self) -> dict[str, Any]:
        """Return what `GET /_sandbox/stats` gives, without asking over HTTP."""
        return self._sandbox.api.stats()

    def truth(self, to: str = "") -> Iterator[Line]:
        """Return what `GET /_sandbox/truth` gives, all of it, without asking over HTTP."""
        return truth(self._sandbox.mailbox.journal, to)

    def suppress(self, name: str, email: str) -> None:
        """Put an address on one of the vendor's lists, such as `bounces`."""
        self._sandbox.reactions.lists.add(name, email)

    @property
    def events_key(self) -> str:
        """The public key of the events, as the vendor shows it."""
        return self._sandbox.reactions.signer.public_key

    def stop(self) -> None:
        """Close the port and every connection; harmless when called twice."""
        self._sandbox.reactions.poster.stop()
        self._listener.stop()
        self._thread.join(SECONDS_TO_STOP)

    def wait(self) -> None:
        """Return when the sandbox has stopped."""
        while self._thread.is_alive():
            self._thread.join(0.5)  # in steps, so that Ctrl-C is heard on every platform

    def __enter__(self) -> RunningSandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(
    host: str = "127.0.0.1", port: int = 0, options: SandboxOptions | None = None
) -> RunningSandbox:
    """Start a sandbox in the background; it listens when this returns.

    Args:
        host: a loopback address, or `localhost`.
        port: 0 means one the system chooses.
        options: how it behaves.

    Raises:
        UsageError: the host is not loopback, the port is taken or forbidden, or the options
            make no sense.
    """
    address = _loopback(host)
    sandbox = build(options or SandboxOptions())  # before the port: it may refuse its options
    return RunningSandbox(address, bind(address, port), sandbox)


def run(
    host: str = "127.0.0.1",
    port: int = 0,
    options: SandboxOptions | None = None,
    on_ready: Callable[[RunningSandbox], None] | None = None,
) -> None:
    """Serve a sandbox until interrupted.

    Args:
        host, port, options: as `serve`.
        on_ready: called once it listens, to tell a person where.

    Raises:
        UsageError: as `serve`.
        KeyboardInterrupt: after the sandbox has been stopped in order.
    """
    with serve(host, port, options) as running:
        if on_ready:
            on_ready(running)
        running.wait()


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        UsageError: the port is taken, or not ours to use.
    """
    if not 0 <= port <= 65_535:
        raise UsageError(f"There is no port {port}; ports go from 0 to 65535.")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as problem:
        listening.close()
        raise UsageError(
            f"The sandbox can not listen on {host} port {port}: {problem.strerror}. "
            "Give another port with --port, or 0 to have a free one chosen."
        ) from problem
    listening.setblocking(False)
    return listening


def _loopback(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host.strip("[]")).is_loopback:
            return host.strip("[]")
    except ValueError:
        pass
    raise UsageError(
        f'The sandbox listens on this machine only, not on "{host}". Use 127.0.0.1 or ::1.'
    )
