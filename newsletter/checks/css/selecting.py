"""Which elements a selector means (Selectors Level 4, as far as a mail at rest goes).

`cssselect` reads the selectors; its own way of finding elements, XPath, looks at the whole
tree for each. Here the last part of a selector picks a few candidates from an index, so the
hundred selectors of a mail take a millisecond or two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cssselect import parser
from lxml.html import HtmlElement

Specificity = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector that was understood.

    Attributes:
        pseudo_element: `before` and the like; such a selector styles no element itself.
    """

    tree: Any
    specificity: Specificity
    pseudo_element: bool


@lru_cache(maxsize=2048)
def parse_selector(text: str) -> Selector | None:
    """Read one selector; None when it can not be read, as browsers drop the rule then."""
    try:
        (parsed,) = parser.parse(text)
    except (parser.SelectorError, ValueError):
        return None
    a, b, c = parsed.specificity()
    return Selector(parsed.parsed_tree, (a, b, c), parsed.pseudo_element is not None)


def specificity(text: str) -> Specificity:
    """How strong a selector is; nothing for one that can not be read."""
    selector = parse_selector(text)
    return selector.specificity if selector else (0, 0, 0)


class Finder:
    """Finds the elements of one document."""

    def __init__(self, elements: Sequence[HtmlElement]) -> None:
        self._all = elements
        self._classes = {element: _words(element.get("class")) for element in elements}
        self._by_class = _index(elements, lambda element: self._classes[element])
        self._by_tag = _index(elements, lambda element: (str(element.tag),))
        self._by_id = _index(elements, lambda element: _words(element.get("id")))
        self._attributes = frozenset(str(name) for each in elements for name in each.attrib)

    def find(self, text: str) -> list[HtmlElement]:
        """The elements a selector means, in order; none when it can not be read."""
        selector = parse_selector(text)
        if selector is None or selector.pseudo_element:
            return []
        return self._matching(selector.tree) if self._is_possible(selector.tree) else []

    def _matching(self, tree: Any) -> list[HtmlElement]:
        if not isinstance(tree, parser.CombinedSelector):
            return [element for element in self._candidates(tree) if self._fits(tree, element)]
        before = frozenset(self._matching(tree.selector))
        return [
            element
            for element in self._matching(tree.subselector)
            if any(one in before for one in _related(tree.combinator, element))
        ]

    def _is_possible(self, tree: Any) -> bool:
        """Whether each part alone occurs: most of what a mail's hacks address does not."""
        match tree:
            case parser.CombinedSelector():
                return self._is_possible(tree.subselector) and self._is_possible(tree.selector)
            case parser.Class():
                return tree.class_name in self._by_class and self._is_possible(tree.selector)
            case parser.Attrib():
                name = str(tree.attrib).lower()
                return name in self._attributes and self._is_possible(tree.selector)
        return True

    def _candidates(self, tree: Any) -> Sequence[HtmlElement]:
        match tree:
            case parser.Class():
                return self._by_class.get(tree.class_name, ())
            case parser.Hash():
                return self._by_id.get(tree.id, ())
            case parser.Element(element=str() as tag):
                return self._by_tag.get(tag.lower(), ())
            case parser.Element():
                return self._all
        return self._candidates(tree.selector)

    def _fits(self, tree: Any, element: HtmlElement) -> bool:
        match tree:
            case parser.Element():
                return tree.element is None or tree.element.lower() == element.tag
            case parser.Class():
                held = self._classes.get(element, ())
                return tree.class_name in held and self._fits(tree.selector, element)
            case parser.Hash():
                return element.get("id") == tree.id and self._fits(tree.selector, element)
            case parser.Attrib():
                return _attribute_fits(tree, element) and self._fits(tree.selector, element)
            case parser.Negation():
                inner = self._fits(tree.subselector, element)
                return not inner and self._fits(tree.selector, element)
            case parser.Pseudo():
                return _pseudo_fits(tree.ident, element) and self._fits(tree.selector, element)
            case parser.Function():
                return _function_fits(tree, element) and self._fits(tree.selector, element)
            case parser.CombinedSelector():
                return element in self._matching(tree)
        return False  # `:has()`, `:is()`: no mail client at rest needs them here


def _related(combinator: str, element: HtmlElement) -> Iterator[HtmlElement]:
    if combinator == " ":
        yield from element.iterancestors()
    elif combinator == ">":
        if (parent := element.getparent()) is not None:
            yield parent
    else:
        for sibling in element.itersiblings(preceding=True):
            if isinstance(sibling.tag, str):
                yield sibling
                if combinator == "+":
                    return


def _attribute_fits(tree: Any, element: HtmlElement) -> bool:
    held = element.get(str(tree.attrib).lower())
    if held is None:
        return False
    wanted = "" if tree.value is None else str(tree.value.value)
    match tree.operator:
        case "exists":
            return True
        case "=":
            return held == wanted
        case "~=":
            return wanted in held.split()
        case "|=":
            return held == wanted or held.startswith(f"{wanted}-")
        case "^=":
            return bool(wanted) and held.startswith(wanted)
        case "$=":
            return bool(wanted) and held.endswith(wanted)
        case "*=":
            return bool(wanted) and wanted in held
    return False


def _pseudo_fits(name: str, element: HtmlElement) -> bool:
    if name == "root":
        return element.getparent() is None
    if name in ("link", "any-link"):
        return element.tag == "a" and element.get("href") is not None
    if name in _ENDS:
        return _is_at(element, *_ENDS[name])
    return False  # :hover, :focus and the like: nobody has touched the mail


_ENDS = {
    "first-child": (True, False, False),
    "last-child": (False, True, False),
    "only-child": (True, True, False),
    "first-of-type": (True, False, True),
    "last-of-type": (False, True, True),
    "only-of-type": (True, True, True),
}


def _is_at(element: HtmlElement, first: bool, last: bool, of_type: bool) -> bool:
    before, after = _position(element, of_type), _position(element, of_type, last=True)
    return (not first or before == 1) and (not last or after == 1)


def _function_fits(tree: Any, element: HtmlElement) -> bool:
    name = str(tree.name)
    if name not in ("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"):
        return False
    step, offset = parser.parse_series(tree.arguments)
    position = _position(element, name.endswith("of-type"), last="last" in name) - offset
    return position == 0 if step == 0 else position % step == 0 and position // step >= 0


def _position(element: HtmlElement, of_type: bool, *, last: bool = False) -> int:
    """Counted from 1 among the elements of the same parent."""
    siblings = element.itersiblings(preceding=not last)
    wanted = [one for one in siblings if isinstance(one.tag, str)]
    return 1 + sum(not of_type or one.tag == element.tag for one in wanted)


def _words(text: str | None) -> frozenset[str]:
    return frozenset(text.split()) if text else frozenset()


def _index(
    elements: Sequence[HtmlElement], keys: Callable[[HtmlElement], Iterable[str]]
) -> dict[str, list[HtmlElement]]:
    found: dict[str, list[HtmlElement]] = {}
    for element in elements:
        for key in keys(element):
            found.setdefault(key, []).append(element)
    return found
