"""`compile_mjml` against what nobody thought of."""

from __future__ import annotations

import random
import re
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter.errors import Problem, TemplateError
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.mjml_tags import TAGS, Content

# Every character but controls and surrogates, and what Unicode says is none.
CHARACTERS = st.characters(
    exclude_categories=["Cc", "Cs"],
    exclude_characters=[
        chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
    ],
)
TEXTS = st.text(st.one_of(CHARACTERS, st.sampled_from("\n\t\r \\\"'&<>\u00a0\u200d\ufe0f\u00ad")))


def collapsed(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("❤️ 👩‍⚕️ \u00a0 soft\u00adhyphen e\u0301 नमस्ते สวัสดี \\n \" ' \r\n \u202eabc\u202c")
def test_any_attribute_text_comes_back(text: str) -> None:
    """An attribute parsed from the final HTML says what was written, blanks collapsed."""
    written = escape(text)
    source = (
        f"<mjml><mj-head><mj-title>{written}</mj-title></mj-head><mj-body><mj-section><mj-column>"
        f'<mj-image src="a.png" alt="{written}" /><mj-text><b title="{written}">x</b></mj-text>'
        f"</mj-column></mj-section></mj-body></mjml>"
    )
    tree = lxml_html.document_fromstring(inline_css(compile_mjml(source)))
    assert tree.xpath("//img/@alt") == [collapsed(text)]
    assert tree.xpath("//b/@title") == [collapsed(text)]
    assert tree.xpath("string(//div[@role='article']/@aria-label)") == collapsed(text)


def _element(name: str, dice: random.Random, depth: int = 0) -> str:
    rule = TAGS[name]
    attributes = "".join(f' {required}="1px"' for required in sorted(rule.required))
    if dice.random() < 0.3 and rule.attributes - rule.required - {"mj-class"}:
        attributes += (
            f' {dice.choice(sorted(rule.attributes - rule.required - {"mj-class"}))}="2px"'
        )
    return f"<{name}{attributes}>{_inside(name, dice, depth)}</{name}>"


def _inside(name: str, dice: random.Random, depth: int) -> str:
    rule = TAGS[name]
    if rule.content is Content.HTML:
        return dice.choice(["", "x", "<p>a<br>b</p>", "&amp; > ", "<a b='c\"d'>e</a>", "<td/>"])
    if rule.content is Content.TEXT:
        return dice.choice(["", "x", '"q" &amp; y', "a\nb"])
    if rule.content is Content.CSS:
        return dice.choice(["", ".a > b { color: red }", "/* a & b */"])
    names = sorted(rule.children) if depth < 8 else []
    few = [
        _element(dice.choice(names), dice, depth + 1) for _ in range(dice.randint(0, 3)) if names
    ]
    if name == "mj-carousel":
        few.append('<mj-carousel-image src="a" />')
    return dice.choice(["", " ", "\n"]).join(["", *few, ""])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_every_document_of_the_table_compiles(seed: int) -> None:
    """What our table of tags allows, the compiler takes: no problem is found, none is raised."""
    dice = random.Random(seed)
    document = f"<mjml>{_element('mj-head', dice, 1)}{_element('mj-body', dice, 1)}</mjml>"
    assert compile_mjml(document).startswith("<!DOCTYPE html>")


def _problems(document: str) -> tuple[Problem, ...]:
    try:
        compile_mjml(document)
    except TemplateError as error:
        return error.problems
    return ()


NOISE = [
    *"&<>\"' ",
    "&amp;", "<p>", "</p>", "<BR>", "<!-- c -->", "<!--", "-->", "<![endif]>", "<![if x]>",
    "<!--[if mso]>x<![endif]-->", "<!--[if mso]>x-->", "<style>", "</style>", "<a b=c>", "<a b>",
    "<mj-text>", "</mj-text>", "<mj-raw>", "</mj-raw>", "<mj-style>", "</mj-title>", "</mj-body>",
    "<mj-section>", "</mjml>", "<mj-carousel>", "<mj-image/>", "<script>", "<![CDATA[x]]>", "<?x?>",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.integers(0, 2**32), st.lists(st.tuples(st.floats(0, 1), st.sampled_from(NOISE)), max_size=3)
)
def test_the_validator_always_speaks_first(seed: int, noise: list[tuple[float, str]]) -> None:
    """A damaged document compiles or gets our message with a line; MRML never has to stop it."""
    dice = random.Random(seed)
    document = f"<mjml>{_element('mj-head', dice, 1)}\n{_element('mj-body', dice, 1)}</mjml>"
    for where, what in noise:
        at = round(where * len(document))
        document = document[:at] + what + document[at:]
    assert all(problem.place.line for problem in _problems(document))


@pytest.mark.parametrize("length", [100, 20_000])
def test_broken_quotes_take_no_time(length: int) -> None:
    """Scanning is linear: a long unclosed tag is told at once."""
    with pytest.raises(TemplateError):
        compile_mjml("<mjml><mj-body " + 'a="b" ' * length)
