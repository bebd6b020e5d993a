"""Which sets of sections an issue can produce, and who gets which."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ContentError, Place
from newsletter.model.audience import Audience
from newsletter.model.content import Issue, Section, Snippet
from newsletter.model.merge import MergeText
from newsletter.model.site import Interest, Sender, Site
from newsletter.rendering import variant_for, variants

ORDER = ("resources", "tips", "news", "a", "b", "c")
NOTHING = MergeText()


def site() -> Site:
    interests = tuple(Interest(slug, slug.title()) for slug in ORDER)
    return Site(Path("/nowhere"), "Letter", "", "", Sender("Letter", "l@x.test"), interests)


def section(key: str, interest: str | None = None, kind: str = "tip") -> Section:
    place = Place("issues/x.md", 5)
    body = MergeText(("words",), place)
    snippet = Snippet(
        key, kind, key, NOTHING, body, interest, None, "", NOTHING, NOTHING, "", place
    )
    return Section(key, snippet, place)


def issue(*sections: Section) -> Issue:
    when: datetime | None = None
    return Issue(
        1, "x", NOTHING, NOTHING, when, "", "classic", Audience(), sections, NOTHING, (), (),
        Place("issues/x.md", 1),
    )  # fmt: skip


def names(made: Issue) -> list[str]:
    return [variant.variant for variant in variants(made, site())]


def test_an_issue_without_interests_is_one_mail() -> None:
    """Everyone gets the same."""
    made = issue(section("a"), section("b"))
    assert names(made) == ["all"]
    assert variant_for(variants(made, site()), frozenset()) == "all"


def test_every_choice_of_interests_is_a_variant_fullest_first() -> None:
    """Names list interests in the site's order, whatever the issue's order is."""
    made = issue(section("t1", "tips"), section("t2", "tips"), section("r", "resources"))
    assert names(made) == ["all", "tips", "resources"]
    three = issue(section("n", "news"), section("t", "tips"), section("r", "resources"))
    assert names(three)[:4] == ["all", "resources+tips", "resources+news", "tips+news"]


def test_sections_for_everyone_alone_are_a_mail_too() -> None:
    """`none` holds what goes to everyone."""
    made = issue(section("intro"), section("t", "tips"), section("n", "news"))
    assert names(made) == ["all", "tips", "news", "none"]
    last = variants(made, site())[-1]
    assert [one.key for one in last.sections] == ["intro"]


def test_a_mail_with_only_a_frame_is_not_made() -> None:
    """A call to action without anything to read is `nothing_chosen`."""
    made = issue(section("t", "tips"), section("cta-2", kind="cta"), section("d", kind="divider"))
    assert names(made) == ["all"]
    assert variant_for(variants(made, site()), frozenset({"news"})) is None


def test_an_issue_that_is_only_a_frame_is_still_made() -> None:
    """An opening and a button is a letter, when the author wrote no snippets."""
    assert names(issue(section("cta-1", kind="cta"))) == ["all"]


@given(
    st.lists(st.sampled_from((*ORDER[:5], None)), max_size=8),
    st.one_of(st.none(), st.frozensets(st.sampled_from(ORDER))),
)
def test_a_reader_gets_exactly_what_was_asked_for(
    interests: list[str | None], wanted: frozenset[str] | None
) -> None:
    """Sections for everyone and the wanted ones, in order; all for who never chose."""
    made = issue(*(section(f"s{n}", interest) for n, interest in enumerate(interests)))
    offered = variants(made, site())
    name = variant_for(offered, wanted)
    due = [
        s.key for s in made.sections if s.interest is None or wanted is None or s.interest in wanted
    ]
    if name is None:
        assert due == []
    else:
        chosen = next(variant for variant in offered if variant.variant == name)
        assert [one.key for one in chosen.sections] == due
    assert len({variant.sections for variant in offered}) == len(offered) <= 32


def test_more_than_32_are_refused_at_the_issue() -> None:
    """Six interests make 64 mails: the message says how many are possible."""
    five = issue(*(section(name, name) for name in ORDER[:5]))
    assert len(names(five)) == 31
    six = issue(*(section(name, name) for name in ORDER))
    with pytest.raises(
        ContentError, match=r"issues/x\.md:1: .*6 interests.*64 .*at most 5 interests"
    ):
        variants(six, site())
