"""H01, H03 to H06 and W01: what providers ask for, and what the inbox shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.checks import Evidence, SenderAnswer, Standing
from newsletter.model.finding import Severity
from tests.unit.checks.specimens import SITE, findings

HEADERS = {
    "List-Id": "Lumen <letters.lumen.test>",
    "List-Unsubscribe": "<https://news.example.com/unsubscribe/x>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def told(rule: str, **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return len(findings(rule, evidence=Evidence(headers=HEADERS | names)))


@pytest.mark.parametrize(
    "way", ["", "<mailto:leave@example.com>", "<http://news.example.com/u/x>", "</u/x>"]
)
def test_h01_wants_https(way: str) -> None:
    """RFC 8058 takes nothing else."""
    assert told("H01", List_Unsubscribe=way) == 1


def test_h01_wants_one_click() -> None:
    """Without the second header the first is only a link."""
    assert told("H01", List_Unsubscribe_Post="") == 1


def test_h01_is_content_on_https_and_on_this_machine() -> None:
    """Loopback is not the world, though a host may begin like it."""
    assert told("H01") == 0
    assert told("H01", List_Unsubscribe="<http://127.0.0.1:8700/unsubscribe/x>") == 0
    assert told("H01", List_Unsubscribe="<http://localhost.example.com/unsubscribe/x>") == 1


def test_h06_wants_an_identifier_with_a_dot() -> None:
    """RFC 2919: a phrase may stand before it, but the brackets hold something like a domain."""
    assert told("H06") == 0
    assert told("H06", List_Id="<letters.lumen.test>") == 0
    assert told("H06", List_Id="") == 1
    assert told("H06", List_Id="Lumen <letters>") == 1
    assert told("H06", List_Id="letters.lumen.test") == 1


def sent_from(address: str, evidence: Evidence | None = None) -> list[Severity]:
    site = replace(SITE, sender=replace(SITE.sender, email=address))
    return [each.severity for each in findings("H03", site=site, evidence=evidence)]


def test_h03_finds_other_peoples_domains() -> None:
    """A mailbox provider's, or none at all."""
    assert sent_from("lumen@GMAIL.com") == [Severity.WARNING]
    assert sent_from("lumen@localhost") == [Severity.WARNING]


def test_h03_reads_the_whole_domain() -> None:
    """It may begin or end like a provider's and be the sender's own."""
    assert sent_from("lumen@gmail.com.example.org") == []
    assert sent_from("lumen@notgmail.com") == []


def test_h03_weighs_the_dmarc_record() -> None:
    """None is a warning, `p=none` is for information, a policy is in order."""
    by = {each: Evidence(sender=SenderAnswer(each)) for each in Standing}
    assert sent_from("a@lumen.test", by[Standing.MISSING]) == [Severity.WARNING]
    assert sent_from("a@lumen.test", by[Standing.WEAK]) == [Severity.INFO]
    assert sent_from("a@lumen.test", by[Standing.GOOD]) == []


def test_h04_measures_the_subject() -> None:
    """Empty, and one character too long."""
    assert findings("H04", subject=" ")
    assert findings("H04", subject="x" * 61)
    assert not findings("H04", subject="x" * 60)


def test_h04_counts_as_people_do() -> None:
    """A family is one sign, an accent is none, and a merge tag is as long as what it says."""
    assert not findings("H04", subject="👩‍👩‍👧‍👦" * 60)
    assert not findings("H04", subject="e\u0301" * 60)
    assert not findings("H04", subject="x" * 54 + " nl7f3a011x")
    assert findings("H04", subject="x" * 56 + " nl7f3a011x")


def test_h04_knows_the_last_subjects() -> None:
    """Case and signs do not make another one; a longer subject is another."""
    earlier = Evidence(earlier_subjects=("Hello", "Spring, gently"))
    assert findings("H04", subject="hello!", evidence=earlier)
    assert findings("H04", subject="Spring: Gently", evidence=earlier)
    assert not findings("H04", subject="Spring, gently again", evidence=earlier)


@pytest.mark.parametrize("text", ["", "x" * 39, "x" * 101])
def test_h05_measures_the_preheader(text: str) -> None:
    """None, too short, too long."""
    assert findings("H05", preheader=text)


def test_h05_wants_more_than_the_subject() -> None:
    """Said again in other letters it is still the same; said on, it is not."""
    line = "Tiny channels, and what they have to do with it"
    assert findings("H05", subject=line.upper(), preheader=line + "!")
    assert not findings("H05", subject="Tiny channels", preheader=line)


@pytest.mark.parametrize(
    "subject", ["LAST CHANCE today", "BUY NOW", "Really??", "Wow!!!", "$$$ for you", "Go! Go! Go!"]
)
def test_w01_hears_shouting(subject: str) -> None:
    """Capitals, and rows of signs."""
    assert findings("W01", subject=subject)


@pytest.mark.parametrize(
    "subject",
    ["What SPF 50 means", "DNA, RNA and you", "Hello!", "Ready? Go!", "NASA and skin", "Ünlü İyi"],
)
def test_w01_leaves_initials_and_one_cry(subject: str) -> None:
    """An abbreviation is not loud, and neither is one mark of each kind."""
    assert not findings("W01", subject=subject)
