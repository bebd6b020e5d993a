"""Run an app on loopback: in the foreground until Ctrl-C, or beside other work."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from newsletter.errors import UsageError

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 3
START_SECONDS = 15


def _nothing() -> None:
    return None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, before_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._before_stop = before_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_stop()
        await super().shutdown(sockets)


class Served:
    """An app on an open port. The port is taken at once; requests wait until it runs."""

    def __init__(
        self,
        app: ASGIApp,
        host: str = LOOPBACK,
        port: int = 0,
        before_stop: Callable[[], None] = _nothing,
    ) -> None:
        """Take the port.

        Args:
            app: what to serve.
            host: an address of this machine.
            port: 0 lets the system choose.
            before_stop: ends answers that would go on for ever; called once.

        Raises:
            UsageError: the port or the host can not be had.
        """
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        config = uvicorn.Config(
            app,
            log_level="error",
            log_config=None,  # it would print tracebacks beside our log
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = _Server(config, before_stop)
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Serve until Ctrl-C, which comes out as KeyboardInterrupt."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def start(self) -> Self:
        """Serve in a thread; returns once requests are answered."""
        self._thread = threading.Thread(target=self.run, name="served", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            raise UsageError(f"The server at {self.url} did not start.")
        return self

    def stop(self) -> None:
        """Stop the thread and let go of the port."""
        self._server.should_exit = True
        if self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(128)
    except OSError as problem:
        sock.close()
        raise UsageError(_why(problem, host, port)) from problem
    return sock


def _why(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another program. "
            f"Give another: --port {port + 1}, or --port 0 for any free one."
        )
    if problem.errno == errno.EACCES:
        return f"Port {port} is reserved by the system. Give one above 1023: --port 8700."
    return f"{host} port {port} can not be opened: {problem.strerror or problem}."
