"""What the validator says of broken MJML: line, fault, and the nearest right name."""

from __future__ import annotations

import pytest

from newsletter.errors import Problem, TemplateError
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.mjml_tags import TAGS, WITHOUT_EFFECT, Content


def problems(source: str) -> tuple[Problem, ...]:
    with pytest.raises(TemplateError) as caught:
        compile_mjml(source)
    return caught.value.problems


def in_column(body: str, head: str = "") -> str:
    return (
        f"<mjml>\n<mj-head>{head}</mj-head>\n<mj-body>\n<mj-section><mj-column>\n{body}\n"
        "</mj-column></mj-section>\n</mj-body></mjml>"
    )


IN_COLUMN = [
    ("<mj-txt>x</mj-txt>", 'no tag <mj-txt>. Did you mean "mj-text"?'),
    ("<MJ-text>x</MJ-text>", 'no tag <MJ-text>. Did you mean "mj-text"?'),
    ('<mj-text colour="red">x</mj-text>', 'no attribute "colour". Did you mean "color"?'),
    ("<mj-text bold>x</mj-text>", 'no attribute "bold"'),
    ('<mj-text background-color="red">x</mj-text>', "Use container-background-color."),
    ('<mj-text color="red" color="blue">x</mj-text>', '"color" is written twice'),
    ("<mj-text color=red>x</mj-text>", 'without quotes. Write color="red".'),
    ('<mj-text color="red"font-size="1px">x</mj-text>', "is no attribute"),
    ('<mj-text color="red>x</mj-text>', "a quote is missing"),
    ('<mj-text color="red>x</mj-text><mj-text color="blue">', "a quote is missing"),
    ("<mj-text color='a<b'>x</mj-text>", "Is a closing quote missing?"),
    ("<mj-image/>", "needs src"),
    ("<mj-text>a < b</mj-text>", "A bare < stands here. Write &lt;"),
    ("<mj-text>a & b</mj-text>", "A bare & stands here. Write &amp;"),
    ("<mj-text>a &nope; b</mj-text>", "&nope; is no character reference"),
    ('<mj-text><a href="https://x.test/?a=1&b=2">x</a></mj-text>', "A bare & stands here."),
    ("<mj-text>x", "<mj-text> is never closed"),
    ("<mj-text><p>x</mj-text>", "<p> is never closed"),
    ("<mj-text>x<BR></mj-text>", "<BR> is never closed"),
    ("<mj-text><b><i>x</b></i></mj-text>", "</i> closes nothing"),
    ("<mj-text>x</p></mj-text>", "</p> closes nothing"),
    ("<mj-text><mj-image src='a'/></mj-text>", "cannot stand in <mj-text>, which holds HTML"),
    ("<mj-text><p><mj-image src='a'/></p></mj-text>", "cannot stand in <p>, which holds HTML"),
    ("<mj-column></mj-column>", "It belongs in mj-group or mj-section."),
    ("<mj-social><mj-text>x</mj-text></mj-social>", "cannot stand in <mj-social>"),
    ("<mj-carousel></mj-carousel>", "holds no picture"),
    ("<p>x</p>", "Put HTML into mj-text or mj-raw."),
    ("stray words", 'The text "stray words" stands in <mj-column>'),
    ("<mj-style>.a {}</mj-style>", "It belongs in mj-head."),
    ('<mj-include path="../secret.mjml"/>', "Write {% include"),
    ('<mj-text mj-class="big">x</mj-text>', 'No mj-class is named "big"'),
    ("<!-- a -- b -->", "A comment holds -- inside."),
    ("<!-- never closed", "A comment is never closed."),
    ("<mj-image src='a'><!-- c --></mj-image>", "A comment cannot stand in <mj-image>"),
    ("<!--[if mso]>x<![endif]-->", "A condition cannot stand in <mj-column>"),
    ("<mj-table><!--[if mso]><tr><![endif]--></mj-table>", "cannot stand in <mj-table>"),
    ("<mj-raw><!--[if mso]>x--></mj-raw>", "Write <![endif]--> where it ends."),
    ("<mj-raw><!--[if mso]>x</mj-raw>", "Write <![endif]--> where it ends."),
    ("<mj-raw><!--[if mso>x--></mj-raw>", "A condition is not whole"),
    ("<mj-raw><!--[if mso]><td><![endif]--></mj-raw>", "<td> is never closed"),
    ("<mj-raw><!--[if mso]>x<![endif]></mj-raw>", "<![endif]> ends nothing here."),
    ("<mj-raw><!--[if !mso]><!-->x<![endif]--></mj-raw>", "<![endif]--> ends nothing here."),
    ("<mj-raw><![endif]--></mj-raw>", "ends nothing here."),
    ("<mj-text><![CDATA[x]]></mj-text>", "is not MJML"),
    ("<mj-text>bell \x07</mj-text>", "control character U+0007"),
    ("<mj-text>\x85</mj-text>", "control character U+0085"),
    ("<mj-text>half a pair \ud83d</mj-text>", "control character U+D83D"),
]


