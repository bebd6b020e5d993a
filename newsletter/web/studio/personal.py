"""What pages behind personal links share: a plain page for each way in which one is closed."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from newsletter.errors import ContentError, NewsletterError, NotFound
from newsletter.model.review import LinkFor, PersonalLink
from newsletter.reviewing.links import Closed, ClosedFor, open_link, require_form
from newsletter.web.studio.letter_views import room_of
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

Answering = Callable[[Visit, PersonalLink], Response]
_TITLE = {
    ClosedFor.ALTERED: "This link does not open anything",
    ClosedFor.EXPIRED: "This link has ended",
    ClosedFor.REVOKED: "This link was taken back",
}
_STATUS = {ClosedFor.ALTERED: 404, ClosedFor.EXPIRED: 410, ClosedFor.REVOKED: 410}


def behind_link(side: StudioSide, kind: LinkFor, answer: Answering) -> Callable[[Visit], Response]:
    """A handler that answers only while the link in the address is open.

    A POST must carry the mark of the link's own page beside it.
    """

    def handler(visit: Visit) -> Response:
        room = room_of(side)
        try:
            link = open_link(room, kind, visit.token)
        except Closed as closed:
            return closed_page(side, visit, _TITLE[closed.why], str(closed), _STATUS[closed.why])
        try:
            if visit.method == "POST":
                require_form(room, link, visit.form.one("mark"))
            return answer(visit, link)
        except NotFound:
            told = "The letter this link was about is not there any more."
            return closed_page(side, visit, "This letter is gone", told, 410)
        except NewsletterError as problem:
            # Places in files are nothing for somebody from outside.
            told = "Somebody is working on it right now. Try again in a few minutes."
            if visit.method == "POST" and not isinstance(problem, ContentError):
                told = str(problem)
            return closed_page(side, visit, "Not at this moment", told, 409)

    return handler


def closed_page(side: StudioSide, visit: Visit, title: str, told: str, status: int) -> Response:
    """A plain page for somebody without an account."""
    return side.draw(visit, "link_closed", {"title": title, "words": told}, status)
