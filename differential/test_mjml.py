"""Our MJML pipeline against MJML's own compiler."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from differential.comparing import differences, pieces
from differential.documents import documents
from differential.known import KNOWN, UNLIKE, Known, alike
from differential.mjml_js import Compiler
from newsletter.config import load_settings
from newsletter.content import issue_files, load_issue
from newsletter.model.site import Site
from newsletter.rendering import compile_mjml, prepare_press
from newsletter.rendering.variants import variants

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = 200


def disagreement(source: str, theirs: Compiler, but: Known | None = None) -> list[str]:
    """Where the two compilers differ on a document, known differences aside but for one."""
    ours = alike(pieces(compile_mjml(source)), but=but)
    return differences(ours, alike(pieces(theirs.compile(source)), but=but))


def sources() -> list[str]:
    """The MJML of every variant of every issue of this repository."""
    site = load_settings(ROOT, {}).site
    return [source for path in issue_files(site) for source in _of_issue(site, path)]


def _of_issue(site: Site, path: Path) -> list[str]:
    issue = load_issue(site, path)
    press = prepare_press(issue, site)
    return [press.mjml(variant).text for variant in variants(issue, site)]


@pytest.mark.parametrize("source", sources())
def test_they_agree_on_our_templates(source: str, theirs: Compiler) -> None:
    """Every variant of every issue comes out the same."""
    assert not disagreement(source, theirs)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(source=documents())
def test_they_agree_on_made_up_documents(source: str, theirs: Compiler) -> None:
    """Nesting, attributes and Unicode; a disagreement is shrunk to a small document."""
    assert not disagreement(source, theirs)


def test_known_differences_are_few() -> None:
    """Twelve at most, or the comparison says nothing."""
    assert len(KNOWN) + len(UNLIKE) <= 12
    assert all(known.reason for known in KNOWN)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_known_difference_still_is_one(known: Known, theirs: Compiler) -> None:
    """Its document differs without the rule and agrees with it; else the rule can go."""
    assert disagreement(known.sample, theirs, but=known)
    assert not disagreement(known.sample, theirs)
