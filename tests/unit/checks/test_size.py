"""S01 and S02: the mail arrives in one piece."""

from __future__ import annotations

from newsletter.checks import CLIP_BYTES, WARN_BYTES, sent_bytes
from newsletter.model.finding import Severity
from tests.unit.checks.specimens import HTML, findings, with_body

LINK = '<a href="https://example.com/a">x</a>'


def padded(size: int, padding: str = "x") -> str:
    """The faultless HTML, as sent, of exactly this size or one character under it."""
    room = size - sent_bytes(HTML)
    return with_body(padding * (room // len(padding.encode())))


def test_s01_is_silent_below_85_kb() -> None:
    """A usual mail is no news."""
    assert not findings("S01", padded(WARN_BYTES - 1))


def test_s01_warns_from_85_kb_and_blocks_above_102() -> None:
    """The two lines are where they are said to be."""
    assert [f.severity for f in findings("S01", padded(WARN_BYTES))] == [Severity.WARNING]
    assert [f.severity for f in findings("S01", padded(CLIP_BYTES))] == [Severity.WARNING]
    assert [f.severity for f in findings("S01", padded(CLIP_BYTES + 1))] == [Severity.ERROR]


def test_s01_counts_bytes_not_characters() -> None:
    """Sixty thousand Cyrillic letters are 120,000 bytes."""
    (found,) = findings("S01", with_body("ж" * 60_000))
    assert found.severity is Severity.ERROR


def test_s01_counts_what_tracking_adds() -> None:
    """Three hundred short links weigh little here and much when they arrive."""
    html = with_body(LINK * 300)
    assert len(html.encode()) < WARN_BYTES
    assert [f.severity for f in findings("S01", html)] == [Severity.ERROR]


def test_untracked_links_and_anchors_do_not_grow() -> None:
    """Links that the provider leaves alone weigh what they weigh."""
    off = '<a clicktracking="off" href="https://example.com/a">x</a>'
    for link in (off, '<a href="#top">x</a>', '<a href="mailto:a@example.com">x</a>'):
        assert sent_bytes(link) == len(link)
    assert sent_bytes(LINK) > len(LINK)


def test_s02_wants_the_way_out_before_the_cut() -> None:
    """An unsubscribe link behind byte 100,000 may never be seen."""
    assert not findings("S02")
    assert findings("S02", HTML.replace("<!-- the way out -->", "x" * 100_000))


def test_s02_measures_in_bytes() -> None:
    """50,001 characters can be 100,002 bytes."""
    assert findings("S02", HTML.replace("<!-- the way out -->", "ж" * 50_001))


def test_s02_is_content_with_one_link_near_the_top() -> None:
    """A second link at the very end does no harm."""
    anchor = '<a href="nl7f3a010x">Unsubscribe</a>'
    assert not findings("S02", with_body("x" * 100_000 + anchor))


def test_s02_leaves_a_missing_link_to_h02() -> None:
    """One fault, one finding."""
    html = HTML.replace("nl7f3a010x", "https://example.com/")
    assert not findings("S02", html)
    assert findings("H02", html)
