"""L: links lead somewhere, safely, and are counted in one way (L01 to L03)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from lxml.html import HtmlElement

from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

MOST_HOPS = 3
_SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms"})
_WITH_HOST = ("http", "https")
# These answers say that the page is there but not for machines, or not now.
_ONLY_FOR_PEOPLE = frozenset({401, 403, 405, 406, 407, 408, 425, 429, 451, 503, 999})
_UTM = ("utm_source", "utm_medium", "utm_campaign")


@rule(
    "L01",
    Severity.ERROR,
    claim="Every link has a whole address that leads somewhere.",
    why="A reader who presses a dead button does not come back.",
    mend="Write the whole address, as https://example.com/page.",
    needs="links",
)
def leads_somewhere(specimen: Specimen) -> Iterator[Fault]:
    """L01. A page that turns machines away (403, 429) is still there for people."""
    for anchor in specimen.document.named("a", "area"):
        complaint = _complaint(specimen, anchor) or _dead(specimen, anchor.get("href", ""))
        if complaint:
            yield Fault(f"{_named(anchor)} {complaint}.", element=anchor)
        elif _was_left_out(specimen, anchor.get("href", "")):
            told = f"{_named(anchor)} was not followed: the time was over"
            yield Fault(f"{told}.", element=anchor, severity=Severity.INFO)


@rule(
    "L02",
    Severity.WARNING,
    claim="Links are https, and redirected at most three times.",
    why="Browsers warn of http, and each redirect loses readers on slow networks.",
    mend="Write the address where the link ends.",
    needs="links",
)
def direct_and_safe(specimen: Specimen) -> Iterator[Fault]:
    """L02. The site's own pages on this machine are the addresses' rule (E01) to judge."""
    for anchor in specimen.document.named("a", "area"):
        address = anchor.get("href", "")
        if address.lower().startswith("http://") and not _is_ours(specimen, address):
            yield Fault(f"{_named(anchor)} leads to http.", element=anchor)
        answer = (specimen.evidence.links or {}).get(address)
        if answer and answer.hops > MOST_HOPS:
            told = f"{_named(anchor)} is redirected more than {MOST_HOPS} times."
            yield Fault(told, element=anchor)


@rule(
    "L03",
    Severity.WARNING,
    claim="Links to one site are marked for counting in the same way.",
    why="Half of the clicks would be counted as something else.",
    mend="Give each link to that site the same utm_source, utm_medium and utm_campaign, or none.",
)
def counted_alike(specimen: Specimen) -> Iterator[Fault]:
    """L03. `utm_content` may differ: it is there to tell links apart."""
    by_host: dict[str, dict[tuple[str, ...], HtmlElement]] = defaultdict(dict)
    for anchor in specimen.document.named("a"):
        parts = _parts(anchor.get("href", ""))
        if parts and parts.scheme in _WITH_HOST and parts.hostname:
            marks = dict(parse_qsl(parts.query))
            by_host[parts.hostname].setdefault(tuple(marks.get(u, "") for u in _UTM), anchor)
    for host, ways in by_host.items():
        if len(ways) > 1:
            marked = next(anchor for marks, anchor in ways.items() if any(marks))
            yield Fault(f"Links to {host} are marked in {len(ways)} ways.", element=marked)


def addresses_of(specimen: Specimen) -> tuple[str, ...]:
    """The web addresses that are the same for all readers and not our own, each once."""
    found = (anchor.get("href", "") for anchor in specimen.document.named("a", "area"))
    return tuple(
        dict.fromkeys(
            address
            for address in found
            if address.lower().startswith(("http://", "https://"))
            and not (specimen.rendition.nonce and specimen.rendition.nonce in address)
            and not _is_ours(specimen, address)
        )
    )


def _complaint(specimen: Specimen, anchor: HtmlElement) -> str:
    address = (anchor.get("href") or "").strip()
    if not address:
        says = "".join(anchor.itertext()).strip()
        is_target = anchor.get("id") or anchor.get("name")
        return "has no address" if "href" in anchor.attrib or (says and not is_target) else ""
    if address.startswith("#"):
        return "" if _is_target(specimen, address[1:]) else f'leads to "{address}"'
    if any(address.startswith(tag.token) for tag in specimen.rendition.merge_tags):
        return ""
    parts = _parts(address)
    if parts is None or re.search(r"\s", address):
        return f'is no address: "{address[:60]}"'
    if parts.scheme not in _SCHEMES:
        return f'has no whole address: "{address[:60]}"'
    if parts.scheme in _WITH_HOST and not parts.hostname:
        return f'names no host: "{address[:60]}"'
    return ""


def _is_target(specimen: Specimen, name: str) -> bool:
    return bool(name) and any(
        name in (each.get("id"), each.get("name")) for each in specimen.document.elements
    )


def _dead(specimen: Specimen, address: str) -> str:
    answer = (specimen.evidence.links or {}).get(address)
    if answer is None or not answer.asked or answer.hops > MOST_HOPS:
        return ""
    if answer.reason:
        return f"could not be followed: {answer.reason}"
    if answer.status >= 400 and answer.status not in _ONLY_FOR_PEOPLE:
        return f"leads to a page that answers {answer.status}"
    return ""


def _was_left_out(specimen: Specimen, address: str) -> bool:
    answer = (specimen.evidence.links or {}).get(address)
    return answer is not None and not answer.asked


def _is_ours(specimen: Specimen, address: str) -> bool:
    ours = (specimen.site.public_url, specimen.site.images_url)
    return any(url and (address == url or address.startswith(f"{url}/")) for url in ours)


def _parts(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _named(anchor: HtmlElement) -> str:
    words = " ".join("".join(anchor.itertext()).split())
    return f'The link "{words[:60] or (anchor.get("href") or "")[:60]}"'


RULES: tuple[Rule, ...] = (leads_somewhere, direct_and_safe, counted_alike)
