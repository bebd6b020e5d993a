"""Small servers on loopback that answer as they are told, and remember who knocked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, SOCK_DGRAM, socket

import dns.flags
import dns.message
import dns.rrset

Answer = tuple[int, dict[str, str]]


@dataclass
class Door:
    """A web server that is running.

    Attributes:
        knocks: method and path of each request, in order.
        bodies: what POST brought.
    """

    port: int
    knocks: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """An address of it."""
        return f"http://{host}:{self.port}{path}"


@contextmanager
def open_door(answer: Callable[[str, str], Answer]) -> Iterator[Door]:
    """A web server.

    Args:
        answer: method and path to status and headers.
    """

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            door.knocks.append(f"{self.command} {self.path}")
            length = int(self.headers.get("Content-Length") or 0)
            door.bodies.append(self.rfile.read(length))
            status, headers = answer(self.command, self.path)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_HEAD = do_POST = _serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door = Door(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def open_name_server(records: dict[str, list[str]]) -> Iterator[int]:
    """A DNS server of TXT records, by name; yields its port. Unknown names do not exist."""
    door = socket(AF_INET, SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            data, caller = door.recvfrom(4096)
            if data == b"enough":
                return
            door.sendto(_answer(data, records), caller)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield door.getsockname()[1]
    finally:
        door.sendto(b"enough", door.getsockname())
        thread.join()
        door.close()


def _answer(data: bytes, records: dict[str, list[str]]) -> bytes:
    asked = dns.message.from_wire(data)
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.RA
    name = asked.question[0].name
    found = records.get(name.to_text(omit_final_dot=True))
    if found is None:
        answer.set_rcode(3)  # NXDOMAIN
    elif found:
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *found))
    return answer.to_wire()
