"""Every part of a rendition knows its file and line, and no final byte shows it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.config import load_settings
from newsletter.content import load_issue, load_issues
from newsletter.errors import Place
from newsletter.model.content import Issue
from newsletter.model.merge import MergeField, MergeText
from newsletter.model.site import Site
from newsletter.rendering import Press, prepare_press, trace
from tests.factories import make_site

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden"
NAME = MergeField("subscriber.first_name", "there")


@cache
def site() -> Site:
    return load_settings(ROOT, {}).site


@cache
def issues() -> dict[str, Issue]:
    return {issue.slug: issue for issue in load_issues(site())}


def places_of(press: Press, words: str) -> Place | None:
    """Where the words of the fullest variant were written, by the mark before them."""
    traced = trace(press, press.offered[0])
    before = traced.html[: traced.html.index(words)]
    return traced.places[int(traced.pattern.findall(before)[-1])]


@pytest.mark.parametrize("slug", sorted(path.stem for path in (ROOT / "issues").glob("*.md")))
def test_taking_the_marks_out_gives_the_final_bytes(slug: str) -> None:
    """For every variant of every issue that this repository ships."""
    press = prepare_press(issues()[slug], site())
    for variant, rendition in zip(press.offered, press.print_all().renditions, strict=True):
        traced = trace(press, variant, inlined=True)
        assert traced.html != rendition.html
        assert traced.plain == rendition.html


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "Plain words, 1234567890 and 7",
            "# A heading",
            "### Another",
            "- one\n- two *three*\n- [four](https://example.com/4?a=1&b=2)",
            "> quoted\n> on",
            "```\ncode 7\n```",
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            "a<br>b <b>raw</b> &amp; &#55; \\* `x`",
            "<div>raw block</div>",
            "line one\nline two  \nline three",
            "![no](x.png) 山田 ❤️ שלום",
            "***",
        ]
    ),
    min_size=1,
    max_size=6,
).map("\n\n".join)
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(opening=MARKDOWN, subject=LINE, heading=LINE, body=MARKDOWN, alt=LINE)
def test_marks_leave_no_trace_in_any_letter(
    opening: str, subject: str, heading: str, body: str, alt: str
) -> None:
    """The same for letters that nobody has written yet."""
    first = next(iter(issues().values()))
    place = Place("issues/made-up.md", 9)
    section = first.sections[0]
    snippet = replace(
        section.snippet,
        heading=MergeText((heading, NAME), place),
        body=MergeText((body, NAME, "."), place),
        alt=alt,
    )
    issue = replace(
        first,
        subject=MergeText((subject,), place),
        body=MergeText((opening,), place),
        sections=(replace(section, snippet=snippet), *first.sections[1:]),
    )
    press = prepare_press(issue, site())
    final = press.html(press.offered[0])
    assert trace(press, press.offered[0], inlined=True).plain == final


def test_words_of_an_issue_and_of_a_snippet_know_their_lines(tmp_path: Path) -> None:
    """Through Markdown, MJML and inlining; each line of a paragraph is told apart."""
    issue = (
        "---\nnumber: 1\nsubject: Hello\npreheader: x\nsnippets:\n  - skin/collagen\n"
        "  - skin/collagen: {heading: Another name}\n---\nFirst line\n*second* line\n"
    )
    scratch = make_site(
        tmp_path,
        {
            "issues/first.md": issue,
            "templates/layouts/classic.mjml": (
                "<mjml>\n<mj-body>\n<mj-section><mj-column>\n<mj-text>Fixed words</mj-text>\n"
                "<mj-text>{{ opening }}</mj-text></mj-column></mj-section>\n"
                "{% for section in sections %}{% include section.template %}{% endfor %}\n"
                "</mj-body>\n</mjml>\n"
            ),
        },
    )
    press = prepare_press(load_issue(scratch, "first"), scratch)
    snippet = "issues/topics/skin/collagen.md"
    assert places_of(press, "First line") == Place("issues/first.md", 9)
    assert places_of(press, "second") == Place("issues/first.md", 10)
    assert places_of(press, "About collagen") == Place(snippet, 2)
    assert places_of(press, "Collagen is a protein") == Place(snippet, 6)
    assert places_of(press, "https://example.com/collagen") == Place(snippet, 4)
    assert places_of(press, "Another name") == Place("issues/first.md", 7)
    assert places_of(press, "Fixed words") == Place("templates/layouts/classic.mjml", 4)


def test_a_template_that_measures_its_words_is_not_confused(tmp_path: Path) -> None:
    """Marks come in behind filters and comparisons, so a template can not tell."""
    look = (
        "<mj-section><mj-column><mj-text>\n"
        "{{ section.heading | upper }} {{ section.heading | length }}\n"
        "{% if section.heading == 'About collagen' %}<b>same</b>{% endif %}\n"
        "</mj-text></mj-column></mj-section>\n"
    )
    scratch = make_site(tmp_path, {"templates/snippets/tip.mjml": look})
    press = prepare_press(load_issue(scratch, "first"), scratch)
    final = press.html(press.offered[0])
    assert "ABOUT COLLAGEN 14" in final
    assert trace(press, press.offered[0], inlined=True).plain == final
    assert places_of(press, "same") == Place("templates/snippets/tip.mjml", 3)
