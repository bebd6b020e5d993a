"""A04, H02, T01 and E01: what readers, the law and real sending ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.checks import Evidence
from newsletter.errors import Place
from tests.unit.checks.specimens import HTML, SITE, SNIPPET_PLACE, TEXT, UNSUBSCRIBE, findings

ALT = 'alt="Fine channels in skin"'
REAL = Evidence(real_key=True)


@pytest.mark.parametrize("alt", ["", 'alt="channels.png"', 'alt="IMG_2041"', 'alt=" Skin.JPEG "'])
def test_a04_finds_a_missing_alt_and_a_file_name(alt: str) -> None:
    """Both are found, at the snippet the picture comes from."""
    (found,) = findings("A04", HTML.replace(ALT, alt))
    assert found.place == SNIPPET_PLACE


@pytest.mark.parametrize(
    "alt", ['alt=""', 'alt="The window that says Save as portrait.png"', 'alt="Image 3 of 4"']
)
def test_a04_leaves_decoration_and_sentences_alone(alt: str) -> None:
    """Decoration has an empty alt, and a sentence may end with a file's name."""
    assert not findings("A04", HTML.replace(ALT, alt))


def test_h02_wants_a_link_and_an_address_in_both_parts() -> None:
    """Each of the four missing is one finding."""
    assert not findings("H02")
    assert len(findings("H02", "<!DOCTYPE html><p>Hello</p>", "Hello")) == 4


@pytest.mark.parametrize(
    "hide",
    [
        'style="display:none"',
        'style="display: none !important; color:red"',
        'style="font-size:0"',
        'style="visibility:hidden;"',
        "hidden",
    ],
)
def test_h02_does_not_count_what_is_hidden(hide: str) -> None:
    """A link in a hidden block is no way out, though the bytes hold it."""
    html = HTML.replace("<p><a href", f"<p {hide}><a href")
    assert [f.message for f in findings("H02", html)] == [
        "The HTML part shows no unsubscribe link. Keep both in the layout's footer, and the "
        "address in [sender] of newsletter.toml."
    ]


def test_h02_does_not_count_a_link_that_says_nothing() -> None:
    """An empty link can not be pressed."""
    assert findings("H02", HTML.replace(">Unsubscribe<", "><"))


def test_h02_sees_through_mjmls_zero_font_size() -> None:
    """MJML sets the size to 0 on a cell and to the real one inside."""
    html = HTML.replace("<p><a href", '<p style="font-size:0px"><a style="font-size:13px" href')
    assert not findings("H02", html)


def test_h02_does_not_count_what_stands_in_a_comment() -> None:
    """Outlook's own copy of the footer is not everybody's."""
    footer = HTML[HTML.index("<p><a href") : HTML.index("</div>")]
    html = HTML.replace(footer, f"<!--[if mso]>{footer}<![endif]-->")
    assert len(findings("H02", html)) == 2


def test_h02_names_the_setting_when_there_is_no_address_at_all() -> None:
    """Without an address in the settings no layout can show it."""
    site = replace(SITE, sender=replace(SITE.sender, postal_address=" "))
    (found,) = findings("H02", site=site)
    assert found.place == Place("newsletter.toml")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n\t",
        f"{UNSUBSCRIBE.token}",
        "https://example.com/view",
        "Please view this email in your browser: https://example.com/view",
        "Your mail client does not support HTML.",
    ],
)
def test_t01_finds_a_text_part_that_is_none(text: str) -> None:
    """Empty, only addresses, or only a pointer to the HTML."""
    assert findings("T01", text=text)


def test_t01_lets_a_whole_letter_offer_the_browser() -> None:
    """A letter with words of its own may say where else it can be read."""
    assert not findings("T01", text=TEXT + "\nView in your browser: https://example.com/x\n")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://news.example.com",
        "https://localhost:8700",
        "https://news.localhost",
        "https://127.0.0.9",
        "https://[::1]:8700",
        "https://10.0.0.8",
        "nonsense",
        "https://[broken",
    ],
)
def test_e01_blocks_addresses_readers_can_not_use(address: str) -> None:
    """With a real key each of the two addresses must work for readers."""
    good = "https://news.example.com"
    for site in (
        replace(SITE, public_url=address, images_url=good),
        replace(SITE, public_url=good, images_url=address),
    ):
        (found,) = findings("E01", site=site, evidence=REAL)
        assert found.place == Place("newsletter.toml")


def test_e01_is_content_with_public_https() -> None:
    """Two public https addresses pass, on another host too."""
    site = replace(SITE, public_url="https://a.example", images_url="https://cdn.example/m")
    assert not findings("E01", site=site, evidence=REAL)


def test_e01_is_silent_without_a_real_key() -> None:
    """On this machine alone, loopback is right."""
    assert not findings("E01", site=SITE)
