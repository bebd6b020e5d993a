"""A01 to A03, A08, A11: the frame around the words."""

from __future__ import annotations

import pytest

from tests.unit.checks.specimens import HTML, findings, with_body, with_head

WRAPPER = '<div lang="en" dir="ltr" style'


@pytest.mark.parametrize("lang", ["", ' lang=""', ' lang="und"', ' lang="english please"'])
def test_a01_wants_a_language_on_html(lang: str) -> None:
    """None, an empty one, `und` and words are no language."""
    assert findings("A01", HTML.replace('<html lang="en">', f"<html{lang}>"))


def test_a01_wants_it_around_the_words_too() -> None:
    """Gmail drops html and body, so the body's own attribute does not arrive."""
    html = HTML.replace(WRAPPER, "<div style").replace("<body>", '<body lang="en">')
    assert len(findings("A01", html)) == 1
    assert findings("A01", with_body("<p>Words outside.</p>"))


@pytest.mark.parametrize(
    "body",
    [
        '<div lang="de-AT"><p>Servus</p></div>',
        '<div style="display:none">unseen</div>',
        "<div>  \n </div><!-- words -->",
    ],
)
def test_a01_takes_any_language_and_leaves_what_nobody_hears(body: str) -> None:
    """Another language, hidden filling and blanks are in order."""
    assert not findings("A01", with_body(body))


def test_a02_wants_a_direction_around_the_words() -> None:
    """`dir` on body alone is found; `rtl` and `auto` are directions."""
    assert not findings("A02")
    bare = HTML.replace(WRAPPER, '<div lang="en" style')
    assert findings("A02", bare.replace("<body>", '<body dir="ltr">'))
    assert findings("A02", HTML.replace('dir="ltr"', 'dir="left"'))
    assert not findings("A02", HTML.replace('dir="ltr"', 'dir="RTL"'))


@pytest.mark.parametrize("role", ["", ' role="grid"'])
def test_a03_wants_layout_tables_to_be_silent(role: str) -> None:
    """No role, or one that promises data."""
    assert findings("A03", with_body(f"<table{role}><tr><td>x</td></tr></table>"))


@pytest.mark.parametrize(
    "table",
    [
        '<table role="presentation"><tr><td>x</td></tr></table>',
        '<table role="none presentation"><tr><td>x</td></tr></table>',
        "<table><tr><th>Day</th></tr><tr><td>One</td></tr></table>",
        "<table><caption>Days</caption><tr><td>One</td></tr></table>",
        "<!--[if mso]><table><tr><td>x</td></tr></table><![endif]-->",
    ],
)
def test_a03_leaves_data_its_meaning(table: str) -> None:
    """A table with heads or a caption holds data; Outlook's own is in a comment."""
    assert not findings("A03", with_body(f'<div lang="en" dir="ltr">{table}</div>'))


def test_a03_is_not_misled_by_a_table_inside() -> None:
    """The heads of an inner table do not make data of the outer one."""
    inner = "<table><tr><th>Day</th></tr></table>"
    assert len(findings("A03", with_body(f"<table><tr><td>{inner}</td></tr></table>"))) == 1


@pytest.mark.parametrize("title", ["", "<title></title>", "<title> \n </title>"])
def test_a08_wants_a_title(title: str) -> None:
    """None or an empty one; the title of a drawing is not the document's."""
    assert findings("A08", HTML.replace("<title>Hello</title>", title))
    drawing = "<svg><title>A drop</title></svg>"
    html = HTML.replace("<title>Hello</title>", title).replace("</body>", f"{drawing}</body>")
    assert findings("A08", html)


def test_a08_takes_a_readers_name_for_a_title() -> None:
    """A merge tag is text by the time it is read."""
    assert not findings("A08", HTML.replace("<title>Hello", "<title>nl7f3a011x"))


@pytest.mark.parametrize(
    "content",
    ["width=device-width,user-scalable=no", "user-scalable = 0", "maximum-scale=1.0"],
)
def test_a11_finds_a_lock(content: str) -> None:
    """Every way to forbid zooming."""
    assert findings("A11", with_head(f'<meta name="viewport" content="{content}">'))


def test_a11_finds_a_doubled_id_once() -> None:
    """Three times the same is one thing to mend."""
    twice = '<p id="a">x</p><p id="a">y</p><p id="a">z</p>'
    assert len(findings("A11", with_body(twice))) == 1


def test_a11_leaves_generous_limits_and_single_ids_alone() -> None:
    """A limit of five enlarges enough; no id is not the same id."""
    fine = '<meta name="viewport" content="width=device-width, maximum-scale=5, user-scalable=yes">'
    assert not findings("A11", with_head(fine))
    assert not findings("A11", with_body('<p id="">x</p><p id="">y</p><p id="a">z</p>'))
