"""Take out what a client does not show at all, by the facts: verdict `n`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from lxml.html import HtmlElement

from newsletter.checks.clients.facts import Facts, Verdict
from newsletter.checks.clients.features import (
    of_at_rule,
    of_condition,
    of_declaration,
    of_element,
    of_selector,
)
from newsletter.checks.css.syntax import (
    AtRule,
    Declaration,
    Sheet,
    StyleRule,
    parse_declarations,
    parse_sheet,
)
from newsletter.checks.simulating.log import Log

KeepRule = Callable[[StyleRule], bool]
# Their content is no text for readers; of others a client keeps what is inside.
_GONE_WHOLE = frozenset({"style", "link", "base", "svg", "meta", "script", "input", "select"})
_NEVER_TOUCHED = frozenset({"html", "head", "body", "title"})
# Losing these shows nothing, and the preview reads them itself.
_KEPT_ATTRIBUTES = frozenset({"html-lang", "html-dir"})


class Stripper:
    """Strips a document for one client."""

    def __init__(self, facts: Facts, client: str, log: Log) -> None:
        self._facts, self._client, self._log = facts, client, log

    def strip(self, root: HtmlElement) -> None:
        """Change the document in place."""
        for element in [one for one in root.iter() if isinstance(one.tag, str)]:
            if element.tag == "style":
                self._block(element)
            if element.get("style"):
                self._attribute(element)
            if element.tag not in _NEVER_TOUCHED:
                self._element(element)

    def _missing(self, slugs: Iterable[str]) -> str:
        """The first of some features that the client does not know, or nothing."""
        known = self._facts.verdict
        return next((s for s in sorted(slugs) if known(s, self._client) is Verdict.NO), "")

    def _element(self, element: HtmlElement) -> None:
        tag = str(element.tag)
        bare = f"<{tag}>"
        for slug, sample in of_element(tag, dict(element.attrib.items())).items():
            if not self._missing((slug,)) or slug in _KEPT_ATTRIBUTES:
                continue
            if sample == bare:
                self._log.add(f"{bare} taken out", slug)
                _drop(element, whole=tag in _GONE_WHOLE)
                return
            name = slug.removeprefix("html-")
            if element.attrib.pop(name, None) is not None:
                self._log.add(f"attribute {name} taken out", slug)

    def _attribute(self, element: HtmlElement) -> None:
        declarations = parse_declarations(element.get("style", ""))
        kept = tuple(self._kept(declarations))
        if kept != declarations:
            write_style(element, kept)

    def _kept(self, declarations: Iterable[Declaration]) -> Iterator[Declaration]:
        for declaration in declarations:
            if slug := self._missing(of_declaration(declaration)):
                self._log.add(f"{declaration.name} taken out", slug)
            else:
                yield declaration

    def _block(self, style: HtmlElement) -> None:
        sheet = parse_sheet(style.text or "")
        rules = tuple(filter(None, map(self._rule, sheet.rules)))
        at_rules = tuple(one for one in sheet.at_rules if self._keeps(one))
        if (rules, at_rules) != (sheet.rules, sheet.at_rules):
            style.text = write_sheet(Sheet(rules, at_rules))

    def _rule(self, rule: StyleRule) -> StyleRule | None:
        for condition in rule.conditions:
            if slug := self._missing(of_condition(condition)):
                self._log.add(f"a rule in {condition.split(' ')[0]} taken out", slug)
                return None
        selectors = tuple(one for one in rule.selectors if not self._missing(of_selector(one)))
        if len(selectors) < len(rule.selectors):
            slug = next(filter(None, (self._missing(of_selector(s)) for s in rule.selectors)))
            self._log.add("a rule taken out for its selector", slug)
        if not selectors:
            return None
        kept = tuple(self._kept(rule.declarations))
        return StyleRule(selectors, kept, rule.conditions) if kept else None

    def _keeps(self, rule: AtRule) -> bool:
        slug = self._missing(of_at_rule(rule))
        if slug and rule.name not in ("@media", "@supports"):
            self._log.add(f"{rule.name} taken out", slug)
        return not slug


def keep_rules(root: HtmlElement, keeps: KeepRule, what: str, source: str, log: Log) -> None:
    """Take out of every style block the rules that a client does not keep."""
    for style in root.iter("style"):
        sheet = parse_sheet(style.text or "")
        kept = tuple(rule for rule in sheet.rules if keeps(rule))
        log.add(what, source, len(sheet.rules) - len(kept))
        if len(kept) < len(sheet.rules):
            style.text = write_sheet(Sheet(kept, sheet.at_rules))


def write_style(element: HtmlElement, declarations: Iterable[Declaration]) -> None:
    """Give an element these declarations and no others."""
    if text := write_declarations(declarations):
        element.set("style", text)
    else:
        element.attrib.pop("style", None)


def write_declarations(declarations: Iterable[Declaration]) -> str:
    """Declarations as CSS."""
    marks = {True: " !important", False: ""}
    return "; ".join(f"{one.name}: {one.value}{marks[one.important]}" for one in declarations)


def write_sheet(sheet: Sheet) -> str:
    """A style block as CSS: what is no rule first, then the rules in order."""
    lines = [
        f"{one.name} {one.prelude}" + (f"{{ {inner} }}" if inner else ";")
        for one in sheet.at_rules
        if one.name not in ("@media", "@supports", "@layer")
        for inner in (write_declarations(one.declarations),)
    ]
    for conditions, rules in groupby(sheet.rules, key=lambda rule: rule.conditions):
        body = "\n".join(map(_written_rule, rules))
        for condition in reversed(conditions):
            body = f"{condition} {{\n{body}\n}}"
        lines.append(body)
    return "\n" + "\n".join(lines) + "\n"


def _written_rule(rule: StyleRule) -> str:
    return f"{', '.join(rule.selectors)} {{ {write_declarations(rule.declarations)} }}"


def _drop(element: HtmlElement, *, whole: bool) -> None:
    if element.getparent() is not None:
        element.drop_tree() if whole else element.drop_tag()
