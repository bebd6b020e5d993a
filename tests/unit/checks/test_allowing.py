"""`allow`: an author accepts a finding, with a reason that stays with the approval."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.checks import Evidence
from newsletter.errors import ContentError, Place
from newsletter.model.finding import Finding, Severity
from newsletter.publishing import compose
from tests.factories import make_site

ISSUE = """\
---
number: 1
subject: Hello
preheader: A first letter
snippets:
  - skin/collagen
allow:
  - {rule: %s, because: %s}
---
Hello.
"""


def found(root: Path, rule: str, because: str = '"friends know us"') -> dict[str, Finding]:
    site = make_site(root, {"issues/first.md": ISSUE % (rule, because)})
    return {each.rule: each for each in compose(site, "first", Evidence()).findings}


def test_an_allowed_finding_keeps_its_reason(tmp_path: Path) -> None:
    """It is still told, so that whoever approves can weigh it."""
    assert found(tmp_path, "H05")["H05"].acknowledged == "friends know us"


def test_an_allowed_error_does_not_block(tmp_path: Path) -> None:
    """A missing title may be accepted by whoever writes why."""
    site = make_site(tmp_path, {"issues/first.md": ISSUE % ("A08", "no head here")})
    composed = compose(site, "first", Evidence())
    blocking = {each.rule for each in composed.errors}
    assert "A08" in {each.rule for each in composed.findings}
    assert "A08" not in blocking


@pytest.mark.parametrize("rule", ["R03", "S02", "H01", "H02", "T01", "P01", "E01"])
def test_what_protects_readers_can_not_be_allowed(tmp_path: Path, rule: str) -> None:
    """The attempt is an error of its own, at its line."""
    told = found(tmp_path, rule)["W03"]
    assert told.severity is Severity.ERROR
    assert told.place == Place("issues/first.md", 8)


def test_an_unknown_rule_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A slip of the finger would otherwise allow nothing, in silence."""
    assert 'Did you mean "H05"?' in found(tmp_path, "H055")["W03"].message


def test_a_leftover_is_told(tmp_path: Path) -> None:
    """It would hide the next finding of that rule."""
    assert found(tmp_path, "S07")["W03"].severity is Severity.WARNING


def test_a_rule_that_nobody_asked_is_no_leftover(tmp_path: Path) -> None:
    """Whether a link is redirected too often is not known without the network."""
    assert "W03" not in found(tmp_path, "L02")


@pytest.mark.parametrize("because", ["", '""', "[a]"])
def test_a_reason_is_asked_for(tmp_path: Path, because: str) -> None:
    """Without one nobody else could weigh it."""
    with pytest.raises(ContentError, match=r"issues/first\.md:8"):
        found(tmp_path, "H05", because)


@pytest.mark.parametrize("allow", ["H05", "{rule: H05}", "[H05]"])
def test_another_shape_is_told_with_an_example(tmp_path: Path, allow: str) -> None:
    """A word or a mapping is no list of rules with reasons."""
    text = ISSUE.replace("allow:\n  - {rule: %s, because: %s}", f"allow: {allow}")
    with pytest.raises(ContentError, match="because"):
        compose(make_site(tmp_path, {"issues/first.md": text}), "first", Evidence())
