"""Which features a mail really uses: those whose loss a reader could see.

Not counted is what no reader meets: rules whose selector means no element of the mail (resets
and hacks addressed to one client) or that were copied into style attributes, what stands on
elements that are hidden in light and in dark, and what only Outlook on Windows reads, in
conditional comments, for it was written for it alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from newsletter.checks.clients.features import (
    of_at_rule,
    of_condition,
    of_declaration,
    of_element,
    of_selector,
)
from newsletter.checks.css.cascade import Cascade, Match
from newsletter.checks.css.media import Screen
from newsletter.checks.css.syntax import Declaration, parse_declarations, parse_sheet
from newsletter.checks.document import Document

HIDING = "css-display-none"
_IN_HEAD = frozenset({"style", "meta", "link", "base"})


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a feature.

    Attributes:
        slug: the feature, by its name in caniemail's table.
        sample: the source to blame: `display: flex`, `<video>`.
        element: where; None for what stands in a style block for no element.
        conditions: the slugs of the at-rules around it; who knows none of them loses nothing.
        beside_word: stands where Outlook on Windows does not look: `<!--[if !mso]><!-->`.
    """

    slug: str
    sample: str
    element: HtmlElement | None = None
    conditions: frozenset[str] = frozenset()
    beside_word: bool = False


Uses = Mapping[str, tuple[Use, ...]]


def uses(document: Document, cascade: Cascade) -> Uses:
    """Slug -> its uses, the first of each kind (conditional or not, seen by Word or not)."""
    found: dict[tuple[str, frozenset[str], bool], Use] = {}
    for use in _all_uses(document, cascade):
        found.setdefault((use.slug, use.conditions, use.beside_word), use)
    by_slug: dict[str, tuple[Use, ...]] = {}
    for use in found.values():
        by_slug[use.slug] = (*by_slug.get(use.slug, ()), use)
    return by_slug


def _all_uses(document: Document, cascade: Cascade) -> Iterator[Use]:
    beside = beside_word(document)
    seen = _seen(document, cascade)
    told: set[tuple[str, bool]] = set()
    for element in document.elements:
        aside = element in beside
        for slug, sample in _of_element(element, element in seen):
            if (slug, aside) not in told:
                told.add((slug, aside))
                yield Use(slug, sample, element, beside_word=aside)
    yield from _in_blocks(document, cascade, seen, beside)


def _of_element(element: HtmlElement, seen: bool) -> tuple[tuple[str, str], ...]:
    """(slug, sample) of an element, its attributes and its styles."""
    own = _of_tag(str(element.tag), tuple(element.attrib.items())) if seen else ()
    style = element.get("style")
    return (*own, *_of_style(style, seen)) if style else own


@lru_cache(maxsize=4096)
def _of_tag(tag: str, attributes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(of_element(tag, dict(attributes)).items())


@lru_cache(maxsize=4096)
def _of_style(style: str, seen: bool) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for declaration in parse_declarations(style):
        for slug in _counting(declaration, seen):
            found.setdefault(slug, written(declaration))
    return tuple(found.items())


def _in_blocks(
    document: Document,
    cascade: Cascade,
    seen: frozenset[HtmlElement],
    beside: frozenset[HtmlElement],
) -> Iterator[Use]:
    for match in cascade.matches:
        if not _was_inlined(match):
            yield from _of_match(match, seen, beside)
    for style in document.named("style"):
        for rule in parse_sheet(style.text or "").at_rules:
            if rule.name not in ("@media", "@supports"):
                for slug in of_at_rule(rule):
                    sample = f"{rule.name} {rule.prelude}".strip()
                    yield Use(slug, sample, style, beside_word=style in beside)


def _of_match(
    match: Match, seen: frozenset[HtmlElement], beside: frozenset[HtmlElement]
) -> Iterator[Use]:
    element = next((one for one in match.elements if one in seen), match.elements[0])
    needed = {each: of_condition(each) for each in match.rule.conditions}
    behind = frozenset[str]().union(*needed.values())
    aside = all(one in beside for one in match.elements)
    for condition, slugs in needed.items():
        yield from (Use(slug, condition, element, frozenset(), aside) for slug in slugs)
    for slug in of_selector(match.selector):
        yield Use(slug, match.selector, element, behind, aside)
    for declaration in match.rule.declarations:
        for slug in _counting(declaration, element in seen):
            yield Use(slug, written(declaration), element, behind, aside)


def _was_inlined(match: Match) -> bool:
    """Whether every element says in its own style attribute whatever the rule says."""
    if match.rule.conditions:
        return False
    said = {declaration.name for declaration in match.rule.declarations}
    return all(
        said <= {each.name for each in parse_declarations(element.get("style", ""))}
        for element in match.elements
    )


def _counting(declaration: Declaration, seen: bool) -> frozenset[str]:
    slugs = of_declaration(declaration)
    return slugs if seen else slugs & {HIDING}


def _seen(document: Document, cascade: Cascade) -> frozenset[HtmlElement]:
    light, dark = cascade.looks(Screen()), cascade.looks(Screen(dark=True))
    return frozenset(
        one
        for one in document.elements
        if light[one].shown or dark[one].shown or one.tag in _IN_HEAD
    )


def beside_word(document: Document) -> frozenset[HtmlElement]:
    """The elements between `<!--[if !mso]><!-->` and `<!--<![endif]-->`."""
    found: set[HtmlElement] = set()
    within = False
    nodes: Iterator[Any] = document.root.iter()
    for node in nodes:
        if node.tag is etree.Comment:
            text = (node.text or "").strip()
            if text.startswith("[if") and "]><!" in text:
                within = "!mso" in text.replace(" ", "")
            elif text.startswith("<![endif]"):
                within = False
        elif within and isinstance(node.tag, str):
            found.add(node)
    return frozenset(found)


def written(declaration: Declaration) -> str:
    """A declaration as source."""
    value = declaration.value if len(declaration.value) <= 60 else f"{declaration.value[:59]}…"
    return f"{declaration.name}: {value}{' !important' if declaration.important else ''}"
