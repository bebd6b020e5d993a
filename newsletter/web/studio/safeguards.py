"""What a form must say before something goes out to many."""

from __future__ import annotations

from newsletter.errors import BlockedError, LedgerError
from newsletter.model.ledger import Dispatch
from newsletter.scheduling.outlook import Outlook
from newsletter.web.studio.visit import Form


def count_problem(form: Form, readers: int, above: int) -> str:
    """What is wrong with the count somebody typed; empty when nothing is.

    Args:
        readers: whom it reaches now.
        above: `[studio] type_count_above`.
    """
    if not asks_count(readers, above):
        return ""
    typed = "".join(letter for letter in form.one("count") if letter.isdecimal())
    if typed == str(readers):
        return ""
    return f"Type {readers:,} here, so that nobody mails so many people by mistake."


def asks_count(readers: int, above: int) -> bool:
    """Whether the count is typed."""
    return readers > above


def require_same(form: Form, found: Outlook) -> None:
    """Refuse a form that was filled in while somebody else changed what it is about.

    Raises:
        LedgerError, BlockedError: says what changed; nothing was done.
    """
    if form.one("approval") != str(found.approved.id):
        raise BlockedError(
            f"{found.approved.by} approved another version of this issue while you looked. "
            "Nothing was scheduled; look again at what goes out."
        )
    if form.one("before") != standing_mark(found.before):
        raise LedgerError(
            "Somebody else scheduled this issue, moved it, or took it off the calendar, while you "
            "looked. Nothing was changed; look again."
        )


def standing_mark(before: Dispatch | None) -> str:
    """Names what stands on the calendar, with its time; empty for nothing."""
    return f"{before.id}@{before.due_at:%Y-%m-%dT%H:%M:%S}" if before else ""
