"""What a page about one sent issue shows: counted once, told the same to all who may read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from newsletter.errors import NotFound
from newsletter.feedback.divided import Divided, divide
from newsletter.feedback.numbers import Report
from newsletter.feedback.over_the_letter import Spot, spots
from newsletter.feedback.report import report_of
from newsletter.feedback.timeline import Timeline, timeline_of
from newsletter.feedback.went_wrong import Trouble, went_wrong
from newsletter.rendering import fill
from newsletter.store.archive import fullest_rendition, pictures_of
from newsletter.store.dispatches import dispatches_of
from newsletter.web.preview import letter
from newsletter.web.preview.personas import reader_values
from newsletter.web.studio.charts import Chart
from newsletter.web.studio.remembering import Remembered
from newsletter.web.studio.report_charts import (
    funnel_of,
    snippets_chart,
    timeline_chart,
    told_band,
)
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import moment
from newsletter.web.studio.visit import Visit

GOOD_FOR = 30.0  # seconds; counting a million readers takes several
_READER = "sample"
_PICTURE = re.compile(r"https?://[^\s\"'()<>]*/([0-9a-f]{64}\.[a-z]{3,4})\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is counted of one issue, at one moment.

    Attributes:
        letter: the frozen letter as a made-up reader got it, HTML.
        spots: its links with their clicks; empty where none are counted.
    """

    report: Report
    timeline: Timeline
    divided: Divided
    troubles: Sequence[Trouble]
    letter: str
    spots: Sequence[Spot]


class ReadingRoom:
    """Counts issues for pages."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side
        self._read: Remembered[Reading] = Remembered(side.app.clock, GOOD_FOR)

    def reading(self, number: int, view: str = "") -> Reading:
        """One issue.

        Args:
            view: `hours` or `days`; otherwise what fits.

        Raises:
            NotFound: it was never sent.
        """
        by_hour = {"hours": True, "days": False}.get(view)
        return self._read.get((number, by_hour), lambda: self._count(number, by_hour))

    def values(self, reading: Reading) -> dict[str, Any]:
        """For the template `report_body.html`."""
        report = reading.report
        begun = report.first_sent_at
        return {
            "report": report,
            "begun": self.said(begun) if begun else "",
            "counted": self.said(report.at),
            "timeline": reading.timeline,
            "divided": reading.divided,
            "troubles": reading.troubles,
            "spots": reading.spots,
            "charts": _charts(reading),
            "told_band": told_band,
            "said": self.said,
            "labels": {each.slug: each.label for each in self.side.site.interests},
        }

    def framed(self, number: int) -> Response:
        """The letter alone, for the frame: no script runs in it, nothing foreign loads."""
        return letter.framed(self.reading(number).letter, self.side.site, images=True)

    def said(self, at: datetime) -> str:
        """A moment as people of the site say it."""
        return moment(at, self.side.app)

    def _count(self, number: int, by_hour: bool | None) -> Reading:
        app, now = self.side.app, self.side.app.clock.now()
        with self.side.store.read() as connection:
            counts = app.settings.feedback.engagement != "off"
            report = report_of(connection, number, now, counts_engagement=counts)
            sent = [each for each in dispatches_of(connection, number) if each.started_at]
            frozen = fullest_rendition(connection, sent[-1].approval_id)
            html = fill(frozen, reader_values(self.side.site, _READER)).html
            pictures = {each.filename for each in pictures_of(connection, sent[-1].approval_id)}
            public = app.site.public_url
            return Reading(
                report=report,
                timeline=timeline_of(connection, number, app.site.dispatch.timezone, now, by_hour),
                divided=divide(connection, number),
                troubles=went_wrong(connection, number, report.handed),
                letter=_with_own_pictures(html, pictures),
                spots=spots(html, public, report.engaged) if report.engaged else (),
            )


def number_in(visit: Visit) -> int:
    """The issue's number in the address; raises NotFound."""
    told = visit.named.get("number", "")
    if not (told.isascii() and told.isdecimal() and len(told) < 10):
        raise NotFound("There is no such issue.")
    return int(told)


def _with_own_pictures(html: str, names: Collection[str]) -> str:
    """Pictures from here, wherever the letter was frozen to load them from."""

    def own(found: re.Match[str]) -> str:
        return f"/media/{found[1]}" if found[1] in names else found[0]

    return _PICTURE.sub(own, html)


def _charts(reading: Reading) -> dict[str, Chart]:
    report = reading.report
    found = {
        "funnel": funnel_of(report),
        "timeline": timeline_chart(reading.timeline, with_engagement=report.engaged is not None),
    }
    if report.engaged is not None:
        found["snippets"] = snippets_chart(report.engaged)
    return found
