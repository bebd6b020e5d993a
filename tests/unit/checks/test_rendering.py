"""R01 to R08: the bytes came out of the renderer whole."""

from __future__ import annotations

import pytest

from newsletter.model.finding import Severity
from tests.unit.checks.specimens import (
    HTML,
    NONCE,
    SNIPPET_PLACE,
    TEXT,
    findings,
    with_body,
    with_head,
)


@pytest.mark.parametrize("doctype", ["<!DOCTYPE html>", "<!doctype html>", "\n<!DOCTYPE HTML >"])
def test_r01_takes_any_spelling_of_the_doctype(doctype: str) -> None:
    """HTML does not care about the case of the doctype."""
    assert not findings("R01", HTML.replace("<!DOCTYPE html>", doctype))


@pytest.mark.parametrize(
    "html",
    [
        HTML.replace("<!DOCTYPE html>\n", ""),
        "<p>x</p>" + HTML,
        HTML.replace(
            "<!DOCTYPE html>", '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">'
        ),
    ],
)
def test_r01_wants_it_first_and_bare(html: str) -> None:
    """A doctype somewhere inside, or of an older HTML, does not give standards mode."""
    assert findings("R01", html)


@pytest.mark.parametrize(
    "value", [r"heart ❤\u{fe0f}", r"one\ntwo", r"a \"quoted\" word", r"x\u{AD}y", "ends in \\"]
)
def test_r02_finds_debug_escapes(value: str) -> None:
    """What Rust's debug escaping leaves in an attribute is found."""
    assert findings("R02", with_body(f'<img src="x" width="9" alt="{value}">'))


def test_r02_looks_into_what_only_outlook_reads() -> None:
    """Attributes in a conditional comment are attributes too."""
    box = '<!--[if mso]><v:rect alt="a\\nb"></v:rect><![endif]-->'
    assert findings("R02", with_body(box))


def test_r02_leaves_an_authored_backslash_alone() -> None:
    """An author's own `C:\\new` looks like an escape and is none."""
    alt = r"The folder C:\new"
    assert not findings("R02", HTML.replace("Fine channels in skin", alt), alt=alt)


def test_r02_leaves_words_alone() -> None:
    """The rule is about attributes: text may speak of `\\n`."""
    assert not findings("R02", with_body(r"<p>Write \n for a new line, \u{fe0f} for a heart.</p>"))


@pytest.mark.parametrize(
    "left",
    [
        "<p>Hello {{ subscriber.first_name }}</p>",
        "<p>Hello {{ subscriber.first_name</p>",
        "<p>{% if x %}</p>",
        "<p>{%- endif %}</p>",
        "<p>&lt;%= name %&gt;</p>",
        '<a href="https://example.com/%7B%7Burl%7D%7D">x</a>',
        '<a href="https://example.com/{{%20url%20}}">x</a>',
        "<!--[if mso]><td>{{ x }}</td><![endif]-->",
        "<!-- c -->{{ x }}",
        f"<p>nl{NONCE}99x</p>",
    ],
)
def test_r03_finds_what_is_unresolved(left: str) -> None:
    """Template syntax and unknown merge tags are found wherever a reader would meet them."""
    assert findings("R03", with_body(left))


def test_r03_reads_subject_and_text_too() -> None:
    """A subject with braces goes to as many readers as a body with them."""
    assert findings("R03", subject="Hello {{ name }}")
    assert findings("R03", text=TEXT + "{{ name }}")


@pytest.mark.parametrize(
    "fine",
    [
        "<p>A set {a, b} and {a: {b: 1}}; 5 {% of} them; less than &lt;% 5</p>",
        "<p>In an address, %7B%7B stands for two braces.</p>",
        '<a href="https://example.com/?q=%7B%22a%22:1%7D">x</a>',
        "<style>@media print{@supports (x:y){.a{color:red}}}</style>",
    ],
)
def test_r03_leaves_braces_that_mean_themselves(fine: str) -> None:
    """CSS, JSON in a query and braces in prose are not templates."""
    assert not findings("R03", with_body(fine))


