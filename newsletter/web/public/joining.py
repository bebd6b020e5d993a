"""Sign up, and what follows until the address is confirmed."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.consent import Channel
from newsletter.subscribing.confirming import (
    Confirmation,
    ask_again,
    confirm,
    look_at_confirmation,
)
from newsletter.subscribing.forms import Verdict
from newsletter.subscribing.signing_up import SignUp, sign_up
from newsletter.subscribing.wishes import Wishes
from newsletter.web.public.archive import Archive
from newsletter.web.public.routing import Address
from newsletter.web.public.side import PublicSide
from newsletter.web.public.visit import Form, Visit

SIGN_UP = "sign-up"
EMBED = "embed"
_TRAP = "website"
_OURS = ("stamp", _TRAP, "form")


class Joining:
    """The pages of a reader who is coming."""

    def __init__(self, side: PublicSide, archive: Archive) -> None:
        self.side = side
        self.archive = archive

    def addresses(self) -> list[Address]:
        """Where they are."""
        return [
            Address("/", get=self.form),
            Address("/subscribe", post=self.subscribe),
            Address("/confirm/{token}", get=self.look, post=self.confirm),
        ]

    def form(self, visit: Visit) -> Response:
        """The form, empty."""
        latest = self.archive.latest()
        image = latest.cover.shared if latest and latest.cover else ""
        response = self.side.pages.open_page(
            "sign_up", "/", self._values(Form()) | {"latest": latest}, image
        )
        response.headers["Cache-Control"] = "no-store"  # the stamp in it is this visitor's
        return response

    def subscribe(self, visit: Visit) -> Response:
        """Take it; the answer is the same for every address."""
        form = EMBED if visit.form.one("form") == EMBED else SIGN_UP
        stamps = self.side.reception.stamps
        match stamps.judge(form, visit.form.one("stamp"), visit.form.one(_TRAP)):
            case Verdict.TRAPPED:
                return self.side.pages.page("check_mail")
            case Verdict.ASK_AGAIN:
                return self._one_more_step(visit)
        try:
            evidence = self.side.evidence(visit, form, self.side.pages.consent())
            sign_up(self.side.reception, self._typed(visit), evidence, Channel.FORM)
        except TooManyRequests:
            raise
        except UsageError as problem:
            return self._mend(visit, str(problem))
        return self.side.pages.page("check_mail")

    def look(self, visit: Visit) -> Response:
        """A page with a button: mail programs follow links by themselves."""
        state = look_at_confirmation(self.side.reception, visit.token)
        if state is Confirmation.READY:
            values = {"token": visit.token, "consent": self.side.pages.consent()}
            return self.side.pages.page("confirm", values)
        return self._stands(state, visit.token)

    def confirm(self, visit: Visit) -> Response:
        """The button."""
        if "again" in visit.form:
            asked = ask_again(
                self.side.reception, visit.token, self.side.evidence(visit, "confirm")
            )
            return self._stands(Confirmation.INVALID, "") if asked is None else self._check_mail()
        evidence = self.side.evidence(visit, "confirm", self.side.pages.consent())
        done = confirm(self.side.reception, visit.token, evidence)
        return self._stands(done.state, visit.token, done.preferences)

    def _stands(self, state: Confirmation, token: str, preferences: str = "") -> Response:
        pages = self.side.pages
        if state is Confirmation.INVALID:
            return pages.page("lost", status=404)
        if state is Confirmation.EXPIRED:
            return pages.page("expired", {"token": token}, 410)
        values = {
            "is_new": state is Confirmation.CONFIRMED,
            "preferences": preferences,
            "latest": self.archive.latest(),
        }
        return pages.page("confirmed", values)

    def _check_mail(self) -> Response:
        return self.side.pages.page("check_mail")

    def _one_more_step(self, visit: Visit) -> Response:
        """A form of ours with what was typed elsewhere; nothing happens before its button."""
        typed = [pair for pair in visit.form.pairs if pair[0] not in _OURS]
        values = {
            "email": visit.form.one("email"),
            "typed": typed,
            "stamp": self.side.reception.stamps.make(EMBED),
            "consent": self.side.pages.consent(),
        }
        return self.side.pages.page("one_more_step", values)

    def _mend(self, visit: Visit, problem: str) -> Response:
        values = self._values(visit.form, problem) | {"latest": self.archive.latest()}
        return self.side.pages.page("sign_up", values, 400)

    def _typed(self, visit: Visit) -> SignUp:
        wishes = Wishes(
            first_name=visit.form.one("first_name"),
            interests=visit.form.all("interests") or None,
            attributes=self.side.typed_attributes(visit),
        )
        return SignUp(visit.form.one("email"), wishes)

    def _values(self, form: Form, problem: str = "") -> dict[str, Any]:
        asked = self.side.pages.asked
        wrong_email = problem if "e-mail address" in problem else ""
        return {
            "asked": asked,
            "consent": self.side.pages.consent(),
            "form": {
                "stamp": self.side.reception.stamps.make(SIGN_UP),
                "email": form.one("email"),
                "first_name": form.one("first_name"),
                "interests": form.all("interests"),
                "attributes": {each.slug: form.one(each.slug) for each in asked},
                "problem": "" if wrong_email else problem,
                "wrong_email": wrong_email,
            },
        }
