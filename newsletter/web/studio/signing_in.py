"""The door: sign in, sign out, and what one-time links open."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from newsletter.accounts import SESSION_LASTS, SHORTEST, Mistakes
from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.account import LinkKind, OneTimeLink
from newsletter.web.studio.navigation import HOME
from newsletter.web.studio.routing import SIGN_IN, Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import may, moment
from newsletter.web.studio.visit import Visit

LINK = "/studio/link/"
_LONGEST_WAY = 2_000
_NO_PROBLEMS = {"name": "", "email": "", "password": ""}


class SigningIn:
    """Pages for who is not signed in (yet, or any longer)."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [
            Address("/sign-in", get=self.door, post=self.sign_in, may=None),
            Address("/sign-out", post=self.sign_out),
            Address("/link/{token}", get=self.link, post=self.accept, may=None),
        ]

    def door(self, visit: Visit) -> Response:
        """The page to sign in at; who sits already goes on."""
        asked = safe_way(visit.query.get("next", ""))
        if visit.seat:
            return self.side.went(asked)
        return self._door(visit, way=asked)

    def sign_in(self, visit: Visit) -> Response:
        """Take address and password, and go where the person was going."""
        email, way = visit.form.one("email"), safe_way(visit.form.one("next"))
        try:
            token = self.side.accounts.sign_in(
                email, visit.form.raw("password"), ip=visit.ip, user_agent=visit.user_agent
            )
        except TooManyRequests as problem:
            page = self._door(visit, email, way, str(problem), 429)
            page.headers["Retry-After"] = str(problem.retry_after)
            return page
        except UsageError as problem:
            return self._door(visit, email, way, str(problem), 400)
        return self._sit_down(visit, token, way)

    def sign_out(self, visit: Visit) -> Response:
        """End this session; what the browser still shows is not kept."""
        if visit.seat:
            self.side.accounts.sign_out(visit.seat, ip=visit.ip)
        response = self.side.went(SIGN_IN, "You are signed out.")
        self.side.cookies.take_seat(response)
        return response

    def link(self, visit: Visit) -> Response:
        """What a one-time link is good for; looking uses nothing up."""
        found = self.side.accounts.link_for(visit.token)
        return self._welcome(visit, found) if found else self._ended(visit)

    def accept(self, visit: Visit) -> Response:
        """Use the link: make the account or set the password, and sit down."""
        found = self.side.accounts.link_for(visit.token)
        if found is None:
            return self._ended(visit)
        typed = {name: visit.form.one(name) for name in ("name", "email")}
        password = visit.form.raw("password")
        try:
            token = self.side.accounts.accept(
                visit.token,
                typed["name"],
                password,
                email=typed["email"],
                ip=visit.ip,
                user_agent=visit.user_agent,
            )
        except Mistakes as problem:
            return self._welcome(visit, found, typed, problem.fields, 400)
        return self._sit_down(visit, token, HOME, _WELCOMED[found.kind])

    def _sit_down(self, visit: Visit, token: str, way: str, told: str = "") -> Response:
        """A new session always; the one that this browser had before ends."""
        if visit.seat:
            self.side.accounts.sign_out(visit.seat, ip=visit.ip)
        response = self.side.went(way, told)
        self.side.cookies.give_seat(response, token, int(SESSION_LASTS.total_seconds()))
        return response

    def _door(
        self, visit: Visit, email: str = "", way: str = HOME, problem: str = "", status: int = 200
    ) -> Response:
        values = {
            "email": email,
            "way": way,
            "problem": problem,
            "is_new": not self.side.accounts.people(),
        }
        return self.side.draw(visit, "sign_in", values, status)

    def _welcome(
        self,
        visit: Visit,
        found: OneTimeLink,
        typed: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        values = {
            "link": found,
            "kind": found.kind.value,
            "is_first": found.kind is LinkKind.FIRST,
            "is_new": found.person is None,
            "may": may(found.role),
            "ends": moment(found.expires_at, self.side.app),
            "typed": {"name": "", "email": "", **(typed or {})},
            "problems": {**_NO_PROBLEMS, **(problems or {})},
            "is_refused": bool(problems),
            "shortest": SHORTEST,
        }
        return self.side.draw(visit, "welcome", values, status)

    def _ended(self, visit: Visit) -> Response:
        return self.side.draw(visit, "link_ended", {}, 404)


_WELCOMED = {
    LinkKind.FIRST: "Welcome. You are the first admin here; invite others under People.",
    LinkKind.INVITATION: "Welcome. Your account is ready.",
    LinkKind.PASSWORD: "Your new password counts from now on. Every other browser is signed out.",
}


def safe_way(asked: str) -> str:
    """Where to go after signing in: a page of the studio, or its first one.

    Whatever stands in a link to the door, nobody is led elsewhere by it.
    """
    is_ours = asked.startswith(HOME) and asked.isprintable() and "\\" not in asked
    doors = (SIGN_IN, "/studio/sign-out", LINK)
    if not is_ours or len(asked) > _LONGEST_WAY or asked.startswith(doors):
        return HOME
    return asked
