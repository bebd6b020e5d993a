"""Reports: every issue that was sent, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.errors import UsageError
from newsletter.feedback.report_record import CSV_HEADER, report_lines
from newsletter.feedback.sent_list import Sent, count_sent, sent_list
from newsletter.feedback.usual import Share, Shares, percent, shares_of
from newsletter.lists.writing import csv_text
from newsletter.model.person import Role
from newsletter.model.review import LinkFor
from newsletter.store.personal_links import links_of
from newsletter.web.studio.comparing import chosen, compare_values
from newsletter.web.studio.reading import ReadingRoom, number_in
from newsletter.web.studio.remembering import Remembered
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

PAGE = 12
GOOD_FOR = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Row:
    """An issue in the list, with the figures it is remembered by; `–` where nothing is known."""

    number: int
    subject: str
    when: str
    readers: str
    arrived: str
    opened: str
    clicked: str
    left: str


class Reports:
    """The pages about what was sent."""

    def __init__(self, side: StudioSide, room: ReadingRoom) -> None:
        self.side = side
        self.room = room
        self._shares: Remembered[Shares] = Remembered(side.app.clock, GOOD_FOR)

    def addresses(self) -> list[Address]:
        """Where they are."""
        return [
            Address("/reports", get=self.index),
            Address("/reports/compare", get=self.compare),
            Address("/reports/{number}", get=self.report),
            Address("/reports/{number}/letter", get=self.letter),
            Address("/reports/{number}/figures.csv", get=self.figures),
        ]

    def index(self, visit: Visit, problem: str = "") -> Response:
        """Every issue that was sent, the newest first."""
        with self.side.store.read() as connection:
            total = count_sent(connection)
            last = max(1, -(-total // PAGE))
            page = min(last, _number(visit.query.get("page", "")))
            found = sent_list(connection, PAGE, (page - 1) * PAGE)
        values = {
            "rows": [self._row(each) for each in found],
            "total": total,
            "page": page,
            "last": last,
            "chosen": chosen(visit.query),
            "problem": problem,
        }
        return self.side.draw(visit, "reports", values, 400 if problem else 200)

    def compare(self, visit: Visit) -> Response:
        """A few issues beside each other, at the same age."""
        try:
            values = compare_values(self.side, chosen(visit.query), self.room.said)
        except UsageError as problem:
            return self.index(visit, str(problem))
        return self.side.draw(visit, "report_compare", values)

    def report(self, visit: Visit) -> Response:
        """What became of one issue."""
        number = number_in(visit)
        reading = self.room.reading(number, visit.query.get("by", ""))
        with self.side.store.read() as connection:
            now = self.side.store.now(connection)
            links = links_of(connection, number, LinkFor.REPORT)
        values = self.room.values(reading) | {
            "may_share": visit.person.may(Role.PUBLISHER),
            "links": [each for each in links if each.is_open(now)],
            "letter_at": f"/studio/reports/{number}/letter",
        }
        return self.side.draw(visit, "report", values)

    def letter(self, visit: Visit) -> Response:
        """The frozen letter, for the frame."""
        return self.room.framed(number_in(visit))

    def figures(self, visit: Visit) -> Response:
        """Every number, for a spreadsheet."""
        number = number_in(visit)
        report = self.room.reading(number).report
        return csv_file(csv_text(CSV_HEADER, report_lines(report)), f"issue-{number}.csv")

    def _row(self, sent: Sent) -> Row:
        shares = self._shares.get(sent.number, lambda: self._count(sent.number))
        whole = shares.arrived.whole if shares.arrived else shares.left.whole if shares.left else 0
        return Row(
            number=sent.number,
            subject=sent.subject,
            when=self.room.said(sent.begun),
            readers=f"{whole:,}",
            arrived=_told(shares.arrived),
            opened=_told(shares.opened),
            clicked=_told(shares.clicked),
            left=f"{shares.left.part:,}" if shares.left else "–",
        )

    def _count(self, number: int) -> Shares:
        with self.side.store.read() as connection:
            return shares_of(connection, number, None)


def csv_file(text: str, name: str) -> Response:
    """A table as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _told(share: Share | None) -> str:
    return percent(share.value, share.whole) if share and share.whole else "–"


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
