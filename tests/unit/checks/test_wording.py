"""B01 and W02: claims have sources, and dates do not go stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from newsletter.errors import Place
from newsletter.model.content import Issue, Topic
from newsletter.model.finding import Finding
from newsletter.model.merge import MergeText
from tests.unit.checks.specimens import HTML, ISSUE_PLACE, TEXT, WORDS, findings, issue

TUESDAY = datetime(2026, 12, 1, 9, 0)
BODY = Place("issues/topics/skin/channels.md", 7)


def saying(words: str, evidence: str = "") -> Issue:
    """An issue whose snippet says this, sent on Tuesday, 1 December 2026."""
    made = issue()
    (section,) = made.sections
    snippet = replace(section.snippet, body=MergeText((words,), BODY), evidence=evidence)
    return replace(made, sections=(replace(section, snippet=snippet),), send_at=TUESDAY)


def found(rule: str, words: str, evidence: str = "") -> list[Finding]:
    return findings(rule, made_of=saying(words, evidence))


@pytest.mark.parametrize(
    "words",
    [
        "A clinically proven serum.",
        "It is Hypoallergenic.",
        "We guarantee smoother skin.",
        "There are no side effects.",
        "93 % of readers agreed.",
        "Dermatologist-tested cream.",
    ],
)
def test_b01_finds_claims_without_a_source(words: str) -> None:
    """With a source they are in order."""
    assert len(found("B01", words)) == 1
    assert not found("B01", words, evidence="A study of 2024")


@pytest.mark.parametrize(
    "words",
    [
        "No cream is hypoallergenic for everybody.",
        "Nobody can guarantee that.",
        "It is not clinically proven, and we say so.",
        "A proven friend. Procures, secures, obscure.",
        "Few side effects are known.",
    ],
)
def test_b01_hears_a_denial(words: str) -> None:
    """What is denied is not claimed, and part of a word is no word."""
    assert not found("B01", words)


def test_b01_names_the_line_of_the_claim() -> None:
    """In the file that holds the words."""
    (finding,) = found("B01", "First line.\n\nThird, clinically proven.")
    assert finding.place == Place(BODY.path, 9)


def about(disclaimer: str, name: str = "Laser treatment") -> Issue:
    topic = Topic("skin", name, "", MergeText((disclaimer,) if disclaimer else ()), ISSUE_PLACE)
    return replace(saying(WORDS), topics=(topic,))


def test_b01_wants_a_disclaimer_for_a_treatment() -> None:
    """A topic that is none needs none."""
    assert findings("B01", made_of=about(""))
    assert not findings("B01", made_of=about("", name="Our garden"))


def test_b01_wants_to_see_the_disclaimer_in_both_parts() -> None:
    """However it is broken into lines and marked up; a template that forgets it is found."""
    told = "Please ask a *qualified* professional.\nReally."
    shown = HTML.replace("</body>", "<p>Please ask a <em>qualified</em> professional. Really.</p>")
    text = TEXT + "Please ask a qualified\nprofessional. Really."
    assert len(findings("B01", made_of=about(told))) == 2
    assert not findings("B01", shown, text, made_of=about(told))


@pytest.mark.parametrize(
    "words",
    ["Come tomorrow.", "It begins this week.", "Open until Friday.", "See you next Monday!",
     "The offer ends today.", "Doors open tonight."],
)  # fmt: skip
def test_w02_finds_words_that_go_stale(words: str) -> None:
    """Letters are read for days."""
    assert len(found("W02", words)) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Today we follow the serum.",
        "We are closed on Mondays.",
        "Until Friday, 4 December, the doors are open.",
        "On Tuesday 2 February we begin.",
        "Day by day, week by week.",
        "Since 3 March 2020 we have two rooms.".replace("2020", "2027"),
        "Day 31 of 32 Februaries, 31 February.",
    ],
)
def test_w02_knows_what_stays_true(words: str) -> None:
    """In general, every week, or with its date."""
    assert not found("W02", words)


def test_w02_compares_weekday_and_date() -> None:
    """4 December 2026 is a Friday; without a year the nearest to the sending counts."""
    (finding,) = found("W02", "Come on Thursday, 4 December.")
    assert "is a Friday (2026-12-04)" in finding.message
    assert not found("W02", "Come on Friday, December 4th, 2026.")
    assert not found("W02", "Come on Tuesday, 5 January.")


def test_w02_finds_a_date_that_is_over() -> None:
    """With its year; a day without one may be meant for the next."""
    assert found("W02", "Come on 30 November 2026.")
    assert not found("W02", "Come on 1 December 2026.")
    assert not found("W02", "Born on 30 November.")
