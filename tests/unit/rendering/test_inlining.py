"""`inline_css`: each test fails without the guard it is about."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import css_inline
import pytest
from lxml import html as lxml_html

from newsletter.errors import RenderError
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.mjml import compile_mjml


def page(body: str, css: str = "", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}<style>{css}</style></head><body>{body}</body></html>"


class Visits(ThreadingHTTPServer):
    """A server on loopback that only notes what was asked of it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Note)
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Note(BaseHTTPRequestHandler):
    server: Visits

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(200)
        self.send_header("content-type", "text/css")
        self.end_headers()
        self.wfile.write(b".a { color: red }")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def visits() -> Iterator[Visits]:
    with Visits() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_rules_become_styles() -> None:
    """A rule is copied into what it matches, and its block stays."""
    html = inline_css(page('<p class="a">x</p>', ".a { color: red }"))
    assert '<p class="a" style="color:red">x</p>' in html
    assert "<style>.a { color: red }</style>" in html


@pytest.mark.parametrize("doctype", ["<!doctype html>", "<!DOCTYPE html>", "\n<!Doctype HTML >"])
def test_the_doctype_stays(doctype: str) -> None:
    """However it is written, the page is not thrown into quirks mode."""
    assert inline_css(f"{doctype}<html><body><p>x</p></body></html>").startswith("<!DOCTYPE html>")


def test_important_stays() -> None:
    """MJML's breakpoints live by !important."""
    css = "@media only screen and (min-width: 480px) { .a { width: 50% !important } }"
    html = inline_css(page('<p class="a">x</p>', css + ".b { color: red !important }"))
    assert css in html
    assert ".b { color: red !important }" in html


def test_classes_stay() -> None:
    """Phones need the column classes."""
    assert '<p class="mj-column-per-50">' in inline_css(page('<p class="mj-column-per-50">x</p>'))


@pytest.mark.parametrize(
    "css",
    [
        '@font-face { font-family: "A"; src: url(https://x.test/a.woff2) }',
        "@supports (display: grid) { .a { color: red } }",
        "[data-ogsc] .a { color: red }",
        ":root { color-scheme: light dark }",
        ".a:hover { color: red }",
    ],
)
def test_rules_that_can_not_be_copied_stay(css: str) -> None:
    """What no style attribute can say is kept in its block."""
    assert f"<style>{css}</style>" in inline_css(page("<p>x</p>", css))


def test_nothing_is_fetched(visits: Visits) -> None:
    """Neither a linked style sheet, nor an imported one, nor a web font is asked for."""
    css = f"@import url({visits.url}/a.css); @import '{visits.url}/b.css'; .b {{ color: blue }}"
    link = f'<link rel="stylesheet" href="{visits.url}/c.css">'
    html = inline_css(page('<p class="a b">x</p>', css, link))
    font = f'<mj-head><mj-font name="Inter" href="{visits.url}/d.css"/></mj-head>'
    inline_css(
        compile_mjml(
            f"<mjml>{font}<mj-body><mj-section><mj-column>"
            '<mj-text font-family="Inter">x</mj-text></mj-column></mj-section></mj-body></mjml>'
        )
    )
    assert visits.paths == []
    assert 'style="color:blue"' in html
    assert css in html


def test_a_width_in_numbers_stays() -> None:
    """Outlook needs `width="300"`; CSS that says 100% does not write over it."""
    html = inline_css(
        page('<img width="300" src="a.png" alt="">', "img { width: 100%; height: auto }")
    )
    (image,) = lxml_html.document_fromstring(html).iter("img")
    assert image.get("width") == "300"
    assert image.get("height") is None


def test_table_attributes_stay() -> None:
    """align, valign and bgcolor are not made up from CSS."""
    css = "td { text-align: left; vertical-align: top; background-color: #fff }"
    html = inline_css(page('<table><tr><td align="center" bgcolor="#000">x</td></tr></table>', css))
    (cell,) = lxml_html.document_fromstring(html).iter("td")
    assert (cell.get("align"), cell.get("valign"), cell.get("bgcolor")) == ("center", None, "#000")


