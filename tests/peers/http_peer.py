"""An HTTP server on loopback that records what it gets and behaves as told."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[["HttpPeer", socket.socket], None]


def answering(status: int, body: object = b"", **headers: str) -> Behaviour:
    """Read the request, record it, answer; `X_Message_Id` becomes `X-Message-Id`."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return saying("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def saying(octets: bytes) -> Behaviour:
    """Read the request, record it, send these bytes, close."""

    def behave(peer: HttpPeer, connection: socket.socket) -> None:
        peer.record(connection)
        connection.sendall(octets)

    return behave


def reset_after_reading(peer: HttpPeer, connection: socket.socket) -> None:
    """Take the whole request, then tear the connection down."""
    peer.record(connection)
    reset(connection)


def reset_before_reading(_: HttpPeer, connection: socket.socket) -> None:
    """Tear the connection down as soon as the request begins to come."""
    connection.recv(1)
    reset(connection)


def hang_up(peer: HttpPeer, connection: socket.socket) -> None:
    """Take the whole request and close without a word."""
    peer.record(connection)


def stay_silent(peer: HttpPeer, connection: socket.socket) -> None:
    """Take the whole request and never answer."""
    peer.record(connection)
    peer.leaving.wait(10)


def secured(connection: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    """The connection behind TLS, if it is asked for."""
    return connection if tls is None else tls.wrap_socket(connection, server_side=True)


def reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass
class HttpPeer:
    behaviour: Behaviour
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    leaving: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def record(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            line = stream.readline().decode().strip()
            headers = {}
            while header := stream.readline().decode().strip():
                name, _, value = header.partition(":")
                headers[name] = value.strip()
            body = stream.read(int(headers.get("Content-Length", "0")))
        self.requests.append(Request(line, headers, body))


@contextmanager
def http_peer(
    behaviour: Behaviour | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[HttpPeer]:
    """Serve until the block ends; accepts everything with 202 unless told otherwise."""
    peer = HttpPeer(behaviour or answering(202, X_Message_Id="msg-1"))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            peer.connections += 1
            try:
                with secured(self.request, tls) as connection:
                    peer.behaviour(peer, connection)
            except OSError:
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http" if tls is None else "https"
        peer.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield peer
        finally:
            peer.leaving.set()
            server.shutdown()
            thread.join()
