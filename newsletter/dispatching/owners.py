"""Who holds a lease: which process on which host, and whether it still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Protocol


class Roster(Protocol):
    """Knows this process's name and what became of others."""

    @property
    def name(self) -> str:
        """This process, unlike any other, past or present."""
        ...

    def is_dead(self, name: str) -> bool:
        """Whether that process is known to have ended; False when nobody can know."""
        ...

    def is_alive(self, name: str) -> bool:
        """Whether that process is known to run; False when nobody can know."""
        ...


class HostRoster:
    """Processes of this host, told apart by number and start time.

    A process id alone would do for a different process that got the number again, and a host
    name alone for a container beside this one: the name carries the boot and the namespace too.
    """

    def __init__(self) -> None:
        self._host = "/".join((socket.gethostname(), _read(_BOOT)[:8], _namespace()))
        self._name = self._named(os.getpid())

    @property
    def name(self) -> str:
        """`host|pid|start`."""
        return self._name

    def is_dead(self, name: str) -> bool:
        """Whether a process of this host has ended."""
        host, _, rest = name.partition("|")
        pid, _, start = rest.partition("|")
        if host != self._host or not pid.isdecimal():
            return False
        return not _runs(int(pid)) or _start_of(int(pid)) != start

    def is_alive(self, name: str) -> bool:
        """Whether a process of this host runs."""
        return name.partition("|")[0] == self._host and not self.is_dead(name)

    def _named(self, pid: int) -> str:
        return f"{self._host}|{pid}|{_start_of(pid)}"


_BOOT = Path("/proc/sys/kernel/random/boot_id")
_STATE, _STARTED = 0, 19  # fields of /proc/PID/stat behind the name: proc(5), 3 and 22


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _field(pid, _STATE) != "Z"  # ended, and nobody has asked yet how


def _start_of(pid: int) -> str:
    """When it started, in ticks since boot; empty where there is no /proc."""
    return _field(pid, _STARTED)


def _field(pid: int, number: int) -> str:
    stat = _read(Path(f"/proc/{pid}/stat"))
    behind_name = stat.rpartition(") ")[2].split()
    return behind_name[number] if len(behind_name) > number else ""


def _namespace() -> str:
    try:
        return Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
