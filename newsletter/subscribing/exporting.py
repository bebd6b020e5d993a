"""Readers as the rows of a file that a spreadsheet opens and an import reads back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from newsletter.lists import tags_told
from newsletter.model.audience import Audience
from newsletter.model.site import Site
from newsletter.store import Store
from newsletter.store.roster import Entry, entries
from newsletter.store.tables.subscribers import Status

_COLUMNS = ("email", "first_name", "status", "interests", "tags", "zone")


class Exported(StrEnum):
    """Which readers."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


def export_header(site: Site) -> tuple[str, ...]:
    """The names of the columns: those every site has, and its own attributes."""
    slugs = (each.slug for each in site.attributes)
    return (*_COLUMNS, *slugs, "created_at", "confirmed_at")


def export_rows(
    store: Store, site: Site, which: Exported | None = None, audience: Audience | None = None
) -> Iterator[list[str]]:
    """A row a reader, a page in memory at a time.

    Args:
        which: only these; `confirmed` leaves out whoever bounced or complained. None means all.
        audience: only readers who match the rule as well.
    """
    status = Status(which) if which and which is not Exported.SUPPRESSED else None
    slugs = [each.slug for each in site.attributes]
    for each in entries(store, status, audience):
        if _is_meant(each, which):
            yield _row(each, slugs)


def status_of(entry: Entry) -> str:
    """One word that `import` understands: a suppressed address is no yes, whatever was said."""
    if not entry.suppressed or entry.status is Status.UNSUBSCRIBED:
        return entry.status.value
    return "bounced" if entry.suppressed == "bounce" else "suppressed"


def _is_meant(entry: Entry, which: Exported | None) -> bool:
    if which is Exported.SUPPRESSED:
        return bool(entry.suppressed)
    return which is not Exported.CONFIRMED or not entry.suppressed


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
