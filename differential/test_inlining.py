"""Our inlining (premailer) against css-inline."""

from __future__ import annotations

import re

import css_inline
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import html

from differential.comparing import same_value
from differential.documents import styled
from differential.known import UNLIKE, Unlike
from differential.test_mjml import EXAMPLES, sources
from newsletter.checks.css.syntax import parse_declarations
from newsletter.rendering import compile_mjml, inline_css
from newsletter.rendering.inlining import IGNORE_MARK

_BOXES = ("margin", "padding")
_SIDES = ("top", "right", "bottom", "left")
_LONG_HEX = re.compile(r"#(\w)\1(\w)\2(\w)\3\b")  # cssutils writes the short form
THEIR_MARK = ' data-css-inline="ignore"'
RESETS = '<style type="text/css">\n#outlook a'


def effective(style: str) -> dict[str, str]:
    """What a style attribute comes to: shorthands told by side, the later beats the earlier."""
    said: dict[str, str] = {}
    for important in (False, True):
        for one in parse_declarations(style):
            if one.important is important:
                said.update(_sides(one.name, _LONG_HEX.sub(r"#\1\2\3", same_value(one.value))))
    return said


def _sides(name: str, value: str) -> dict[str, str]:
    if name not in _BOXES:
        return {name: value}
    parts = value.split()
    four = [parts[0], parts[min(1, len(parts) - 1)], parts[2 % len(parts) if len(parts) > 2 else 0]]
    four.append(parts[3] if len(parts) > 3 else four[1])
    return {f"{name}-{side}": part for side, part in zip(_SIDES, four, strict=True)}


def styles(document: str) -> list[tuple[str, dict[str, str]]]:
    """Tag and effective style of each element outside the head, in order."""
    body = html.document_fromstring(document).find("body")
    assert body is not None
    return [(one.tag, effective(one.get("style", ""))) for one in body.iter("*")]


def theirs(document: str) -> str:
    """The same, inlined by css-inline; what we leave to the style blocks, it leaves, too."""
    marked = document.replace(IGNORE_MARK, THEIR_MARK)
    marked = marked.replace(RESETS, RESETS.replace("<style", f"<style{THEIR_MARK}"))
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
    return inliner.inline(marked)


def test_they_agree_on_our_templates() -> None:
    """Every element of every variant of every issue gets the same styles."""
    for source in sources():
        compiled = compile_mjml(source)
        assert styles(inline_css(compiled)) == styles(theirs(compiled))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(document=styled())
def test_they_agree_on_made_up_documents(document: str) -> None:
    """Selectors, specificity, `!important` and shorthands; shrunk to a small document."""
    assert styles(inline_css(document)) == styles(theirs(document))


@pytest.mark.parametrize("known", UNLIKE, ids=lambda known: known.name)
def test_a_known_difference_still_is_one(known: Unlike) -> None:
    """Its document comes out differently; else made-up documents can have it, too."""
    assert styles(inline_css(known.sample)) != styles(theirs(known.sample))
