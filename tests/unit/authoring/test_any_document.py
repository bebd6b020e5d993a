"""Changes in whatever document: their own lines change, and nothing else does."""

from __future__ import annotations

from difflib import SequenceMatcher

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.authoring import (
    change_letter,
    insert,
    move,
    override,
    remove,
    sections,
    set_body,
    written,
)
from newsletter.authoring.bytes_of_files import encoded
from newsletter.authoring.settings import drop_setting, read_pairs, set_setting
from newsletter.content.issue import ISSUE_KEYS
from tests.unit.authoring.made_up_documents import ENDS, REFS, WORDS, issues

FIELDS = st.sampled_from(["subject", "preheader", "layout", "timezone"])
A_FEW = settings(max_examples=20, deadline=None)
TEXTS = WORDS | st.tuples(WORDS, WORDS).map("\n\n".join)


def own_lines(text: str, key: str) -> set[int]:
    """The lines that a top-level key and its value take, found the slow way."""
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if start is None:
        return set()
    end = at = start + 1
    while lines[at].startswith((" ", "- ", "#")) or not lines[at]:
        at += 1
        if lines[at - 1].startswith((" ", "- ")):
            end = at
    return set(range(start, end))


def touched(before: str, after: str) -> tuple[set[int], set[int]]:
    """The lines of each text that the other has not."""
    old, new = before.split("\n"), after.split("\n")
    gone, come = set[int](), set[int]()
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone |= set(range(a, b))
            come |= set(range(c, d))
    return gone, come


@A_FEW
@given(issues(), FIELDS, TEXTS)
def test_a_changed_setting_leaves_every_other_line_alone(text: str, key: str, value: str) -> None:
    """Setting a field changes the lines of that field only, and it then says just that."""
    changed = set_setting(text, key, value, ISSUE_KEYS)
    assert dict(read_pairs(changed))[key] == value
    gone, come = touched(text, changed)
    assert gone <= own_lines(text, key)
    assert come <= own_lines(changed, key)


@A_FEW
@given(issues(), st.sampled_from(ISSUE_KEYS[1:]))
def test_a_setting_taken_out_leaves_every_other_line_alone(text: str, key: str) -> None:
    """Its lines go; those above and below stay, comments included."""
    changed = drop_setting(text, key)
    assert key not in dict(read_pairs(changed))
    gone, come = touched(text, changed)
    assert not come
    assert gone <= own_lines(text, key)


@A_FEW
@given(issues(), st.integers(0, 6), st.integers(0, 6))
def test_a_moved_section_takes_its_lines_along(text: str, at: int, to: int) -> None:
    """Moving reorders the lines of the list; each line is still there, once."""
    pieces = sections(text)
    if not pieces:
        return
    at %= len(pieces)
    changed = move(text, pieces[at].id, to)
    refs = [(piece.ref, piece.settings) for piece in pieces]
    refs.insert(min(to, len(refs) - 1), refs.pop(at))
    assert [(piece.ref, piece.settings) for piece in sections(changed)] == refs
    if "snippets: [" not in text:
        assert sorted(changed.split("\n")) == sorted(text.split("\n"))


@A_FEW
@given(issues(), REFS, st.integers(0, 9))
def test_a_section_added_and_removed_again_leaves_no_trace(text: str, ref: str, at: int) -> None:
    """Adding is one line more; removing it gives the same file back."""
    changed = insert(text, ref, at)
    count = len(sections(text))
    assert sections(changed)[min(at, count)].ref == ref
    if "snippets: [" not in text:
        gone, come = touched(text, changed)
        assert (len(gone), len(come)) == (0, 1)
        assert remove(changed, sections(changed)[min(at, count)].id) == text


@A_FEW
@given(issues(), st.integers(0, 6), st.sampled_from(["heading", "body"]), TEXTS)
def test_what_is_said_only_here_changes_its_own_section(
    text: str, at: int, field: str, value: str
) -> None:
    """An override is read back as it was given; no other section and no other line changes."""
    snippets = [piece for piece in sections(text) if not piece.is_inline]
    if not snippets:
        return
    piece = snippets[at % len(snippets)]
    changed = override(text, piece.id, {field: value})
    after = sections(changed)
    assert after[piece.index].settings == {**piece.settings, field: value}
    others = [(each.ref, each.settings) for each in sections(text) if each != piece]
    assert [(p.ref, p.settings) for p in after if p.index != piece.index] == others
    back = override(changed, piece.id, {field: piece.settings.get(field)})
    assert sections(back)[piece.index].settings == piece.settings


@A_FEW
@given(issues(), TEXTS)
def test_other_words_leave_the_settings_alone(text: str, words: str) -> None:
    """A new body changes nothing above the second fence; its own blank lines stay."""
    changed = set_body(text, words)
    assert written(changed, "body") == words
    assert read_pairs(changed) == read_pairs(text)
    settings = text[: text.index("\n---\n") + 5]
    assert changed.startswith(settings)


@A_FEW
@given(issues(), FIELDS, WORDS, ENDS)
def test_a_file_keeps_its_line_ends(text: str, key: str, value: str, end: str) -> None:
    """Whatever system wrote a file: lines that stay keep their bytes."""
    before = text.replace("\n", end).encode()
    changed = change_letter(text, {key: value})
    after = encoded(changed, before)
    assert after.decode().replace(end, "\n") == changed
    assert encoded(text, before) == before
