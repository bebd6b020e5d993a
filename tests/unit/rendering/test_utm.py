"""UTM parameters stand on links of content, and change nothing else."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from newsletter.content import load_issue
from newsletter.errors import ContentError
from newsletter.rendering import render
from newsletter.rendering.utm import tagged
from tests.factories import LAYOUT, TOML, make_site

SITE = "https://news.test"
PARAMETERS = {"utm_source": "letter", "utm_campaign": "spring & more"}
ADDED = "utm_source=letter&utm_campaign=spring%20%26%20more"
UTM = '\n[utm]\nsource = "letter"\nmedium = "e-mail"\ncampaign = "{number}-{slug}"\n'
TAGGED = "utm_source=letter&utm_medium=e-mail&utm_campaign=1-first"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://e.test", f"https://e.test?{ADDED}"),
        ("https://e.test/a", f"https://e.test/a?{ADDED}"),
        ("HTTPS://E.test/a?", f"HTTPS://E.test/a?{ADDED}"),
        ("https://e.test/a?b=1", f"https://e.test/a?b=1&{ADDED}"),
        ("https://e.test/a?b=1&", f"https://e.test/a?b=1&{ADDED}"),
        ("https://e.test/a#top", f"https://e.test/a?{ADDED}#top"),
        ("https://e.test/a?b#x?y=1", f"https://e.test/a?b&{ADDED}#x?y=1"),
        ("https://bücher.test/ä?ö=ü", f"https://bücher.test/ä?ö=ü&{ADDED}"),
        ("https://e.test/nl0x?n=nl1x", f"https://e.test/nl0x?n=nl1x&{ADDED}"),
        (
            "https://e.test/?utm_source=mine",
            "https://e.test/?utm_source=mine&utm_campaign=spring%20%26%20more",
        ),
        ("https://e.test/?UTM_Source=a&utm_campaign=b", None),
        ("https://e.test/?utm%5Fsource=a&utm_campaign", None),
        (f"{SITE}/archive/first", f"{SITE}/archive/first?{ADDED}"),
        (f"{SITE}/unsubscribe/abc", None),
        (f"{SITE}/preferences/abc", None),
        (f"{SITE}/view/abc#x", None),
        (f"{SITE}/confirm/abc", None),
        ("mailto:ada@e.test?subject=Hi", None),
        ("tel:+4930123", None),
        ("nl7x", None),
    ],
)
def test_where_parameters_go(url: str, wanted: str | None) -> None:
    """Before the fragment, after the author's own, and never twice nor on personal pages."""
    once = tagged(url, PARAMETERS, SITE)
    assert once == (wanted or url)
    assert tagged(once, PARAMETERS, SITE) == once


WITH_OPENING = LAYOUT.replace(
    "<mj-body>",
    "<mj-body><mj-section><mj-column><mj-text>{{ opening }}</mj-text></mj-column></mj-section>",
)
ISSUE = """\
---
number: 1
subject: Hello
snippets:
  - skin/collagen
  - cta: {text: Book, link: "https://example.com/book?from=letter#form"}
---
A [link](https://example.com/a?n={{ subscriber.first_name }}),
<a href="https://example.com/raw">raw</a>,
<https://example.com/bare> and [mail](mailto:hello@example.com).
"""


def test_html_and_text_hold_the_same_links(tmp_path: Path) -> None:
    """Every web link of content carries the parameters in both parts; mail and frame do not."""
    files = {"issues/first.md": ISSUE, "templates/layouts/classic.mjml": WITH_OPENING}
    site = make_site(tmp_path, {"newsletter.toml": TOML + UTM, **files})
    made = render(load_issue(site, "1"), site).renditions[0]
    hrefs = set(re.findall(r'href="([^"]*example\.com[^"]*)"', unescape(made.html)))
    (token,) = [tag.token for tag in made.merge_tags if "?n=" + tag.token in made.html]
    wanted = {
        f"https://example.com/a?n={token}&{TAGGED}",
        f"https://example.com/raw?{TAGGED}",
        f"https://example.com/bare?{TAGGED}",
        f"https://example.com/collagen?{TAGGED}",
        f"https://example.com/book?from=letter&{TAGGED}#form",
    }
    assert hrefs == wanted | {"mailto:hello@example.com"}
    assert set(re.findall(r"https://example\.com[^\s<>),]*", made.text)) == wanted
    frame = re.findall(r'https://(?:news\.test|fonts)[^"\s]*', made.html + made.text)
    assert frame
    assert "utm_" not in " ".join(frame)


def test_without_the_setting_nothing_changes(tmp_path: Path) -> None:
    """The bytes are those of a site that never heard of it; the same files give the same ones."""
    plain = make_site(tmp_path / "plain", {"issues/first.md": ISSUE})
    files = {"newsletter.toml": TOML + UTM, "issues/first.md": ISSUE}
    with_utm = make_site(tmp_path / "utm", files)
    bare = render(load_issue(plain, "1"), plain).renditions
    assert "utm_" not in bare[0].html + bare[0].text
    one, other = (render(load_issue(with_utm, "1"), with_utm).renditions for _ in range(2))
    assert one == other
    taken_out = re.sub(r"[?&]utm_source[^#\s]*campaign=1-first", "", one[0].text)
    assert taken_out.split() == bare[0].text.split()


def test_a_campaign_knows_two_words(tmp_path: Path) -> None:
    """Any other word between braces is told with its line."""
    with pytest.raises(ContentError, match=r"\{number\} or \{slug\}"):
        make_site(tmp_path, {"newsletter.toml": TOML + '\n[utm]\ncampaign = "{nummer}"\n'})
