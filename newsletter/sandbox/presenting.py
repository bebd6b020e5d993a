"""How values are written on the pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from newsletter.sandbox.mail import Contact, Mail

MOST_EXCERPT_CHARACTERS = 110

_web_link = re.compile(r"<(https?://[^<>\s]+)>").search


def thousands(number: int) -> str:
    """Write a number with separators: 1,000."""
    return f"{number:,}"


def plural(number: int, word: str) -> str:
    """Write a number with its word: 1 mail, 2 mails."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def percent(rate: float) -> str:
    """Write a share as per cent."""
    return f"{rate * 100:g} %"


def clock(moment: datetime) -> str:
    """Write a time of day in this machine's zone."""
    return moment.astimezone().strftime("%H:%M")


def full(moment: datetime) -> str:
    """Write day, time and zone of this machine."""
    return moment.astimezone().strftime("%A, %d %B %Y, %H:%M:%S %Z")


def who(contact: Contact) -> str:
    """Return the name of a contact, or the address when there is none."""
    return contact.name or contact.email


def people(contacts: tuple[Contact, ...]) -> str:
    """List contacts in one line."""
    return ", ".join(map(str, contacts))


def excerpt(mail: Mail) -> str:
    """Return the first words of the text part."""
    words = " ".join(mail.text[: MOST_EXCERPT_CHARACTERS * 4].split())
    if len(words) <= MOST_EXCERPT_CHARACTERS:
        return words
    return words[:MOST_EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"


def unsubscribe_link(headers: Mapping[str, str]) -> str:
    """Return the web address in List-Unsubscribe (RFC 2369), or nothing."""
    for name, value in headers.items():
        if name.lower() == "list-unsubscribe" and (found := _web_link(value)):
            return found[1]
    return ""


def happened(words: Sequence[str]) -> str:
    """What came of a mail, each word once: processed, delivered, click by a scanner × 3."""
    told = Counter(word.replace(":", " by a ") for word in words)
    if tuple(told) == ("processed",):
        return ""
    return ", ".join(word if times == 1 else f"{word} × {times}" for word, times in told.items())


FILTERS: Mapping[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        thousands,
        plural,
        percent,
        clock,
        full,
        who,
        people,
        excerpt,
        unsubscribe_link,
    )
}
