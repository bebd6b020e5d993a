"""What a list, a file's name or a row says about being mailed; a no weighs more than any yes."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a list is a list of, or what one row says."""

    SUBSCRIBED = "subscribed"
    WAITING = "waiting"  # asked for by nobody, or never confirmed: a yes has yet to come
    CLEANED = "cleaned"  # bounced
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"  # complained, or blocked

    @property
    def is_no(self) -> bool:
        """Whether it keeps an address from being mailed."""
        return self is not Kind.SUBSCRIBED and self is not Kind.WAITING


_WEIGHT = {kind: weight for weight, kind in enumerate(Kind)}

_WORDS = {
    Kind.SUBSCRIBED: "subscribed, active, confirmed, opted in, opt in, enabled, regular",
    Kind.WAITING: (
        "waiting, pending, unconfirmed, not confirmed, nonsubscribed, non subscribed, not "
        "subscribed, transactional"
    ),
    Kind.CLEANED: "cleaned, bounced, bounce, hard bounce, hard bounced, soft bounced, invalid",
    Kind.UNSUBSCRIBED: (
        "unsubscribed, opted out, opt out, removed, deleted, archived, inactive, disabled, "
        "cancelled, canceled, forgotten, erased"
    ),
    Kind.SUPPRESSED: (
        "suppressed, complained, complaint, spam, junk, abuse, blacklisted, blocklisted, blocked, "
        "marked as spam"
    ),
}
_BY_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split(", ")}
"""How programs call it in a column for the status."""

# As Mailchimp names the files of its export. Whoever is not subscribed there bought something
# and never asked for letters.
_FILES = (
    ("unsubscribed", Kind.UNSUBSCRIBED),
    ("nonsubscribed", Kind.WAITING),
    ("non-subscribed", Kind.WAITING),
    ("transactional", Kind.WAITING),
    ("cleaned", Kind.CLEANED),
    ("subscribed", Kind.SUBSCRIBED),
    ("suppressed", Kind.SUPPRESSED),
)


def heavier(one: Kind, other: Kind) -> Kind:
    """The one that keeps more mail away."""
    return one if _WEIGHT[one] >= _WEIGHT[other] else other


def kind_of_name(name: str) -> Kind | None:
    """What the name of a file says its readers are; None when it says nothing."""
    plain = name.rpartition("/")[2].lower()
    return next((kind for start, kind in _FILES if plain.startswith(start)), None)


def kind_of_word(word: str) -> Kind | None:
    """What a cell of a column for the status says; None for a word nobody knows."""
    return _BY_WORD.get(" ".join(word.replace("_", " ").replace("-", " ").lower().split()))
