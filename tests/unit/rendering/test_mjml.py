"""`compile_mjml`: each test fails without the guard it is about."""

from __future__ import annotations

import re

import pytest
from lxml import html as lxml_html

from newsletter.errors import Place, TemplateError
from newsletter.rendering.mjml import compile_mjml


def document(body: str = "<mj-text>Hello</mj-text>", head: str = "", root: str = "") -> str:
    return (
        f"<mjml{root}><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>"
        f"{body}</mj-column></mj-section></mj-body></mjml>"
    )


def parsed(source: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(compile_mjml(source))


def image_widths(source: str) -> list[str]:
    return [str(image.get("width")) for image in parsed(source).iter("img")]


@pytest.mark.parametrize(
    "value",
    [
        "❤️",  # variation selector
        "👩‍⚕️",  # zero width joiner
        "12\u00a0mm",  # no-break space
        "micro\u00adneedling",  # soft hyphen
        "e\u0301te\u0301",  # combining accents
        "नमस्ते",
        "สวัสดี",
        "שלום \u200frtl",
        r"C:\new\u{fe0f}",
        'she said "yes"',
        "it's",
        "a < b & c > d",
        "\ue000 private use",
        "𝒜 beyond the first plane",
    ],
)
def test_an_attribute_survives(value: str) -> None:
    """MRML's debug escapes never reach the HTML, whatever an attribute says."""
    written = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    tree = parsed(
        document(
            f'<mj-image src="a.png" alt="{written}" />'
            f'<mj-text><a href="https://x.test/" title="{written}">go</a></mj-text>',
            head=f"<mj-title>{written}</mj-title>",
        )
    )
    assert tree.xpath("//img/@alt") == [value]
    assert tree.xpath("//a/@title") == [value]
    assert tree.findtext(".//title") == value
    assert tree.xpath("//div[@role='article']/@aria-label") == [value]


def test_a_single_quoted_attribute_may_hold_double_quotes() -> None:
    """A double quote between single quotes does not come out with a backslash."""
    assert parsed(document("<mj-image src='a.png' alt='\"so\"' />")).xpath("//img/@alt") == ['"so"']


def test_a_style_over_several_lines_stays_a_style() -> None:
    """Line ends in an attribute become blanks, not a literal \\n."""
    html = compile_mjml(document('<mj-text><b style="color: red;\n\t margin: 0">x</b></mj-text>'))
    assert '<b style="color: red; margin: 0">' in html


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines_of_other_systems_change_nothing(newline: str) -> None:
    """The same document with CRLF or CR gives the same bytes."""
    source = document("<mj-text>\n<p>one\ntwo</p>\n<p\nclass='x'>three</p></mj-text>")
    assert compile_mjml("\ufeff" + source.replace("\n", newline)) == compile_mjml(source)


@pytest.mark.parametrize("tag", ["mj-section", "mj-column", "mj-image"])
def test_a_zero_without_unit_counts_in_widths(tag: str) -> None:
    """`padding="0 20px"` takes 40 pixels from the picture, as `0px 20px` does."""

    def source(padding: str) -> str:
        around = dict.fromkeys(("mj-section", "mj-column", "mj-image"), "")
        around[tag] = f' padding="{padding}"'
        return (
            f"<mjml><mj-body><mj-section{around['mj-section']}><mj-column{around['mj-column']}>"
            f'<mj-image src="a.png"{around["mj-image"]}/></mj-column></mj-section></mj-body></mjml>'
        )

    assert image_widths(source("0 20px")) == image_widths(source("0px 20px"))
    assert image_widths(source("0 20px")) != image_widths(source("0px 0px"))


def test_a_zero_without_unit_counts_in_defaults() -> None:
    """`mj-attributes` is mended as well."""
    head = '<mj-attributes><mj-image padding="0 20px" /></mj-attributes>'
    assert image_widths(document('<mj-image src="a.png"/>', head)) == ["560"]


def test_a_line_height_of_zero_stays_a_number() -> None:
    """Only lengths get a unit: line-height is a factor."""
    assert "line-height:0;" in compile_mjml(document('<mj-text line-height="0">x</mj-text>'))


@pytest.mark.parametrize(
    "tag",
    [
        '<mj-image src="a.png" />',
        '<mj-carousel><mj-carousel-image src="a.png" /></mj-carousel>',
        '<mj-social><mj-social-element name="facebook" href="#x">F</mj-social-element></mj-social>',
    ],
)
def test_a_picture_without_alt_is_decoration(tag: str) -> None:
    """No alt means an empty alt, as in MJML itself; a screen reader must not read the file."""
    pictures = parsed(document(tag)).xpath(
        "//img[contains(@src, 'a.png') or contains(@src, 'face')]"
    )
    named = [image.get("alt") for image in pictures if image.get("class") is None]
    assert named
    assert "" in named


def test_a_default_alt_is_not_beaten_by_an_empty_one() -> None:
    """What `mj-attributes` says of alt holds for pictures that say nothing."""
    head = '<mj-attributes><mj-image alt="A drawing" /></mj-attributes>'
    assert parsed(document('<mj-image src="a.png"/>', head)).xpath("//img/@alt") == ["A drawing"]


def test_the_last_class_wins() -> None:
    """Of several mj-class names the last wins where they differ, and all are used."""
    head = (
        '<mj-attributes><mj-class name="a" color="red" font-size="11px" />'
        '<mj-class name="b" color="blue" /></mj-attributes>'
    )
    html = compile_mjml(document('<mj-text mj-class="a b">x</mj-text>', head))
    assert "color:blue" in html
    assert "color:red" not in html
    assert "font-size:11px" in html


def test_the_doctype_is_written_as_inliners_keep_it() -> None:
    """MRML's lower-case doctype would be dropped by premailer."""
    assert compile_mjml(document()).startswith("<!DOCTYPE html>")


def test_the_language_stands_on_page_and_body() -> None:
    """`lang` is on html and on the body's wrapper (checks A01), with a direction (A02)."""
    tree = parsed(document())
    assert tree.get("lang") == "en"
    assert tree.xpath("//body/div[@role='article']/@lang") == ["en"]
    assert tree.xpath("//body/div[@role='article']/@dir") == ["auto"]
    german = lxml_html.document_fromstring(compile_mjml(document(), lang="de"))
    assert german.xpath("//@lang") == ["de", "de"]


def test_a_language_in_the_source_stays() -> None:
    """`<mjml lang dir>` beats the argument."""
    tree = parsed(document(root=' lang="ar" dir="rtl"'))
    assert tree.xpath("//@lang") == ["ar", "ar"]
    assert tree.xpath("//@dir") == ["rtl", "rtl"]


def test_blanks_between_tags_do_not_stop_the_compiler() -> None:
    """MRML stops at a blank in mj-head and some others; the guard takes it out."""
    assert "<title>t</title>" in compile_mjml(document(head=" <mj-title>t</mj-title> "))


def test_blanks_between_words_stay() -> None:
    """MRML joins words around a line end between two tags; the guard writes a blank there."""
    html = compile_mjml(document("<mj-text><b>one</b> <i>two</i>\n  <u>three</u></mj-text>"))
    assert "<b>one</b> <i>two</i> <u>three</u>" in html


def test_conditions_for_outlook_pass_unchanged() -> None:
    """mj-raw keeps both kinds of conditional comments."""
    raw = "<!--[if mso]><p><i><![endif]--><b>x</b><!--[if mso]></i></p><![endif]-->"
    shown = "<!--[if !mso]><!--><i>y</i><!--<![endif]-->"
    html = compile_mjml(document(f"<mj-raw>{raw}{shown}</mj-raw>"))
    assert raw in html
    assert shown in html


def test_attributes_in_a_condition_survive() -> None:
    """What only Outlook sees is guarded as the rest is."""
    raw = '<!--[if mso]><p title="❤️ \\ &quot;">x</p><![endif]-->'
    html = compile_mjml(document(f"<mj-raw>{raw}</mj-raw>"))
    assert '<p title="&#x2764;&#xfe0f; &#x5c; &quot;">' in html


def test_no_file_is_read_by_include() -> None:
    """mj-include is refused, wherever it points, with the way round it."""
    with pytest.raises(TemplateError) as caught:
        compile_mjml(document('<mj-include path="/etc/hostname" />'), name="layouts/a.mjml")
    (problem,) = caught.value.problems
    assert problem.place == Place("layouts/a.mjml", 1)
    assert "{% include" in problem.hint


def test_what_the_compiler_refuses_is_told_as_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the validator ever misses something, the compiler's words come as TemplateError."""
    monkeypatch.setattr("newsletter.rendering.mjml.faults", lambda *_: [])
    with pytest.raises(TemplateError, match=r"<mjml>: The MJML compiler stopped"):
        compile_mjml("<mjml><mj-body><mj-raw><!--[if mso]>x<![endif] --></mj-raw></mj-body></mjml>")


def test_the_same_source_gives_the_same_bytes() -> None:
    """Nothing in the output is left to chance, ids of carousels and menus included."""
    source = document(
        '<mj-carousel><mj-carousel-image src="a.png"/></mj-carousel>'
        '<mj-navbar hamburger="hamburger"><mj-navbar-link href="/x">x</mj-navbar-link></mj-navbar>'
    )
    assert compile_mjml(source) == compile_mjml(source)


def test_nothing_debug_escaped_is_left() -> None:
    """No attribute of the result holds \\n, \\" or \\u{...} (check R02)."""
    html = compile_mjml(document('<mj-text><p title="a\nb\u200d\\ &quot;">x</p></mj-text>'))
    assert not re.search(r"\\n|\\\"|\\u\{", html)


def test_a_short_colour_is_written_out() -> None:
    """Outlook misreads three digits in `bgcolor`; MJML's own compiler writes six, too."""
    section = '<mj-section background-color="#abc"><mj-column /></mj-section>'
    html = compile_mjml(f"<mjml><mj-body>{section}</mj-body></mjml>")
    assert 'bgcolor="#aabbcc"' in html
    assert "#abc" not in html


def test_a_border_keeps_its_spelling() -> None:
    """Only attributes that are a colour and nothing else are touched."""
    section = '<mj-section border="1px solid #abc"><mj-column /></mj-section>'
    assert "1px solid #abc" in compile_mjml(f"<mjml><mj-body>{section}</mj-body></mjml>")


def test_a_picture_has_a_whole_number_for_its_width() -> None:
    """Outlook can not read half a pixel in an attribute."""
    column = '<mj-column width="25%"><mj-image src="a.png" /></mj-column>'
    section = f'<mj-section padding="0px 3px">{column}</mj-section>'
    widths = re.findall(
        r'<img\b[^>]*\swidth="([^"]*)"', compile_mjml(f"<mjml><mj-body>{section}</mj-body></mjml>")
    )
    assert widths == ["98"]
