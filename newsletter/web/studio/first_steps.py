"""What is left to do before a first letter goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.model.person import Person, Role
from newsletter.scheduling.spoken import people
from newsletter.web.studio.cards import APPROVED, DRAFT, REVIEW, Card


@dataclass(frozen=True, slots=True)
class Step:
    """One of them.

    Attributes:
        href: where it is done; empty when this person may not.
        press: what the way there is called.
    """

    title: str
    words: str
    is_done: bool
    href: str = ""
    press: str = ""


def first_steps(person: Person, found: Sequence[Card], readers: int) -> tuple[Step, ...]:
    """From an empty list to a letter on the calendar, in the order of doing.

    Args:
        found: every issue; none of them was scheduled yet.
        readers: who may be mailed today.
    """
    approved = next((card for card in found if card.column == APPROVED and card.slug), None)
    drafts = [card for card in found if card.column in (DRAFT, REVIEW) and card.slug]
    letter = approved or min(drafts, key=lambda card: (not card.number, card.number), default=None)
    if letter is None:
        return ()
    page = f"/studio/issues/{letter.slug}"
    publishes = person.may(Role.PUBLISHER)
    return (
        _readers(person, readers),
        Step(
            "Read a letter, and mail yourself a test",
            f"“{letter.subject}” is a draft; change what you like.",
            approved is not None,
            page,
            "Open the letter",
        ),
        Step(
            "Approve it",
            "What is approved is kept, and is what readers get. Nothing is sent by it.",
            approved is not None,
            f"{page}/approve" if publishes else f"{page}/ask",
            "Look at it and approve" if publishes else "Ask for approval",
        ),
        Step(
            "Say when it goes out",
            "It goes out by itself then, and can be stopped at any moment.",
            False,
            f"{page}/schedule" if publishes else "",
            "Choose when",
        ),
    )


def _readers(person: Person, readers: int) -> Step:
    title = "Bring in your readers"
    if readers:
        return Step(title, f"{people(readers)} may be mailed.", True)
    if not person.may(Role.ADMIN):
        return Step(title, "Nobody may be mailed yet. An admin brings a list in.", False)
    words = "Nobody may be mailed yet: a list as CSV, or the sign-up form, brings them."
    return Step(title, words, False, "/studio/readers/import", "Import a list")
