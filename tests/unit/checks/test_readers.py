"""P01: the letter holds for every reader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.checks import Evidence, FilledMail
from newsletter.model.finding import Finding, Severity
from newsletter.model.rendition import Mail
from newsletter.publishing import compose
from tests.factories import make_site
from tests.unit.checks.specimens import HTML, NAME, TEXT, UNSUBSCRIBE, findings

LINK = "https://news.test/u/x"


def judged(subject: str = "Hello", name: str = "Ada", longest: str = "") -> list[Finding]:
    """What P01 says about one reader's mail in which the name stands as it is."""
    html = HTML.replace(NAME.token, name).replace(UNSUBSCRIBE.token, LINK)
    text = TEXT.replace(NAME.token, name).replace(UNSUBSCRIBE.token, LINK)
    mail = FilledMail("a reader", Mail(subject, html, text), longest)
    return findings("P01", evidence=Evidence(filled={"all": (mail,)}))


@pytest.mark.parametrize(
    "name", ["<b>Ada</b>", "</div>", NAME.token, "Ada \u202eEvil", "x" * 110_000]
)
def test_p01_finds_a_value_that_breaks_the_letter(name: str) -> None:
    """Tags, a mark that is left, a turned direction, and a mail that Gmail would cut."""
    assert judged(name=name)[0].severity is Severity.ERROR


@pytest.mark.parametrize("subject", ["", " ", "Hello\r\nBcc: x@example.com"])
def test_p01_finds_a_subject_that_is_none(subject: str) -> None:
    """Empty, or more than a line."""
    assert judged(subject=subject)


@pytest.mark.parametrize(
    "name", ["O'Neill &amp; Söhne", "שלומית", "&lt;script&gt;", "a &lt; b", "1 > 0", "\\1 {x}"]
)
def test_p01_lets_difficult_names_be(name: str) -> None:
    """Escaped signs, other scripts, and signs that only look dangerous."""
    assert not judged(name=name)


def test_p01_warns_of_what_looks_bad() -> None:
    """A word without end, and a subject without end."""
    assert [each.severity for each in judged(longest="x" * 41)] == [Severity.WARNING]
    assert [each.severity for each in judged(subject="x" * 151)] == [Severity.WARNING]
    assert not judged(longest="x" * 40)


HELLO = (
    "---\nnumber: 1\nsubject: Hello\nsnippets:\n  - skin/collagen\n---\n"
    "Hello {{ subscriber.first_name%s }}!\n"
)


def found_in(root: Path, default: str) -> list[Finding]:
    site = make_site(root, {"issues/first.md": HELLO % default})
    composed = compose(site, "first", Evidence())
    return [each for each in composed.findings if each.rule == "P01"]


def test_p01_is_asked_of_made_up_readers_without_any_list(tmp_path: Path) -> None:
    """A field with a default holds for all of them; one without leaves a hole for some."""
    assert found_in(tmp_path / "a", ' | default("there")') == []
    (finding,) = found_in(tmp_path / "b", "")
    assert "subscriber.first_name has no default" in finding.message


def test_p01_says_that_the_list_was_not_asked(tmp_path: Path) -> None:
    """Made-up readers are no list: until somebody looks, the rule is not wholly checked."""
    site = make_site(tmp_path)
    asked = replace(Evidence(), asked_list=True)
    assert "P01" in {each.rule for each in compose(site, "first", Evidence()).unchecked}
    assert "P01" not in {each.rule for each in compose(site, "first", asked).unchecked}
