"""All readers: searched, counted, exported; how the list grew; one added by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response, StreamingResponse

from newsletter.errors import NotFound, UsageError, nearest
from newsletter.lists import csv_lines
from newsletter.model.audience import Audience
from newsletter.model.person import Role
from newsletter.scheduling.spoken import people
from newsletter.store.growth import GrowthDay, growth
from newsletter.store.listing import (
    MOST_COUNTED,
    Page,
    Standing,
    Wanted,
    page_of,
    standings,
    tags_used,
)
from newsletter.subscribing import Reception, find
from newsletter.subscribing.adding import add_by_hand
from newsletter.subscribing.exporting import Exported, export_header, export_rows
from newsletter.web.studio import charts
from newsletter.web.studio.reader_words import STANDING, short
from newsletter.web.studio.remembering import Remembered
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

PAGE = 50
SPANS = {"30": "30 days", "90": "90 days", "365": "A year"}
_MOST_TAGS = 200
_KEPT = 30  # seconds that numbers over all readers are good for
_OF_ATTRIBUTE = "a."


@dataclass(frozen=True, slots=True)
class Grown:
    """The growth of a span of days, as the page shows it."""

    chart: charts.Chart
    joined: int
    brought_in: int
    left: int


class Readers:
    """The pages about all readers; one reader's page is `reader.py`."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side
        self._counted: Remembered[dict[Standing, int]] = Remembered(side.app.clock, _KEPT)
        self._grown: Remembered[tuple[GrowthDay, ...]] = Remembered(side.app.clock, _KEPT)

    def addresses(self) -> list[Address]:
        """Where they answer."""
        return [
            Address("/readers", get=self.listed, may=Role.ADMIN),
            Address("/readers/add", get=self.adding, post=self.add, may=Role.ADMIN),
            Address("/readers/export", get=self.exporting, post=self.export, may=Role.ADMIN),
        ]

    @property
    def reception(self) -> Reception:
        """The use cases of readers."""
        return self.side.app.reception(self.side.store)

    def listed(self, visit: Visit) -> Response:
        """A page of readers, and above it how many there are."""
        wanted = self._wanted(visit.query)
        below = visit.query.get("below", "")
        now = self.side.app.clock.now()
        with self.side.store.read() as connection:
            start = int(below) if below.isdecimal() and len(below) < 19 else 0
            page = page_of(connection, wanted, now, below=start, most=PAGE)
            tags = tags_used(connection, _MOST_TAGS)
        is_narrowed = wanted != Wanted()
        values = {
            "wanted": wanted,
            "chosen": dict(wanted.attributes),
            "standings": STANDING,
            "tags": tags,
            "interests": self.side.site.interests,
            "attributes": self.side.site.attributes,
            "is_narrowed": is_narrowed,
            "found": [short(each) for each in page.entries],
            "told_count": _count(page, is_later=bool(start)),
            "following": self._following(visit.query, page),
            "is_later": bool(start),
            "counts": self._counts(),
            "span": self._span(visit),
            "spans": SPANS,
            "grown": None if is_narrowed or start else self._growth(self._span(visit)),
        }
        return self.side.draw(visit, "readers", values)

    def adding(self, visit: Visit) -> Response:
        """The form for one reader."""
        return self._form(visit, {}, "")

    def add(self, visit: Visit) -> Response:
        """Bring one reader in; a form that fails keeps what was typed."""
        names = ("email", "first_name", "tags", "zone", "consent")
        typed = {name: visit.form.one(name) for name in names}
        slugs = [each.slug for each in self.side.site.attributes]
        values = {slug: visit.form.one(_OF_ATTRIBUTE + slug) for slug in slugs}
        interests = ", ".join(visit.form.many("interests"))
        cells = {**{k: v for k, v in typed.items() if k != "consent"}, **values}
        by = visit.person.name
        try:
            done = add_by_hand(
                self.reception, {**cells, "interests": interests}, typed["consent"], by=by
            )
        except UsageError as problem:
            return self._form(visit, {**typed, **values, "interests": interests}, str(problem))
        reader = find(self.reception, done.email)
        assert reader is not None
        action = "added a reader" if done.is_new else "updated a reader"
        self.side.record(visit, action, f"reader {reader.id}", waits=done.waits)
        told = "They wait, unmailed, until they confirm." if done.waits else "They are in."
        return self.side.went(
            f"/studio/readers/{reader.id}",
            f"Added. {told}" if done.is_new else "They were known; what you typed is saved.",
        )

    def exporting(self, visit: Visit) -> Response:
        """The form for a file of readers."""
        values = {
            "audiences": ["everyone", *self.side.site.audiences],
            "statuses": [(each.value, STANDING_OF_EXPORT[each]) for each in Exported],
            "columns": ", ".join(export_header(self.side.site)),
        }
        return self.side.draw(visit, "readers_export", values)

    def export(self, visit: Visit) -> Response:
        """The file, written while it is sent: a million readers take no more memory than ten."""
        name, which = visit.form.one("audience") or "everyone", visit.form.one("status")
        audience = self._audience(name)
        if which and which not in {each.value for each in Exported}:
            raise UsageError("Choose whom the file is to hold.")
        chosen = Exported(which) if which else None
        self.side.record(visit, "exported readers", name, status=which or "all")
        rows = export_rows(self.side.store, self.side.site, chosen, audience)
        file = f"readers-{name}-{which or 'all'}.csv"
        return StreamingResponse(
            csv_lines(export_header(self.side.site), rows),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file}"'},
        )

    def _audience(self, name: str) -> Audience | None:
        known = self.side.site.audiences
        if name == "everyone":
            return None
        if name not in known:
            raise NotFound(f'There is no audience "{name[:40]}". {nearest(name, known)}')
        return known[name]

    def _form(self, visit: Visit, typed: Mapping[str, str], problem: str) -> Response:
        site = self.side.site
        values = {
            "typed": typed,
            "problem": problem,
            "interests": site.interests,
            "attributes": site.attributes,
        }
        return self.side.draw(visit, "readers_add", values, 400 if problem else 200)

    def _wanted(self, query: Mapping[str, str]) -> Wanted:
        """What a query asks for; what it says wrong narrows nothing."""
        site, standing = self.side.site, query.get("standing", "")
        slugs = (each.slug for each in site.attributes)
        pairs = ((slug, query.get(_OF_ATTRIBUTE + slug, "").strip()) for slug in slugs)
        interest = query.get("interest", "")
        return Wanted(
            text=query.get("q", "").strip()[:200],
            anywhere=query.get("look") == "anywhere" and bool(query.get("q", "").strip()),
            standing=Standing(standing) if standing in STANDING else None,
            interest=interest if interest in {each.slug for each in site.interests} else "",
            tag=query.get("tag", "").strip(),
            attributes=tuple(pair for pair in pairs if pair[1]),
        )

    def _following(self, query: Mapping[str, str], page: Page) -> str:
        if not page.following:
            return ""
        kept = {name: value for name, value in query.items() if name != "below" and value}
        return "?" + urlencode({**kept, "below": str(page.following)})

    def _counts(self) -> dict[Standing, int]:
        def count() -> dict[Standing, int]:
            with self.side.store.read() as connection:
                return standings(connection, self.side.app.clock.now())

        return self._counted.get("all", count)

    def _span(self, visit: Visit) -> str:
        said = visit.query.get("days", "")
        return said if said in SPANS else "90"

    def _growth(self, span: str) -> Grown | None:
        readers = self._counts()[Standing.MAILABLE]
        days = self._grown.get(span, lambda: self._days(int(span)))
        if not any(day.joined or day.brought_in or day.left for day in days):
            return None
        return _grown(days, readers)

    def _days(self, span: int) -> tuple[GrowthDay, ...]:
        zone = self.side.site.dispatch.timezone
        today = self.side.app.clock.now().astimezone(ZoneInfo(zone)).date()
        with self.side.store.read() as connection:
            return growth(connection, today - timedelta(days=span - 1), today, zone)


