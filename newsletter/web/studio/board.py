"""The board: every issue by where it stands, what needs a person on top."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.responses import JSONResponse, Response

from newsletter.authoring import change, change_letter
from newsletter.authoring.issues import duplicate_issue, new_issue
from newsletter.content import Headline
from newsletter.content.issue import better_slug
from newsletter.errors import NewsletterError, NotFound, UsageError
from newsletter.model.audience import Audience
from newsletter.model.person import Person, Role
from newsletter.scheduling.reach import count_reach
from newsletter.scheduling.spoken import counted, people
from newsletter.store.approvals import load_approval
from newsletter.store.audience import count
from newsletter.store.calendar import asked_about
from newsletter.web.studio.cards import COLUMNS, WAITS, Card, Deck, cards, in_columns, sent_cards
from newsletter.web.studio.first_steps import Step, first_steps
from newsletter.web.studio.routing import Address
from newsletter.web.studio.shelf import Shelf
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.ticks import is_looked_after
from newsletter.web.studio.visit import Form, Visit

MOST_SENT = 6
PAGE = 25
_DATE = re.compile(r"\d{4}-\d\d-\d\d-")
_ALWAYS = ("draft", "approved", "scheduled", "sent")


class Board:
    """The first page after signing in."""

    def __init__(self, side: StudioSide, shelf: Shelf) -> None:
        self.side = side
        self.shelf = shelf

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [
            Address("/", get=self.board),
            Address("/archive", get=self.archive),
            Address("/board/new", get=self.new, post=self.begin),
            Address("/board/{slug}/duplicate", post=self.duplicate),
            Address("/board/{slug}/figures", get=self.figures),
        ]

    def board(self, visit: Visit) -> Response:
        """Every issue of the site, in columns."""
        found = self._cards()
        columns = in_columns(found, MOST_SENT)
        values = {
            "waits": columns[WAITS],
            "columns": [
                (name, title, columns[name])
                for name, title in COLUMNS
                if columns[name] or name in _ALWAYS
            ],
            "is_empty": not found,
            "more_sent": sum(card.column == "sent" for card in found) > MOST_SENT,
            "may_publish": visit.person.may(Role.PUBLISHER),
            "is_watched": is_looked_after(self.side.store),
            "steps": self._steps(visit.person, found),
            "typed": Form(),
            "problem": "",
        }
        return self.side.draw(visit, "board", values)

    def archive(self, visit: Visit) -> Response:
        """What was sent, the newest first."""
        found = sent_cards(self._cards())
        last = max(1, -(-len(found) // PAGE))
        said = visit.query.get("page", "1")
        number = min(last, max(1, int(said) if said.isdecimal() and len(said) < 7 else 1))
        values = {
            "cards": found[(number - 1) * PAGE : number * PAGE],
            "total": len(found),
            "page": number,
            "last": last,
        }
        return self.side.draw(visit, "archive", values)

    def new(self, visit: Visit) -> Response:
        """The form alone, for browsers without scripts."""
        return self._new(visit, "")

    def begin(self, visit: Visit) -> Response:
        """Write a new issue file and open it."""
        subject, day = visit.form.one("subject"), visit.form.one("day")
        if not subject:
            return self._new(visit, "Say what the letter is about; you can change it later.")
        slug = better_slug("-".join(part for part in (day, subject.lower()[:70]) if part))
        site = self.side.site
        try:
            document = new_issue(site, slug, subject)
        except UsageError as problem:
            return self._new(visit, str(problem))
        if day:
            planned = {"send_at": f"{day} 09:00"}
            change(site, document, lambda text: change_letter(text, planned))
        self.side.record(visit, "new issue", slug)
        return self.side.went(f"/studio/issues/{slug}", "Your new issue. Nothing is sent yet.")

    def duplicate(self, visit: Visit) -> Response:
        """Begin a new issue with what another says."""
        slug = visit.named["slug"]
        made = _free(f"{_DATE.sub('', slug)[:100]}-copy", self.shelf.headlines())
        duplicate_issue(self.side.site, slug, made)
        self.side.record(visit, "duplicate issue", made, of=slug)
        return self.side.went(f"/studio/issues/{made}", f"A copy of {slug}, with its own number.")

    def figures(self, visit: Visit) -> Response:
        """What takes a while to count of one card: readers, and findings of a draft."""
        slug = visit.named["slug"]
        headline = next((each for each in self.shelf.headlines() if each.slug == slug), None)
        if headline is None:
            raise NotFound(f'There is no issue "{slug}".')
        place = self.shelf.places().get(headline.number)
        if place is not None:
            approval_id = place.placed.approval_id if place.placed else place.approval_id
            return JSONResponse(
                {"count": people(self._reach(approval_id)), "badge": "", "tone": ""}
            )
        return JSONResponse(self._draft(slug))

    def _steps(self, person: Person, found: list[Card]) -> tuple[Step, ...]:
        if any(card.dispatch for card in found):
            return ()
        with self.side.store.read() as connection:
            return first_steps(person, found, count(connection, Audience()))

    def _draft(self, slug: str) -> dict[str, str]:
        try:
            composition = self.side.desk.composition(slug)
        except NewsletterError:
            return {"count": "", "badge": "needs mending", "tone": "error"}
        with self.side.store.read() as connection:
            readers = count(connection, composition.issue.audience)
        found = [each for each in composition.findings if not each.acknowledged]
        errors = sum(each.severity == "error" for each in found)
        warnings = sum(each.severity == "warning" for each in found)
        if errors:
            badge, tone = counted(errors, "error"), "error"
        elif warnings:
            badge, tone = counted(warnings, "warning"), "warning"
        else:
            badge, tone = "ready to approve", "fine"
        return {"count": people(readers), "badge": badge, "tone": tone}

    def _reach(self, approval_id: int) -> int:
        with self.side.store.read() as connection:
            approved = load_approval(connection, approval_id)
            return count_reach(connection, approved, self.side.app.clock.now()).readers

    def _cards(self) -> list[Card]:
        store = self.side.store
        with store.read() as connection:
            asked = asked_about(connection, store.now(connection))
        deck = Deck(
            now=self.side.app.clock.now(),
            zone=self.side.site.dispatch.timezone,
            is_changed=self.shelf.is_changed,
            in_review=asked,
        )
        return cards(self.shelf.headlines(), self.shelf.places(), deck)

    def _new(self, visit: Visit, problem: str) -> Response:
        values = {"typed": visit.form, "problem": problem}
        return self.side.draw(visit, "new_issue", values, 400 if problem else 200)


def _free(slug: str, taken: Iterable[Headline]) -> str:
    """The name, with a number behind it when it is taken."""
    names = {each.slug for each in taken}
    numbered = (slug if at == 1 else f"{slug}-{at}" for at in range(1, len(names) + 2))
    return next(name for name in numbered if name not in names)
