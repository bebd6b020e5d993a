"""C01: what is used that the readers' clients do not show."""

from __future__ import annotations

import pytest

from newsletter.checks import Evidence
from newsletter.checks.clients import Uses, uses
from newsletter.checks.clients.facts import facts
from newsletter.checks.clients.harmless import HARMLESS
from newsletter.checks.css.cascade import Cascade
from newsletter.checks.document import Document
from tests.unit.checks.specimens import HTML, findings, with_body, with_head


def used(html: str) -> Uses:
    """The features a mail uses."""
    document = Document(html)
    return uses(document, Cascade(document))


def told(html: str, **shares: float) -> str:
    """What C01 says, for the default mix or for some shares (`gmail_ios=0.5`)."""
    own = {name.replace("_", ".", 1).replace("_", "-"): part for name, part in shares.items()}
    evidence = Evidence(clients=own or None)
    return "\n".join(found.message for found in findings("C01", html, evidence=evidence))


def test_a_plain_mail_uses_nothing_that_is_lost() -> None:
    """Tables, text and media queries are fine."""
    assert not told(HTML)


@pytest.mark.parametrize(
    ("addition", "slug"),
    [
        ('<div style="display:flex">x</div>', "css-display-flex"),
        ('<div style="position:absolute">x</div>', "css-position"),
        ('<div style="width:calc(50% - 3px)">x</div>', "css-unit-calc"),
        ('<div style="color:var(--ink)">x</div>', "css-variables"),
        ("<video src=x></video>", "html-video"),
        ('<img src="a.svg" width="1" alt="">', "image-svg"),
        ('<img src="data:image/png;base64,AA" width="1" alt="">', "image-base64"),
        ('<img src="a.webp?x=1" width="1" alt="">', "image-webp"),
        ("<svg></svg>", "html-svg"),
    ],
)
def test_c01_names_the_source_the_test_and_who_loses_it(addition: str, slug: str) -> None:
    """A style, a unit, an element, a kind of picture."""
    said = told(with_body(addition))
    assert f"({slug}, tested " in said
    assert "is not shown by " in said


def test_c01_is_silent_below_two_percent() -> None:
    """The same mail for a list that reads elsewhere."""
    html = with_body('<div style="display:flex">x</div>')
    assert "Outlook (3%)" in told(html, outlook_windows=0.03)
    assert not told(html, outlook_windows=0.019)


def test_c01_does_not_count_what_readers_never_meet() -> None:
    """Rules for no element, styles of what is hidden, and what only Outlook reads."""
    hack = "<style>#outlook a{position:absolute} .nothing{display:flex}</style>"
    hidden = '<div style="display:none;position:absolute;opacity:0">preheader</div>'
    outlook = '<!--[if mso]><div style="display:flex">x</div><![endif]-->'
    assert not told(with_head(hack).replace("</body>", f"{hidden}{outlook}</body>"))


def test_c01_knows_that_outlook_does_not_meet_what_is_kept_from_it() -> None:
    """`<!--[if !mso]><!-->` is how a mail gives Outlook another way."""
    beside = '<!--[if !mso]><!--><div style="display:flex">x</div><!--<![endif]-->'
    html = with_body(beside)
    assert not told(html, outlook_windows=0.5)
    assert "Outlook" in told(with_body('<div style="display:flex">x</div>'), outlook_windows=0.5)


def test_c01_knows_that_a_client_without_media_queries_never_meets_what_is_in_them() -> None:
    """Position in a phone's block is no fault in Word, which skips the block; Gmail reads it."""
    html = with_head("<style>@media (max-width:480px){p{position:relative!important}}</style>")
    assert not told(html, outlook_windows=0.5)
    assert "css-position" in told(html, gmail_ios=0.5)


def test_c01_knows_what_was_copied_into_the_elements() -> None:
    """A selector some clients do not know costs nothing once its rule is inlined."""
    block = "<style>p.one{color:#111111}</style>"
    inlined = '<p class="one" style="color:#111111">x</p>'
    assert "css-selector-chaining" in used(
        with_head(block).replace("</body>", '<p class="one">x</p></body>')
    )
    assert "css-selector-chaining" not in used(
        with_head(block).replace("</body>", f"{inlined}</body>")
    )


def test_c01_is_not_misled_by_names_in_values() -> None:
    """A font called Flex, a colour in hexadecimal, an address with a unit in it."""
    html = with_body(
        "<p style=\"font-family:'display:flex';color:#3e3vw1;background:url(a/5vw.png)\">x</p>"
    )
    assert not {"css-display-flex", "css-unit-vw"} & used(html).keys()


def test_what_is_harmless_is_said_to_be_with_a_reason() -> None:
    """Every entry is a feature of the table; none could take words or pictures away."""
    assert set(HARMLESS) <= facts().features.keys()
    assert all(HARMLESS.values())
    assert not {
        slug for slug in HARMLESS if slug.startswith(("image-", "css-display", "css-position"))
    }
    assert "css-border-radius" in used(with_body('<p style="border-radius:4px">x</p>'))
    assert not told(with_body('<p style="border-radius:4px">x</p>'))
