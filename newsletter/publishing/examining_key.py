"""Whether the provider's key may do what the program asks of it."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.errors import ProviderSilent
from newsletter.publishing.examining import Examined, Health
from newsletter.transports.sendgrid_scopes import READ_ACTIVITY, SEND, SUPPRESSIONS

_WHAT = "provider's key"


def examine_key(scopes: Callable[[], frozenset[str] | None]) -> Examined:
    """Ask what the key may do.

    Args:
        scopes: asks; see `scopes_of`.
    """
    try:
        found = scopes()
    except ProviderSilent as problem:
        return Examined(_WHAT, Health.BAD, f"SendGrid does not take it: {problem}")
    if found is None:
        return Examined(_WHAT, Health.UNKNOWN, "Nothing goes by SendGrid.")
    if SEND not in found:
        return Examined(_WHAT, Health.BAD, "It may not send: give it Mail Send at SendGrid.")
    missing = list(_missing(found))
    if missing:
        told = f"It may send, but not {', nor '.join(missing)}; see docs/operators.md."
        return Examined(_WHAT, Health.WEAK, told)
    return Examined(_WHAT, Health.GOOD, "It may send, and be asked afterwards.")


def _missing(found: frozenset[str]) -> list[str]:
    """What asking afterwards needs beyond sending."""
    needed = {
        "read Email Activity": READ_ACTIVITY in found,
        "see and change Suppressions": any(each.startswith(SUPPRESSIONS) for each in found),
    }
    return [what for what, has in needed.items() if not has]
