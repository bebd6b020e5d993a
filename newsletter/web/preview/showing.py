"""What the preview's templates are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.checks import CLIP_BYTES, WARN_BYTES, sent_bytes
from newsletter.checks.simulating import CLIENTS
from newsletter.model.finding import Finding, Severity
from newsletter.model.rendition import Rendition
from newsletter.model.site import Site
from newsletter.publishing import Composition
from newsletter.rendering.variants import Offered
from newsletter.web.preview.desk import Desk
from newsletter.web.preview.personas import PERSONAS
from newsletter.web.preview.shown import shown
from newsletter.web.preview.simulated import client_of
from newsletter.web.preview.view import DESKTOP, NARROWEST, PHONE, WIDEST, View


@dataclass(frozen=True, slots=True)
class Weight:
    """The byte meter.

    Attributes:
        html: bytes of the HTML part as it is.
        sent: the same with tracked links, estimated.
        fill, clip, warn: how far along the meter, percent.
    """

    html: int
    sent: int
    fill: float
    clip: float
    warn: float

    @property
    def state(self) -> str:
        """`fine`, `near` or `over`."""
        if self.fill > self.clip:
            return "over"
        return "near" if self.fill >= self.warn else "fine"


@dataclass(frozen=True, slots=True)
class Variant:
    """A line of the variant switcher."""

    name: str
    label: str
    kilobytes: str
    findings: int


def index_values(desk: Desk) -> dict[str, Any]:
    """For `preview_index.html`."""
    return {
        "version": desk.version(),
        "site": desk.site(),
        "entries": desk.entries(),
        "written": written,
    }


def issue_values(desk: Desk, slug: str, view: View) -> dict[str, Any]:
    """For `preview_issue.html`.

    Raises:
        NotFound: the issue has no such variant.
    """
    version = desk.version()
    composition = desk.composition(slug)
    part = shown(desk, slug, view.variant, view)
    rendition, mail = part.rendition, part.mail
    return {
        "version": version,
        "site": composition.site,
        "issue": composition.issue,
        "slug": slug,
        "view": view,
        "rendition": rendition,
        "mail": mail,
        "preheader": part.preheader,
        "variants": tuple(_variants(composition)),
        "findings": _findings(composition, rendition),
        "counts": _counts(composition.findings),
        "weight": weigh(mail.html),
        "personas": PERSONAS,
        "clients": CLIENTS,
        "client": client_of(view.client),
        "simulation": part.simulation,
        "words": "" if view.show == "mail" else part.words,
        "widths": {"phone": PHONE, "desktop": DESKTOP, "least": NARROWEST, "most": WIDEST},
        "part": f"/issues/{slug}/{rendition.variant}",
        "kilobytes": kilobytes,
        "written": written,
    }


def weigh(html: str) -> Weight:
    """The byte meter of an HTML part; its end lies a quarter beyond Gmail's line."""
    sent = sent_bytes(html)
    end = max(CLIP_BYTES * 1.25, sent * 1.05)
    share = 100 / end
    return Weight(len(html.encode()), sent, sent * share, CLIP_BYTES * share, WARN_BYTES * share)


def kilobytes(count: int) -> str:
    """Bytes as people say them: `41.3 KB` (1 KB is 1,024 bytes)."""
    return f"{count / 1024:.1f} KB"


def written(moment: datetime) -> str:
    """A wall time as people write it: `1 December 2026, 09:00`."""
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def _variants(composition: Composition) -> list[Variant]:
    return [
        Variant(
            rendition.variant,
            variant_label(rendition, composition.site),
            kilobytes(len(rendition.html.encode())),
            sum(found.variant == rendition.variant for found in composition.findings),
        )
        for rendition in composition.renditions.renditions
    ]


def variant_label(rendition: Offered, site: Site) -> str:
    """Who gets it, in words: the interests' own labels."""
    labels = {interest.slug: interest.label for interest in site.interests}
    if rendition.variant == "all":
        return "Everything"
    chosen = [labels.get(slug, slug) for slug in rendition.interests]
    return " + ".join(chosen) or "No interest chosen"


def _findings(composition: Composition, rendition: Rendition) -> tuple[Finding, ...]:
    return tuple(f for f in composition.findings if f.variant in ("", rendition.variant))


def _counts(findings: tuple[Finding, ...]) -> Mapping[str, int]:
    return {each.value: sum(f.severity is each for f in findings) for each in Severity}
