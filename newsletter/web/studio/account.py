"""A person's own account: name, password, and where they are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from newsletter.accounts import SESSION_LASTS, SHORTEST, Mistakes
from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.account import Session
from newsletter.scheduling.spoken import counted
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import ago, browser, may, moment
from newsletter.web.studio.visit import Visit, whole_number

ACCOUNT = "/studio/account"
_NO_PROBLEMS = {"name": "", "current": "", "password": ""}


class Account:
    """For everyone who is signed in, about themselves."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [
            Address("/account", get=self.account),
            Address("/account/name", get=self.account, post=self.rename),
            Address("/account/password", get=self.account, post=self.change_password),
            Address("/account/sessions", get=self.account, post=self.end_sessions),
        ]

    def account(self, visit: Visit) -> Response:
        """The page."""
        return self._draw(visit)

    def rename(self, visit: Visit) -> Response:
        """Take another name."""
        name = visit.form.one("name")
        try:
            self.side.accounts.rename(visit.person, name, ip=visit.ip)
        except Mistakes as problem:
            return self._draw(visit, problem.fields, name)
        return self.side.went(ACCOUNT, "Your name is changed. What you did before keeps the old.")

    def change_password(self, visit: Visit) -> Response:
        """Take another password; this browser goes on under a new session, all others end."""
        assert visit.seat is not None
        try:
            token = self.side.accounts.change_password(
                visit.seat,
                visit.form.raw("current"),
                visit.form.raw("password"),
                ip=visit.ip,
                user_agent=visit.user_agent,
            )
        except Mistakes as problem:
            return self._draw(visit, problem.fields)
        except TooManyRequests as problem:
            return self._draw(visit, {"current": str(problem)}, status=429)
        response = self.side.went(
            ACCOUNT, "Your password is changed. Every other browser is signed out."
        )
        self.side.cookies.give_seat(response, token, int(SESSION_LASTS.total_seconds()))
        return response

    def end_sessions(self, visit: Visit) -> Response:
        """Sign out one other browser, or all others."""
        assert visit.seat is not None
        accounts, said = self.side.accounts, visit.form.one("session")
        if said == "others":
            ended = accounts.end_other_sessions(visit.seat, ip=visit.ip)
            return self.side.went(ACCOUNT, f"Signed out: {counted(ended, 'other browser')}.")
        which = whole_number(said)
        if which is None:
            raise UsageError("Say which browser to sign out.")
        accounts.end_session(visit.person, which, ip=visit.ip)
        return self.side.went(ACCOUNT, "That browser is signed out.")

    def _draw(
        self,
        visit: Visit,
        problems: Mapping[str, str] | None = None,
        name: str | None = None,
        status: int | None = None,
    ) -> Response:
        found = self.side.accounts.sessions(visit.person)
        values = {
            "may": may(visit.person.role),
            "name": visit.person.name if name is None else name,
            "problems": {**_NO_PROBLEMS, **(problems or {})},
            "sessions": [self._session(visit, each) for each in found],
            "others": len(found) - 1,
            "shortest": SHORTEST,
        }
        return self.side.draw(visit, "account", values, status or (400 if problems else 200))

    def _session(self, visit: Visit, session: Session) -> Mapping[str, Any]:
        return {
            "id": session.id,
            "browser": browser(session.user_agent),
            "ip": session.ip,
            "seen": ago(session.seen_at, self.side.app),
            "since": moment(session.made_at, self.side.app),
            "is_this": visit.seat is not None and session.id == visit.seat.session,
        }
