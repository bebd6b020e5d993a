"""All rules, and running them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from newsletter.checks import (
    accessibility,
    addresses,
    compatibility,
    compliance,
    contrast,
    darkness,
    frame,
    inbox,
    lettering,
    linking,
    readers,
    rendering,
    size,
    styling,
    system,
    text,
    wording,
)
from newsletter.checks.allowing import with_allowed
from newsletter.checks.evidence import Evidence
from newsletter.checks.rule import Rule, Specimen
from newsletter.errors import Place
from newsletter.model.finding import Finding, Severity, Unchecked
from newsletter.model.origin import Traced
from newsletter.model.rendition import Rendition, Renditions
from newsletter.model.site import Site

RULES: tuple[Rule, ...] = (
    *rendering.RULES,
    *size.RULES,
    *styling.RULES,
    *frame.RULES,
    *accessibility.RULES,
    *lettering.RULES,
    *contrast.RULES,
    *darkness.RULES,
    *compatibility.RULES,
    *linking.RULES,
    *compliance.RULES,
    *inbox.RULES,
    *text.RULES,
    *readers.RULES,
    *wording.RULES,
    *addresses.RULES,
)

SYSTEM_RULES: tuple[Rule, ...] = (
    *rendering.RULES,
    *size.RULES[:1],
    *styling.RULES,
    *frame.RULES,
    *accessibility.RULES,
    *lettering.RULES,
    *contrast.RULES,
    *darkness.RULES,
    *compatibility.RULES,
    *linking.RULES[:2],
    *text.RULES[:3],
    *addresses.RULES,
    *system.RULES,
)
"""For the program's own mails, which nobody subscribes to and nobody can leave."""

HOW_TO_ASK = {
    "links": "Nobody followed the links: newsletter check --network",
    "sender": "Nobody asked DNS about the sender: newsletter check --network",
    "earlier_subjects": "There is no database with earlier issues.",
    "asked_list": "Nobody looked through the list: newsletter check --readers",
    "headers": "The headers of the mail are not known.",
}
_ORDER = {severity: position for position, severity in enumerate(Severity)}


def _at_once() -> None:
    """Nothing more urgent waits."""


def check(
    renditions: Renditions,
    site: Site,
    evidence: Evidence,
    trace: Callable[[Rendition], Traced] | None = None,
    between: Callable[[], None] = _at_once,
) -> tuple[Finding, ...]:
    """Run every rule over every rendition.

    Args:
        renditions: final bytes, and what rendering itself noticed.
        site: whose settings the rules compare with.
        evidence: facts from outside the files.
        trace: makes a rendition once more with marks, so that findings name file and line.
        between: called before each rule; may wait for more urgent work, or raise to stop.

    Returns:
        Each finding once, errors first, then by rule, place and variant; a finding that
        all variants share has the variant `""`. Empty means nothing was found.
    """
    examined = specimens(renditions, site, evidence, trace)
    found = _found(examined, between)
    every = {*renditions.findings, *_share(found, len(examined))}
    known = [rule.id for rule in RULES]
    judged = set(known) - {each.rule for each in unchecked(evidence)}
    allowed = with_allowed(every, renditions.issue, known=known, judged=judged)
    return tuple(sorted(allowed, key=_position))


def specimens(
    renditions: Renditions,
    site: Site,
    evidence: Evidence,
    trace: Callable[[Rendition], Traced] | None = None,
) -> list[Specimen]:
    """Each rendition as rules look at it; arguments as for `check`."""
    issue = renditions.issue
    return [
        Specimen(
            rendition=one,
            site=site,
            evidence=evidence,
            place=issue.place,
            sections=issue.sections,
            pictures=renditions.pictures,
            issue=issue,
            trace=partial(trace, one) if trace else None,
        )
        for one in renditions.renditions
    ]


def unchecked(evidence: Evidence, rules: Iterable[Rule] = RULES) -> tuple[Unchecked, ...]:
    """The rules that could not be judged, or not wholly, without more evidence."""
    return tuple(
        Unchecked(rule.id, HOW_TO_ASK[rule.needs])
        for rule in rules
        if rule.needs and getattr(evidence, rule.needs) is None
    )


def check_mail(
    rendition: Rendition, site: Site, evidence: Evidence, place: Place
) -> tuple[Finding, ...]:
    """Run the rules for the program's own mails over one of them.

    Args:
        place: its folder in `templates/mail/`.

    Returns:
        As `check`.
    """
    specimen = Specimen(rendition, site, evidence, place)
    found = {finding for rule in SYSTEM_RULES for finding in rule.findings(specimen)}
    return tuple(sorted(found, key=_position))


def _found(examined: Sequence[Specimen], between: Callable[[], None]) -> list[Finding]:
    """What all rules find; the fullest variant comes first and tells the others its places."""
    found: list[Finding] = []
    known: dict[tuple[str, str], Place] = {}
    for each in examined:
        own = replace(each, known=known) if known else each
        for rule in RULES:
            between()
            found += rule.findings(own)
        if not known:
            once = Counter((one.rule, one.message) for one in found)
            places = {(one.rule, one.message): one.place for one in found}
            known = {key: place for key, place in places.items() if place and once[key] == 1}
    return found


def _share(found: Iterable[Finding], variants: int) -> Iterable[Finding]:
    distinct = dict.fromkeys(found)
    everywhere = Counter(replace(finding, variant="") for finding in distinct)
    for finding in distinct:
        common = replace(finding, variant="")
        yield common if everywhere[common] == variants else finding


def _position(finding: Finding) -> tuple[int, str, Place, str, str]:
    place = finding.place or Place("")
    return _ORDER[finding.severity], finding.rule, place, finding.variant, finding.message
