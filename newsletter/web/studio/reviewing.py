"""Ask somebody without an account for approval, and the page on which they give it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import Response

from newsletter.errors import BlockedError, LedgerError, NewsletterError, UsageError
from newsletter.feedback.wording import without_addresses
from newsletter.model.ledger import DispatchState
from newsletter.model.person import Role
from newsletter.model.review import Approver, LinkFor, PersonalLink, Post
from newsletter.model.transport import Transport
from newsletter.publishing import Composition
from newsletter.reviewing.asking import ask_for_approval, vouch
from newsletter.reviewing.authors import authors_of
from newsletter.reviewing.deciding import Decision, Unaccepted, decide_by_link, send_back
from newsletter.reviewing.links import USUAL_DAYS
from newsletter.reviewing.mailing import mail_again, mail_link
from newsletter.reviewing.seeing import Changed, seen_mark
from newsletter.store.personal_links import find_link, links_of
from newsletter.store.reviews import approvers
from newsletter.web.studio.approving import require_int
from newsletter.web.studio.letter_views import (
    decision_values,
    framed,
    require_slug,
    require_slug_of,
    room_of,
    view_values,
)
from newsletter.web.studio.personal import behind_link
from newsletter.web.studio.routing import Address
from newsletter.web.studio.sharing import DAYS
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import moment
from newsletter.web.studio.visit import Visit

SOMEONE_NEW = "new"


class Asking:
    """The page that asks. Editors ask people a publisher vouched for, and see no address."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [
            Address("/issues/{slug}/ask", get=self.page, post=self.ask),
            Address("/issues/{slug}/links/{link:int}/mail", post=self.again),
        ]

    def page(self, visit: Visit) -> Response:
        """Whom, and who was asked already."""
        return self._draw(visit)

    def ask(self, visit: Visit) -> Response:
        """Make the link and mail it."""
        slug = require_slug(self.side, visit)
        composition = self.side.desk.composition(slug)
        try:
            told = self._ask(visit, composition)
        except NewsletterError as problem:
            return self._draw(visit, str(problem), 400)
        return self.side.went(f"/studio/issues/{slug}/ask", told)

    def again(self, visit: Visit) -> Response:
        """Mail a link once more whose mail was clearly not taken."""
        slug, room = require_slug(self.side, visit), room_of(self.side)
        composition = self.side.desk.composition(slug)
        link_id = int(visit.named["link"])
        transport = self.side.app.open_transport()
        with self.side.store.read() as connection:
            link = find_link(connection, link_id)
        is_ours = link is not None and link.issue_number == composition.issue.number
        if link is None or not is_ours or not mail_again(room, link_id):
            transport.close()
            raise UsageError("This mail is not one that can be sent again.")
        told = self._mail(transport, composition, link)
        return self.side.went(f"/studio/issues/{slug}/ask", told)

    def _ask(self, visit: Visit, composition: Composition) -> str:
        person, form, room = visit.person, visit.form, room_of(self.side)
        transport = self._transport(needed=not self._hands_over(visit))
        asked = ask_for_approval(
            room,
            composition,
            self._whom(visit),
            by=person.name,
            note=form.raw("note"),
            days=require_int(form.one("days"), "how long the link is open"),
            mailed=transport is not None,
        )
        slug, link = composition.issue.slug, asked.link
        if not asked.is_new:
            return f"{link.name} was asked about this very letter already."
        self.side.record(visit, "ask for approval", slug, whom=link.name, link=link.id)
        if transport is None:
            return f"The link for {link.name} is ready. Nothing is set up to mail it; copy it."
        return self._mail(transport, composition, link)

    def _whom(self, visit: Visit) -> int:
        form = visit.form
        if form.one("whom") != SOMEONE_NEW:
            return require_int(form.one("whom"), "whom to ask")
        if not visit.person.may(Role.PUBLISHER):
            raise UsageError("A publisher adds people who may be asked.")
        by = visit.person.name
        found = vouch(room_of(self.side), form.one("name"), form.one("email"), by)
        self.side.record(visit, "vouch for an approver", found.name)
        return found.id

    def _transport(self, *, needed: bool) -> Transport | None:
        try:
            return self.side.app.open_transport()
        except UsageError:
            if needed:
                raise UsageError(
                    "Nothing is set up to send mail with, so nobody can be asked by mail. "
                    "Tell whoever runs the server."
                ) from None
            return None

    def _mail(self, transport: Transport, composition: Composition, link: PersonalLink) -> str:
        subject = composition.issue.subject.plain()
        try:
            sent = mail_link(room_of(self.side), self.side.site, transport, link, subject)
        finally:
            transport.close()
        if sent.post is Post.SENT:
            return f"{link.name} was asked by mail."
        if sent.post is Post.UNKNOWN:
            return f"The mail to {link.name} may have left: there was no clear answer."
        why = without_addresses(sent.post_reason) or "try again"
        return f"The mail to {link.name} was not taken: {why}."

    def _hands_over(self, visit: Visit) -> bool:
        """Whether this person sees links: never one who could not approve by herself."""
        two = self.side.app.settings.studio.two_people
        return visit.person.may(Role.PUBLISHER) and not two

    def _draw(self, visit: Visit, problem: str = "", status: int = 200) -> Response:
        slug = require_slug(self.side, visit)
        composition = self.side.desk.composition(slug)
        with self.side.store.read() as connection:
            people = approvers(connection)
            links = links_of(connection, composition.issue.number, LinkFor.APPROVAL)
            now = self.side.store.now(connection)
        values: dict[str, Any] = {
            "slug": slug,
            "issue": composition.issue,
            "people": people,
            "errors": len(composition.errors),
            "typed": visit.form,
            "chosen": _chosen(visit, people),
            "days": DAYS,
            "usual": USUAL_DAYS,
            "problem": problem,
            "may_add": visit.person.may(Role.PUBLISHER),
            "asked": [self._asked(visit, composition, each, now) for each in links],
        }
        return self.side.draw(visit, "ask", values, status)

    def _asked(
        self, visit: Visit, composition: Composition, link: PersonalLink, now: datetime
    ) -> dict[str, Any]:
        is_open = link.is_open(now) and link.answer is None
        hands_over = is_open and self._hands_over(visit)
        return {
            "link": link,
            "is_open": is_open,
            "is_changed": is_open and link.seen != seen_mark(composition),
            "address": room_of(self.side).address(link) if hands_over else "",
            "asked_at": moment(link.created_at, self.side.app),
            "until": moment(link.expires_at, self.side.app),
            "answered_at": moment(link.answered_at, self.side.app) if link.answered_at else "",
        }


