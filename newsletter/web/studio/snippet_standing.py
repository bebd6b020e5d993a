"""Where the issues stand that use a snippet: drafts, approved, already with readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.authoring import Entry, User
from newsletter.scheduling.spoken import day_name
from newsletter.store.archive import sent_issues
from newsletter.store.calendar import Place, places
from newsletter.web.studio.side import StudioSide

DRAFT, APPROVED, SENT = "draft", "approved", "sent"


@dataclass(frozen=True, slots=True)
class Use:
    """An issue that uses a snippet.

    Attributes:
        standing: `draft`, `approved` (a change of the snippet means approving again) or `sent`
            (readers keep what they got).
        words: the same for people.
    """

    user: User
    standing: str
    words: str

    @property
    def name(self) -> str:
        """`Issue 12`, or the file's name when it has no number."""
        return f"Issue {self.user.number}" if self.user.number else self.user.slug


class Standing:
    """One look at what the database knows of all issues."""

    def __init__(self, side: StudioSide) -> None:
        with side.store.read() as connection:
            self._places: Mapping[int, Place] = places(connection)
            self._sent = {
                each.number: f"{day_name(each.sent_at)} {each.sent_at.year}"
                for each in sent_issues(connection)
            }

    def uses(self, users: Sequence[User]) -> tuple[Use, ...]:
        """The issues of a snippet, each with where it stands."""
        return tuple(self._use(user) for user in users)

    def last_seen(self, entry: Entry) -> str:
        """When readers saw a snippet last, or where it waits."""
        for user in sorted(entry.users, key=lambda each: -each.number):
            if user.number in self._sent:
                return f"Last seen on {self._sent[user.number]}, in issue {user.number}"
        if not entry.users:
            return "Not used yet"
        first = self._use(entry.users[-1])
        return f"In {first.name[0].lower()}{first.name[1:]}, not sent yet"

    def _use(self, user: User) -> Use:
        place = self._places.get(user.number) if user.number else None
        if user.number in self._sent:
            return Use(user, SENT, f"went out on {self._sent[user.number]}")
        if place is None:
            return Use(user, DRAFT, "a draft")
        scheduled = place.placed is not None and place.placed.frozen == 0
        return Use(user, APPROVED, "approved and scheduled" if scheduled else "approved")
