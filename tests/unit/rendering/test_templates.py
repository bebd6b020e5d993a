"""Templates: what they may do, and where their mistakes are told to stand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from newsletter.errors import ContentError, Place, Problem, TemplateError
from newsletter.rendering.mjml import compile_composed
from newsletter.rendering.templates import render_template, template_environment


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    link: str = ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "templates"


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def compose(folder: Path, text: str, **context: object) -> str:
    write(folder, {"a.mjml": text})
    return render_template(template_environment(folder), "a.mjml", context).text


def problems(folder: Path, text: str, **context: object) -> tuple[Problem, ...]:
    with pytest.raises(TemplateError) as caught:
        compose(folder, text, **context)
    return caught.value.problems


def compiled_problems(folder: Path, files: Mapping[str, str], **context: object) -> list[str]:
    write(folder, files)
    composed = render_template(template_environment(folder), next(iter(files)), context)
    with pytest.raises(TemplateError) as caught:
        compile_composed(composed)
    return [str(problem) for problem in caught.value.problems]


# What templates can do


def test_values_are_escaped(folder: Path) -> None:
    """Every value is escaped whatever the file's name ends with; Markup is not."""
    assert compose(folder, "{{ a }}{{ b }}", a='<"&', b=Markup("<b>")) == "&lt;&#34;&amp;<b>"


def test_lines_of_blocks_leave_nothing(folder: Path) -> None:
    """A line with only a block tag is not there, and the last line end stays."""
    text = "{% for x in xs %}\n  {% if x %}\n{{ x }}\n  {% endif %}\n{% endfor %}\n"
    assert compose(folder, text, xs=[1, 0, 2]) == "1\n2\n"


def test_plain_values_can_be_read(folder: Path) -> None:
    """Mappings, sequences, dataclasses, methods of text, loops and namespaces work."""
    text = (
        "{% set ns = namespace(n=0) %}{% for s in sections %}{% set ns.n = loop.index %}"
        "{{ s.heading.upper() }}{% endfor %}{{ ns.n }}{{ theme.ink }}{{ xs[0] }}{{ '-' * 3 }}"
        "{{ range(2) | list }}{{ xs | join(',') }}"
    )
    given = {"sections": [Section("a"), Section("b")], "theme": {"ink": "#111"}, "xs": [7, 8]}
    assert compose(folder, text, **given) == "AB2#1117---[0, 1]7,8"


def test_an_environment_is_a_sandbox(folder: Path) -> None:
    """The environment is Jinja's immutable sandbox, with few globals and no odd filters."""
    environment = template_environment(folder)
    assert isinstance(environment, ImmutableSandboxedEnvironment)
    assert set(environment.globals) == {"namespace", "range"}
    assert not {"attr", "format", "random", "pprint"} & set(environment.filters)


def test_a_changed_file_is_noticed(folder: Path) -> None:
    """The environment may be kept: it sees what was saved after."""
    environment = template_environment(folder)
    write(folder, {"a.txt": "one"})
    assert render_template(environment, "a.txt", {}).text == "one"
    write(folder, {"a.txt": "two"})
    os.utime(folder / "a.txt", ns=(1, 1))
    assert render_template(environment, "a.txt", {}).text == "two"


def test_css_values_stand_as_they_are(folder: Path) -> None:
    """`| css` keeps quotes, which a style block would show as references."""
    font = "Georgia, 'Times New Roman'"
    assert compose(folder, "{{ font | css }}", font=font) == font


@pytest.mark.parametrize("value", ["</style>", "red; x: y", "red } b { c: d", "\\75 rl(x)"])
def test_css_values_can_not_leave_their_place(folder: Path, value: str) -> None:
    """What could end the rule or the block is refused."""
    (problem,) = problems(folder, "{{ value | css }}", value=value)
    assert "can not stand in CSS" in problem.message


