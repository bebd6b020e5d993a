"""Which features of caniemail's table a piece of CSS or HTML uses.

Each function names slugs; `detecting` goes through a mail with them. A property, element or
attribute whose name is its slug (`css-float`, `html-video`) needs no entry here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from newsletter.checks.clients.facts import facts
from newsletter.checks.css.syntax import AtRule, Declaration

_SIDES = ("top", "right", "bottom", "left")
_LOGICAL = ("block", "inline")
_PROPERTIES = {
    **dict.fromkeys(_SIDES, "css-left-right-top-bottom"),
    **{f"{box}-{side}": f"css-{box}" for box in ("margin", "padding") for side in _SIDES},
    **{f"{box}-{axis}": f"css-{box}-inline-block"
       for box in ("margin", "padding", "border") for axis in _LOGICAL},
    **{f"margin-{axis}-{end}": f"css-margin-{axis}-start-end"
       for axis in _LOGICAL for end in ("start", "end")},
    **{f"padding-{axis}-{end}": f"css-padding-{axis}-start-end"
       for axis in _LOGICAL for end in ("start", "end")},
    "row-gap": "css-gap", "column-gap": "css-gap", "columns": "css-column-layout-properties",
    "column-rule": "css-column-layout-properties", "column-width": "css-column-layout-properties",
    "block-size": "css-block-inline-size", "inline-size": "css-block-inline-size",
    "overflow-x": "css-overflow", "overflow-y": "css-overflow", "mask": "css-mask-image",
    "flex": "css-display-flex", "flex-flow": "css-flex-wrap", "rotate": "css-transform",
}  # fmt: skip
_BEGINNINGS = {
    "grid-template": "css-grid-template", "scroll-snap": "css-scroll-snap",
    "animation-": "css-animation", "transition-": "css-transition",
    "border-image": "css-border-image", "border-inline-": "css-border-inline-block-longhand",
    "border-block-": "css-border-inline-block-longhand",
}  # fmt: skip
_RADIUS = re.compile(r"border-(top|bottom)-(left|right)-radius|border-(start|end)-\w+-radius")
_BORDER = re.compile(r"border-(?:top|right|bottom|left|width|style|color)(?:-|\Z)")
_FUNCTIONS = {
    "calc": "css-unit-calc", "var": "css-variables", "clamp": "css-function-clamp",
    "min": "css-function-min", "max": "css-function-max", "light-dark": "css-function-light-dark",
    "linear-gradient": "css-linear-gradient", "radial-gradient": "css-radial-gradient",
    "conic-gradient": "css-conic-gradient", "rgb": "css-rgb", "rgba": "css-rgba",
    "lch": "css-modern-color", "oklch": "css-modern-color", "lab": "css-modern-color",
    "oklab": "css-modern-color",
}  # fmt: skip
_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])[-+]?(?:\d+\.?\d*|\.\d+)(%|[a-z]+)")
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)")
_DISPLAYS = {
    "flex": "css-display-flex", "inline-flex": "css-display-flex", "grid": "css-display-grid",
    "inline-grid": "css-display-grid", "none": "css-display-none",
}  # fmt: skip
_WORDS = {
    "initial": "css-unit-initial", "fit-content": "css-intrinsic-size",
    "min-content": "css-intrinsic-size", "max-content": "css-intrinsic-size",
    "system-ui": "css-sytem-ui",
}  # fmt: skip
_MEDIA = {
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "orientation": "css-at-media-orientation",
    "hover": "css-at-media-hover",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
}
_SELECTOR = {
    "css-selector-attribute": re.compile(r"\["),
    "css-selector-child": re.compile(r">"),
    "css-selector-adjacent-sibling": re.compile(r"\+"),
    "css-selector-general-sibling": re.compile(r"~(?!=)"),
    "css-selector-chaining": re.compile(r"[\w-]\.[\w-]|\.[\w-]+[#\[]"),
    "css-selector-universal": re.compile(r"(?:\A|[\s>+~])\*"),
    "css-selector-id": re.compile(r"#[\w-]"),
}
_IN_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_PSEUDO = re.compile(r"(::?)([a-z-]+)")
_OLD_ELEMENTS = frozenset({"before", "after", "first-letter", "first-line"})
_SEMANTICS = (
    "article aside details figcaption figure footer header main mark nav section summary time"
)
_ELEMENTS = {
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(_SEMANTICS.split(), "html-semantics"),
    **dict.fromkeys(("map", "area"), "html-image-maps"),
}
_ATTRIBUTES = {
    "srcset": "html-srcset", "sizes": "html-srcset", "loading": "html-loading-attribute",
    "type": "", "style": "", "title": "", "link": "", "span": "", "code": "", "form": "",
}  # fmt: skip
_PICTURES = {
    "jpg": "jpg", "jpeg": "jpg", "png": "png", "gif": "gif", "webp": "webp", "svg": "svg",
    "avif": "avif", "bmp": "bmp", "ico": "ico", "tif": "tiff", "tiff": "tiff", "heic": "heif",
    "heif": "heif", "mp4": "mp4", "apng": "apng",
}  # fmt: skip
_EXTENSION = re.compile(r"\.([a-z0-9]{2,4})(?:[?#]|\Z)")


def _known(slugs: Iterator[str]) -> frozenset[str]:
    return frozenset(slugs) & facts().features.keys()


@lru_cache(maxsize=4096)
def of_declaration(declaration: Declaration) -> frozenset[str]:
    """A property and the values, units and functions in it."""
    return _known(_in_declaration(declaration))


def _in_declaration(declaration: Declaration) -> Iterator[str]:
    name, value = declaration.name, declaration.value.lower()
    yield _property(name, value)
    if name == "display":
        yield from (_DISPLAYS[word] for word in value.split() if word in _DISPLAYS)
    if declaration.important:
        yield "css-important"
    bare = _STRING.sub(" ", value)
    yield from (_FUNCTIONS[one] for one in _FUNCTION.findall(bare) if one in _FUNCTIONS)
    for unit in _UNIT.findall(bare):
        yield "css-unit-percent" if unit == "%" else f"css-unit-{unit}"
    yield from (slug for word, slug in _WORDS.items() if word in re.split(r"[\s,]+", bare))


def _property(name: str, value: str) -> str:
    if name.startswith("--"):
        return "css-variables"
    if name == "flex-direction":
        return "css-flex-direction" if "column" in value else ""
    if name == "flex-wrap":
        return "css-flex-wrap" if "nowrap" not in value else ""
    if name in _PROPERTIES:
        return _PROPERTIES[name]
    if radius := _RADIUS.fullmatch(name):
        return "css-border-radius" if radius[1] else "css-border-radius-logical"
    if _BORDER.match(name):
        return "css-border"
    return next(
        (slug for beginning, slug in _BEGINNINGS.items() if name.startswith(beginning)),
        f"css-{name}",
    )


@lru_cache(maxsize=1024)
def of_selector(selector: str) -> frozenset[str]:
    """Combinators, attributes and pseudo-classes."""
    return _known(_in_selector(selector))


def _in_selector(selector: str) -> Iterator[str]:
    bare = _IN_BRACKETS.sub("[", selector).replace("(", "")
    yield from (slug for slug, pattern in _SELECTOR.items() if pattern.search(bare))
    for colons, name in _PSEUDO.findall(selector):
        of_element = colons == "::" or name in _OLD_ELEMENTS
        yield f"css-pseudo-{'element' if of_element else 'class'}-{name}"


@lru_cache(maxsize=512)
def of_condition(condition: str) -> frozenset[str]:
    """`@media (prefers-color-scheme: dark)` and its kin."""
    name, _, query = condition.partition(" ")
    return _known(_in_condition(name, query.lower()))


def _in_condition(name: str, query: str) -> Iterator[str]:
    yield f"css-at-{name[1:]}"
    if name == "@media":
        yield from (slug for word, slug in _MEDIA.items() if word in query)


def of_at_rule(rule: AtRule) -> frozenset[str]:
    """`@font-face`, `@import`, `@keyframes`."""
    return _known(iter((f"css-at-{rule.name[1:].removeprefix('-webkit-')}",)))


def of_element(tag: str, attributes: Mapping[str, str]) -> Mapping[str, str]:
    """An element with its attributes: slug -> the source to blame."""
    found = {_ELEMENTS.get(tag, f"html-{tag}"): f"<{tag}>"}
    for name, value in attributes.items():
        slug = _ATTRIBUTES.get(name, f"html-{name}")
        found.setdefault(slug, f'<{tag} {name}="{value[:40]}">')
    found.update(_by_value(tag, attributes))
    return {slug: sample for slug, sample in found.items() if slug in facts().features}


def _by_value(tag: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if tag == "input" or (tag == "button" and attributes.get("type")):
        yield (
            f"html-{tag}-{attributes.get('type', 'text')}",
            f'<{tag} type="{attributes.get("type")}">',
        )
    if tag == "meta" and attributes.get("name") == "color-scheme":
        yield "html-meta-color-scheme", '<meta name="color-scheme">'
    href = attributes.get("href", "") if tag == "a" else ""
    if href.startswith("mailto:"):
        yield "html-mailto-links", f'href="{href[:40]}"'
    elif href.startswith("#") and len(href) > 1:
        yield "html-anchor-links", f'href="{href[:40]}"'
    if tag in ("img", "source"):
        yield from _picture(attributes.get("src", "").lower())


def _picture(source: str) -> Iterator[tuple[str, str]]:
    if source.startswith("data:"):
        yield "image-base64", f'src="{source[:30]}…"'
    elif (found := _EXTENSION.search(source)) and found[1] in _PICTURES:
        yield f"image-{_PICTURES[found[1]]}", f'src="…{source[-20:]}"'
