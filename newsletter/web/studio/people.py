"""People: who has an account, what each may, and who is invited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from newsletter.accounts import Mistakes
from newsletter.errors import NotFound, UsageError
from newsletter.model.account import Member, OneTimeLink
from newsletter.model.person import Person, Role
from newsletter.scheduling.spoken import counted
from newsletter.web.studio.inviting import post_invitation
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.signing_in import LINK
from newsletter.web.studio.spoken import ago, may, moment
from newsletter.web.studio.visit import Visit, whole_number

PEOPLE = "/studio/people"
_LARGEST_ID = 2**31 - 1


class People:
    """For admins."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        found = (
            ("/people", self.roll, None),
            ("/people/invite", self.form, self.invite),
            ("/people/uninvite", None, self.uninvite),
            ("/people/{id}", self.person, None),
            ("/people/{id}/role", None, self.change_role),
            ("/people/{id}/link", None, self.link),
            ("/people/{id}/sessions", None, self.end_sessions),
            ("/people/{id}/deactivate", self.sure, self.deactivate),
            ("/people/{id}/activate", None, self.activate),
        )
        return [Address(path, get, post, may=Role.ADMIN) for path, get, post in found]

    def roll(self, visit: Visit) -> Response:
        """Everyone, and who is invited."""
        return self._roll(visit)

    def form(self, visit: Visit) -> Response:
        """The form to invite someone, on a page of its own."""
        return self.side.draw(visit, "invite", self._form())

    def invite(self, visit: Visit) -> Response:
        """Make a link for someone new. It is shown here and now, and kept nowhere."""
        email, role = visit.form.one("email"), _role(visit)
        try:
            token = self.side.accounts.invite(email, role, by=visit.person, ip=visit.ip)
        except Mistakes as problem:
            typed = self._form(email, role, problem.fields["email"])
            return self.side.draw(visit, "invite", typed, 400)
        words = f"{email} becomes {role.value} with it: within seven days, and once."
        posted = self._post(token) if visit.form.has("mail") else ""
        return self._hand_over(visit, "Invitation", email, token, words, posted)

    def uninvite(self, visit: Visit) -> Response:
        """Take an invitation back."""
        self.side.accounts.uninvite(_number(visit.form.one("link")), by=visit.person, ip=visit.ip)
        return self.side.went(PEOPLE, "The invitation is taken back. Its link is worth nothing.")

    def person(self, visit: Visit) -> Response:
        """One person, and what can be done about them."""
        return self._draw(visit, "person")

    def sure(self, visit: Visit) -> Response:
        """Asks before someone is deactivated, on a page of its own."""
        return self._draw(visit, "deactivate")

    def change_role(self, visit: Visit) -> Response:
        """Let someone do more or less."""
        whom = self._whom(visit)
        accounts = self.side.accounts
        after = accounts.change_role(whom.id, _role(visit), by=visit.person, ip=visit.ip)
        if after.role is whom.role:
            return self.side.went(_page(whom), f"{whom.name} is {whom.role.value} already.")
        told = f"{after.name} is {after.role.value} now, and has to sign in again."
        return self.side.went(_page(after), told)

    def link(self, visit: Visit) -> Response:
        """Make a link for a new password. It is shown here and now, and kept nowhere."""
        whom = self._whom(visit)
        token = self.side.accounts.password_link(whom.id, by=visit.person, ip=visit.ip)
        words = f"{whom.name} sets a new password with it: within a day, and once."
        return self._hand_over(visit, "New link", whom.email, token, words)

    def end_sessions(self, visit: Visit) -> Response:
        """Sign someone out everywhere."""
        whom = self._whom(visit)
        ended = self.side.accounts.end_sessions(whom.id, by=visit.person, ip=visit.ip)
        told = f"{whom.name} is signed out in {counted(ended, 'browser')}."
        return self.side.went(_page(whom), told)

    def deactivate(self, visit: Visit) -> Response:
        """Let someone sign in no longer."""
        whom = self._whom(visit)
        self.side.accounts.deactivate(whom.id, by=visit.person, ip=visit.ip)
        return self.side.went(_page(whom), f"{whom.name} is deactivated and signed out everywhere.")

    def activate(self, visit: Visit) -> Response:
        """Let someone sign in again."""
        whom = self._whom(visit)
        self.side.accounts.activate(whom.id, by=visit.person, ip=visit.ip)
        return self.side.went(_page(whom), f"{whom.name} may sign in again.")

    def _whom(self, visit: Visit) -> Person:
        return self.side.accounts.person(_number(visit.named["id"]))

    def _roll(self, visit: Visit) -> Response:
        accounts = self.side.accounts
        values = {
            **self._form(),
            "members": [self._member(each) for each in accounts.members()],
            "invitations": [self._invitation(each) for each in accounts.invitations()],
        }
        return self.side.draw(visit, "people", values)

    def _draw(self, visit: Visit, name: str) -> Response:
        whom = self._whom(visit)
        member = next(each for each in self.side.accounts.members() if each.person.id == whom.id)
        values = {
            "member": self._member(member),
            "roles": _roles(),
            "is_me": whom.id == visit.person.id,
        }
        return self.side.draw(visit, name, values)

    def _member(self, member: Member) -> Mapping[str, Any]:
        last = member.signed_in_at
        return {
            "person": member.person,
            "page": _page(member.person),
            "initial": member.person.name[:1].upper(),
            "since": moment(member.made_at, self.side.app),
            "last": ago(last, self.side.app) if last else "never",
            "sessions": member.sessions,
            "browsers": counted(member.sessions, "browser"),
        }

    def _invitation(self, link: OneTimeLink) -> Mapping[str, Any]:
        return {"link": link, "ends": moment(link.expires_at, self.side.app)}

    def _form(
        self, email: str = "", role: Role = Role.EDITOR, problem: str = ""
    ) -> Mapping[str, Any]:
        mails = self.side.app.outside.can_mail
        told = {"email": email, "role": role, "problem": problem}
        return {**told, "roles": _roles(), "mails": mails}

    def _post(self, token: str) -> str:
        side, link = self.side, self.side.link(f"{LINK}{token}")
        return post_invitation(side.app, side.site, side.accounts, token, link)

    def _hand_over(
        self, visit: Visit, title: str, email: str, token: str, words: str, posted: str = ""
    ) -> Response:
        link = self.side.link(f"{LINK}{token}")
        values = {"title": title, "email": email, "link": link, "words": words, "posted": posted}
        return self.side.draw(visit, "hand_over", values)


def _page(person: Person) -> str:
    return f"{PEOPLE}/{person.id}"


def _roles() -> list[tuple[Role, str]]:
    return [(role, f"{may(role)[0].upper()}{may(role)[1:]}.") for role in Role]


def _role(visit: Visit) -> Role:
    try:
        return Role(visit.form.one("role"))
    except ValueError as problem:
        raise UsageError("Say which role: editor, publisher or admin.") from problem


def _number(text: str) -> int:
    number = whole_number(text)
    if number is None or number > _LARGEST_ID:
        raise NotFound("There is no such person or invitation. Look at the list again.")
    return number