def test_newlines_are_line_feeds(folder: Path) -> None:
    """CRLF in a file, in a value, and a BOM are gone from what is composed."""
    (folder / "a.mjml").write_bytes(b"\xef\xbb\xbfone\r\n{{ x }}\r\n")
    environment = template_environment(folder)
    assert render_template(environment, "a.mjml", {"x": "a\r\nb"}).text == "one\na\nb\n"


# What they can not


ESCAPES = [
    ("{{ ().__class__.__mro__ }}", "__class__"),
    ("{{ ''['__class__'] }}", "__class__"),
    ("{{ xs.__init__.__globals__ }}", "__init__"),
    ("{{ [xs] | map(attribute='__class__') | first }}", "__class__"),
    ("{{ xs | attr('__class__') }}", "No filter named 'attr'"),
    ("{{ '{0.__class__}'.format(xs) }}", "'format'"),
    ("{{ '{x.__class__}'.format_map({'x': xs}) }}", "'format_map'"),
    ("{% set f = '{0.__class__}'.format %}{{ f(xs) }}", "'format'"),
    ("{{ '%(x)s' | format(x=xs) }}", "No filter named 'format'"),
    ("{{ '%9999999d' % 1 }}", "operator %"),
    ("{{ 'x'.center(10000000) }}", "'center'"),
    ("{{ self._TemplateReference__context }}", "_TemplateReference__context"),
    ("{{ self.__init__ }}", "__init__"),
    ("{% macro m() %}{% endmacro %}{{ m._environment }}", "_environment"),
    ("{% for x in xs %}{{ loop._iterable }}{% endfor %}", "_iterable"),
    ("{{ range.__self__ }}", "__self__"),
    ("{{ xs.append(1) }}", "'append'"),
    ("{{ xs.clear() }}", "'clear'"),
    ("{{ theme.update({'a': 1}) }}", "'update'"),
    ("{{ theme.pop('ink') }}", "'pop'"),
    ("{% set _ = section.__setattr__('heading', 1) %}", "__setattr__"),
    ("{{ range(10**9) }}", "operator **"),
    ("{{ range(1000000000) | length }}", "Range too big"),
    ("{{ 'x' * 1000000000 }}", "longer than 10000"),
    ("{{ 1000000000 * 'x' }}", "longer than 10000"),
    ("{{ [0] * 1000000000 }}", "longer than 10000"),
    ("{{ 9**9**9 }}", "operator **"),
    ("{{ os }}", 'There is no "os"'),
    ("{{ __import__('os') }}", 'There is no "__import__"'),
    ("{% import 'os' as os %}", 'There is no template "os"'),
    ("{{ cycler() }}", 'There is no "cycler"'),
    ("{{ lipsum.__globals__ }}", 'There is no "lipsum"'),
    ("{{ path.read_text() }}", "'read_text'"),
    ("{{ path.parent }}", "'parent'"),
    ("{{ module.system('true') }}", "'system'"),
    ("{{ Section.__subclasses__() }}", "__subclasses__"),
    ("{{ Section('a') }}", "not safely callable"),
    ("{{ function.__globals__ }}", "__globals__"),
    ("{% include '../secret.txt' %}", "leads out of templates/"),
    ("{% include 'x/../../secret.txt' %}", "leads out of templates/"),
    ("{% include '/etc/hostname' %}", "leads out of templates/"),
    ("{% include '..\\\\secret.txt' %}", "leads out of templates/"),
    ("{% include 'C:/secret.txt' %}", "leads out of templates/"),
    ("{% extends '../secret.txt' %}", "leads out of templates/"),
    ("{% import '../secret.txt' as x %}", "leads out of templates/"),
    ("{% include 'link.txt' %}", "leads out of templates/"),
    ("{% include 'linked/secret.txt' %}", "leads out of templates/"),
    ("{% include 'a.mjml' %}", "uses itself without end"),
    ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "uses itself without end"),
    ("{% do xs %}", "unknown tag"),
    ("{% debug %}", "unknown tag"),
]


