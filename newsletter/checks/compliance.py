"""H: what the law and the mailbox providers ask for (H01 to H03, H06)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.evidence import Standing
from newsletter.checks.links import leads_to_unsubscribe, visible_unsubscribe_links
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.errors import Place
from newsletter.model.finding import Severity

SETTINGS = Place("newsletter.toml")
_BETWEEN = re.compile(r"[\W_]+")
_ONE_CLICK = "List-Unsubscribe=One-Click"
_LOOPBACK = re.compile(r"http://(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/]|$)")
_LIST_ID = re.compile(r"(?:[^<>]*)<[A-Za-z0-9][A-Za-z0-9._-]*\.[A-Za-z0-9._-]+>")
# Their DMARC policies refuse mail that others send in their name.
_MAILBOX_PROVIDERS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.de",
        "aol.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "mail.ru",
        "proton.me",
        "protonmail.com",
    ]
)


@rule(
    "H01",
    Severity.ERROR,
    claim="List-Unsubscribe and List-Unsubscribe-Post will be sent, with an https address.",
    why="Gmail and Yahoo ask bulk senders for one-click unsubscribing (RFC 8058; Gmail's email "
    "sender guidelines, 2024).",
    mend="Set public_url in [site] of newsletter.toml to an https address.",
    needs="headers",
)
def one_click(specimen: Specimen) -> Iterator[Fault]:
    """H01. On this machine alone http is right: nothing leaves it (E01 guards the rest)."""
    headers = specimen.evidence.headers
    if headers is None:
        return
    way = headers.get("List-Unsubscribe", "")
    if not (way.startswith("<https://") or _LOOPBACK.match(way[1:])):
        yield Fault(f'List-Unsubscribe would be "{way}".', SETTINGS)
    if headers.get("List-Unsubscribe-Post", "") != _ONE_CLICK:
        yield Fault("List-Unsubscribe-Post would not be sent.", SETTINGS)


@rule(
    "H06",
    Severity.WARNING,
    claim="A List-Id will be sent.",
    why="Readers' filters and providers' reports know the letter by it (RFC 2919).",
    mend="Give [sender] email an address at a domain of your own.",
    needs="headers",
)
def list_identity(specimen: Specimen) -> Iterator[Fault]:
    """H06. A bare word in the brackets is no identifier: it needs a dot."""
    headers = specimen.evidence.headers
    if headers is not None and not _LIST_ID.fullmatch(headers.get("List-Id", "")):
        yield Fault(f'List-Id would be "{headers.get("List-Id", "")}".', SETTINGS)


@rule(
    "H03",
    Severity.WARNING,
    claim="From's domain is the sender's own, and has a DMARC policy.",
    why="Without it the mail is marked as not verified, or refused (RFC 7489; Gmail's email sender "
    "guidelines).",
    mend="Send from a domain of your own and publish _dmarc there: newsletter doctor --network.",
    needs="sender",
)
def own_domain(specimen: Specimen) -> Iterator[Fault]:
    """H03. The whole domain counts: gmail.com.example.org is not Gmail's."""
    domain = specimen.site.sender.email.rpartition("@")[2].rstrip(".").casefold()
    sender = specimen.evidence.sender
    if "." not in domain:
        yield Fault(f'From\'s domain "{domain}" is none.', SETTINGS)
    elif domain in _MAILBOX_PROVIDERS:
        yield Fault(f"{domain} does not let others send in its name.", SETTINGS)
    elif sender is not None and sender.dmarc is Standing.MISSING:
        yield Fault(f"{domain} has no DMARC record.", SETTINGS)
    elif sender is not None and sender.dmarc is Standing.WEAK:
        yield Fault(f"The DMARC policy of {domain} is `none`.", SETTINGS, Severity.INFO)


@rule(
    "H02",
    Severity.ERROR,
    claim="An unsubscribe link and the sender's postal address can be seen, in both parts.",
    why="CAN-SPAM Act, 5(a)(3) and 5(a)(5); GDPR, Article 7(3): to withdraw must be as easy "
    "as to consent.",
    mend="Keep both in the layout's footer, and the address in [sender] of newsletter.toml.",
)
def way_out(specimen: Specimen) -> Iterator[Fault]:
    """H02. A link that is hidden, or says nothing, is none."""
    if not visible_unsubscribe_links(specimen):
        yield Fault("The HTML part shows no unsubscribe link.")
    if not _unsubscribe_in_text(specimen):
        yield Fault("The text part has no unsubscribe link.")
    address = _letters(specimen.site.sender.postal_address)
    if not address:
        yield Fault("The sender has no postal address.", SETTINGS)
        return
    if address not in _letters(specimen.document.visible_text):
        yield Fault("The HTML part does not show the postal address.")
    if address not in _letters(specimen.rendition.text):
        yield Fault("The text part does not show the postal address.")


def _unsubscribe_in_text(specimen: Specimen) -> bool:
    words = specimen.rendition.text.split()
    return any(leads_to_unsubscribe(specimen, word.lstrip("<([")) for word in words)


def _letters(text: str) -> str:
    """Letters and digits alone: a layout may break the address into lines as it likes."""
    return _BETWEEN.sub("", text.casefold())


RULES: tuple[Rule, ...] = (one_click, way_out, own_domain, list_identity)
