"""Style blocks, selectors, media queries and colours as a client would understand them."""

from __future__ import annotations

import pytest
from PIL import ImageColor

from newsletter.checks.css.cascade import Cascade, Look
from newsletter.checks.css.colours import BLACK, WHITE, Colour, contrast, parse_colour
from newsletter.checks.css.media import Screen, holds
from newsletter.checks.css.selecting import Finder
from newsletter.checks.css.syntax import Declaration, parse_declarations, parse_sheet
from newsletter.checks.document import Document


def look(html: str, screen: Screen | None = None, tag: str = "p") -> Look:
    """How the first element of that tag ends up."""
    document = Document(html)
    return Cascade(document).looks(screen or Screen())[document.named(tag)[0]]


def test_strings_urls_and_comments_hide_what_stands_in_them() -> None:
    """A semicolon in a data address ends nothing; a brace in a comment opens nothing."""
    css = "/* a { */ p { background: url(data:image/png;base64,A=); content: ';}' } b{color:red}"
    sheet = parse_sheet(css)
    assert [rule.selectors for rule in sheet.rules] == [("p",), ("b",)]
    assert [each.name for each in sheet.rules[0].declarations] == ["background", "content"]


def test_rules_keep_the_conditions_around_them() -> None:
    """Nested at-rules stand outermost first, and the rule behind them stands free."""
    css = "@media screen{@supports (x:y){p{color:red}}}b{color:blue}"
    first, second = parse_sheet(css).rules
    assert first.conditions == ("@media screen", "@supports (x:y)")
    assert second.conditions == ()


@pytest.mark.parametrize(
    "css", ["p{color:red", "p{color:red;}}", "<!-- p{color:red} -->", "p{;;color:red}"]
)
def test_broken_css_is_read_as_browsers_do(css: str) -> None:
    """What is open at the end is closed there; what is too much is passed over."""
    assert parse_sheet(css).rules[0].declarations == (Declaration("color", "red"),)


def test_important_is_no_part_of_the_value() -> None:
    """However it is spaced and spelt."""
    assert parse_declarations("color:red!important;margin: 0 ! IMPORTANT") == (
        Declaration("color", "red", important=True),
        Declaration("margin", "0", important=True),
    )


SELECTED = """<html><body><div id="top" class="a b"><p class="x">1</p><p>2</p>
<table><tr><td><a href="#">3</a></td></tr></table></div><p lang="de">4</p></body></html>"""


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("p", ["1", "2", "4"]),
        (".a.b > p", ["1", "2"]),
        ("#top p.x + p", ["2"]),
        ("div ~ p", ["4"]),
        ("p:first-child", ["1"]),
        ("p:nth-child(2)", ["2", "4"]),
        ("p:not(.x)", ["2", "4"]),
        ("[lang|=de]", ["4"]),
        ("[data-ogsc] p", []),
        ("a:hover", []),
        ("a:link", ["3"]),
        ("p::before", []),
        ("p:::", []),
        (".a table a", ["3"]),
        (".c p", []),
    ],
)
def test_a_selector_means_the_elements_it_means_in_a_browser(
    selector: str, texts: list[str]
) -> None:
    """Combinators, positions, attributes; nothing that needs a pointer, no pseudo-element."""
    found = Finder(Document(SELECTED).elements).find(selector)
    assert [element.text_content().strip() for element in found] == texts


@pytest.mark.parametrize(
    ("query", "screen", "applies"),
    [
        ("@media (max-width: 480px)", Screen(width=390), True),
        ("@media (max-width: 480px)", Screen(width=481), False),
        ("@media only screen and (min-width:480px)", Screen(), True),
        ("@media print", Screen(), False),
        ("@media not print", Screen(), True),
        ("@media print, (max-width: 900px)", Screen(), True),
        ("@media (prefers-color-scheme: dark)", Screen(), False),
        ("@media (prefers-color-scheme: dark)", Screen(dark=True), True),
        ("@media (400px < width)", Screen(), False),
        ("@media (width > 400px)", Screen(), True),
        ("@media (pointer: coarse)", Screen(), False),
    ],
)
def test_media_queries_are_answered(query: str, screen: Screen, applies: bool) -> None:
    """What is not known does not apply."""
    assert holds((query,), screen) is applies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#fff", WHITE),
        ("Black", BLACK),
        ("rgb(138, 63, 77)", Colour(138, 63, 77)),
        ("rgb(138 63 77 / 50%)", Colour(138, 63, 77, 0.5)),
        ("hsl(0, 100%, 50%)", Colour(255, 0, 0)),
        ("#00000080", Colour(0, 0, 0, 128 / 255)),
        ("currentcolor", None),
        ("var(--ink)", None),
    ],
)
def test_colours_are_read_in_every_notation(text: str, expected: Colour | None) -> None:
    """Those that depend on something else are none."""
    assert parse_colour(text) == expected


def test_a_name_that_pillow_has_used_is_read_as_well() -> None:
    """Pillow writes what it found of a name into its own table, which is ours, too."""
    ImageColor.getrgb("rebeccapurple")
    assert parse_colour("rebeccapurple") == Colour(0x66, 0x33, 0x99)


def test_contrast_is_wcags() -> None:
    """Black on white is 21; the grey that WCAG's own examples call just enough is 4.54."""
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(Colour(0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.005)


def test_the_stronger_rule_wins_whatever_its_place() -> None:
    """Specificity beats order; a style attribute beats both; `!important` beats all."""
    block = "<style>.a{color:#010101}p{color:#020202}</style>"
    assert look(f'{block}<p class="a">x</p>').colour.hex == "#010101"
    assert look(f'{block}<p class="a" style="color:#030303">x</p>').colour.hex == "#030303"
    marked = block.replace("#020202", "#020202!important")
    assert look(f'{marked}<p class="a" style="color:#030303">x</p>').colour.hex == "#020202"


def test_backgrounds_show_through_until_one_is_opaque() -> None:
    """A half-clear ground is mixed with what lies below it."""
    html = '<body bgcolor="#000000"><div style="background:rgba(255,255,255,.5)"><p>x</p></div>'
    assert look(html).ground == Colour(128, 128, 128)


def test_a_picture_behind_text_is_known_to_be_one() -> None:
    """Until an opaque colour covers it."""
    pictured = '<div style="background:#fff url(x.png)"><p>x</p></div>'
    assert look(pictured).on_picture
    assert not look(pictured.replace("<p>", '<p style="background:#fff">')).on_picture


def test_hidden_is_hidden_in_its_own_way() -> None:
    """`display` and `opacity` hide all inside; `visibility` can be taken back."""
    assert not look('<div style="display:none"><p style="display:block">x</p></div>').shown
    assert not look('<div style="opacity:0"><p style="opacity:1">x</p></div>').visible
    assert look('<div style="visibility:hidden"><p style="visibility:visible">x</p></div>').visible


def test_dark_rules_count_in_the_dark_alone() -> None:
    """And a mail that declares dark begins on a dark canvas."""
    html = """<html><head><style>:root{color-scheme:light dark}
    @media (prefers-color-scheme: dark){p{color:#eeeeee!important}}</style></head>
    <body><p style="color:#111111">x</p></body></html>"""
    assert look(html).colour.hex == "#111111"
    dark = look(html, Screen(dark=True))
    assert (dark.colour.hex, dark.ground.hex) == ("#eeeeee", "#121212")