@pytest.mark.parametrize(("body", "expected"), IN_COLUMN, ids=[case[0][:40] for case in IN_COLUMN])
def test_a_fault_in_a_column(body: str, expected: str) -> None:
    """Each fault is told with its line and what to do."""
    found = problems(in_column(body))
    assert any(expected in str(problem) for problem in found), found
    assert {problem.place.line for problem in found} <= {5, 6}
    assert found[0].place.path == "<mjml>"


IN_HEAD = [
    ("<mj-preview>a <b>c</b></mj-preview>", "Only text may stand there."),
    ("<mj-html-attributes></mj-html-attributes>", "mj-raw with the attribute on it"),
    ("<mj-style>.a { content: '<' }</mj-style>", "A < stands in CSS"),
    ("<mj-style>.a { font-family: &#39;A&#39; }</mj-style>", "Pass the value through | css."),
    ('<mj-attributes><mj-header color="x"/></mj-attributes>', "There is no tag <mj-header>"),
    ("<mj-attributes><mj-style/></mj-attributes>", "has no defaults to set"),
    ('<mj-attributes><mj-class color="x"/></mj-attributes>', "<mj-class> needs name"),
    ('<mj-attributes><mj-text colour="x"/></mj-attributes>', 'Did you mean "color"?'),
    ('<mj-attributes><mj-class name="a" nope="x"/></mj-attributes>', 'no attribute "nope"'),
    ('<mj-font name="Inter"/>', "<mj-font> needs href"),
    ("<mj-title>a</mj-title>words", 'The text "words" stands in <mj-head>'),
    ("<mj-text>x</mj-text>", "cannot stand in <mj-head>"),
]


@pytest.mark.parametrize(("head", "expected"), IN_HEAD, ids=[case[0][:40] for case in IN_HEAD])
def test_a_fault_in_the_head(head: str, expected: str) -> None:
    """The head has rules of its own, and so have defaults and classes."""
    found = problems(in_column("<mj-text>x</mj-text>", head))
    assert any(expected in str(problem) for problem in found), found
    assert {problem.place.line for problem in found} == {2}


WHOLE = [
    ("", "There is no <mjml>"),
    ("<p>x</p>", "There is no <mjml>"),
    ("<mjml></mjml>", "There is no <mj-body>"),
    ("<mjml><mj-body/><mj-body/></mjml>", "There is a second <mj-body>"),
    ("<mjml><mj-body/></mjml><mjml/>", "There is a second <mjml>"),
    ("<?xml version='1.0'?><mjml><mj-body/></mjml>", "is not MJML"),
    ("<!doctype html><mjml><mj-body/></mjml>", "is not MJML"),
    ("<mjml><mj-body/></mjml> more", "stands outside <mjml>"),
    ("<mjml><mj-body>", "<mj-body> is never closed"),
    ('<mjml><mj-body><mj-wrapper gap="1px"/></mj-body></mjml>', "without any effect"),
]


@pytest.mark.parametrize(("source", "expected"), WHOLE)
def test_a_fault_of_the_whole(source: str, expected: str) -> None:
    """The frame must be there, once."""
    assert any(expected in str(problem) for problem in problems(source))


def test_all_faults_are_told_at_once() -> None:
    """One run tells every fault of a document, in the order of its lines."""
    found = problems(in_column('<mj-txt>x</mj-txt>\n<mj-text colour="a">b & c</mj-text>\n<p>x</p>'))
    assert [problem.place.line for problem in found] == [5, 6, 6, 7]


def test_a_known_class_is_offered() -> None:
    """A misspelt mj-class gets the nearest one that is defined."""
    head = '<mj-attributes><mj-class name="small" color="red"/></mj-attributes>'
    (problem,) = problems(in_column('<mj-text mj-class="smal">x</mj-text>', head))
    assert problem.hint == 'Did you mean "small"?'


def test_the_table_names_only_tags_it_knows() -> None:
    """Children exist, attributes without effect are not allowed, and only TAGS hold children."""
    for name, tag in TAGS.items():
        assert tag.children <= TAGS.keys(), name
        assert tag.required <= tag.attributes, name
        assert not tag.children or tag.content is Content.TAGS, name
    assert not [pair for pair in WITHOUT_EFFECT if pair[1] in TAGS[pair[0]].attributes]
