"""A wire between one process and PostgreSQL that can be cut, or fall silent, and be mended."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from sqlalchemy import URL, make_url

_MOST = 65_536
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets the connection


class Wire:
    """A proxy on 127.0.0.1.

    Attributes:
        url: the database's address through it.
    """

    def __init__(self, database: str) -> None:
        self._target = make_url(database)
        self._speaks = threading.Event()
        self._speaks.set()
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._port = 0
        self.mend()
        self.url = _through(self._target, self._port)

    def mend(self) -> None:
        """Take connections, again at the same place."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> int:
        """Drop every connection and refuse new ones; how many there were."""
        _close(self._listener)
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)
        return len(ends) // 2

    def fall_silent(self) -> int:
        """Pass nothing on and say nothing, as a network that drops packets; how many wait."""
        self._speaks.clear()
        return len(self._ends) // 2

    def speak(self) -> None:
        """Pass on what waits, and what comes."""
        self._speaks.set()

    def close(self) -> None:
        """End everything."""
        self.speak()
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                near, _ = listener.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        far = _connect(self._target)
        with self._lock:
            self._ends |= {near, far}
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_MOST):
                self._speaks.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@contextmanager
def wire_to(database: str) -> Iterator[Wire]:
    """A wire to that database until the end of the block."""
    with closing(Wire(database)) as made:
        yield made


def _connect(target: URL) -> socket.socket:
    """To the server, which listens on a socket of this machine or on a port."""
    host, port = str(target.query.get("host", target.host)), target.port or 5432
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    far = socket.socket(socket.AF_UNIX)
    far.connect(f"{host}/.s.PGSQL.{port}")
    return far


def _through(target: URL, port: int) -> str:
    plain = target.difference_update_query(["host", "port"]).set(host="127.0.0.1", port=port)
    return plain.render_as_string(hide_password=False)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        end.shutdown(socket.SHUT_RDWR)
    end.close()
