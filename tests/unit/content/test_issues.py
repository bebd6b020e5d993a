"""Issue files as values."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from newsletter.content import (
    find_issue,
    issue_files,
    load_issue,
    load_issues,
    load_snippets,
    load_topics,
)
from newsletter.errors import ContentError, NotFound, Place
from newsletter.model.audience import Audience
from newsletter.model.merge import MergeField
from tests.factories import ISSUE, SNIPPET, TOML, make_site, picture

FULL = """\
---
number: 12
subject: 'For {{ subscriber.first_name | default("you") }}'
preheader: Tiny channels
send_at: 2026-12-01 09:00
timezone: Europe/Berlin
layout: classic
audience: {clinic: [berlin], not: {tags: vip, received: 11}, joined_after: 2026-01-01}
snippets:
  - skin/collagen
  - skin/collagen: {heading: Again, interest: everyone, image: drop.png, alt: A drop}
  - cta: {text: Book, link: "https://example.com/book?to={{ subscriber.email }}"}
  - divider
  - image: {file: drop.png, alt: "", interest: news}
---

Hello.
"""


def test_an_issue_is_read_with_all_it_says(tmp_path: Path) -> None:
    """Every setting of the format arrives as its value."""
    issue = load_issue(make_site(tmp_path, {"issues/first.md": FULL}), "12")
    assert (issue.number, issue.slug, issue.layout) == (12, "first", "classic")
    assert issue.subject.pieces == ("For ", MergeField("subscriber.first_name", "you"))
    assert issue.subject.place == Place("issues/first.md", 3)
    assert issue.send_at == datetime(2026, 12, 1, 9)
    assert issue.timezone == "Europe/Berlin"
    assert issue.body.pieces == ("Hello.",)
    assert issue.body.place == Place("issues/first.md", 17)
    assert issue.audience == Audience(
        name="",
        attributes=(("clinic", ("berlin",)),),
        joined_after=date(2026, 1, 1),
        excluding=Audience(name="", tags=("vip",), received=(11,)),
    )


def test_sections_keep_their_order_keys_and_interests(tmp_path: Path) -> None:
    """A repeat gets a key of its own; an inline piece is called by kind and position."""
    issue = load_issue(make_site(tmp_path, {"issues/first.md": FULL}), "first")
    assert [(section.key, section.interest) for section in issue.sections] == [
        ("skin/collagen", "tips"),
        ("skin/collagen-2", None),
        ("cta-3", None),
        ("divider-4", None),
        ("image-5", "news"),
    ]
    assert [section.place.line for section in issue.sections] == [10, 11, 12, 13, 14]


def test_an_override_changes_this_issue_only(tmp_path: Path) -> None:
    """What the issue says beats the snippet's file; the rest stays."""
    issue = load_issue(make_site(tmp_path, {"issues/first.md": FULL}), "first")
    plain, changed = issue.sections[0].snippet, issue.sections[1].snippet
    assert plain.heading.plain() == "About collagen"
    assert plain.image is None
    assert changed.heading.plain() == "Again"
    assert changed.image is not None
    assert (changed.image.width, changed.image.height, changed.alt) == (8, 4, "A drop")
    assert (changed.body, changed.link) == (plain.body, plain.link)


def test_a_button_has_its_words_and_its_link(tmp_path: Path) -> None:
    """The text of a `cta` is its link's text; a reader's value may stand in the query."""
    issue = load_issue(make_site(tmp_path, {"issues/first.md": FULL}), "first")
    button = issue.sections[2].snippet
    assert button.link_text.plain() == "Book"
    assert button.link.fields == (MergeField("subscriber.email"),)


def test_sources_are_all_files_it_was_made_from(tmp_path: Path) -> None:
    """Whoever watches an issue's sources sees every change that matters to it."""
    topic = "---\nname: Skin\n---\nAsk a doctor.\n"
    files = {"issues/first.md": FULL, "issues/topics/skin/_topic.md": topic}
    issue = load_issue(make_site(tmp_path, files), "first")
    assert issue.sources == (
        "issues/first.md",
        "issues/media/drop.png",
        "issues/topics/skin/_topic.md",
        "issues/topics/skin/collagen.md",
        "templates/layouts/classic.mjml",
    )


