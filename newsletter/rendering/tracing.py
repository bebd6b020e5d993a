"""Which file and line wrote each part of a rendition: a second rendering, with marks.

Frozen bytes never see a mark: they are made first, and without. When somebody asks for a place,
the same variant is composed again from values that know where they were authored; then a
number goes before each run of words and each address, and the compiler carries it to the HTML.
Marks are digits alone, so that no filter, compiler or inliner has a reason to touch them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b

from newsletter.errors import Place
from newsletter.model.content import Section
from newsletter.model.merge import MergeText
from newsletter.model.origin import INDEX_DIGITS, Traced
from newsletter.model.rendition import Rendition
from newsletter.rendering.composing import ComposedSource, Placed, mark_place
from newsletter.rendering.guards import HOLD_TEXT
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.markdown import read_markdown
from newsletter.rendering.markup import Attribute, Kind, Token, scan
from newsletter.rendering.mjml import compile_composed
from newsletter.rendering.parts import body_level
from newsletter.rendering.press import LANGUAGE, Press
from newsletter.rendering.variants import Variant
from newsletter.rendering.views import DisclaimerView, ImageView, SectionView

_CARRIERS = frozenset({"href", "src", "alt", "title"})
_SIGN_DIGITS = 14
_BLANK = " \t\n"


def trace(press: Press, variant: Variant, *, inlined: bool = False) -> Traced:
    """Make a variant once more, with marks.

    Args:
        press: that printed it.
        variant: which.
        inlined: whether CSS is copied into elements too, as in the final bytes. Structure and
            marks are the same without, thirty milliseconds sooner.
    """
    source = press.compose(press.html_context(variant) | _authored(press, variant))
    sign = _unused_digits(source.text)
    spots = list(_spots(source.text))
    places = source.places()
    marked = _with_marks(source.text, spots, sign)
    composed = ComposedSource(marked, source.template, lambda: marked)
    html = compile_composed(composed, lang=LANGUAGE)
    return Traced(
        html=inline_css(html) if inlined else html,
        sign=sign,
        places=tuple(places.at(spot) for spot in spots),
    )


def trace_rendition(press: Press, rendition: Rendition) -> Traced:
    """As `trace`, for the variant that a rendition was printed from."""
    return trace(press, next(one for one in press.offered if one.variant == rendition.variant))


def _authored(press: Press, variant: Variant) -> dict[str, object]:
    """The values of the layout that somebody wrote, each with its place."""
    issue, parts = press.issue, press.parts
    context = press.html_context(variant)
    line: dict[str, object] = {
        name: Placed.at(text.place, str(context[name]))
        for name, text in (("subject", issue.subject), ("preheader", issue.preheader))
    }
    told = {topic.name: topic.disclaimer for topic in issue.topics}
    return line | {
        "opening": _prose(press, issue.body, parts.opening.html, top=2),
        "sections": [_section(press, each) for each in variant.sections],
        "disclaimers": _disclaimers(press, context["disclaimers"], told),
    }


def _disclaimers(
    press: Press, views: object, told: Mapping[str, MergeText]
) -> list[DisclaimerView]:
    chosen = views if isinstance(views, list) else []
    return [replace(view, html=_prose(press, told[view.name], view.html, top=3)) for view in chosen]


def _section(press: Press, section: Section) -> SectionView:
    snippet, view = section.snippet, press.parts.sections[section.key]
    return replace(
        view,
        heading=_line(snippet.heading, view.heading, section),
        body=_prose(press, snippet.body, view.body, top=body_level(snippet)),
        link=_line(snippet.link, view.link, section),
        link_text=_line(snippet.link_text, view.link_text, section),
        image=_image(view.image, snippet.image_place or snippet.place),
    )


def _line(text: MergeText, markup: str, section: Section) -> str:
    place = text.place if text.place.path else section.snippet.place
    return Placed.at(place, markup) if markup else markup


def _image(view: ImageView | None, place: Place) -> ImageView | None:
    if view is None:
        return None
    # An ImageView holds plain text, which the template escapes.
    return replace(
        view,
        src=Placed.at(place, _escaped(view.src)),
        alt=Placed.at(place, _escaped(view.alt)) if view.alt else "",
    )


def _escaped(text: str) -> str:
    return str(Placed.escape(text))


def _prose(press: Press, text: MergeText, markup: str, *, top: int) -> str:
    if not markup:
        return markup
    marked = read_markdown(text, press.mint, top=top, mark=mark_place).html
    return Placed.at(text.place, markup, str(marked))


def _spots(source: str) -> Iterator[int]:
    """Where marks go: before words that readers see, and before addresses and their like."""
    holder, in_body = "", False
    for token in scan(source):
        if token.name == "mj-body":
            in_body = token.kind is Kind.OPEN
        elif not in_body:
            continue
        elif token.kind in (Kind.OPEN, Kind.EMPTY):
            yield from _spots_in_tag(source, token)
        elif token.kind is Kind.TEXT and holder:
            text = source[token.start : token.end]
            words = text.lstrip(_BLANK)
            if words:
                yield token.start + len(text) - len(words)
        if token.kind is Kind.OPEN and token.name in HOLD_TEXT:
            holder = token.name
        elif token.kind is Kind.CLOSE and token.name == holder:
            holder = ""


def _spots_in_tag(source: str, token: Token) -> Iterator[int]:
    for attribute in token.attributes:
        if attribute.name in _CARRIERS and attribute.quoted and (attribute.value or "").strip():
            yield _value_start(source, attribute)


def _value_start(source: str, attribute: Attribute) -> int:
    value = attribute.value or ""
    begin = source.index(value, attribute.start + len(attribute.name) + 1)
    return begin + len(value) - len(value.lstrip(_BLANK))


def _with_marks(source: str, spots: list[int], sign: str) -> str:
    pieces, at = [], 0
    for number, spot in enumerate(spots):
        pieces += [source[at:spot], f"{sign}{number:0{INDEX_DIGITS}}"]
        at = spot
    return "".join([*pieces, source[at:]])


def _unused_digits(text: str) -> str:
    """Digits that stand nowhere in the text, the same ones for the same text."""
    taken = "".join(re.findall(r"[0-9]+ ?", text))
    counter = 0
    while True:
        salt = counter.to_bytes(8, "big")
        number = int.from_bytes(blake2b(text.encode(), digest_size=8, salt=salt).digest(), "big")
        digits = f"7{number:020}"[:_SIGN_DIGITS]
        if digits not in taken:
            return digits
        counter += 1
