"""What a piece of work costs: time, the processor, and memory; a database server's share apart."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_SPENT = slice(11, 13)  # utime and stime behind the name, in proc(5)
_SPENT_WITH_ENDED = slice(11, 15)  # and those of children that ended


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took.

    Attributes:
        wall: seconds on the clock.
        cpu: seconds of this process, all threads.
        server: seconds of all processes of the database server.
        peak: bytes of memory this process held at most, since it began.
    """

    wall: float
    cpu: float
    server: float
    peak: int


def cost_of(work: Callable[[], object], postmaster: int = 0) -> Cost:
    """Do it once.

    Args:
        work: best in a fresh process, or its peak is that of what came before.
        postmaster: the server's first process; 0 where there is none.
    """
    server = server_cpu(postmaster)
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(wall, cpu, server_cpu(postmaster) - server, peak_memory())


def server_cpu(postmaster: int) -> float:
    """Seconds that a server's processes have taken so far, those that ended included."""
    if not postmaster:
        return 0.0
    spent = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        if stat.parent.name == str(postmaster):
            spent += sum(map(int, fields[_SPENT_WITH_ENDED]))
        elif fields[1] == str(postmaster):
            spent += sum(map(int, fields[_SPENT]))
    return spent / os.sysconf("SC_CLK_TCK")


def process_cpu(pid: int) -> float:
    """Seconds that a process which still runs has taken so far."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    fields = stat.rpartition(") ")[2].split()
    return sum(map(int, fields[_SPENT])) / os.sysconf("SC_CLK_TCK")


def peak_memory() -> int:
    """Bytes: the most this process ever held, as the kernel counts it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
