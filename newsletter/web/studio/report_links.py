"""A report for people without an account: by a link that ends, and can be taken back."""

from __future__ import annotations

from functools import cached_property

from starlette.responses import Response

from newsletter.errors import NotFound, UsageError
from newsletter.model.person import Role
from newsletter.model.review import LinkFor
from newsletter.reviewing.links import (
    MOST_DAYS,
    USUAL_DAYS,
    Reviewing,
    make_link,
    open_link,
    take_back,
)
from newsletter.store.personal_links import links_of
from newsletter.web.studio.reading import ReadingRoom, number_in
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

SHARED = "/shared-report/{token}"


class ReportLinks:
    """Making such links, taking them back, and what they show."""

    def __init__(self, side: StudioSide, room: ReadingRoom) -> None:
        self.side = side
        self.room = room

    def addresses(self) -> list[Address]:
        """Where they are."""
        publisher = Role.PUBLISHER
        return [
            Address("/reports/{number}/links", get=self.ask, post=self.make, may=publisher),
            Address("/reports/{number}/links/{link:int}/end", post=self.end, may=publisher),
            Address(SHARED, get=self.report, may=None),
            Address(f"{SHARED}/letter", get=self.letter, may=None),
        ]

    @cached_property
    def links(self) -> Reviewing:
        """What links are made with."""
        app = self.side.app
        return Reviewing(self.side.store, app.signer, app.clock, self.side.url)

    def ask(self, visit: Visit, problem: str = "") -> Response:
        """For how long, and for whom."""
        values = {
            "report": self.room.reading(number_in(visit)).report,
            "days": visit.form.one("days") or str(USUAL_DAYS),
            "name": visit.form.one("name"),
            "most": MOST_DAYS,
            "problem": problem,
        }
        return self.side.draw(visit, "report_share", values, 400 if problem else 200)

    def make(self, visit: Visit) -> Response:
        """Make a link and show it."""
        number = number_in(visit)
        self.room.reading(number)  # there is something to show
        days = visit.form.one("days")
        try:
            if not (days.isascii() and days.isdecimal()):
                raise UsageError(f"Say for how many days, 1 to {MOST_DAYS}.")
            with self.side.store.write() as connection:
                link = make_link(
                    connection,
                    LinkFor.REPORT,
                    by=visit.person.name,
                    now=self.side.store.now(connection),
                    days=int(days[:6]),
                    issue=(number, ""),
                    name=visit.form.one("name"),
                )
        except UsageError as problem:
            return self.ask(visit, str(problem))
        self.side.record(visit, "share report", f"issue {number}", days=int(days), link=link.id)
        values = {
            "number": number,
            "address": self.links.address(link),
            "ends": self.room.said(link.expires_at),
        }
        return self.side.draw(visit, "report_shared_link", values)

    def end(self, visit: Visit) -> Response:
        """Take a link back."""
        number, which = number_in(visit), int(visit.named["link"])
        with self.side.store.read() as connection:
            known = {each.id for each in links_of(connection, number, LinkFor.REPORT)}
        if which not in known:
            raise NotFound("There is no such link any more.")
        link = take_back(self.links, which, visit.person.name)
        self.side.record(visit, "end report link", f"issue {number}", link=link.id)
        return self.side.went(
            f"/studio/reports/{number}#shared", "The link opens nothing any more."
        )

    def report(self, visit: Visit) -> Response:
        """The report, without servers' own words and without a way to anything else."""
        link = open_link(self.links, LinkFor.REPORT, visit.token)
        reading = self.room.reading(link.issue_number, visit.query.get("by", ""))
        values = self.room.values(reading) | {
            "ends": self.room.said(link.expires_at),
            "letter_at": f"{visit.path}/letter",
        }
        return self.side.draw(visit, "report_shared", values)

    def letter(self, visit: Visit) -> Response:
        """The frozen letter, for the frame of that page."""
        link = open_link(self.links, LinkFor.REPORT, visit.token)
        return self.room.framed(link.issue_number)
