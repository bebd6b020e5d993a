"""The merge parser: what it knows, and that it knows nothing else."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.content import parse_merge, write_merge
from newsletter.errors import Place
from newsletter.model.merge import MergeField, MergeText

FIELDS = ("email", "first_name", "clinic")
PLACE = Place("issues/x.md", 7)
# A busy machine is no reason to fail.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

literals = (
    st.text(st.sampled_from("ab {}%#|\"'\\\n") | st.characters(), min_size=1)
    .map(lambda text: text.replace("{{", "{").replace("}}", "}"))
    .filter(lambda text: not any(mark in text for mark in ("{{", "}}", "{%", "{#")))
    .filter(lambda text: "subscriber" not in text)
)
defaults = st.text(st.sampled_from("ab {}%#|\"'\\)(") | st.characters()).map(
    lambda text: text.replace("\n", " ")
)
fields = st.builds(MergeField, st.sampled_from([f"subscriber.{name}" for name in FIELDS]), defaults)


@st.composite
def merge_texts(draw: st.DrawFn) -> MergeText:
    pieces: list[str | MergeField] = []
    for piece in draw(st.lists(literals | fields, max_size=6)):
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            continue
        pieces.append(piece)
    return MergeText(tuple(pieces), PLACE)


@CALM
@given(merge_texts())
def test_what_is_written_reads_back_as_the_same_pieces(text: MergeText) -> None:
    """Writing a text and reading it again loses nothing and adds nothing."""
    read, problems = parse_merge(write_merge(text), PLACE, FIELDS)
    assert problems == ()
    assert read == text


@CALM
@given(st.text(st.sampled_from("{}%#|\"'()\\ \nsubscriber.email default")))
def test_any_text_reads_or_is_refused_with_a_place(text: str) -> None:
    """Nothing between braces passes unread: it is a known field, or a problem in that text."""
    read, problems = parse_merge(text, PLACE, FIELDS)
    last = PLACE.line + text.count("\n")
    assert all(PLACE.line <= problem.place.line <= last for problem in problems)
    if not problems:
        assert all(field.source.removeprefix("subscriber.") in FIELDS for field in read.fields)
        left = "".join(piece for piece in read.pieces if isinstance(piece, str))
        assert "{{" not in left or read.fields
        assert "{%" not in left or read.fields


@pytest.mark.parametrize(
    ("written", "default"),
    [
        ("{{ subscriber.first_name }}", ""),
        ("{{subscriber.first_name}}", ""),
        ('{{ subscriber.first_name | default("there") }}', "there"),
        ("{{ subscriber.first_name|default('there') }}", "there"),
        ("{{ subscriber.first_name\n| default( 'there' ) }}", "there"),
        (r'{{ subscriber.first_name | default("say \"hi\"") }}', 'say "hi"'),
        (r"{{ subscriber.first_name | default('it\'s') }}", "it's"),
        (r'{{ subscriber.first_name | default("a\\b") }}', r"a\b"),
        ('{{ subscriber.first_name | default("}}") }}', "}}"),
        ('{{ subscriber.first_name | default("<b>") }}', "<b>"),
    ],
)
def test_a_field_is_read_with_its_default(written: str, default: str) -> None:
    """A default stands in either quotes; a backslash escapes quotes and itself."""
    read, problems = parse_merge(f"a {written} b", PLACE, FIELDS)
    assert problems == ()
    assert read.pieces == ("a ", MergeField("subscriber.first_name", default), " b")


@pytest.mark.parametrize(
    "text",
    [
        "{{ subscriber.first_name | default(there) }}",
        '{{ subscriber.first_name | default("a" + "b") }}',
        r'{{ subscriber.first_name | default("\n") }}',
        '{{ subscriber.first_name | default("a\nb") }}',
        '{{ subscriber.first_name | default("a") | safe }}',
        "{{ subscriber.first_name() }}",
        "{{ subscriber['first_name'] }}",
        "{{ subscriber.first_name.__class__ }}",
        "{{ link.unsubscribe }}",
        "{{ '}}' }}",
        "{{{{ subscriber.email }}}}",
        "{{ }}",
        "{{",
    ],
)
def test_anything_else_between_braces_is_a_problem(text: str) -> None:
    """There is no expression, call, other filter or other source."""
    _, problems = parse_merge(text, PLACE, FIELDS)
    assert problems


@pytest.mark.parametrize(
    "text", ["{", "}", "{ a }", "set {1, 2}", "100 % {50 %}", "{:tip}", "a } b {", "{a: {b: c} }"]
)
def test_single_braces_are_plain_text(text: str) -> None:
    """Prose may hold braces as it likes, as long as they do not come in twos."""
    read, problems = parse_merge(text, PLACE, FIELDS)
    assert problems == ()
    assert read.pieces == (text,)


def test_a_field_may_stand_in_single_braces() -> None:
    """Of three braces the outer ones are text."""
    read, problems = parse_merge("{{{ subscriber.email }}}", PLACE, FIELDS)
    assert problems == ()
    assert read.pieces == ("{", MergeField("subscriber.email"), "}")


def test_each_problem_has_its_own_line() -> None:
    """Two mistakes in one text are told once each, at their lines."""
    _, problems = parse_merge("{{ a }}\n\n{% b %} {{ subscriber.email }}\n", PLACE, FIELDS)
    assert [problem.place.line for problem in problems] == [7, 9]


def test_a_megabyte_of_braces_is_refused_with_a_few_problems() -> None:
    """A file full of mistakes is refused by the first of them."""
    _, problems = parse_merge("{{ a }}\n" * 120_000, PLACE, FIELDS)
    assert len(problems) == 20


@pytest.mark.parametrize(
    "pieces", [("a {{ b",), (MergeField("subscriber.email", "two\nlines"),), ("{% x",)]
)
def test_what_can_not_be_written_is_refused(pieces: tuple[str | MergeField, ...]) -> None:
    """No text is written that would read back as something else."""
    with pytest.raises(ValueError):
        write_merge(MergeText(pieces, PLACE))
