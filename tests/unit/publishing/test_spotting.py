"""Which section and line made each part of a mail."""

from __future__ import annotations

from pathlib import Path

from lxml import html

from newsletter.publishing import set_up
from newsletter.publishing.spotting import NOBODY, OPENING, Spot, Spotted, spot
from tests.factories import make_site

ISSUE = """\
---
number: 1
subject: Hello
snippets:
  - skin/collagen
  - skin/hours: {heading: Only here}
  - skin/collagen
  - cta: {text: Book, link: https://example.com/book}
---
Dear reader.
"""
HOURS = "---\ntitle: New hours\nkind: news\n---\nWe open earlier.\n"
LAYOUT = """\
<mjml>
  <mj-body>
    <mj-section><mj-column><mj-text>{{ opening }}</mj-text></mj-column></mj-section>
    {% for section in sections %}
    {% include section.template %}
    {% endfor %}
    <mj-section><mj-column><mj-text>Good-bye</mj-text></mj-column></mj-section>
  </mj-body>
</mjml>
"""
FILES = {
    "templates/layouts/classic.mjml": LAYOUT,
    "issues/first.md": ISSUE,
    "issues/topics/skin/hours.md": HOURS,
}


def before(spotted: Spotted, words: str, nth: int = 0) -> Spot:
    """The spot of the mark right before some words."""
    pieces = spotted.html.split(words)
    sign, number = pieces[nth][-len(spotted.sign) - spotted.digits :], spotted.digits
    assert sign[:-number] == spotted.sign
    return spotted.spots[int(sign[-number:])]


def test_words_lead_to_their_section_and_line(tmp_path: Path) -> None:
    """A snippet's words lead to its file, those of an override and of a button to the issue."""
    spotted = spot(set_up(make_site(tmp_path, FILES), "first"))
    body = before(spotted, "We open earlier.")
    assert (str(body.place), body.section) == ("issues/topics/skin/hours.md:5", 1)
    heading = before(spotted, "Only here")
    assert (str(heading.place), heading.section) == ("issues/first.md:6", 1)
    button = before(spotted, "Book")
    assert (str(button.place), button.section) == ("issues/first.md:8", 3)


def test_a_snippet_that_stands_twice_is_two_sections(tmp_path: Path) -> None:
    """The same line of the same file leads to the section that was clicked."""
    site = make_site(tmp_path, FILES)
    spotted = spot(set_up(site, "first"))
    words = (tmp_path / "issues/topics/skin/collagen.md").read_text().rpartition("---\n")[2].split()
    assert [before(spotted, words[0], nth).section for nth in (0, 1)] == [0, 2]


def test_the_opening_is_the_issues_own_and_the_footer_nobodys(tmp_path: Path) -> None:
    """What stands in no section says so."""
    spotted = spot(set_up(make_site(tmp_path, FILES), "first"))
    assert before(spotted, "Dear reader.").section == OPENING
    footer = before(spotted, "Good-bye")
    assert (footer.section, footer.place.path) == (NOBODY, "templates/layouts/classic.mjml")


def test_marks_change_no_element(tmp_path: Path) -> None:
    """Without its marks the spotted mail has the tags of the mail, in the same order."""
    galley = set_up(make_site(tmp_path, FILES), "first")
    spotted = spot(galley, "tips")

    def tags(text: str) -> list[object]:
        return [each.tag for each in html.document_fromstring(text).find("body").iter("*")]

    assert tags(spotted.html) == tags(galley.rendition("tips").html)