STANDING_OF_EXPORT: Mapping[Exported, str] = {
    Exported.CONFIRMED: "Who get letters",
    Exported.PENDING: "Who have not confirmed yet",
    Exported.UNSUBSCRIBED: "Who unsubscribed",
    Exported.SUPPRESSED: "Who bounced or complained",
}


def _count(page: Page, *, is_later: bool) -> str:
    if is_later:
        return ""
    return f"More than {people(MOST_COUNTED)}" if page.count > MOST_COUNTED else people(page.count)


def _grown(days: tuple[GrowthDay, ...], readers: int) -> Grown:
    """The line ends with today's number and is reckoned backwards from there."""
    points = list(_backwards(days, readers))[::-1]
    table = charts.Table(
        "Day by day",
        ("Day", "Readers", "Joined", "Brought in", "Left"),
        tuple(
            (f"{day.day:%Y-%m-%d}", f"{at.readers:,}", *(f"{n:,}" for n in _moves(day)))
            for day, at in zip(reversed(days), reversed(points), strict=True)
        ),
    )
    drawn = charts.growth(points)
    chart = charts.Chart(drawn.slug, drawn.title, drawn.about, drawn.svg, table)
    joined, brought_in, left = (sum(each) for each in zip(*map(_moves, days), strict=True))
    return Grown(chart, joined, brought_in, left)


def _backwards(days: tuple[GrowthDay, ...], readers: int) -> Iterator[charts.Point]:
    for day in reversed(days):
        yield charts.Point(day.day, max(0, readers))
        readers -= day.more


def _moves(day: GrowthDay) -> tuple[int, int, int]:
    return day.joined, day.brought_in, day.left
