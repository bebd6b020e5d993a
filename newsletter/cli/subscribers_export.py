"""`subscribers export`: readers as a file that a spreadsheet opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.lists import tags_told, write_list
from newsletter.store.roster import Entry, entries
from newsletter.store.tables.subscribers import Status

_COLUMNS = ("email", "first_name", "status", "interests", "tags", "zone")


class Exported(StrEnum):
    """Which readers."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Written, or replaced.")],
    status: Annotated[Exported | None, typer.Option(help="Only these readers.")] = None,
    json: Json = False,
) -> None:
    """Write readers into a CSV file; whole or not at all, and only its owner may read it.

    Cells that a spreadsheet would run begin with an apostrophe; `import` takes it away again.
    """
    app: App = context.obj()
    attributes = [each.slug for each in app.site.attributes]
    header = (*_COLUMNS, *attributes, "created_at", "confirmed_at")
    with opened(app) as store:
        chosen = Status(status) if status and status is not Exported.SUPPRESSED else None
        found = (each for each in entries(store, chosen) if _is_meant(each, status))
        count = write_list(file, header, (_row(each, attributes) for each in found))
    plain(people(json), f"{count:,} readers are in {file}.")
    if json:
        emit({"exported": count, "file": str(file)})


def status_of(entry: Entry) -> str:
    """One word that `import` understands: a suppressed address is no yes, whatever was said."""
    if not entry.suppressed or entry.status is Status.UNSUBSCRIBED:
        return entry.status.value
    return "bounced" if entry.suppressed == "bounce" else "suppressed"


def _is_meant(entry: Entry, status: Exported | None) -> bool:
    if status is Exported.SUPPRESSED:
        return bool(entry.suppressed)
    return status is not Exported.CONFIRMED or not entry.suppressed


def _row(entry: Entry, attributes: Sequence[str]) -> list[str]:
    return [
        entry.email,
        entry.first_name,
        status_of(entry),
        "; ".join(entry.interests or ()),
        tags_told(entry.tags),
        entry.zone,
        *(entry.attributes.get(slug, "") for slug in attributes),
        _told(entry.created_at),
        _told(entry.confirmed_at),
    ]


def _told(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else ""
