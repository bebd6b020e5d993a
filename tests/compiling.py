"""Statements are compiled once a process of tests, not once a database.

A process of the program opens one database and compiles each statement once. Each test opens one
of its own, and a fifth of all time went into compiling the same statements for every one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Dialect, Engine, create_engine, event
from sqlalchemy.util import LRUCache

from newsletter.store import connecting

_CACHE: LRUCache[Any, Any] = LRUCache(5_000)
# What is compiled belongs to a dialect; one may be shared once a server has told it its version.
_ready: dict[str, Dialect] = {}


def share() -> None:
    """Let every database that is opened from now on use what was compiled for another."""
    connecting.create_engine = _create  # type: ignore[attr-defined]


def _create(url: URL, **options: Any) -> Engine:
    engine = create_engine(url, execution_options={"compiled_cache": _CACHE}, **options)
    kind = url.drivername
    if kind in _ready:
        engine.dialect = _ready[kind]
    else:
        own = engine.dialect
        event.listen(engine, "connect", lambda *connected: _ready.setdefault(kind, own))
    return engine
