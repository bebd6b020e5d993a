"""What pages that list issues know of them, looked up once for each state of a file.

Three hundred files are looked at in a third of a second, and then only those that change.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from newsletter.content import Headline, issue_files, read_headline
from newsletter.publishing import changed_since
from newsletter.store.approvals import Approved, load_approval
from newsletter.store.calendar import Place, places
from newsletter.web.studio.side import StudioSide

_Stamp = tuple[int, int]


class Shelf:
    """The issues of a site in brief; safe to use from several threads."""

    def __init__(self, side: StudioSide) -> None:
        self._side = side
        self._lock = threading.Lock()
        self._headlines: dict[Path, tuple[_Stamp, Headline]] = {}
        self._version = ""
        self._changed: dict[int, bool] = {}

    def headlines(self) -> tuple[Headline, ...]:
        """Every issue file, by name."""
        site = self._side.site
        with self._lock:
            before, self._headlines = self._headlines, {}
            for path in issue_files(site):
                stamp = _stamp(path)
                known = before.get(path)
                fresh = known if known and known[0] == stamp else (stamp, read_headline(site, path))
                self._headlines[path] = fresh
            return tuple(found for _, found in self._headlines.values())

    def places(self) -> Mapping[int, Place]:
        """Where every issue stands that was ever approved, by number."""
        with self._side.store.read() as connection:
            return places(connection)

    def is_changed(self, approval_id: int, approved: Approved | None = None) -> bool:
        """Whether the files would make other bytes than an approval froze."""
        version = self._side.desk.version()
        with self._lock:
            if version != self._version:
                self._version, self._changed = version, {}
            if approval_id in self._changed:
                return self._changed[approval_id]
        if approved is None:
            with self._side.store.read() as connection:
                approved = load_approval(connection, approval_id)
        found = changed_since(self._side.site, approved)
        with self._lock:
            if version == self._version:
                self._changed[approval_id] = found
        return found


def _stamp(path: Path) -> _Stamp:
    try:
        stat = path.stat()
    except OSError:  # gone between listing and looking
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)
