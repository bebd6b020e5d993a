"""Load, render and check an issue: the one way to its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from newsletter.checks import Evidence, check, unchecked
from newsletter.errors import BlockedError
from newsletter.model.content import Issue
from newsletter.model.finding import Finding, Severity, Unchecked
from newsletter.model.rendition import Renditions
from newsletter.model.site import Site
from newsletter.publishing.difficult import with_own_evidence
from newsletter.publishing.galley import Galley, set_up
from newsletter.rendering import Press, trace_rendition


@dataclass(frozen=True, slots=True)
class Composition:
    """An issue with its final bytes and everything found in them.

    Attributes:
        findings: those of rendering and of the checks, gravest first.
        unchecked: rules that could not be judged by what is known.
        press: what the renditions were printed with.
    """

    site: Site
    issue: Issue
    renditions: Renditions
    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...]
    press: Press

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that block approval."""
        return tuple(found for found in self.findings if is_blocking(found))


def is_blocking(found: Finding) -> bool:
    """Whether a finding stands in the way: an error that the issue does not allow."""
    return found.severity is Severity.ERROR and not found.acknowledged


_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}


Ask = Callable[[Renditions, Evidence], Evidence]


def at_once() -> None:
    """Nothing more urgent waits."""


def compose(site: Site, ref: str | Path, evidence: Evidence, ask: Ask | None = None) -> Composition:
    """Load, render and check one issue.

    Args:
        site: the letter's settings.
        ref: path, slug or number.
        evidence: what is known about the world around the bytes.
        ask: finds out more about this issue: its links, its readers.

    Raises:
        NotFound: there is no such issue.
        ContentError: a file it is made of is wrong.
        TemplateError: a template is wrong.
        RenderError: the bytes failed a self-check.
    """
    return examine(set_up(site, ref), evidence, ask)


def examine(
    galley: Galley,
    evidence: Evidence,
    ask: Ask | None = None,
    between: Callable[[], None] = at_once,
) -> Composition:
    """Print and check what was set; evidence, ask and errors as for `compose`.

    Args:
        galley: what it has printed already is not printed again.
        between: called again and again; may wait for more urgent work, or raise to stop.
    """
    for variant in galley.variants:
        between()
        galley.rendition(variant.variant)
    renditions = galley.renditions()
    if ask is not None:
        evidence = ask(renditions, evidence)
    known = with_own_evidence(evidence, renditions, galley.site)
    trace = partial(trace_rendition, galley.press)
    findings = check(renditions, galley.site, known, trace, between)
    ranked = sorted(findings, key=lambda found: (_GRAVITY[found.severity], found.rule))
    return Composition(
        galley.site, galley.issue, renditions, tuple(ranked), unchecked(known), galley.press
    )


def require_sendable(composition: Composition) -> None:
    """Refuse an issue with errors.

    Raises:
        BlockedError: names every error.
    """
    if composition.errors:
        told = "\n".join(f"  {found.rule} {found.message}" for found in composition.errors)
        raise BlockedError(
            f"Issue {composition.issue.number} has errors and can not be sent:\n{told}\n"
            f"Mend them, then see: newsletter check {composition.issue.slug}"
        )