@pytest.mark.parametrize(("text", "told"), ESCAPES, ids=[case[0] for case in ESCAPES])
def test_there_is_no_way_out(folder: Path, text: str, told: str) -> None:
    """Every way out of the sandbox is closed, and the message has file and line."""
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "linked").symlink_to(folder.parent, target_is_directory=True)
    xs, theme = [1], {"ink": "#111"}
    given = {
        "xs": xs,
        "theme": theme,
        "section": Section("a"),
        "path": folder,
        "module": os,
        "Section": Section,
        "function": write,
    }
    (problem,) = problems(folder, f"one\n\n{text}", **given)
    assert told in problem.message
    assert problem.place == Place("templates/a.mjml", 3)
    assert (xs, theme) == ([1], {"ink": "#111"})


def test_a_value_can_not_be_assigned_to(folder: Path) -> None:
    """Only a namespace takes attributes."""
    theme = {"ink": "#111"}
    (problem,) = problems(folder, "{% set theme.ink = 1 %}", theme=theme)
    assert "namespace" in problem.message
    assert theme == {"ink": "#111"}


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    """A symbolic link is fine as long as it stays inside."""
    write(folder, {"real.txt": "real"})
    (folder / "alias.txt").symlink_to(folder / "real.txt")
    assert compose(folder, "{% include 'alias.txt' %}") == "real"


# Where mistakes are told to stand


MISTAKES = [
    ("{% if x %}", 3, "Unexpected end of template"),
    ("{% elif %}", 3, "unknown tag 'elif'"),
    ("{{ x | uper }}", 3, "No filter named 'uper'."),
    ("{{ sectoin.heading }}", 3, 'There is no "sectoin" here. Did you mean "section"?'),
    ("{{ section.headin }}", 3, 'There is no "headin" here. Did you mean "heading"?'),
    ("{{ theme.inc }}", 3, 'There is no "inc" here. Did you mean "ink"?'),
    ("{% include 'part/foot.mjml' %}", 3, 'Did you mean "parts/foot.mjml"?'),
    ("{{ 1 / 0 }}", 3, "Division by zero."),
    ("{% include 'parts/foot.mjml' %}", 2, 'There is no "nobody"'),
    ("{% include 'parts/bytes.mjml' %}", 3, "not UTF-8"),
    ("{% include 'parts/large.mjml' %}", 1, "over 1 MiB"),
    ("{% include 'parts' %}", 3, 'There is no template "parts"'),
]


