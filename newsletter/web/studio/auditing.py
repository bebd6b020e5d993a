"""The audit log: who did what, when and from where."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response, StreamingResponse

from newsletter.lists.cells import neutral
from newsletter.model.account import Entry, Sought
from newsletter.model.person import Role
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import clock_time, day
from newsletter.web.studio.visit import Visit, whole_number

PAGE = 50
_FIELDS = ("name", "action", "on", "since", "until")
_HEADER = ("at", "who", "action", "on", "details", "ip")


class Auditing:
    """For admins."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [
            Address("/audit", get=self.log, may=Role.ADMIN),
            Address("/audit.csv", get=self.table, may=Role.ADMIN),
        ]

    def log(self, visit: Visit) -> Response:
        """One page of it, as far as it was sought."""
        accounts = self.side.accounts
        asked = {name: visit.query.get(name, "").strip() for name in _FIELDS}
        sought, problems = self._sought(asked)
        found = accounts.entries(
            sought, before=whole_number(visit.query.get("before", "")), most=PAGE + 1
        )
        names, actions = accounts.names_and_actions()
        kept = {name: value for name, value in asked.items() if value}
        values = {
            "days": self._days(found[:PAGE]),
            "asked": asked,
            "problems": problems,
            "names": [("", "Anybody"), *((name, name) for name in names)],
            "actions": [("", "Anything"), *((action, action) for action in actions)],
            "is_sought": bool(kept),
            "is_first": "before" not in visit.query,
            "first": _at("/studio/audit", kept),
            "older": _older(found, kept),
            "csv": _at("/studio/audit.csv", kept),
            "zone": self._zone.rpartition("/")[2].replace("_", " "),
        }
        return self.side.draw(visit, "audit", values, 400 if any(problems.values()) else 200)

    def table(self, visit: Visit) -> Response:
        """All of it that was sought, as a file for a spreadsheet (RFC 4180)."""
        asked = {name: visit.query.get(name, "").strip() for name in _FIELDS}
        sought, _ = self._sought(asked)
        told = {name: value for name, value in asked.items() if value}
        accounts = self.side.accounts
        accounts.record(visit.person, "exported the audit log", details=told, ip=visit.ip)
        return StreamingResponse(
            _lines(accounts.all_entries(sought)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
        )

    @property
    def _zone(self) -> str:
        return self.side.app.site.dispatch.timezone

    def _sought(self, asked: Mapping[str, str]) -> tuple[Sought, Mapping[str, str]]:
        since, wrong_since = self._midnight(asked["since"], 0)
        until, wrong_until = self._midnight(asked["until"], 1)
        sought = Sought(asked["name"], asked["action"], asked["on"], since, until)
        return sought, {"since": wrong_since, "until": wrong_until}

    def _midnight(self, text: str, later: int) -> tuple[datetime | None, str]:
        """When a day begins by the site's clock, or what is wrong with it."""
        if not text:
            return None, ""
        try:
            on = date.fromisoformat(text) + timedelta(later)
        except (ValueError, OverflowError):
            return None, "Write a day as 2026-12-31."
        return datetime.combine(on, time(), ZoneInfo(self._zone)), ""

    def _days(self, found: Iterable[Entry]) -> list[tuple[str, list[Mapping[str, Any]]]]:
        days = groupby(found, lambda entry: day(entry.at, self.side.app))
        return [(name, [self._line(entry) for entry in held]) for name, held in days]

    def _line(self, entry: Entry) -> Mapping[str, Any]:
        return {
            "entry": entry,
            "time": clock_time(entry.at, self.side.app),
            "details": [(name.replace("_", " "), value) for name, value in entry.details.items()],
        }


def _older(found: tuple[Entry, ...], kept: Mapping[str, str]) -> str:
    if len(found) <= PAGE:
        return ""
    return _at("/studio/audit", {**kept, "before": str(found[PAGE - 1].id)})


def _at(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _lines(entries: Iterable[Entry]) -> Iterator[str]:
    yield _line(_HEADER)
    for each in entries:
        details = "; ".join(f"{name}: {value}" for name, value in each.details.items())
        yield _line((each.at.isoformat(), each.name, each.action, each.on, details, each.ip))


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([neutral(cell) for cell in cells])
    return line.getvalue()
