"""Share a draft by a link, hear what people say about it, and take links back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import Response

from newsletter.errors import NewsletterError, NotFound, TooManyRequests
from newsletter.model.review import LinkFor, PersonalLink
from newsletter.reviewing.commenting import comment, share
from newsletter.reviewing.links import USUAL_DAYS, take_back
from newsletter.store.personal_links import find_link, links_of
from newsletter.store.reviews import comments_by, comments_on
from newsletter.web.studio.approving import require_int
from newsletter.web.studio.letter_views import (
    framed,
    require_slug,
    require_slug_of,
    room_of,
    view_values,
)
from newsletter.web.studio.personal import behind_link
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import moment
from newsletter.web.studio.visit import Visit

DAYS = ((1, "1 day"), (3, "3 days"), (7, "7 days"), (14, "14 days"), (30, "30 days"))


class Sharing:
    """The page that makes links to a draft, and the page behind them."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where they answer; what is behind a link needs no account."""
        shared, kind = "/shared/{token}", LinkFor.PREVIEW
        seen = behind_link(self.side, kind, self.seen)
        said = behind_link(self.side, kind, self.say)
        frame = behind_link(self.side, kind, self.letter)
        return [
            Address("/issues/{slug}/share", get=self.ask, post=self.make),
            Address("/issues/{slug}/links/{link:int}/revoke", get=self.sure, post=self.revoke),
            Address(shared, get=seen, post=said, may=None, largest=32 * 1024),
            Address(f"{shared}/letter/{{variant}}.html", get=frame, may=None),
        ]

    def ask(self, visit: Visit) -> Response:
        """Open links, what was said, and a form for another link."""
        return self._draw(visit)

    def make(self, visit: Visit) -> Response:
        """Make a link."""
        slug, form = require_slug(self.side, visit), visit.form
        issue = self.side.desk.galley(slug).issue
        try:
            link = share(
                room_of(self.side),
                issue.number,
                slug,
                by=visit.person.name,
                name=form.one("name"),
                days=require_int(form.one("days"), "how long it is open"),
            )
        except NewsletterError as problem:
            return self._draw(visit, str(problem), 400)
        self.side.record(visit, "share a preview", slug, link=link.id)
        return self.side.went(f"/studio/issues/{slug}/share#link-{link.id}", "The link is ready.")

    def sure(self, visit: Visit) -> Response:
        """Ask before a link is taken back."""
        slug = require_slug(self.side, visit)
        link = self._link(visit, slug)
        values = {"slug": slug, "link": link, "until": self._moment(link.expires_at)}
        return self.side.draw(visit, "revoke_link", values)

    def revoke(self, visit: Visit) -> Response:
        """Take a link back."""
        slug = require_slug(self.side, visit)
        link = take_back(room_of(self.side), self._link(visit, slug).id, visit.person.name)
        self.side.record(visit, "revoke a link", slug, link=link.id)
        page = "ask" if link.kind is LinkFor.APPROVAL else "share"
        return self.side.went(f"/studio/issues/{slug}/{page}", "The link opens nothing any more.")

    def seen(self, visit: Visit, link: PersonalLink) -> Response:
        """The draft as it is now, for whoever has the link. Changes nothing."""
        return self._draw_shared(visit, link)

    def say(self, visit: Visit, link: PersonalLink) -> Response:
        """Keep a comment."""
        form = visit.form
        try:
            kept = comment(room_of(self.side), link, form.one("name"), form.raw("words"))
        except TooManyRequests as problem:
            answer = self._draw_shared(visit, link, str(problem), 429)
            answer.headers["Retry-After"] = str(problem.retry_after)
            return answer
        except NewsletterError as problem:
            return self._draw_shared(visit, link, str(problem), 400)
        told = "Thank you. Your comment is with the people who write this letter."
        return self.side.went(f"/studio/shared/{visit.token}#comment-{kept.id}", told)

    def letter(self, visit: Visit, link: PersonalLink) -> Response:
        """The letter for the frame."""
        return framed(self.side, require_slug_of(self.side, link), visit)

    def _link(self, visit: Visit, slug: str) -> PersonalLink:
        number = self.side.desk.galley(slug).issue.number
        with self.side.store.read() as connection:
            link = find_link(connection, int(visit.named["link"]))
        if link is None or link.issue_number != number:
            raise NotFound("There is no such link any more.")
        return link

    def _draw(self, visit: Visit, problem: str = "", status: int = 200) -> Response:
        slug = require_slug(self.side, visit)
        issue, room = self.side.desk.galley(slug).issue, room_of(self.side)
        with self.side.store.read() as connection:
            links = links_of(connection, issue.number, LinkFor.PREVIEW)
            comments = comments_on(connection, issue.number)
            now = self.side.store.now(connection)
        names = {each.id: each.name for each in links}
        values: dict[str, Any] = {
            "slug": slug,
            "issue": issue,
            "days": DAYS,
            "usual": USUAL_DAYS,
            "typed": visit.form,
            "problem": problem,
            "links": [
                (each, room.address(each), self._moment(each.expires_at))
                for each in links
                if each.is_open(now)
            ],
            "comments": [
                (each, self._moment(each.at), names.get(each.link_id, "")) for each in comments
            ],
        }
        return self.side.draw(visit, "share", values, status)

    def _draw_shared(
        self, visit: Visit, link: PersonalLink, problem: str = "", status: int = 200
    ) -> Response:
        slug = require_slug_of(self.side, link)
        with self.side.store.read() as connection:
            comments = comments_by(connection, link.id)
        page = f"/studio/shared/{visit.token}"
        values = view_values(self.side, slug, visit, page) | {
            "link": link,
            "mark": room_of(self.side).form_mark(link),
            "until": self._moment(link.expires_at),
            "comments": [(each, self._moment(each.at)) for each in comments],
            "typed": visit.form,
            "problem": problem,
        }
        return self.side.draw(visit, "shared", values, status)

    def _moment(self, at: datetime) -> str:
        return moment(at, self.side.app)
