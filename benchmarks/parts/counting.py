"""Servers that count readers, each in a process of its own, on loopback."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any


@dataclass(frozen=True, slots=True)
class Counting:
    """A server in another process."""

    port: int
    line: Connection

    def count(self) -> int:
        """Readers it has been given so far."""
        self.line.send("count")
        return int(self.line.recv()[1])


Talk = Callable[
    [asyncio.StreamReader, asyncio.StreamWriter, Counter[str]], Coroutine[Any, Any, None]
]


@contextmanager
def counting_server(talk: Talk) -> Iterator[Counting]:
    """Run a server in a process of its own until the block ends."""
    processes = multiprocessing.get_context("fork")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=_serve, args=(talk, theirs), daemon=True)
    process.start()
    try:
        yield Counting(ours.recv(), ours)
    finally:
        process.terminate()
        process.join()


def _serve(talk: Talk, line: Connection) -> None:
    """Listen, tell the port, and answer each word on the line with the readers so far."""
    counter: Counter[str] = Counter()

    async def forever() -> None:
        server = await asyncio.start_server(
            lambda reader, writer: talk(reader, writer, counter), "127.0.0.1", 0, limit=2**24
        )
        line.send(server.sockets[0].getsockname()[1])
        asyncio.get_running_loop().add_reader(
            line.fileno(), lambda: line.send((line.recv(), counter["readers"]))
        )
        await server.serve_forever()

    asyncio.run(forever())


async def talk_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: Counter[str]
) -> None:
    """Answer 202 and count the personalizations."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    content = await reader.readexactly(length)
    counter["readers"] += content.count(b'"nl_delivery"')
    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nX-Message-Id: m\r\n\r\n")
    writer.close()


async def talk_smtp(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: Counter[str]
) -> None:
    """Take every message and count them."""
    writer.write(b"220 counting\r\n")
    while step := (await reader.readline())[:4].upper().strip():
        if step == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            counter["readers"] += 1
        writer.write(b"221 bye\r\n" if step == b"QUIT" else b"250 ok\r\n")
    writer.close()
