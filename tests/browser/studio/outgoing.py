"""A provider that takes a few readers a call, as fast as a test lets it, and a scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Semaphore, Thread

from newsletter.model.transport import Batch, Receipt, Transport
from tests.studio import Studio


class TenACall:
    """The real transport, a few readers a call, so that there is something to watch."""

    most = 10

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, batch: Batch) -> Receipt:
        """Hand it over."""
        return self._transport.send(batch)

    def close(self) -> None:
        """Let go."""
        self._transport.close()


class Gate(TenACall):
    """The same, where each call waits until it is let through."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._calls = Semaphore(0)

    def let(self, calls: int) -> None:
        """So many more calls may pass."""
        self._calls.release(calls)

    def send(self, batch: Batch) -> Receipt:
        """Wait, then hand it over."""
        self._calls.acquire()
        return super().send(batch)


@contextmanager
def scheduling(studio: Studio, transport: Transport) -> Iterator[None]:
    """Looks at what is due and sends it, as `newsletter serve` does, until the block ends."""
    dispatcher = studio.app.open_dispatcher(transport)
    done = Event()

    def look() -> None:
        while not done.wait(0.2):
            dispatcher.tick()

    thread = Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        if isinstance(transport, Gate):
            transport.let(1_000)
        thread.join()
        dispatcher.close(10)
