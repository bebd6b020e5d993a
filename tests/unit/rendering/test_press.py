"""From an issue's files to its renditions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from newsletter.content import load_issue
from newsletter.errors import ContentError, RenderError, TemplateError
from newsletter.model.rendition import Renditions
from newsletter.rendering import fill, render, variant_for
from newsletter.rendering.wrapping import WIDTH, columns
from tests.factories import make_site, picture, write_site

GOLDEN = Path(__file__).parents[2] / "golden"
LAYOUT = "templates/layouts/classic.mjml"
FRAME = "templates/layouts/classic.txt"

READER = {
    "subscriber.first_name": "Zoë & <b>",
    "link.unsubscribe": "https://letter.test/unsubscribe/abc",
    "link.preferences": "https://letter.test/preferences/abc",
    "link.view": "https://letter.test/view/abc",
}

SHOWN = """\
<mjml><mj-body>
  <mj-section><mj-column><mj-text>{{ %s }}</mj-text></mj-column></mj-section>
</mj-body></mjml>
"""


def made(root: Path, files: dict[str, str | bytes | None] | None = None) -> Renditions:
    """The letter `first` of a scratch site."""
    site = make_site(root, files)
    return render(load_issue(site, "first"), site)


def golden(root: Path, case: str) -> Path:
    """A folder that is the site of a golden letter."""
    shutil.copytree(GOLDEN / "site", root)
    shutil.copy(GOLDEN / case / "issue.md", root / "issues" / "first.md")
    return root


def golden_files(case: str) -> dict[str, str | bytes | None]:
    """The same as files for a scratch site."""
    site = GOLDEN / "site"
    files = {str(p.relative_to(site)): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    return {**files, "issues/first.md": (GOLDEN / case / "issue.md").read_bytes()}


class Links(HTMLParser):
    """Every address an HTML part leads to."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


HASHES = """
import sys
from pathlib import Path
from newsletter.config import load_settings
from newsletter.content import load_issue
from newsletter.rendering import render
site = load_settings(Path(sys.argv[1]), {}).site
made = render(load_issue(site, "first"), site)
print(*[one.sha256 for one in made.renditions], *[one.sha256 for one in made.pictures])
"""


def test_the_same_files_give_the_same_bytes_anywhere(tmp_path: Path) -> None:
    """Twice here; and in another process, folder, working directory and hash order."""
    issue = (GOLDEN / "words/issue.md").read_text().replace(
        "  - divider\n", "  - image: {file: drop.png, alt: A drop}\n  - divider\n"
    )  # fmt: skip
    files = golden_files("words") | {"issues/first.md": issue, "issues/media/drop.png": picture()}
    first = made(tmp_path / "here", files)
    again = made(tmp_path / "here", files)
    write_site(tmp_path / "there" / "deeper", files)
    environ = {
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "PYTHONHASHSEED": "77",
        "TZ": "Asia/Tokyo",
    }
    command = [sys.executable, "-c", HASHES, str(tmp_path / "there" / "deeper")]
    output = subprocess.run(
        command, env={**os.environ, **environ}, cwd=tmp_path, text=True, capture_output=True,
        check=True,
    ).stdout  # fmt: skip
    hashes = [one.sha256 for one in (*first.renditions, *first.pictures)]
    assert [one.sha256 for one in (*again.renditions, *again.pictures)] == hashes
    assert output.split() == hashes
    assert len(first.pictures) == 1


@pytest.mark.parametrize("case", ["words", "markdown", "hostile", "scripts"])
def test_the_text_part_has_each_link_of_the_html(tmp_path: Path, case: str) -> None:
    """The footer's too; an address written as its own label stands without `mailto:`."""
    one = fill(made(tmp_path, golden_files(case)).renditions[0], READER)
    links = Links(one.html).found
    assert {*READER.values(), "https://letter.test/"} - {READER["subscriber.first_name"]} <= {
        *links
    }
    assert [link for link in links if link.removeprefix("mailto:") not in one.text] == []


@pytest.mark.parametrize("case", ["words", "markdown", "hostile", "scripts"])
def test_every_token_is_listed_and_filled(tmp_path: Path, case: str) -> None:
    """Nothing of the nonce is left in any reader's mail."""
    for rendition in made(tmp_path, golden_files(case)).renditions:
        whole = rendition.subject + rendition.preheader + rendition.html + rendition.text
        assert all(tag.token in whole for tag in rendition.merge_tags)
        mail = fill(rendition, READER)
        assert rendition.nonce not in mail.subject + mail.html + mail.text


def test_each_variant_holds_its_sections_and_their_disclaimers(tmp_path: Path) -> None:
    """A topic's disclaimer stands in every mail that uses the topic, and in no other."""
    issue = """\
---
number: 1
subject: Hello
preheader: A first letter
snippets:
  - skin/collagen
  - other/word
---
Hello,
"""
    files: dict[str, str | bytes | None] = {
        "issues/first.md": issue,
        "issues/topics/skin/_topic.md": "---\nname: Skin\n---\nAsk a doctor.\n",
        "issues/topics/other/word.md": "---\ntitle: Other\nkind: news\n---\nAnother word.\n",
        LAYOUT: SHOWN % "disclaimers | map(attribute='html') | join",
    }
    letter = made(tmp_path, files)
    assert [(one.variant, one.interests, one.sections) for one in letter.renditions] == [
        ("all", ("tips", "news"), ("skin/collagen", "other/word")),
        ("tips", ("tips",), ("skin/collagen",)),
        ("news", ("news",), ("other/word",)),
    ]
    told = {
        one.variant: ("Ask a doctor" in one.html, "Ask a doctor" in one.text)
        for one in letter.renditions
    }
    assert told == {"all": (True, True), "tips": (True, True), "news": (False, False)}
    assert variant_for(letter.renditions, None) == "all"
    assert variant_for(letter.renditions, frozenset({"news", "resources"})) == "news"
    assert variant_for(letter.renditions, frozenset({"resources"})) is None


