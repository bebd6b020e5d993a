"""Every counted link of a letter is known with the section it stands in."""

from __future__ import annotations

from pathlib import Path

from newsletter.checks import Evidence
from newsletter.model.links import LetterLink
from newsletter.publishing import compose
from newsletter.publishing.letter_links import letter_links
from tests.factories import TOML, make_site

ISSUE = """\
---
number: 1
subject: Hello
snippets:
  - skin/collagen
  - cta: {text: Book, link: "https://example.com/book?n={{ subscriber.first_name }}"}
  - cta: {text: Read, link: "https://example.com/collagen"}
---
Write to [us](mailto:us@example.com) or [look](https://example.com/look#here).
"""
LAYOUT = """\
<mjml><mj-body>
  <mj-section><mj-column><mj-text><a href="https://example.com/home">Home</a></mj-text>
    <mj-text>{{ opening }}</mj-text></mj-column></mj-section>
  {% for section in sections %}{% include section.template %}{% endfor %}
  <mj-section><mj-column><mj-text>
    <a href="https://example.com/imprint?a=1&amp;b=2">Imprint</a>
    <a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text></mj-column></mj-section>
</mj-body></mjml>
"""
UTM = '\n[utm]\nsource = "letter"\n'


def test_each_link_by_its_section(tmp_path: Path) -> None:
    """The frame's links are told from the content's; values and parameters are no part of them."""
    files = {"issues/first.md": ISSUE, "templates/layouts/classic.mjml": LAYOUT}
    site = make_site(tmp_path, files | {"newsletter.toml": TOML + UTM})
    found = letter_links(compose(site, "1", Evidence(real_key=False)))
    assert set(found) == {
        LetterLink("https://example.com/home", "masthead", ""),
        LetterLink("https://example.com/look#here", "opening", ""),
        LetterLink("https://example.com/collagen", "skin/collagen", "About collagen"),
        LetterLink("https://example.com/collagen", "cta-3", "Read"),
        LetterLink("https://example.com/book?n=*", "cta-2", "Book"),
        LetterLink("https://example.com/imprint?a=1&b=2", "footer", ""),
    }
