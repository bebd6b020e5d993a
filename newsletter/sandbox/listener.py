"""The server below: uvicorn, with connections that can be reset and a port that can close."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from newsletter.errors import UsageError
from newsletter.sandbox.connection import EXTENSION

# SO_LINGER, on, zero seconds: closing sends RST and drops what was not yet sent.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
SECONDS_BETWEEN_REOPENINGS = 0.2
TURNS_TO_CONNECT = 2  # of the loop, from a socket that was accepted to a connection we know of


class Listener:
    """Serves an app on one port until it is stopped.

    Args:
        app: the ASGI app.
        bind: makes a new listening socket on the same port, for the end of an outage.

    Attributes:
        started: set once connections are answered (or starting has failed).
    """

    def __init__(self, app: ASGIApp, bind: Callable[[], socket.socket]) -> None:
        self.started = threading.Event()
        self._bind = bind
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        config = uvicorn.Config(
            app,
            http=partial(_Protocol, listener=self),  # type: ignore[arg-type]
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)

    def run(self, listening: socket.socket) -> None:
        """Serve on `listening`, in this thread, until `stop` is called from another."""
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._serve(listening))

    async def _serve(self, listening: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self.started.set)
        await self._server.serve([listening])

    def stop(self) -> None:
        """Ask the server to end; returns at once. Safe from any thread, any number of times."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has already been closed
                self._loop.call_soon_threadsafe(self._begin_to_end)

    def _begin_to_end(self) -> None:
        self._ending = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        await self._stop_accepting()
        self._server.should_exit = True
        self._stopping.set()
        self._abort_connections()

    async def outage(self, seconds: float) -> None:
        """Close the port and all connections, and open it again after `seconds`.

        Nobody is heard any more when this returns.
        """
        await self._stop_accepting()
        if not self._server.servers:
            return  # another outage is under way, and will end
        self._close_port()
        self._abort_connections()
        self._reopening = asyncio.get_running_loop().create_task(self._reopen(seconds))

    async def wait(self, seconds: float) -> None:
        """Let time pass, or return early when the server ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _stop_accepting(self) -> None:
        """Take nobody new, and wait for those half taken: then all are connections we can end.

        asyncio drops a socket without closing it when its server closes in the turn after it
        was accepted (CPython gh-109564): its client would wait for ever.
        """
        loop = asyncio.get_running_loop()
        for server in self._server.servers:
            for listening in server.sockets:
                with contextlib.suppress(NotImplementedError):  # a loop without readers (Windows)
                    loop.remove_reader(listening.fileno())
        for _ in range(TURNS_TO_CONNECT):
            await asyncio.sleep(0)

    def _close_port(self) -> None:
        for server in self._server.servers:
            server.close()
        self._server.servers.clear()

    def _abort_connections(self) -> None:
        for connection in list(self._server.server_state.connections):
            if isinstance(connection, _Protocol):
                connection.abort()

    async def _reopen(self, seconds: float) -> None:
        await self.wait(seconds)
        while not self._stopping.is_set():
            try:
                listening = self._bind()
            except UsageError:  # somebody took the port meanwhile; they may give it back
                await self.wait(SECONDS_BETWEEN_REOPENINGS)
                continue
            loop = asyncio.get_running_loop()
            self._server.servers.append(await loop.create_server(self._protocol, sock=listening))
            return

    def _protocol(self) -> asyncio.Protocol:
        config = self._server.config
        return _Protocol(config, self._server.server_state, {}, listener=self)


class _Protocol(H11Protocol):
    """An HTTP/1.1 connection that tells the app how to break it."""

    def __init__(self, *args: Any, listener: Listener, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listener = listener
        self._closed = asyncio.Event()
        self._plain_app = self.app
        self.app = self._with_connection

    async def _with_connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {**scope.get("extensions", {}), EXTENSION: self}
        await self._plain_app(scope, receive, send)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._closed.set()

    def abort(self) -> None:
        """Close with RST."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None and not self.transport.is_closing():
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.transport.abort()

    async def reset(self) -> None:
        """Close with RST and wait until it is done, so that no answer is tried after it."""
        self.abort()
        await self._closed.wait()

    async def wait(self, seconds: float) -> None:
        """Let time pass, or return early when the sandbox stops."""
        await self._listener.wait(seconds)

    async def outage(self, seconds: float) -> None:
        """Refuse every connection for a while."""
        await self._listener.outage(seconds)
