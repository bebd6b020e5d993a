"""The letter's own fields: what they say, how many it reaches, and when, as a person says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from newsletter.authoring.letter import BODY, LETTER_FIELDS, change_letter, read_letter, written
from newsletter.content.merge import EXAMPLE
from newsletter.errors import UsageError
from newsletter.model.content import SUBSCRIBER_ZONE, Issue
from newsletter.model.zone import known_zones
from newsletter.scheduling.audience_words import in_words
from newsletter.scheduling.spoken import people, when
from newsletter.scheduling.timing import read_timing
from newsletter.store.audience import count_by_interests, count_by_zone
from newsletter.store.interests import imagined_bits, mask_of
from newsletter.web.preview.showing import variant_label
from newsletter.web.studio.greeting import without_name
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.issue_saving import saved
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Form, Visit

EVERYONE = "everyone"
OWN_RULE = "rule"


class IssueLetter:
    """Saves the letter's fields, those that a form holds."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where the form goes."""
        return [Address("/issues/{slug}/letter", post=self.save)]

    def save(self, visit: Visit) -> Response:
        """Change what the form holds and nothing else."""
        bench = Bench.of(self.side, visit)
        changes = changes_in(visit.form)
        return saved(bench, lambda text: change_letter(text, changes, bench.document.name))


def changes_in(form: Form) -> dict[str, str]:
    """Field -> what it is to say, of the fields that came."""
    changes = {name: form.raw(name) for name in LETTER_FIELDS if form.has(name)}
    if "send_at" in changes:
        changes["send_at"] = changes["send_at"].strip().replace("T", " ")
    if "subject" in changes:
        changes["subject"] = " ".join(changes["subject"].split())
    if changes.get("audience") == OWN_RULE:
        changes["audience"] = form.raw("audience_rule")
    if changes.get("audience") == EVERYONE:
        changes["audience"] = ""
    return changes


def letter_values(bench: Bench) -> dict[str, Any]:
    """For `issue_letter.html`."""
    site, letter = bench.side.site, read_letter(bench.document.text, bench.document.name)
    named = letter.audience in ("", EVERYONE) or letter.audience in site.audiences
    return {
        "letter": letter,
        "send_at": letter.send_at.replace(" ", "T")[:16],
        "layouts": sorted(bench.library.layouts),
        "audiences": [EVERYONE, *site.audiences],
        "audience": (letter.audience or EVERYONE) if named else OWN_RULE,
        "zones": [SUBSCRIBER_ZONE, *sorted(known_zones())],
        "site_zone": site.dispatch.timezone,
        **greeting_values(bench),
    }


def greeting_values(bench: Bench) -> dict[str, Any]:
    """For `issue_greeting.html`: what a reader's name looks like in the opening."""
    body = written(bench.document.text, BODY, bench.document.name)
    fields = bench.side.site.subscriber_fields
    return {
        "tag": EXAMPLE,
        "default": without_name(EXAMPLE, fields),
        "nameless": without_name(body, fields),
    }


@dataclass(frozen=True, slots=True)
class Reached:
    """How many get the letter today.

    Attributes:
        audience: the rule as a sentence.
        readers: in words.
        nothing: for whom nothing is left; they get no mail.
        variants: (name, in words, readers).
        when: the whole plan in one sentence, or what is in its way.
        is_planned: whether `when` is a plan.
    """

    audience: str
    readers: str
    nothing: int
    variants: tuple[tuple[str, str, int], ...]
    when: str
    is_planned: bool


def reach_values(bench: Bench) -> dict[str, Any]:
    """For `issue_reach.html`: counted anew, as readers join and leave."""
    issue = bench.issue
    return {"reach": _reached(bench, issue) if issue else None}


def _reached(bench: Bench, issue: Issue) -> Reached:
    galley, now = bench.galley, bench.side.app.clock.now()
    offered = galley.variants if galley else ()
    with bench.side.store.read() as connection:
        slugs = sorted({slug for each in offered for slug in each.interests})
        bits = imagined_bits(connection, slugs)
        counted = count_by_interests(connection, issue.audience, mask_of(bits, bits), now)
        personal = issue.timezone == SUBSCRIBER_ZONE
        zones = count_by_zone(connection, issue.audience, now) if personal else {}
    rows = tuple(
        (
            each.variant,
            variant_label(each, bench.side.site),
            counted.get(mask_of(bits, each.interests), 0),
        )
        for each in offered
    )
    readers = sum(count for _, _, count in rows)
    told, planned = _when(bench, issue, zones, readers)
    nothing = sum(counted.values()) - readers
    return Reached(in_words(issue.audience), people(readers), nothing, rows, told, planned)


def _when(bench: Bench, issue: Issue, zones: Mapping[str, int], readers: int) -> tuple[str, bool]:
    now, zone = bench.side.app.clock.now(), bench.side.site.dispatch.timezone
    if issue.send_at is None:
        return "No time is proposed yet.", False
    try:
        timing = read_timing(issue, zones, site_zone=zone, now=now)
    except UsageError as problem:
        return str(problem).partition(" Give ")[0], False
    return when(timing, readers, now), True
