"""One button to leave; the way back, and an optional word about why."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from newsletter.errors import NotFound
from newsletter.model.consent import Channel
from newsletter.subscribing.leaving import (
    Undone,
    give_reason,
    look_at_undo,
    undo,
    unsubscribe,
)
from newsletter.tokens import Purpose
from newsletter.web.public.routing import Address
from newsletter.web.public.side import PublicSide
from newsletter.web.public.visit import Visit

_ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058, 3.1


class Leaving:
    """The pages of a reader who is going."""

    def __init__(self, side: PublicSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where they are."""
        return [
            Address("/unsubscribe/{token}", get=self.ask, post=self.leave),
            Address("/undo/{token}", get=self.look_back, post=self.come_back),
            Address("/reason/{token}", post=self.reason),
        ]

    def ask(self, visit: Visit) -> Response:
        """One button, and the choice of fewer; nothing happens yet (RFC 8058, 3.2)."""
        signer = self.side.reception.signer
        mark = signer.read(Purpose.UNSUBSCRIBE, visit.token)
        if mark is None:
            raise NotFound("This link is none of ours.")
        preferences = signer.mark(Purpose.PREFERENCES, mark.subscriber)
        values = {"token": visit.token, "preferences": preferences}
        return self.side.pages.page("unsubscribe", values)

    def leave(self, visit: Visit) -> Response:
        """At once, whoever asks and whatever the body holds; again is the same.

        A mail program's own button gets a plain 200 and no redirect (RFC 8058, 3.1).
        """
        is_one_click = _ONE_CLICK in visit.form.pairs
        channel = Channel.ONE_CLICK if is_one_click else Channel.PAGE
        evidence = self.side.evidence(visit, "unsubscribe")
        left = unsubscribe(self.side.reception, visit.token, channel, evidence)
        if left is None:
            raise NotFound("This link is none of ours.")
        if is_one_click:
            return PlainTextResponse("You are unsubscribed.\n")
        return self.side.pages.page("unsubscribed", {"undo": left.undo, "thanks": False})

    def reason(self, visit: Visit) -> Response:
        """Why, if they like."""
        said = " – ".join(filter(None, (visit.form.one("reason"), visit.form.one("words"))))
        kept = give_reason(self.side.reception, visit.token, said)
        stands = look_at_undo(self.side.reception, visit.token)
        if stands is Undone.INVALID:
            raise NotFound("This link is none of ours.")
        undo_mark = visit.token if stands is Undone.READY else ""
        return self.side.pages.page("unsubscribed", {"undo": undo_mark, "thanks": kept})

    def look_back(self, visit: Visit) -> Response:
        """A page with a button that takes it back."""
        stands = look_at_undo(self.side.reception, visit.token)
        if stands is Undone.READY:
            return self.side.pages.page("undo", {"token": visit.token})
        return self._stands(stands)

    def come_back(self, visit: Visit) -> Response:
        """The button."""
        evidence = self.side.evidence(visit, "undo")
        return self._stands(undo(self.side.reception, visit.token, evidence))

    def _stands(self, state: Undone) -> Response:
        if state is Undone.INVALID:
            raise NotFound("This link is none of ours.")
        if state is Undone.TOO_LATE:
            return self.side.pages.page("undo_too_late", status=410)
        return self.side.pages.page("undone", {"is_new": state is Undone.BACK})