def test_a_floating_picture_gets_no_align() -> None:
    """CSS float is no align attribute, which would wrap text in other clients."""
    html = inline_css(page('<img class="a" src="a.png" alt="">', ".a { float: left }"))
    assert "align=" not in html


def test_unset_values_stay() -> None:
    """`unset` says something, against a rule that is less specific: it is kept."""
    html = inline_css(page('<a class="a">x</a>', "a { color: red } .a { color: unset }"))
    assert '<a class="a" style="color:unset">' in html


def test_unknown_properties_stay() -> None:
    """Outlook's own properties are no mistakes."""
    css = ".a { mso-line-height-rule: exactly; -webkit-text-size-adjust: 100% }"
    html = inline_css(page('<p class="a">x</p>', css))
    assert "mso-line-height-rule:exactly" in html.split("<body>")[1]


def test_a_block_may_be_left_alone() -> None:
    """data-premailer="ignore" keeps a block out of the copies, and the mark goes."""
    block = '<style data-premailer="ignore">.a { color: red }</style>'
    print_block = '<style media="print" data-premailer="ignore">.a { color: blue }</style>'
    html = inline_css(page('<p class="a">x</p>', head=block + print_block))
    assert "<style>.a { color: red }</style>" in html
    assert '<style media="print">.a { color: blue }</style>' in html
    assert '<p class="a">x</p>' in html
    assert "data-premailer" not in html


def test_merge_tags_survive() -> None:
    """A token is alphanumeric, so no place it stands in changes it."""
    token = "nlx7f3a01x"
    body = f'<a href="{token}" title="{token}">{token}</a><a href="https://x.test/?a={token}&amp;b=1">y</a>'
    html = inline_css(page(body, ".x { color: red }"))
    assert html.count(token) == 4
    assert f'href="https://x.test/?a={token}&amp;b=1"' in html


def test_conditions_for_outlook_pass_unchanged() -> None:
    """Conditional comments come out as they went in, with the CSS in them."""
    hidden = '<!--[if mso | IE]><table><tr><td style="width:600px;"><![endif]-->'
    shown = "<!--[if !mso]><!--><p>y</p><!--<![endif]-->"
    html = inline_css(page(f"{hidden}{shown}", "p { } td { color: red }"))
    assert hidden in html
    assert shown in html


def test_an_empty_document_is_told() -> None:
    """No HTML at all is a RenderError, as is whatever else premailer stops at."""
    with pytest.raises(RenderError, match="could not be copied"):
        inline_css("")


def test_a_second_opinion_agrees() -> None:
    """Another inliner, with another parser, gives the same elements the same declarations."""
    css = "p { color: #123456; margin: 0 } .a { color: red } td.b p { padding: 1px 2px }"
    body = (
        '<p class="a">x</p><table><tr><td class="b"><p style="margin: 3px">y</p></td></tr></table>'
    )
    ours, theirs = (
        [_declarations(p) for p in lxml_html.document_fromstring(html).iter("p")]
        for html in (inline_css(page(body, css)), css_inline.inline(page(body, css)))
    )
    assert ours == theirs


def _declarations(element: lxml_html.HtmlElement) -> dict[str, str]:
    pairs = (pair.split(":") for pair in str(element.get("style")).split(";") if pair.strip())
    return {name.strip(): value.strip() for name, value in pairs}


def test_the_compilers_resets_are_not_copied() -> None:
    """MRML's reset block stays a block: no cell repeats `mso-table-lspace`."""
    compiled = compile_mjml(
        "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section>"
        "</mj-body></mjml>"
    )
    inlined = inline_css(compiled)
    assert inlined.count("mso-table-lspace") == compiled.count("mso-table-lspace") == 1
    assert "data-premailer" not in inlined
    assert inline_css(inlined) == inlined


def test_a_star_before_a_class_is_inlined_as_the_class_is() -> None:
    """`*.one` means what `.one` means."""
    html = "<!DOCTYPE html><html><head><style>*.one { color: red; }</style></head><body>"
    assert 'style="color:red"' in inline_css(f'{html}<p class="one">x</p></body></html>')
