"""Lines of the text part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.wrapping import WIDTH, columns, wrap, wrap_long_lines


@given(st.text(alphabet="ab cdefg \n\té", max_size=600))
def test_words_are_kept_and_lines_are_short(text: str) -> None:
    """Only white space changes, and no line of short words exceeds 76 columns."""
    words = [word[:40] for word in text.split()]
    lines = wrap(" ".join(words))
    assert " ".join(lines).split() == words
    assert all(columns(line) <= WIDTH for line in lines)


def test_an_address_is_never_broken() -> None:
    """However long, so that mail programs can open it."""
    address = "https://x.test/" + "a-b/" * 60
    assert wrap(f"See ({address}). Then read") == ["See", f"({address}).", "Then read"]


def test_wide_characters_take_two_columns_and_break_without_spaces() -> None:
    """Japanese fills the line to 76 columns, and no line begins with a full stop."""
    lines = wrap("日本語。" * 40)
    assert "".join(lines) == "日本語。" * 40
    assert all(columns(line) <= WIDTH for line in lines)
    assert all(columns(line) >= WIDTH - 4 for line in lines[:-1])
    assert not any(line.startswith("。") for line in lines)


def test_columns_count_what_is_seen() -> None:
    """Combining marks take no room, emoji take two."""
    assert (columns("abc"), columns("e\u0301"), columns("日本"), columns("❤")) == (3, 1, 4, 1)


def test_a_no_break_space_holds_words_together() -> None:
    """An author wrote it so that a line does not break there."""
    lines = wrap("x" * 72 + " 12\u00a0mm")
    assert lines[1] == "12\u00a0mm"


def test_ready_lines_keep_their_indent_when_wrapped() -> None:
    """A frame's own long line is wrapped in place, the others stay as they are."""
    text = wrap_long_lines("short  line\n  " + "word " * 30)
    first, second, third, *_ = text.split("\n")
    assert first == "short  line"
    assert second.startswith("  word")
    assert third.startswith("  word")
