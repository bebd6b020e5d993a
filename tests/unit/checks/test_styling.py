"""S03 to S07: clients keep the styles, and pictures arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.checks import Evidence, check
from tests.unit.checks.specimens import (
    HTML,
    PICTURE,
    SITE,
    TEXT,
    findings,
    renditions,
    with_body,
    with_head,
)

MEGABYTE = 1024 * 1024


def test_s03_adds_the_blocks_up() -> None:
    """Two blocks of ten kilobytes are more than sixteen."""
    ten = f"<style>.a{{color:red}}{' ' * 10_000}</style>"
    assert not findings("S03", with_head(ten))
    assert findings("S03", with_head(ten + ten))


def test_s03_does_not_count_what_outlook_reads_or_elements_carry() -> None:
    """A comment and inline styles are no style blocks."""
    assert not findings("S03", with_head(f"<!--[if mso]><style>{' ' * 20_000}</style><![endif]-->"))
    assert not findings("S03", with_body(f'<p style="color:red;{" " * 20_000}">x</p>'))


@pytest.mark.parametrize("sign", ["\x93", "\x85", "\x9f"])
def test_s04_finds_a_wrongly_read_quotation_mark(sign: str) -> None:
    """In the HTML, the text and the subject."""
    assert findings("S04", with_body(f"<p>He said {sign}yes</p>"))
    assert findings("S04", text=TEXT + sign)
    assert findings("S04", subject=f"Hello {sign}")


def test_s04_counts_characters_not_bytes() -> None:
    """In UTF-8 these letters hold bytes of that range, and nbsp lies just behind it."""
    assert not findings("S04", with_body("<p>Ä Ö “quoted” — Ω 山\xa0x</p>"))


@pytest.mark.parametrize(
    "css",
    [
        ".a { color: red",
        ".a { color: red } }",
        '.a { content: "x }',
        "/* open .a { color: red }",
        ".a { color red }",
        "{ color: red }",
    ],
)
def test_s05_finds_what_makes_gmail_drop_a_block(css: str) -> None:
    """Braces, quotes, comments and declarations that do not close or mean nothing."""
    assert findings("S05", with_head(f"<style>{css}</style>"))


@pytest.mark.parametrize(
    "css",
    [
        '.a::before { content: "}{" }',
        '.a { content: "it\\"s"; quotes: "\'" }',
        ".a { background: url(data:image/png;base64,AA{}==) }",
        "@media (max-width:480px) { [data-ogsc] .a > b { color: red !important; } }",
        "@import url(https://example.com/x.css); .a{color:red}",
        ":root { --x: 1px; -webkit-hyphens: none; *zoom: 1 }",
        "/* } */ .a {}",
        "@font-face { font-family: x; src: url('y{.woff') }",
    ],
)
def test_s05_reads_css_as_it_is(css: str) -> None:
    """Strings, addresses and comments may hold anything; hacks and at-rules are CSS."""
    assert not findings("S05", with_head(f"<style>{css}</style>"))


def test_s06_finds_url_in_an_inline_style() -> None:
    """Without the attribute that other clients read."""
    assert findings("S06", with_body('<td style="background:url(x.png)">x</td>'.join(TABLE)))


TABLE = ("<table role='none'><tr>", "</tr></table>")


def test_s06_takes_the_fallback_and_other_places() -> None:
    """A background attribute beside it, a style block, and prose are in order."""
    cell = '<td background="x.png" style="background:url(x.png)">x</td>'
    assert not findings("S06", with_body(cell.join(TABLE)))
    assert not findings("S06", with_head("<style>.a{background:url(x.png)}</style>"))
    assert not findings("S06", with_body("<p>Write url(x) into CSS.</p>"))


def weighed(size: int, html: str = HTML) -> list[str]:
    """The messages of S07 when the mail's picture has that many bytes."""
    made = renditions()
    made = replace(
        made,
        renditions=(replace(made.renditions[0], html=html),),
        pictures=(replace(PICTURE, data=b"x" * size),),
    )
    return [each.message for each in check(made, SITE, Evidence()) if each.rule == "S07"]


def test_s07_weighs_each_picture_and_all() -> None:
    """A heavy one is named; two mebibytes together are told as well."""
    assert weighed(MEGABYTE - 1) == []
    assert len(weighed(MEGABYTE)) == 1
    assert len(weighed(2 * MEGABYTE)) == 2


def test_s07_weighs_what_is_shown() -> None:
    """A file that this variant does not show costs its readers nothing, however big it is."""
    assert weighed(5 * MEGABYTE, HTML.replace("ab" * 32, "cd" * 32)) == []
