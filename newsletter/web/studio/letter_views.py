"""A letter under review: in a frame, as a reader who does not exist gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.content import load_issue
from newsletter.errors import NotFound
from newsletter.model.finding import Finding, Severity
from newsletter.model.review import PersonalLink
from newsletter.publishing import Composition
from newsletter.reviewing.deciding import dispatch_under_way
from newsletter.reviewing.differing import since_approval
from newsletter.reviewing.links import Reviewing
from newsletter.reviewing.rehearsing import reach_of
from newsletter.reviewing.seeing import finding_key, seen_mark, warnings_of
from newsletter.scheduling.audience_words import in_words
from newsletter.scheduling.spoken import at_site, day_and_time, people, timing_of
from newsletter.web.preview import letter
from newsletter.web.preview.personas import PERSONAS
from newsletter.web.preview.showing import variant_label, written
from newsletter.web.preview.shown import Shown, shown
from newsletter.web.preview.view import DESKTOP, PHONE, View
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit


@dataclass(frozen=True, slots=True)
class Said:
    """A finding, once for however many variants it is found in.

    Attributes:
        key: names it in forms.
        variants: in words; empty when it is found in all.
    """

    key: str
    found: Finding
    variants: tuple[str, ...]


def room_of(side: StudioSide) -> Reviewing:
    """What the use cases of reviewing work with."""
    app = side.app
    return Reviewing(side.store, app.signer, app.clock, side.url, app.settings.studio.two_people)


def require_slug(side: StudioSide, visit: Visit) -> str:
    """The slug in the address; raises NotFound when no issue has it."""
    slug = visit.named["slug"]
    if load_issue(side.site, slug).slug != slug:
        raise NotFound(f'There is no issue "{slug}".')
    return slug


def require_slug_of(side: StudioSide, link: PersonalLink) -> str:
    """The slug of a link's issue, by its number: a file may have another name by now.

    Raises NotFound when no file has the number any more.
    """
    return load_issue(side.site, str(link.issue_number)).slug


def made_up(query: Mapping[str, str]) -> View:
    """What the address asks to see; readers are made up, whatever it says."""
    return replace(View.read(query), reader="", client="", show="mail")


def framed(side: StudioSide, slug: str, visit: Visit) -> Response:
    """The letter for a frame: no script runs in it, nothing foreign loads."""
    view = made_up(visit.query)
    part = shown(side.desk, slug, visit.named["variant"], view)
    return letter.framed(part.html, part.galley.site, view.images == "on")


def view_values(side: StudioSide, slug: str, visit: Visit, page: str) -> dict[str, Any]:
    """For `letter()` in `review_parts.html`.

    Args:
        page: the address of the page; the frame's letter lies under it.

    Raises:
        NewsletterError: the letter can not be made.
    """
    view = made_up(visit.query)
    known = {each.variant for each in side.desk.galley(slug).variants}
    view = view if view.variant in known else replace(view, variant="")
    part = shown(side.desk, slug, view.variant, view)
    galley = part.galley
    told = {"persona": view.persona, "images": view.images, "v": side.desk.version()}
    return {
        "view": view,
        "part": part,
        "page": page,
        "frame": f"{page}/letter/{part.rendition.variant}.html?{urlencode(told)}",
        "personas": PERSONAS,
        "variants": [(each.variant, variant_label(each, galley.site)) for each in galley.variants],
        "widths": {"phone": PHONE, "desktop": DESKTOP},
        "facts": letter_facts(side, part),
    }


def letter_facts(side: StudioSide, part: Shown) -> list[tuple[str, str]]:
    """What stands around the letter in an inbox, and when it is meant to go out."""
    sender = side.site.sender
    facts = [
        ("From", f"{sender.name} <{sender.email}>"),
        ("Subject", part.mail.subject),
        ("Preheader", part.preheader),
        ("To", in_words(part.galley.issue.audience)),
        ("Goes out", goes_out(side, part)),
    ]
    return [(name, words) for name, words in facts if words]


def goes_out(side: StudioSide, part: Shown) -> str:
    """When, in words: as it is on the calendar, or as the letter proposes."""
    issue, zone = part.galley.issue, side.site.dispatch.timezone
    under_way = dispatch_under_way(side.store, issue.number)
    if under_way is not None:
        return day_and_time(timing_of(under_way, zone), side.app.clock.now())
    if issue.send_at is None:
        return ""
    whose = issue.timezone or zone
    clock = "each reader's own clock" if whose == "subscriber" else whose
    return f"{written(issue.send_at)}, {clock}: proposed, not scheduled"


def decision_values(side: StudioSide, composition: Composition) -> dict[str, Any]:
    """What a decision is made on, and bound to."""
    with side.store.read() as connection:
        reach = reach_of(connection, composition, side.store.now(connection))
    zone, now = side.site.dispatch.timezone, side.app.clock.now()
    difference = since_approval(side.store, composition)
    under_way = dispatch_under_way(side.store, composition.issue.number)
    warned = warnings_of(composition)
    said = findings_once(composition)
    return {
        "issue": composition.issue,
        "seen": seen_mark(composition),
        "errors": [each for each in said if each.found in composition.errors],
        "warnings": [each for each in said if each.key in warned],
        "others": [each for each in said if not _needs_somebody(each, composition, warned)],
        "reach": reach,
        "people": people(reach.readers),
        "difference": difference,
        "approved_at": day_and_time(at_site(difference.approved.at, zone), now)
        if difference
        else "",
        "under_way": under_way,
        "planned": day_and_time(timing_of(under_way, zone), now) if under_way else "",
    }


def findings_once(composition: Composition) -> list[Said]:
    """Every finding once, gravest first."""
    labels = {
        each.variant: variant_label(each, composition.site)
        for each in composition.renditions.renditions
    }
    found: dict[tuple[str, bool], tuple[Finding, list[str]]] = {}
    for each in composition.findings:
        key = finding_key(each), bool(each.acknowledged)
        _, where = found.setdefault(key, (each, []))
        if each.variant:
            where.append(labels.get(each.variant, each.variant))
    return [
        Said(key, each, tuple(where) if len(where) < len(labels) else ())
        for (key, _), (each, where) in found.items()
    ]


def _needs_somebody(said: Said, composition: Composition, warned: Mapping[str, Finding]) -> bool:
    is_error = said.found.severity is Severity.ERROR and said.found in composition.errors
    return is_error or (said.key in warned and not said.found.acknowledged)