@pytest.mark.parametrize(("text", "line", "told"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_has_file_and_line(folder: Path, text: str, line: int, told: str) -> None:
    """Jinja's own errors become one problem, in the file that is wrong."""
    write(folder, {"parts/foot.mjml": "foot\n{{ nobody }}"})
    (folder / "parts/bytes.mjml").write_bytes(b"a\nb\n\xff")
    (folder / "parts/large.mjml").write_bytes(b"a" * (1024 * 1024 + 1))
    given = {"section": Section("a"), "theme": {"ink": "#111"}, "x": "a"}
    (problem,) = problems(folder, f"one\n\n{text}", **given)
    assert told in str(problem)
    assert problem.place.line == line


def test_a_mistake_in_an_included_file_is_told_there(folder: Path) -> None:
    """The file on the innermost line is named, not the one that includes it."""
    write(folder, {"b.mjml": "\n{% macro m(x) %}\n{{ x.nope }}{% endmacro %}"})
    (problem,) = problems(folder, "{% import 'b.mjml' as b %}\n{{ b.m({'name': 1}) }}")
    assert problem.place == Place("templates/b.mjml", 3)


def test_a_missing_template_is_told(folder: Path) -> None:
    """The template itself may be missing: the nearest is offered."""
    write(folder, {"layouts/classic.mjml": ""})
    with pytest.raises(TemplateError) as caught:
        render_template(template_environment(folder), "layouts/clasic.mjml", {})
    (problem,) = caught.value.problems
    assert problem.place == Place("templates/layouts/clasic.mjml")
    assert problem.hint == 'Did you mean "layouts/classic.mjml"?'


def test_our_own_errors_pass(folder: Path) -> None:
    """What a function of ours raises inside a template is not wrapped."""

    def fail() -> str:
        raise ContentError([Problem(Place("issues/a.md", 3), "The picture is gone.")])

    with pytest.raises(ContentError, match=r"issues/a\.md:3"):
        compose(folder, "{{ fail() }}", fail=fail)


def frame(body: str) -> str:
    """A layout whose body begins on line 6."""
    return (
        "{# the frame\n#}\n<mjml>\n <mj-body>\n  <mj-section><mj-column>\n"
        f"{body}\n  </mj-column></mj-section>\n </mj-body>\n</mjml>\n"
    )


def test_mjml_mistakes_are_told_in_the_template(folder: Path) -> None:
    """Through loops, includes and macros, the line is the one a designer has to mend."""
    files = {
        "a.mjml": frame(
            '{% import "m.mjml" as m %}\n{% for x in xs %}\n{% include "part.mjml" %}\n'
            '{% endfor %}\n{{ m.button("x") }}\n<mj-txt>x</mj-txt>'
        ),
        "m.mjml": (
            "{% macro button(text) -%}\n<mj-button\n  colour='red'>{{ text }}</mj-button>\n"
            "{%- endmacro %}"
        ),
        "part.mjml": "{% if x %}\n<mj-text>\n{{ x }}</mj-text>\n<mj-image />\n{% endif %}\n",
    }
    assert compiled_problems(folder, files, xs=["one\ntwo", "three"]) == [
        'templates/a.mjml:11: There is no tag <mj-txt>. Did you mean "mj-text"?',
        'templates/m.mjml:3: <mj-button> has no attribute "colour". Did you mean "color"?',
        'templates/part.mjml:4: <mj-image> needs src. Write src="...".',
    ]


def test_mistakes_in_values_are_told_where_the_value_stands(folder: Path) -> None:
    """What a value brought is told at the braces it came through, however long it is."""
    files = {"a.mjml": frame("<mj-text>\n{{ html }}\n</mj-text>")}
    (told,) = compiled_problems(folder, files, html=Markup("<p>\n</p>\n\n<i>"))
    assert told == "templates/a.mjml:7: <i> is never closed. Write </i> where it ends."


def test_a_part_composed_before_keeps_its_places(folder: Path) -> None:
    """A ComposedSource may be a value: it is not escaped, and its lines are its own."""
    write(folder, {"part.mjml": "\n\n<mj-imag/>"})
    part = render_template(template_environment(folder), "part.mjml", {})
    files = {"a.mjml": frame("{{ part }}")}
    (told,) = compiled_problems(folder, files, part=part)
    assert told.startswith("templates/part.mjml:3: There is no tag <mj-imag>.")


def test_a_template_that_measures_itself_still_gets_lines(folder: Path) -> None:
    """Marks can change what such a template does; then equal lines are found again."""
    body = (
        "{% set x %}\nab{% endset %}{% if x | length < 9 %}\n<mj-text>a</mj-text>\n"
        "{% endif %}\n<mj-txt/>"
    )
    files = {"a.mjml": frame(body)}
    (told,) = compiled_problems(folder, files)
    assert told.startswith("templates/a.mjml:10: There is no tag <mj-txt>")


def test_what_is_compiled_carries_no_marks(folder: Path) -> None:
    """The text of a composed source is what Jinja made, byte by byte."""
    write(folder, {"a.mjml": frame("<mj-text>{{ x }}</mj-text>")})
    environment = template_environment(folder)
    composed = render_template(environment, "a.mjml", {"x": 1})
    assert composed.text == environment.get_template("a.mjml").render(x=1)
    assert composed.template == Place("templates/a.mjml")
    assert compile_composed(composed, lang="de").startswith('<!DOCTYPE html><html lang="de"')
