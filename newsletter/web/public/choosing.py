"""Preferences: what anyone with a letter may change, and what takes a fresh link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import orjson
from starlette.responses import Response

from newsletter.errors import NotFound, TooManyRequests, UsageError
from newsletter.model.consent import FormEvidence
from newsletter.subscribing.choosing import (
    PAUSES,
    Choice,
    Preferences,
    ask_fresh_link,
    choose_interests,
    pause,
    read_preferences,
    rename,
)
from newsletter.subscribing.moving import Move, ask_address_change, look_at_move, move
from newsletter.subscribing.own_data import download, erase_me
from newsletter.tokens import Purpose
from newsletter.web.public.joining import SIGN_UP
from newsletter.web.public.routing import Address
from newsletter.web.public.side import PublicSide
from newsletter.web.public.visit import Visit

_FORM = "preferences"


@dataclass(frozen=True, slots=True)
class Notice:
    """A word above the page: what was done, or what is wrong."""

    done: str = ""
    problem: str = ""


class Choosing:
    """The pages of a reader who stays."""

    def __init__(self, side: PublicSide) -> None:
        self.side = side
        self._acts: Mapping[str, Callable[[Visit], Response]] = {
            "": self.choose,
            "pause": self.pause,
            "fresh": self.ask_fresh,
            "details": self.rename,
            "address": self.ask_move,
            "download": self.download,
            "erase": self.erase,
        }

    def addresses(self) -> list[Address]:
        """Where they are."""
        return [
            Address("/preferences", get=self.find),
            Address("/preferences/{token}", get=self.show, post=self.act),
            Address("/address/{token}", get=self.look_at_move, post=self.move),
        ]

    def find(self, visit: Visit) -> Response:
        """For whoever has no letter at hand."""
        return self.side.pages.page(
            "find_link", {"stamp": self.side.reception.stamps.make(SIGN_UP)}
        )

    def show(self, visit: Visit) -> Response:
        """What is chosen now."""
        return self._shown(visit.token)

    def act(self, visit: Visit) -> Response:
        """One of the page's buttons; a form that names none chooses interests."""
        act = self._acts.get(visit.form.one("action"), self.choose)
        try:
            return act(visit)
        except TooManyRequests:
            raise
        except UsageError as problem:
            return self._shown(visit.token, Notice(problem=str(problem)), 400)

    def choose(self, visit: Visit) -> Response:
        """Interests."""
        chosen = visit.form.all("interests")
        came_to = choose_interests(self.side.reception, visit.token, chosen, self._evidence(visit))
        if came_to is Choice.OFFER_UNSUBSCRIBING:
            shown = self._read(visit.token)
            values = {"token": visit.token, "unsubscribe": shown.unsubscribe}
            return self.side.pages.page("nothing_chosen", values)
        return self._after(came_to, visit, "Saved. It counts from the next letter.")

    def pause(self, visit: Visit) -> Response:
        """A rest, or its end."""
        days = visit.form.one("days")
        if not (days.isascii() and days.isdigit() and len(days) < 4):
            raise UsageError("Choose how long the pause shall last.")
        came_to = pause(self.side.reception, visit.token, int(days), self._evidence(visit))
        done = "Your letters rest. They come again by themselves."
        return self._after(came_to, visit, done if int(days) else "The pause is over.")

    def ask_fresh(self, visit: Visit) -> Response:
        """A mail with a link that opens the rest."""
        address = ask_fresh_link(self.side.reception, visit.token, self._evidence(visit))
        if address is None:
            return self._ended(visit.token)
        return self.side.pages.page("fresh_link_sent", {"address": address})

    def rename(self, visit: Visit) -> Response:
        """Name and answers."""
        name, answers = visit.form.one("first_name"), self.side.typed_attributes(visit)
        came_to = rename(self.side.reception, visit.token, name, answers, self._evidence(visit))
        return self._after(came_to, visit, "Saved.")

    def ask_move(self, visit: Visit) -> Response:
        """Another address, which is asked first."""
        email, evidence = visit.form.one("email"), self._evidence(visit)
        asked = ask_address_change(self.side.reception, visit.token, email, evidence)
        if asked is None:
            return self._ended(visit.token)
        return self.side.pages.page("new_address_asked")

    def download(self, visit: Visit) -> Response:
        """Everything kept about the reader, as a file (GDPR, articles 15 and 20)."""
        data = download(self.side.reception, visit.token, self._evidence(visit))
        if data is None:
            return self._ended(visit.token)
        return Response(
            orjson.dumps(data, option=orjson.OPT_INDENT_2),
            media_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
        )

    def erase(self, visit: Visit) -> Response:
        """Everything goes, once the box is ticked (GDPR, article 17)."""
        if visit.form.one("sure") != "yes":
            raise UsageError("Tick the box to have everything erased; it can not be undone.")
        if not erase_me(self.side.reception, visit.token):
            return self._ended(visit.token)
        return self.side.pages.page("erased")

    def look_at_move(self, visit: Visit) -> Response:
        """A page with a button that brings the letters here."""
        state = look_at_move(self.side.reception, visit.token)
        if state is Move.READY:
            return self.side.pages.page("move", {"token": visit.token})
        return self._moved(state)

    def move(self, visit: Visit) -> Response:
        """The button."""
        evidence = self.side.evidence(visit, "address-change")
        return self._moved(move(self.side.reception, visit.token, evidence))

    def _moved(self, state: Move) -> Response:
        if state is Move.INVALID:
            raise NotFound("This link is none of ours.")
        if state is Move.EXPIRED:
            return self.side.pages.page("move_expired", status=410)
        return self.side.pages.page("moved")

    def _after(self, came_to: Choice, visit: Visit, done: str) -> Response:
        if came_to is Choice.INVALID:
            return self._ended(visit.token)
        return self._shown(visit.token, Notice(done=done))

    def _read(self, token: str) -> Preferences:
        shown = read_preferences(self.side.reception, token)
        if shown is None:
            raise NotFound("This link is none of ours.")
        return shown

    def _shown(self, token: str, notice: Notice | None = None, status: int = 200) -> Response:
        shown = read_preferences(self.side.reception, token)
        if shown is None:
            return self._ended(token)
        values = {
            "token": token,
            "shown": shown,
            "paused_until": self._day(shown),
            "pauses": PAUSES,
            "asked": self.side.pages.asked,
            "notice": notice or Notice(),
        }
        return self.side.pages.page("preferences", values, status)

    def _ended(self, token: str) -> Response:
        """A fresh link that holds no longer leads to what needs none."""
        signer = self.side.reception.signer
        mark = signer.read(Purpose.FRESH, token) or signer.read(Purpose.PREFERENCES, token)
        if mark is None:
            raise NotFound("This link is none of ours.")
        plain = signer.mark(Purpose.PREFERENCES, mark.subscriber)
        if read_preferences(self.side.reception, plain) is None:
            raise NotFound("There is nobody behind this link any more.")
        return self.side.pages.page("fresh_link_ended", {"preferences": plain}, 410)

    def _day(self, shown: Preferences) -> str:
        if shown.paused_until is None:
            return ""
        local = shown.paused_until.astimezone(ZoneInfo(self.side.site.dispatch.timezone))
        return f"{local.day} {local:%B %Y}"

    def _evidence(self, visit: Visit) -> FormEvidence:
        return self.side.evidence(visit, _FORM)
