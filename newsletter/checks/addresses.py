"""E: what the site's own addresses must be before real mail goes out (E01)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.errors import Place
from newsletter.model.finding import Severity

SETTINGS = Place("newsletter.toml")


@rule(
    "E01",
    Severity.ERROR,
    claim="With a real SendGrid key, readers can reach `public_url` and `images_url` by https.",
    why="Links and pictures of a sent mail can not be changed any more; RFC 8058 wants the "
    "unsubscribe address on https.",
    mend="Set it in [site] of newsletter.toml to the https address readers use.",
)
def public_addresses(specimen: Specimen) -> Iterator[Fault]:
    """E01. Without a real key nothing leaves this machine, and loopback is right."""
    if not specimen.evidence.real_key:
        return
    site = specimen.site
    for name, address in (("public_url", site.public_url), ("images_url", site.images_url)):
        wrong = complaint(address)
        if wrong:
            yield Fault(f"{name} {wrong}.", SETTINGS)


def complaint(address: str) -> str:
    """Why readers can not use an address of the site; empty when they can."""
    if not address:
        return "is not set"
    try:
        parts = urlsplit(address)
    except ValueError:
        return f'is no web address: "{address}"'
    if not parts.hostname:
        return f'is no web address: "{address}"'
    if _only_here(parts.hostname):
        return f"leads to {parts.hostname}, which readers can not reach"
    return "" if parts.scheme == "https" else f"does not begin with https: {address}"


def _only_here(host: str) -> bool:
    name = host.rstrip(".").casefold()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return not ip_address(name).is_global
    except ValueError:
        return False


RULES: tuple[Rule, ...] = (public_addresses,)