def test_a_picture_is_shown_from_where_pictures_are_served(tmp_path: Path) -> None:
    """Its address is made of its bytes; the size in CSS pixels stands beside it."""
    look = (
        '<mj-section><mj-column><mj-image padding="0px" src="{{ section.image.src }}"'
        ' width="{{ section.image.width }}px" alt="{{ section.image.alt }}" />'
        "</mj-column></mj-section>"
    )
    snippet = '---\ntitle: T\nkind: tip\nimage: drop.png\nalt: A "drop"\n---\nWords\n'
    letter = made(
        tmp_path,
        {
            "issues/topics/skin/collagen.md": snippet,
            "issues/media/drop.png": picture(1200, 600),
            "templates/snippets/tip.mjml": look,
        },
    )
    assert {(file.width, file.height) for file in letter.pictures} == {(552, 276), (1104, 552)}
    sharp = next(file for file in letter.pictures if file.width == 1104)
    html = letter.renditions[0].html
    assert f'src="https://news.test/media/{sharp.filename}"' in html
    assert 'width="552"' in html
    assert '[A "drop"]' in letter.renditions[0].text


def test_a_layouts_own_text_frame_is_used(tmp_path: Path) -> None:
    """Plain values, nothing escaped, long lines wrapped and blank lines tidied."""
    frame = (
        "{{ site.name }}: {{ subject }}\n\n\n\n\n{{ opening }}   \n{{ sections[0].heading }}\n"
        + "word " * 40
        + "\n{{ links.view }}\n"
    )
    toml = """\
[site]
name = "Test & Letter"
public_url = "https://news.test"

[sender]
name = "Test"
email = "letters@news.test"
postal_address = "1 Test Street"
"""
    letter = made(tmp_path, {FRAME: frame, "newsletter.toml": toml})
    text = fill(letter.renditions[0], READER).text
    assert text.startswith("Test & Letter: Hello\n\nHello Zoë & <b>,\nAbout collagen\nword word")
    assert all(columns(line) <= WIDTH for line in text.splitlines())
    assert text.endswith("https://letter.test/view/abc\n")


@pytest.mark.parametrize(
    ("name", "source", "where"),
    [
        (LAYOUT, SHOWN % "sectoins", r"templates/layouts/classic\.mjml:2"),
        (LAYOUT, SHOWN % "site.root", r"templates/layouts/classic\.mjml:2"),
        (LAYOUT, "<mjml>\n<mj-body>\n<mj-txt>a</mj-txt>\n</mj-body></mjml>", r"classic\.mjml:3"),
        (LAYOUT, "{% if %}", r"templates/layouts/classic\.mjml:1"),
        (FRAME, "a\n{{ sectoins }}", r"templates/layouts/classic\.txt:2"),
        (FRAME, "{{ sections.__class__ }}", r"templates/layouts/classic\.txt:1"),
    ],
)
def test_a_wrong_template_is_told_with_its_line(
    tmp_path: Path, name: str, source: str, where: str
) -> None:
    """For HTML and text alike, and whatever is wrong."""
    with pytest.raises(TemplateError, match=where):
        made(tmp_path, {name: source})


@pytest.mark.parametrize(
    "filtered", ["opening | upper", "opening | striptags | truncate(16, True, '', 0)"]
)
def test_a_template_that_damages_a_merge_tag_is_refused(tmp_path: Path, filtered: str) -> None:
    """A reader would see the token; so nothing is made, and the message names the layout."""
    with pytest.raises(RenderError, match=r"merge tag was damaged.*layouts/classic"):
        made(tmp_path, {LAYOUT: SHOWN % filtered})


def test_all_pictures_that_are_wrong_are_told_at_once(tmp_path: Path) -> None:
    """A logo may vanish after the settings were read."""
    site = make_site(
        tmp_path,
        {"newsletter.toml": (GOLDEN / "site/newsletter.toml").read_text()
         + '[theme]\nlogo = "a.png"\nlogo_dark = "b.png"\n',
         "issues/media/a.png": picture(), "issues/media/b.png": picture()},
    )  # fmt: skip
    for name in ("a.png", "b.png"):
        (tmp_path / "issues/media" / name).unlink()
    with pytest.raises(ContentError) as told:
        render(load_issue(site, "first"), site)
    assert [problem.place.path for problem in told.value.problems] == [
        "issues/media/a.png", "issues/media/b.png",
    ]  # fmt: skip


def test_what_was_taken_out_of_a_snippet_used_by_many_is_told_once(tmp_path: Path) -> None:
    """Findings carry the snippet's file and line, and no variant: they hold for all."""
    snippet = "---\ntitle: T\nkind: tip\n---\nGood\n\n<iframe></iframe>\n"
    issue = (
        "---\nnumber: 1\nsubject: S\npreheader: P\nsnippets:\n"
        "  - skin/collagen\n  - skin/collagen: {heading: Again}\n---\nHello,\n"
    )
    letter = made(tmp_path, {"issues/topics/skin/collagen.md": snippet, "issues/first.md": issue})
    assert [str(found.place) for found in letter.findings] == ["issues/topics/skin/collagen.md:7"]
    assert letter.findings[0].variant == ""
    assert "iframe" not in letter.renditions[0].html
