"""Whether a site is fit to send: its settings, and what the world says about its sender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from stat import S_IRWXG, S_IRWXO
from typing import Any

from newsletter.checks import Standing
from newsletter.checks.addresses import complaint
from newsletter.config import Settings
from newsletter.lookups import (
    SELECTORS,
    Answer,
    Follower,
    NameServer,
    Records,
    ask_about,
    ask_one_click,
)
from newsletter.model.site import Site

MADE_UP_READER = 2**56 - 1
"""No database gets so far: whoever posts this reader's mark takes nobody off a list."""

_RESERVED = ("test", "example", "invalid", "localhost", "local")
_EXAMPLES = ("example.com", "example.org", "example.net")


class Health(StrEnum):
    """How something stands; only `bad` keeps mail from arriving."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at.

    Attributes:
        what: `SPF`, `postal address`.
        told: what was found, and what to do.
    """

    what: str
    health: Health
    told: str


_HEALTH = {
    Standing.GOOD: Health.GOOD,
    Standing.WEAK: Health.WEAK,
    Standing.MISSING: Health.BAD,
    None: Health.UNKNOWN,
}


def examine_settings(settings: Settings, *, real: bool) -> Iterator[Examined]:
    """What can be said without asking anybody.

    Args:
        real: a key is set and mail would leave this machine; what is wrong is then bad, and
            else only worth knowing.
    """
    grave = Health.BAD if real else Health.WEAK
    site = settings.site
    yield _way_out(settings, real=real)
    for name, address in (("public_url", site.public_url), ("images_url", site.images_url)):
        wrong = complaint(address)
        told = f"{name} {wrong}." if wrong else address
        yield Examined(name, grave if wrong else Health.GOOD, told)
    yield _sender(site.sender.email, grave)
    address = " ".join(site.sender.postal_address.split())
    missing = "The law wants one in every letter: [sender] postal_address."
    yield Examined("postal address", Health.GOOD if address else Health.BAD, address or missing)
    yield _webhook(settings)
    yield _secret(settings)


def examine_domain(domain: str, records: Records, selectors: Sequence[str]) -> Iterator[Examined]:
    """SPF, DKIM and DMARC of the sender's domain."""
    found = ask_about(domain, records, selectors)
    yield _of("SPF", found.spf)
    for selector, answer in found.dkim.items():
        yield _of(f"DKIM {selector}", answer)
    yield _of("DMARC", found.dmarc)


def examine_unsubscribing(address: str, follower: Follower) -> Examined:
    """Whether one click works as RFC 8058 wants it.

    Args:
        address: an unsubscribe address of `MADE_UP_READER`.
    """
    found = ask_one_click(address, follower)
    told = found.told if found.good else f"{found.told} RFC 8058 wants 200 and no redirect."
    return Examined("one-click unsubscribing", Health.GOOD if found.good else Health.BAD, told)


def examine_outside(
    site: Site, unsubscribe: str, selectors: Iterable[str] = SELECTORS
) -> Iterator[Examined]:
    """Ask the world: DNS about the sender, and the site's own unsubscribe address.

    Args:
        unsubscribe: an address of `MADE_UP_READER`.
    """
    yield from examine_domain(sender_domain(site), NameServer(), tuple(selectors))
    # Our own host: an operator chose it, so it may stand in our own network.
    yield examine_unsubscribing(unsubscribe, Follower(allows=lambda _: True))


def sender_domain(site: Site) -> str:
    """The domain of From, in lower case."""
    return site.sender.email.rpartition("@")[2].casefold()


def examined_row(one: Examined) -> dict[str, Any]:
    """As plain values."""
    return {"what": one.what, "health": one.health.value, "told": one.told}


def _of(what: str, answer: Answer) -> Examined:
    return Examined(what, _HEALTH[answer.standing], answer.told)


def _way_out(settings: Settings, *, real: bool) -> Examined:
    if real:
        return Examined("sending", Health.GOOD, "SendGrid, with a key.")
    if settings.smtp.host:
        return Examined("sending", Health.GOOD, f"SMTP, by {settings.smtp.host}.")
    told = "Nothing leaves this machine: no SENDGRID_API_KEY and no [smtp]."
    return Examined("sending", Health.WEAK, told)


def _sender(email: str, grave: Health) -> Examined:
    domain = email.rpartition("@")[2].casefold()
    if domain in _EXAMPLES or domain.rpartition(".")[2] in _RESERVED:
        told = f"{domain} is a name for examples (RFC 2606); nobody can answer there."
        return Examined("sender", grave, told)
    return Examined("sender", Health.GOOD, email)


def _webhook(settings: Settings) -> Examined:
    if settings.webhook_keys:
        return Examined("events", Health.GOOD, f"{len(settings.webhook_keys)} keys to verify.")
    told = "Without SENDGRID_WEBHOOK_KEYS nobody hears of bounces and complaints."
    return Examined("events", Health.WEAK, told)


def _secret(settings: Settings) -> Examined:
    file = settings.var / "secret.key"
    if not file.is_file():
        told = "Set from outside." if settings.secret_keys else "Will be made when it is needed."
        return Examined("secret key", Health.GOOD, told)
    if file.stat().st_mode & (S_IRWXG | S_IRWXO):
        told = f"{file.name} can be read by others on this machine: chmod 600 {file.name}."
        return Examined("secret key", Health.BAD, told)
    return Examined("secret key", Health.GOOD, "Only its owner reads it. Back it up.")