@pytest.mark.parametrize(
    "broken",
    [
        "<!--[if mso]><p>x</p>",
        "<p>x</p><![endif]-->",
        "<!--[if mso]><!--[if gte mso 9]>x<![endif]--><![endif]-->",
        "<!--[if mso]><!-- a note --><td>x</td><![endif]-->",
        "<!--[if !mso]><!--><p>x</p>",
    ],
)
def test_r04_finds_comments_that_do_not_close(broken: str) -> None:
    """Unbalanced ones are found, and one that ends early though the count is right."""
    assert findings("R04", with_body(broken))


@pytest.mark.parametrize(
    "fine",
    [
        "<!--[if !mso]><!--><p>x</p><!--<![endif]-->",
        "<!--[if !mso]><!-- --><p>x</p><!-- a note --><!--<![endif]-->",
        "<!-- [if] is a word here -->",
    ],
)
def test_r04_knows_both_kinds(fine: str) -> None:
    """A revealed conditional comment may hold comments of its own."""
    assert not findings("R04", with_body(fine))


@pytest.mark.parametrize(
    "left",
    ["<mj-text>x</mj-text>", "<tipp>x</tipp>", "<!--[if mso]><mj-raw>x</mj-raw><![endif]-->"],
)
def test_r05_finds_tags_no_client_knows(left: str) -> None:
    """MJML that was not compiled and invented tags are found."""
    assert findings("R05", with_body(left))


def test_r05_leaves_words_classes_and_outlook_alone() -> None:
    """`mj-` in a class or in prose is no tag, and Outlook's own tags are known."""
    fine = '<div class="mj-text">Use &lt;mj-text&gt;.</div><o:p></o:p><section>x</section>'
    assert not findings("R05", with_body(fine))


@pytest.mark.parametrize(
    "style",
    [
        "<style>@media (max-width:480px) { .a { width:100%; } }</style>",
        '<style media="screen and (min-width:480px)">.a { width:50% }</style>',
        "<style>@media (prefers-color-scheme:dark){.a{color:#fff}.b{color:#eee}}</style>",
    ],
)
def test_r06_warns_of_a_stripped_block(style: str) -> None:
    """A block that can not win over inlined styles is found, as a warning."""
    (found,) = findings("R06", with_head(style))
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    "style",
    [
        "<style>@media (min-width:480px) { .a { width:50% !important; max-width:50%; } }</style>",
        "<style>@media all{:root{color-scheme:light dark}@font-face{font-family:x;src:y}}</style>",
        "<style>.a{color:red}/* @media x { .a { color:red } } */</style>",
        "<style>@media print { }</style>",
    ],
)
def test_r06_does_not_ask_for_what_is_not_needed(style: str) -> None:
    """One kept declaration is proof; fonts, `:root` and comments need none."""
    assert not findings("R06", with_head(style))


@pytest.mark.parametrize("width", ['width="100%"', 'width="300px"', "", 'width="601"'])
def test_r07_warns_of_widths_outlook_gets_wrong(width: str) -> None:
    """Not a number, none at all, or wider than the mail; the snippet's file is named."""
    (found,) = findings("R07", HTML.replace('width="300"', width))
    assert found.severity is Severity.WARNING
    assert found.place == SNIPPET_PLACE


def test_r07_measures_the_column_not_the_mail() -> None:
    """400 px fit in the mail but not in half of it."""
    column = '<div class="mj-column-per-50">{}</div>'
    image = '<img src="x" alt="" width="{}">'
    mail = '<div style="max-width:600px">' + column.format(image) + "</div>"
    assert findings("R07", with_body(mail.format(400)))
    assert not findings("R07", with_body(mail.format(300)))


@pytest.mark.parametrize(
    "active",
    [
        "<script>1</script>",
        "<form></form>",
        "<iframe></iframe>",
        '<p onclick="x()">x</p>',
        '<a href="javascript:x()">x</a>',
        '<a href=" java&#10;script:x()">x</a>',
    ],
)
def test_r08_finds_what_acts(active: str) -> None:
    """Scripts, forms, frames, handlers and script addresses are found, disguised or not."""
    assert findings("R08", with_body(active))


def test_r08_lets_people_talk_about_scripts() -> None:
    """Words are not deeds."""
    fine = '<p>javascript: and onclick= are words.</p><img src="x" width="1" alt="javascript:">'
    assert not findings("R08", with_body(fine))