def test_a_topic_brings_its_disclaimer(tmp_path: Path) -> None:
    """The words of `_topic.md` come with every issue that uses the topic."""
    topic = "---\nname: Skin\ndescription: All of it\n---\nAsk a doctor.\n"
    site = make_site(tmp_path, {"issues/topics/skin/_topic.md": topic})
    (of_issue,) = load_issue(site, "1").topics
    assert (of_issue.slug, of_issue.name, of_issue.description) == ("skin", "Skin", "All of it")
    assert of_issue.disclaimer.plain() == "Ask a doctor."
    assert load_topics(site) == (of_issue,)


def test_a_topic_without_a_file_is_called_after_its_folder(tmp_path: Path) -> None:
    """A folder of snippets is a topic; `_topic.md` only says more."""
    (topic,) = load_topics(make_site(tmp_path, {"issues/topics/dry-skin/a.md": SNIPPET}))[:1]
    assert (topic.slug, topic.name, topic.disclaimer.plain()) == ("dry-skin", "Dry skin", "")


def test_the_library_lists_every_snippet(tmp_path: Path) -> None:
    """Snippets are listed by slug, used or not."""
    site = make_site(tmp_path, {"issues/topics/dry/air.md": SNIPPET})
    assert [snippet.slug for snippet in load_snippets(site)] == ["dry/air", "skin/collagen"]


@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"\xef\xbb\xbf", b""), (b"\n", b"\r\n"), (b"\n", b"\r")]
)
def test_marks_and_line_ends_of_other_systems_change_nothing(
    before: bytes, after: bytes, tmp_path: Path
) -> None:
    """A byte order mark, CRLF or CR gives the same issue."""
    plain = make_site(tmp_path / "plain", {"issues/first.md": FULL})
    data = FULL.encode().replace(before, after) if after else before + FULL.encode()
    other = make_site(tmp_path / "other", {"issues/first.md": data})
    ours, theirs = load_issue(plain, "first"), load_issue(other, "first")
    assert (ours.body, ours.subject, ours.audience) == (
        theirs.body,
        theirs.subject,
        theirs.audience,
    )
    assert find_issue(other, "12").name == "first.md"


def test_an_issue_is_found_by_number_slug_and_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All names of an issue lead to one file; the leading date may be left out."""
    site = make_site(tmp_path, {"issues/first.md": None, "issues/2026-12-01-why.md": ISSUE})
    path = site.root / "issues" / "2026-12-01-why.md"
    monkeypatch.chdir(site.root / "issues")
    for ref in ("1", "2026-12-01-why", "why", "2026-12-01-why.md", "issues/2026-12-01-why.md"):
        assert find_issue(site, ref) == path
    assert find_issue(site, path) == path
    assert find_issue(site, Path("2026-12-01-why.md")) == path
    assert issue_files(site) == (path,)


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("2", "No issue has the number 2. Known: 1."),
        ("frist", 'Did you mean "first"?'),
        ("newsletter.toml", "is no issue"),
        ("../../etc/passwd", "There is no issue|is no issue"),
        ("a\x00b", "no issue's path"),
        ("a" * 900, "There is no issue"),
    ],
)
def test_a_name_that_leads_nowhere_is_told(ref: str, says: str, tmp_path: Path) -> None:
    """What is no issue of the site is refused with the nearest right name."""
    with pytest.raises(NotFound, match=says.replace("?", r"\?")):
        find_issue(make_site(tmp_path), ref)


def test_a_short_name_of_two_issues_is_refused(tmp_path: Path) -> None:
    """Nobody gets another issue than they meant."""
    files = {"issues/2026-01-01-why.md": ISSUE, "issues/2026-02-01-why.md": ISSUE}
    with pytest.raises(NotFound, match="several issues: 2026-01-01-why, 2026-02-01-why"):
        find_issue(make_site(tmp_path, files), "why")


def test_one_broken_issue_does_not_hide_another(tmp_path: Path) -> None:
    """An issue can be read while a colleague's is half written; all together can not."""
    site = make_site(tmp_path, {"issues/second.md": "---\nnumber: 2\nsubject: [\n"})
    assert load_issue(site, "1").number == 1
    with pytest.raises(ContentError, match=r"issues/second\.md"):
        load_issues(site)


