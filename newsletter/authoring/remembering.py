"""What files said when somebody began to edit them, for a while.

A conflict can offer both changes in one text only if it knows what they started from.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from newsletter.authoring.locking import FOLDER
from newsletter.model.site import Site

_MOST = 200
_VERSION = re.compile(r"[0-9a-f]{64}")


def remember(site: Site, text: str, version: str) -> None:
    """Keep a text under its version; the oldest of many are let go.

    Where nothing can be kept, a conflict has less to offer, and nothing else is lost.
    """
    path = _path(site, version)
    with suppress(OSError):
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        for old in sorted(path.parent.iterdir(), key=_age)[:-_MOST]:
            old.unlink(missing_ok=True)


def recall(site: Site, version: str) -> str | None:
    """The text under a version; None when it was never seen here or let go."""
    if not _VERSION.fullmatch(version):
        return None
    try:
        return _path(site, version).read_bytes().decode()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _path(site: Site, version: str) -> Path:
    return site.root / FOLDER / "seen" / version


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
