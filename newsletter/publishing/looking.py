"""A closer look at a composition: what mail clients make of it, and what is read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from newsletter.checks import Evidence, Specimen, specimens
from newsletter.checks.clients import Row, facts, mix, rows, uses
from newsletter.checks.speaking import transcript
from newsletter.errors import Place
from newsletter.publishing.composing import Composition
from newsletter.rendering import fill, trace_rendition


@dataclass(frozen=True, slots=True)
class Blamed:
    """A feature in use, with the place that wrote it."""

    row: Row
    place: Place


def client_support(composition: Composition, evidence: Evidence) -> tuple[Blamed, ...]:
    """Client x feature for the fullest variant; what readers lose first.

    Args:
        composition: an issue with its final bytes.
        evidence: with the list's own mix of clients, when it is known.
    """
    trace = partial(trace_rendition, composition.press)
    specimen = specimens(composition.renditions, composition.site, evidence, trace)[0]
    found = rows(uses(specimen.document, specimen.cascade), facts(), mix(evidence.clients))
    blamed = [Blamed(row, _place(specimen, row)) for row in found]
    return tuple(sorted(blamed, key=lambda each: _rank(each.row)))


def read_aloud(composition: Composition, reader: Mapping[str, str]) -> str:
    """What a screen reader says of the fullest variant, as one reader gets it."""
    return transcript(fill(composition.renditions.renditions[0], reader).html)


def support_row(blamed: Blamed) -> dict[str, Any]:
    """A feature in use as plain values."""
    row = blamed.row
    return {
        "feature": row.use.slug,
        "sample": row.use.sample,
        "path": blamed.place.path,
        "line": blamed.place.line,
        "tested": row.tested.isoformat(),
        "clients": {client: verdict.value for client, verdict in row.verdicts.items()},
        "lost": list(row.lost),
        "harmless": row.harmless or None,
    }


def _place(specimen: Specimen, row: Row) -> Place:
    element = row.use.element
    return specimen.place if element is None else specimen.place_of(element)


def _rank(row: Row) -> tuple[int, str]:
    if row.lost:
        return (1 if row.harmless else 0), row.use.slug
    return (3 if set(row.verdicts.values()) == {"y"} else 2), row.use.slug
