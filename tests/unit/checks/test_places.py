"""Findings lead to the file and line that somebody has to open."""

from __future__ import annotations

from pathlib import Path

from newsletter.checks import Evidence
from newsletter.errors import Place
from newsletter.publishing import compose
from tests.factories import LOOK, TOML, make_site, picture

SHOWING = LOOK.replace(
    "</mj-text>",
    '</mj-text>{% if section.image %}<mj-image src="{{ section.image.src }}" '
    'alt="{{ section.image.alt }}" width="900px" />{% endif %}',
)


def place_of(root: Path, rule: str, files: dict[str, str | bytes | None]) -> Place | None:
    site = make_site(root, files)
    found = compose(site, "first", Evidence()).findings
    return next(each.place for each in found if each.rule == rule)


def test_a_picture_is_found_where_it_is_named(tmp_path: Path) -> None:
    """In the snippet's file, at the line of its picture; MJML's tables do not hide it."""
    files = {
        "issues/topics/skin/collagen.md": (
            "---\ntitle: About collagen\nkind: tip\nimage: drop.png\nalt: drop.png\n---\nWords.\n"
        ),
        "issues/media/drop.png": picture(),
        "templates/snippets/tip.mjml": SHOWING,
    }
    assert place_of(tmp_path, "A04", files) == Place("issues/topics/skin/collagen.md", 4)


def test_a_picture_that_only_an_issue_names_is_found_there(tmp_path: Path) -> None:
    """An inline piece and an override stand in the issue, so the issue is what to mend."""
    files = {
        "issues/first.md": (
            "---\nnumber: 1\nsubject: Hello\nsnippets:\n  - skin/collagen\n"
            "  - image: {file: drop.png, alt: IMG_1}\n---\nHello.\n"
        ),
        "issues/media/drop.png": picture(),
        "templates/snippets/image.mjml": SHOWING,
    }
    assert place_of(tmp_path, "A04", files) == Place("issues/first.md", 6)


def test_what_a_template_wrote_is_found_in_the_template(tmp_path: Path) -> None:
    """A picture of the layout has no snippet to blame."""
    layout = (
        "<mjml>\n<mj-body>\n<mj-section><mj-column>\n"
        '<mj-image src="https://news.test/a.png" alt="a.png" width="20px" />\n'
        "</mj-column></mj-section>\n</mj-body>\n</mjml>\n"
    )
    files: dict[str, str | bytes | None] = {"templates/layouts/classic.mjml": layout}
    assert place_of(tmp_path, "A04", files) == Place("templates/layouts/classic.mjml", 4)


def test_each_variant_is_told_the_place_of_its_own(tmp_path: Path) -> None:
    """Two pieces with the same fault keep their two places; one goes to everybody who gets it."""
    issue = (
        "---\nnumber: 1\nsubject: Hello\nsnippets:\n  - skin/collagen\n"
        "  - image: {file: drop.png, alt: IMG_1, interest: tips}\n"
        "  - image: {file: drop.png, alt: IMG_1, interest: news}\n---\nHello.\n"
    )
    interests = '\n[interests.tips]\nlabel = "Tips"\n[interests.news]\nlabel = "News"\n'
    files: dict[str, str | bytes | None] = {
        "newsletter.toml": TOML + interests,
        "issues/first.md": issue,
        "issues/media/drop.png": picture(),
        "templates/snippets/image.mjml": SHOWING,
    }
    site = make_site(tmp_path, files)
    found = compose(site, "first", Evidence()).findings
    places = {
        (each.variant, each.place.line) for each in found if each.rule == "A04" and each.place
    }
    assert places == {("", 6), ("all", 7)}  # the variants are `all` and `tips`
