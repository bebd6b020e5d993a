"""An SMTP server on loopback that keeps what it is given and behaves as told."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.peers.http_peer import reset


@dataclass
class Kept:
    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class HangUp(Exception):
    """Close the connection now."""


class Reset(Exception):
    """Tear the connection down now."""


# A rule sees the step (`EHLO`, `MAIL`, `RCPT`, `DATA`, `.`) and its argument; it says the answer,
# or nothing for the usual one, or raises HangUp or Reset.
Rule = Callable[[str, str], str | None]


@dataclass
class SmtpPeer:
    rule: Rule
    tls: ssl.SSLContext | None
    kept: list[Kept] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    connections: int = 0
    sockets: list[socket.socket] = field(default_factory=list)
    port: int = 0

    def drop_connections(self) -> None:
        """What a server does to idle clients."""
        for connection in self.sockets:
            connection.shutdown(socket.SHUT_RDWR)
        self.sockets.clear()


_USUAL = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", ".": "250 queued as 1",
          "RSET": "250 ok", "NOOP": "250 ok", "AUTH": "235 welcome", "STARTTLS": "220 go on",
          "QUIT": "221 bye"}  # fmt: skip


class _Session:
    def __init__(self, peer: SmtpPeer, connection: socket.socket) -> None:
        self.peer, self.connection = peer, connection
        self.stream = connection.makefile("rb")
        self.sender = self.to = ""

    def run(self) -> None:
        self.say("220 peer.test")
        while line := self.stream.readline().decode().strip():
            self.peer.said.append(line)
            step, _, argument = line.partition(" ")
            self.obey(step.upper(), argument)
            if step.upper() == "QUIT":
                return

    def obey(self, step: str, argument: str) -> None:
        answer = self.peer.rule(step, argument) or self.usual(step)
        if step == "MAIL" and self.sender:
            answer = "503 nested MAIL"
        self.say(answer)
        address = argument[argument.find("<") + 1 : argument.find(">")]
        if step == "MAIL" and answer.startswith("2"):
            self.sender = address
        elif step == "RCPT":
            self.to = address
        elif step == "RSET":
            self.sender = ""
        elif step == "STARTTLS" and answer.startswith("220"):
            self.secure()
        elif step == "DATA" and answer.startswith("354"):
            self.take_message()

    def usual(self, step: str) -> str:
        if step == "EHLO":
            more = "250-STARTTLS\r\n" if self.peer.tls else ""
            return f"250-peer.test\r\n{more}250-AUTH PLAIN\r\n250 SIZE 30000000"
        return _USUAL.get(step, "502 what?")

    def take_message(self) -> None:
        lines = []
        while (line := self.stream.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = self.peer.rule(".", self.to) or self.usual(".")
        if answer.startswith("250"):
            self.peer.kept.append(Kept(self.sender, self.to, b"".join(lines)))
        self.sender = ""
        self.say(answer)

    def secure(self) -> None:
        assert self.peer.tls is not None
        self.stream.close()
        self.connection = self.peer.tls.wrap_socket(self.connection, server_side=True)
        self.stream = self.connection.makefile("rb")

    def say(self, answer: str) -> None:
        self.connection.sendall(answer.encode() + b"\r\n")

    def end(self) -> None:
        self.stream.close()
        self.connection.close()


@contextmanager
def smtp_peer(rule: Rule | None = None, tls: ssl.SSLContext | None = None) -> Iterator[SmtpPeer]:
    """Serve until the block ends; takes every message unless the rule says otherwise."""
    peer = SmtpPeer(rule or (lambda step, argument: None), tls)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            peer.connections += 1
            peer.sockets.append(self.request)
            session = _Session(peer, self.request)
            try:
                session.run()
            except Reset:
                session.stream.close()
                reset(session.connection)
            except (HangUp, OSError):
                pass
            finally:
                session.end()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        peer.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield peer
        finally:
            server.shutdown()
            thread.join()
