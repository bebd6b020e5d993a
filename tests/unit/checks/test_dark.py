"""A09, D01, D02: text and logo in light, in the dark, and where clients invert."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from newsletter.checks import Evidence, check
from newsletter.checks.css.colours import BLACK, WHITE, Colour
from newsletter.checks.inverting import from_lab, fully, partially, to_lab
from newsletter.checks.logos import ink_of
from newsletter.model.finding import Finding
from newsletter.model.rendition import PictureFile
from newsletter.model.site import Theme
from tests.unit.checks.specimens import (
    HTML,
    RENDITION,
    SITE,
    findings,
    renditions,
    with_body,
    with_head,
)

DARK = "<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){%s}</style>"
META = '<meta name="color-scheme" content="light dark">'


def told(html: str) -> str:
    """All that A09 says."""
    return "\n".join(found.message for found in findings("A09", html))


def test_a09_takes_text_that_can_be_read_in_every_mode() -> None:
    """Black on white stays readable whichever way it is turned round."""
    assert not findings("A09", HTML)


def test_a09_names_text_colours_and_what_is_needed() -> None:
    """The words, the ratio, both colours."""
    said = told(with_body('<p style="color:#999999">Faint words</p>'))
    assert '"Faint words" has a contrast of 2.85:1 in light (#999999 on #ffffff)' in said
    assert "it needs 4.5:1" in said


def test_a09_asks_less_of_large_text() -> None:
    """24 px, or 18.67 px in bold, need 3:1 (WCAG 2.2)."""
    style = "color:#8a8a8a;font-size:{}px;font-weight:{}"
    large = f'<p style="{style.format(24, 400)}">Large</p>'
    bold = f'<p style="{style.format(19, 700)}">Large</p>'
    small = f'<p style="{style.format(18, 700)}">Large</p>'
    assert "in light" not in told(with_body(large))
    assert "in light" not in told(with_body(bold))
    assert "in light" in told(with_body(small))


def test_a09_reads_inherited_colours_not_only_those_on_the_element() -> None:
    """A check of single style attributes would find a colour without a ground."""
    faint = '<table bgcolor="#777777"><tr><td style="color:#888888"><b>Words</b></td></tr></table>'
    assert '"Words"' in told(with_body(faint))


def test_a09_leaves_hidden_text_and_text_on_pictures_alone() -> None:
    """Nobody reads the preheader; and what a picture shows can not be computed."""
    hidden = '<div style="display:none;color:#fefefe">Hidden</div>'
    pictured = '<div style="background:#ffffff url(x.png);color:#ffffff">On a picture</div>'
    assert not told(with_body(hidden + pictured))


def test_a09_looks_at_the_dark_colours_the_mail_declares() -> None:
    """Readable in light and faint in dark is faint."""
    css = DARK % ".pale{background:#222222!important}"
    said = told(
        with_head(css).replace("</body>", '<p class="pale" style="color:#333333">Dim</p></body>')
    )
    assert '"Dim" has a contrast of' in said
    assert "in its own dark colours (#333333 on #222222)" in said
    assert "in light" not in said


def test_a09_finds_what_only_inversion_breaks() -> None:
    """A light word on a mid ground is fine in light; darkened grounds leave it as it is."""
    html = with_body('<p style="color:#555555;background:#cdcdcd">Turned</p>')
    said = told(html)
    assert "in light" not in said
    assert "where a client" in said


def test_full_inversion_is_roosterjs() -> None:
    """White becomes the darkest ground it has, #333333; black becomes white."""
    assert fully(BLACK, WHITE) == (WHITE, Colour(51, 51, 51))


def test_partial_inversion_leaves_dark_grounds_alone() -> None:
    """Chromium's thresholds: grounds over 205 of 255, text under 150."""
    assert partially(BLACK, WHITE) == (WHITE, Colour(27, 27, 27))
    light_on_dark = Colour(240, 240, 240), Colour(34, 34, 34)
    assert partially(*light_on_dark) == light_on_dark


@pytest.mark.parametrize("channels", [(0, 0, 0), (255, 255, 255), (138, 63, 77), (0, 128, 255)])
def test_a_colour_survives_lab_and_back(channels: tuple[int, int, int]) -> None:
    """The conversion loses nothing that can be seen."""
    assert from_lab(to_lab(Colour(*channels))) == Colour(*channels)


def undeclared(addition: str = "") -> str:
    """The faultless mail without its own declarations of the dark, and with others."""
    bare = re.sub(r'<meta name="color-scheme"[^>]*>|:root *\{[^}]*\}', "", HTML)
    return bare.replace("</head>", f"{addition}</head>")


def test_d01_wants_both_the_meta_and_the_css() -> None:
    """One without the other is named."""
    css = DARK % ""
    assert not findings("D01", undeclared(META + css))
    assert [one.message[:7] for one in findings("D01", undeclared(META))] == ["The CSS"]
    assert [one.message[:8] for one in findings("D01", undeclared(css))] == ["No <meta"]
    assert len(findings("D01", undeclared())) == 2


def test_d01_is_not_content_with_the_words() -> None:
    """`only light`, or a rule for another element, declares nothing."""
    light = META.replace("light dark", "only light") + "<style>p{color-scheme:dark}</style>"
    assert len(findings("D01", undeclared(light))) == 2


def drawing(ink: str, ground: str = "", rim: str = "") -> bytes:
    """A logo: a bar, on a clear or a coloured ground, perhaps with a rim."""
    picture = Image.new("RGBA", (80, 40), ground or (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, 70, 30), fill=ink, outline=rim or None, width=6)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def logo_findings(data: bytes, html: str = "") -> list[Finding]:
    """What D02 says of a mail whose logo has these bytes."""
    file = PictureFile("logo.png", "cd" * 32, "png", 80, 40, data)
    image = f'<img src="https://news.example.com/media/{file.filename}" width="80" alt="Lumen">'
    site = replace(SITE, theme=Theme(logo="logo.png"))
    rendition = replace(RENDITION, html=(html or HTML).replace("</body>", f"{image}</body>"))
    whole = replace(renditions(rendition), pictures=(file,))
    return [found for found in check(whole, site, Evidence()) if found.rule == "D02"]


def test_d02_finds_a_dark_logo_on_a_darkened_ground() -> None:
    """The ground of a see-through logo is the client's, and clients darken it."""
    found = logo_findings(drawing("#2b2523"))
    assert {message.message.split("%")[0] for message in found} == {"Of the logo logo.png, 0"}


@pytest.mark.parametrize(
    "data",
    [drawing("#2b2523", ground="#ffffff"), drawing("#2b2523", rim="#ffffff"), drawing("#c9a0a8")],
    ids=["own ground", "light rim", "light ink"],
)
def test_d02_takes_a_logo_that_can_be_made_out(data: bytes) -> None:
    """A dark picture is no fault when it brings its ground, or a rim that draws it."""
    assert not logo_findings(data)


def test_d02_does_not_ask_whether_there_are_two_logos_but_which_is_shown() -> None:
    """A dark logo that the dark mode hides is no fault there; clients that invert still show it."""
    html = with_head(DARK % 'img[alt="Lumen"]{display:none!important}')
    messages = [found.message for found in logo_findings(drawing("#2b2523"), html)]
    assert not [message for message in messages if "own dark colours" in message]
    assert messages


def test_a_file_that_is_no_picture_is_left_to_other_rules() -> None:
    """It can not be judged by its pixels."""
    assert ink_of(b"no picture").own_ground