class Deciding:
    """The page behind a personal link: the letter, and Approve or Send back."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers; nobody signs in for it."""
        page, kind = "/review/{token}", LinkFor.APPROVAL
        seen = behind_link(self.side, kind, self.page)
        decided = behind_link(self.side, kind, self.decide)
        frame = behind_link(self.side, kind, self.letter)
        return [
            Address(page, get=seen, post=decided, may=None, largest=32 * 1024),
            Address(f"{page}/letter/{{variant}}.html", get=frame, may=None),
        ]

    def page(self, visit: Visit, link: PersonalLink) -> Response:
        """The letter as it is now. Changes nothing."""
        return self._draw(visit, link)

    def decide(self, visit: Visit, link: PersonalLink) -> Response:
        """Approve, or send back with a comment."""
        composition = self.side.desk.composition(require_slug_of(self.side, link))
        try:
            if visit.form.one("answer") == "approve":
                self._approve(visit, link, composition)
            elif visit.form.one("answer") == "send_back":
                seen, words = visit.form.one("seen"), visit.form.raw("comment")
                send_back(room_of(self.side), link, composition, seen, words)
            else:
                raise UsageError("Choose whether it may go out.")
        except (Changed, UsageError, BlockedError, LedgerError) as problem:
            status = 400 if isinstance(problem, UsageError) else 409
            return self._draw(visit, link, problem, status)
        # The page after tells what was decided; it is in the log under the person's name.
        action = "approve by link" if visit.form.one("answer") == "approve" else "send back"
        slug = composition.issue.slug
        self.side.accounts.record(
            link.name, action, slug, details={"link": link.id, "email": link.email}, ip=visit.ip
        )
        return self.side.went(f"/studio/review/{visit.token}")

    def letter(self, visit: Visit, link: PersonalLink) -> Response:
        """The letter for the frame."""
        return framed(self.side, require_slug_of(self.side, link), visit)

    def _approve(self, visit: Visit, link: PersonalLink, composition: Composition) -> None:
        form = visit.form
        authors: tuple[str, ...] = ()
        if self.side.app.settings.studio.two_people:
            authors = authors_of(self.side.store, self.side.root, composition.issue)
        decision = Decision(
            by=link.name,
            seen=form.one("seen"),
            accepted=frozenset(form.many("accepted")),
            rebind=form.has("rebind"),
            email=link.email,
        )
        decide_by_link(room_of(self.side), link, composition, decision, authors=authors)

    def _draw(
        self,
        visit: Visit,
        link: PersonalLink,
        problem: NewsletterError | None = None,
        status: int = 200,
    ) -> Response:
        slug = require_slug_of(self.side, link)
        composition = self.side.desk.composition(slug)
        page = f"/studio/review/{visit.token}"
        values = view_values(self.side, slug, visit, page)
        values |= decision_values(self.side, composition)
        under_way = values["under_way"]
        ticked = () if isinstance(problem, Changed) else visit.form.many("accepted")
        values |= {
            "link": link,
            "mark": room_of(self.side).form_mark(link),
            "until": moment(link.expires_at, self.side.app),
            "answered_at": moment(link.answered_at, self.side.app) if link.answered_at else "",
            "is_changed": link.seen != values["seen"],
            "is_scheduled": under_way is not None and under_way.state is DispatchState.SCHEDULED,
            "problem": str(problem) if problem else "",
            "missing": problem.missing if isinstance(problem, Unaccepted) else frozenset(),
            "ticked": frozenset(ticked),
            "rebind": visit.form.has("rebind"),
            "typed": visit.form,
        }
        return self.side.draw(visit, "review_link", values, status)


def _chosen(visit: Visit, people: tuple[Approver, ...]) -> str:
    typed = visit.form.one("whom")
    return typed or (str(people[0].id) if people else SOMEONE_NEW)