def test_issues_come_by_number(tmp_path: Path) -> None:
    """The order of files does not matter; notes beside the issues are no issues."""
    files = {
        "issues/another.md": ISSUE.replace("number: 1", "number: 7"),
        "issues/README.md": "Notes.",
        "issues/_draft.md": "Notes.",
    }
    assert [issue.number for issue in load_issues(make_site(tmp_path, files))] == [1, 7]


def test_a_named_audience_brings_its_rule(tmp_path: Path) -> None:
    """The name stays beside the conditions it stands for."""
    files = {"issues/first.md": ISSUE.replace("number: 1", "number: 1\naudience: berlin")}
    audience = load_issue(make_site(tmp_path, files), "1").audience
    assert audience == Audience(name="berlin", attributes=(("clinic", ("berlin",)),))


def test_a_kind_whose_interest_the_site_does_not_offer_goes_to_everyone(tmp_path: Path) -> None:
    """A site with interests of its own need not map each kind."""
    files = {"newsletter.toml": TOML + '\n[interests.offers]\nlabel = "Offers"\n'}
    assert load_issue(make_site(tmp_path, files), "1").sections[0].interest is None


def test_a_changed_picture_is_measured_anew(tmp_path: Path) -> None:
    """Replacing a file is enough; nothing old is remembered."""
    site = make_site(tmp_path, {"issues/first.md": FULL})
    load_issue(site, "first")
    (site.root / "issues/media/drop.png").write_bytes(picture(30, 20))
    image = load_issue(site, "first").sections[4].snippet.image
    assert image is not None
    assert (image.width, image.height) == (30, 20)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_every_raster_format_of_the_web_is_a_picture(form: str, tmp_path: Path) -> None:
    """PNG, JPEG, GIF and WebP open, whatever the file is called."""
    files = {"issues/first.md": FULL, "issues/media/drop.png": picture(9, 5, form)}
    image = load_issue(make_site(tmp_path, files), "first").sections[4].snippet.image
    assert image is not None
    assert (image.width, image.height) == (9, 5)


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com",
        "https://example.com:8443/a?b=c#d",
        "https://münchen.example/ä",
        "https://[2001:db8::1]/",
        "mailto:hello@example.com?subject=Hi%20there",
        "https://example.com/{{ subscriber.first_name }}",
    ],
)
def test_a_complete_address_is_a_link(link: str, tmp_path: Path) -> None:
    """Web and mail addresses are links; a reader's value may stand behind the host."""
    files = {
        "issues/topics/skin/collagen.md": SNIPPET.replace(
            "https://example.com/collagen", f"'{link}'"
        )
    }
    assert load_issue(make_site(tmp_path, files), "1").sections[0].snippet.link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,a",
        "vbscript:a",
        "//example.com",
        "example.com",
        "#top",
        "https://",
        "https:///path",
        "https://exa mple.com",
        "https://example.com:99999999/",
        "https://[::1",
        "https://a@b.example/",
        "{{ subscriber.first_name }}",
        "https://{{ subscriber.first_name }}.example.com/",
        "https://example.com{{ subscriber.first_name }}/",
        "mailto:{{ subscriber.email }}",
        "mailto:nobody",
        "file:///etc/passwd",
        "https://example.com/\\\\evil",
    ],
)
def test_anything_else_is_no_link(link: str, tmp_path: Path) -> None:
    """No script, no data, nothing relative, and no host that a reader's value chooses."""
    files = {
        "issues/topics/skin/collagen.md": SNIPPET.replace(
            "https://example.com/collagen", f'"{link}"'
        )
    }
    with pytest.raises(ContentError, match=r"collagen\.md:4: link "):
        load_issue(make_site(tmp_path, files), "1")
