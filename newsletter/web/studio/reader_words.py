"""Readers in the words of the studio's pages."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.store.listing import Standing
from newsletter.store.roster import Entry
from newsletter.store.tables.subscribers import Status

STANDING = {
    Standing.MAILABLE: "Get letters",
    Standing.PENDING: "Not confirmed yet",
    Standing.UNSUBSCRIBED: "Unsubscribed",
    Standing.SUPPRESSED: "Bounced or complained",
    Standing.PAUSED: "Taking a break",
}
_STATUS = {
    Status.PENDING: ("Not confirmed yet", "info"),
    Status.CONFIRMED: ("Gets letters", "fine"),
    Status.UNSUBSCRIBED: ("Unsubscribed", "plain"),
    Status.ERASED: ("Erased", "plain"),
}
_SUPPRESSED = {
    "bounce": ("Bounced", "warning"),
    "complaint": ("Complained", "error"),
}


@dataclass(frozen=True, slots=True)
class Short:
    """A reader in one line of a list.

    Attributes:
        badge, tone: where they stand.
        wants: interests by name; empty for one who never chose and so wants all.
    """

    id: int
    email: str
    first_name: str
    badge: str
    tone: str
    wants: tuple[str, ...]
    tags: tuple[str, ...]
    since: str


def short(entry: Entry) -> Short:
    """One line of a list."""
    badge, tone = badge_of(entry.status, entry.suppressed)
    since = f"{entry.created_at:%Y-%m-%d}"
    wants = entry.interests or ()
    return Short(entry.id, entry.email, entry.first_name, badge, tone, wants, entry.tags, since)


def badge_of(status: Status, suppressed: str) -> tuple[str, str]:
    """Where a reader stands, in words, and how grave it is."""
    if suppressed and status is not Status.UNSUBSCRIBED:
        return _SUPPRESSED.get(suppressed, ("Never mailed", "warning"))
    return _STATUS[status]
