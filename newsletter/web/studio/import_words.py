"""Imports in the words of the studio's pages."""

from __future__ import annotations

from newsletter.lists import Field, Kind
from newsletter.subscribing.importing import Tally

COLUMN: dict[str, str] = {
    Field.EMAIL: "E-mail address",
    Field.FIRST_NAME: "First name",
    Field.INTERESTS: "Interests",
    Field.TAGS: "Tags",
    Field.ZONE: "Time zone",
    Field.STATUS: "Status: a word such as subscribed",
    Field.LEFT: "Unsubscribed: filled in for a no",
    Field.BOUNCED: "Bounced: filled in for a no",
    Field.COMPLAINED: "Complained: filled in for a no",
    Field.ENABLED: "Gets mail: yes or no",
    Field.REASON: "Why they left",
    Field.CONSENT: "The words they agreed to",
    Field.OPTIN_TIME: "When they signed up",
    Field.OPTIN_IP: "From which network they signed up",
    Field.CONFIRM_TIME: "When they confirmed",
    Field.CONFIRM_IP: "From which network they confirmed",
}
KIND = {
    Kind.SUBSCRIBED: "Subscribed: they said yes",
    Kind.WAITING: "Not confirmed: they have yet to say yes",
    Kind.UNSUBSCRIBED: "Unsubscribed: they said no",
    Kind.CLEANED: "Bounced: their address refused mail",
    Kind.SUPPRESSED: "Complained or blocked: never mail them",
}


def sums(tally: Tally, *, would: bool) -> tuple[tuple[str, str, str], ...]:
    """(number, words, tone) of each thing that became, or would become, of rows."""
    be = "would be " if would else ""
    stay = "would stay" if would else "stay"
    row = "row" if tally.rejected == 1 else "rows"
    found = (
        (tally.imported, f"{be}new", ""),
        (tally.updated, f"known; {be}brought up to date", ""),
        (tally.suppressed, f"{stay} unmailed: a no beats any yes", ""),
        (tally.repeated, "stood in the list more than once", ""),
        (tally.rejected, f"{row} {be}rejected", "warning" if tally.rejected else ""),
    )
    return tuple((f"{number:,}", words, tone) for number, words, tone in found)
