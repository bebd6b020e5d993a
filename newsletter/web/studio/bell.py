"""The bell: what happened while people did something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.content import issue_files, read_headline
from newsletter.feedback.bell import Told, mark_seen, told_to, unread
from newsletter.feedback.wording import without_addresses
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.person import Person, Role
from newsletter.web.studio.reading import ReadingRoom
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit, whole_number

PAGE = 25
_COMMAND = re.compile(r" To go on: newsletter \w+ \d+$")
_TONE = {
    NoticeKind.STARTED: ("Started", "info"),
    NoticeKind.FINISHED: ("Finished", "fine"),
    NoticeKind.PAUSED: ("Paused", "warning"),
    NoticeKind.NEEDS_REVIEW: ("Needs a decision", "error"),
    NoticeKind.UNKNOWN_WAITING: ("Uncertain", "warning"),
    NoticeKind.KEY_REFUSED: ("Key refused", "error"),
    NoticeKind.NO_TICK: ("No scheduler", "error"),
    NoticeKind.DUPLICATE: ("Mailed twice", "error"),
    NoticeKind.LIST_HEALTH: ("List health", "warning"),
    NoticeKind.APPROVED: ("Approved", "fine"),
    NoticeKind.SENT_BACK: ("Sent back", "warning"),
    NoticeKind.COMMENT: ("Comment", "info"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A notice on the page.

    Attributes:
        badge, tone: its kind in words, and how grave it is.
        href, leads: where it is about, and what stands there; empty where nowhere.
    """

    id: int
    title: str
    words: str
    when: str
    badge: str
    tone: str
    is_new: bool
    href: str
    leads: str


class Bell:
    """The page of notices."""

    def __init__(self, side: StudioSide, room: ReadingRoom) -> None:
        self.side = side
        self.room = room

    def addresses(self) -> list[Address]:
        """Where it is."""
        return [Address("/notices", get=self.notices, post=self.seen)]

    def notices(self, visit: Visit) -> Response:
        """The newest first; asking changes nothing."""
        before = whole_number(visit.query.get("before", "")) or 0
        found = told_to(self.side.store, visit.person, PAGE + 1, before)
        slugs = self._slugs()
        lines = [self._line(each, visit.person, slugs) for each in found[:PAGE]]
        values = {
            "lines": lines,
            "unread": unread(self.side.store, visit.person),
            "newest": lines[0].id if lines else 0,
            "older": lines[-1].id if len(found) > PAGE else 0,
        }
        return self.side.draw(visit, "notices", values)

    def seen(self, visit: Visit) -> Response:
        """Mark one as seen, or all that were on the page and before."""
        only, upto = (whole_number(visit.form.one(name)) or 0 for name in ("only", "upto"))
        mark_seen(self.side.store, visit.person, upto, only)
        return self.side.went("/studio/notices")

    def _slugs(self) -> dict[int, str]:
        site = self.side.site
        found = (read_headline(site, path) for path in issue_files(site))
        return {each.number: each.slug for each in found if each.number}

    def _line(self, told: Told, who: Person, slugs: Mapping[int, str]) -> Line:
        notice = told.notice
        badge, tone = _TONE[notice.kind]
        href, leads = _about(notice, who, slugs)
        when = self.room.said(notice.at)
        # A provider's answer may repeat whom a mail was for; what people write stays as it is.
        words = without_addresses(notice.words) if notice.dispatch_id else notice.words
        words = _COMMAND.sub("", words)  # here a button does that
        return Line(notice.id, notice.title, words, when, badge, tone, told.is_new, href, leads)


def _about(notice: Notice, who: Person, slugs: Mapping[int, str]) -> tuple[str, str]:
    """Where this person can do or see something about it."""
    if who.may(Role.PUBLISHER):
        if notice.kind is NoticeKind.LIST_HEALTH:
            return "/studio/health", "Health of the list"
        if notice.kind in (NoticeKind.UNKNOWN_WAITING, NoticeKind.DUPLICATE):
            return "/studio/uncertain", "Uncertain deliveries"
    if notice.kind is NoticeKind.FINISHED and notice.issue_number:
        return f"/studio/reports/{notice.issue_number}", "Its report"
    slug = slugs.get(notice.issue_number or 0)
    if notice.kind is NoticeKind.COMMENT and slug:
        return f"/studio/issues/{slug}/share", "All comments"
    if notice.kind in (NoticeKind.APPROVED, NoticeKind.SENT_BACK) and slug:
        return f"/studio/issues/{slug}", "The letter"
    if notice.dispatch_id:
        return f"/studio/dispatches/{notice.dispatch_id}", "Where it stands"
    return "", ""
