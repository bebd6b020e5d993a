"""The tags of MJML 4: what each may hold and which attributes it may carry.

Data only; `validator` reads it. The names are those of https://documentation.mjml.io/,
less what the compiler we use (MRML) can not do or takes without any effect: an
attribute that would vanish without a word is told, with the way round it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Content(Enum):
    """What may stand between a tag's start and its end."""

    TAGS = auto()  # only the MJML tags named in `children`
    HTML = auto()  # text and HTML, no MJML
    TEXT = auto()  # text and character references only
    CSS = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Tag:
    """One MJML tag.

    Attributes:
        content: what it holds.
        children: tags it may hold, when `content` is TAGS (MRML takes mj-raw in fewer
            places than MJML does).
        attributes: the attributes it may carry.
        required: those it can not do without.
    """

    content: Content
    children: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


def _sides(name: str) -> str:
    return " ".join(f"{name}{side}" for side in ("", "-top", "-right", "-bottom", "-left"))


_PADDING = _sides("padding")
_BORDER = _sides("border")
_FONT = "font-family font-size font-style font-weight color"
_LINES = "letter-spacing line-height text-decoration text-transform"
_BLOCK = f"align container-background-color {_PADDING}"
_LINK = "href rel target"
_BAND = (
    f"background-color background-url background-repeat background-size background-position "
    f"background-position-x background-position-y border-radius direction full-width text-align "
    f"{_BORDER} {_PADDING}"
)
_ICONS = (
    "border font-family icon-align icon-width icon-height icon-wrapped-url icon-wrapped-alt "
    "icon-unwrapped-url icon-unwrapped-alt icon-position"
)
_IN_COLUMN = (
    "mj-accordion mj-button mj-carousel mj-divider mj-image mj-navbar mj-raw mj-social "
    "mj-spacer mj-table mj-text"
)


def _tag(content: Content, attributes: str = "", children: str = "", required: str = "") -> Tag:
    everywhere = "css-class mj-class"
    return Tag(
        content,
        frozenset(children.split()),
        frozenset(f"{attributes} {everywhere}".split()),
        frozenset(required.split()),
    )


def _head(content: Content, attributes: str = "", children: str = "", required: str = "") -> Tag:
    return Tag(
        content,
        frozenset(children.split()),
        frozenset(attributes.split()),
        frozenset(required.split()),
    )


HEAD_TAGS: dict[str, Tag] = {
    "mj-head": _head(
        Content.TAGS,
        children="mj-attributes mj-breakpoint mj-font mj-preview mj-raw mj-style mj-title",
    ),
    "mj-attributes": _head(Content.TAGS),  # its children are DEFAULTS
    "mj-breakpoint": _head(Content.NOTHING, "width", required="width"),
    "mj-font": _head(Content.NOTHING, "name href", required="name href"),
    "mj-preview": _head(Content.TEXT),
    "mj-style": _head(Content.CSS, "inline"),
    "mj-title": _head(Content.TEXT),
}

BODY_TAGS: dict[str, Tag] = {
    "mj-body": _tag(Content.TAGS, "background-color width", "mj-hero mj-raw mj-section mj-wrapper"),
    "mj-wrapper": _tag(Content.TAGS, _BAND, "mj-hero mj-raw mj-section"),
    "mj-section": _tag(Content.TAGS, _BAND, "mj-column mj-group mj-raw"),
    "mj-group": _tag(
        Content.TAGS, "background-color direction vertical-align width", "mj-column mj-raw"
    ),
    "mj-column": _tag(
        Content.TAGS,
        f"background-color border-radius direction inner-background-color inner-border-radius "
        f"vertical-align width {_BORDER} {_sides('inner-border')} {_PADDING}",
        _IN_COLUMN,
    ),
    "mj-hero": _tag(
        Content.TAGS,
        f"background-color background-height background-position background-url "
        f"background-width height inner-background-color vertical-align "
        f"{_sides('inner-padding')} {_PADDING}",
        _IN_COLUMN,
    ),
    "mj-raw": _head(Content.HTML),
    "mj-text": _tag(Content.HTML, f"height vertical-align {_FONT} {_LINES} {_BLOCK}"),
    "mj-table": _tag(
        Content.HTML,
        f"border cellpadding cellspacing color font-family font-size line-height table-layout "
        f"vertical-align width {_BLOCK}",
    ),
    "mj-button": _tag(
        Content.HTML,
        f"background-color border-radius height inner-padding name text-align vertical-align "
        f"width {_BORDER} {_FONT} {_LINES} {_LINK} {_BLOCK}",
    ),
    "mj-image": _tag(
        Content.NOTHING,
        f"alt border border-left border-right border-radius fluid-on-mobile font-size height "
        f"max-height name src srcset title usemap width {_LINK} {_BLOCK}",
        required="src",
    ),
    "mj-divider": _tag(Content.NOTHING, f"border-color border-style border-width width {_BLOCK}"),
    "mj-spacer": _tag(Content.NOTHING, f"container-background-color height {_PADDING}"),
    "mj-social": _tag(
        Content.TAGS,
        f"border-radius icon-height icon-padding icon-size inner-padding line-height mode "
        f"text-decoration text-padding vertical-align {_FONT} {_BLOCK}",
        "mj-social-element",
    ),
    "mj-social-element": _tag(
        Content.HTML,
        f"align alt background-color border-radius icon-height icon-padding icon-size "
        f"line-height name src text-decoration text-padding title vertical-align "
        f"{_FONT} {_LINK} {_PADDING}",
    ),
    "mj-navbar": _tag(
        Content.TAGS,
        f"align base-url hamburger ico-align ico-close ico-color ico-font-family "
        f"ico-font-size ico-line-height ico-open ico-text-decoration ico-text-transform "
        f"{_sides('ico-padding')} {_PADDING}",
        "mj-navbar-link",
    ),
    "mj-navbar-link": _tag(Content.HTML, f"name {_FONT} {_LINES} {_LINK} {_PADDING}"),
    "mj-accordion": _tag(
        Content.TAGS,
        f"container-background-color {_ICONS} {_PADDING}",
        "mj-accordion-element",
    ),
    "mj-accordion-element": _tag(
        Content.TAGS,
        f"background-color {_ICONS}",
        "mj-accordion-text mj-accordion-title",
    ),
    "mj-accordion-title": _tag(
        Content.TEXT, f"background-color color font-family font-size {_PADDING}"
    ),
    "mj-accordion-text": _tag(
        Content.HTML,
        f"background-color color font-family font-size font-weight letter-spacing "
        f"line-height {_PADDING}",
    ),
    "mj-carousel": _tag(
        Content.TAGS,
        f"align border-radius container-background-color icon-width left-icon right-icon "
        f"tb-border tb-border-radius tb-hover-border-color tb-selected-border-color tb-width "
        f"thumbnails {_PADDING}",
        "mj-carousel-image",
    ),
    "mj-carousel-image": _tag(
        Content.NOTHING,
        f"alt border-radius src tb-border tb-border-radius thumbnails-src title {_LINK}",
        required="src",
    ),
}

# Where the compiler takes no comment, besides tags that hold text, CSS or nothing.
WITHOUT_COMMENTS = frozenset({"mj-attributes", "mj-carousel", "mj-accordion-element"})
# Where it takes `<!--[if mso]>...<![endif]-->` and `<![if !mso]>`.
WITH_CONDITIONS = frozenset(
    {"mj-raw", "mj-text", "mj-social-element", "mj-navbar-link", "mj-accordion-text"}
)

ROOT = Tag(Content.TAGS, frozenset({"mj-head", "mj-body"}), frozenset({"lang", "dir"}))

TAGS: dict[str, Tag] = {"mjml": ROOT, **HEAD_TAGS, **BODY_TAGS}


def _defaults() -> dict[str, Tag]:
    """What may stand in `mj-attributes`: each body tag, `mj-all` and `mj-class`, all empty."""
    every = frozenset().union(*(tag.attributes for tag in BODY_TAGS.values()))
    named = {
        name: Tag(Content.NOTHING, attributes=tag.attributes) for name, tag in BODY_TAGS.items()
    }
    return named | {
        "mj-all": Tag(Content.NOTHING, attributes=every),
        "mj-class": Tag(Content.NOTHING, attributes=every | {"name"}, required=frozenset({"name"})),
    }


DEFAULTS: dict[str, Tag] = _defaults()

# Tags of MJML we do not take, and the way round.
REFUSED: dict[str, str] = {
    "mj-include": 'Write {% include "folder/file.mjml" %} instead.',
    "mj-html-attributes": "Write the element in mj-raw with the attribute on it.",
    "mj-selector": "Write the element in mj-raw with the attribute on it.",
    "mj-html-attribute": "Write the element in mj-raw with the attribute on it.",
}

_ON_CONTAINER = "Use container-background-color."
_LEAVE_OUT = "Leave it out."

# Attributes of MJML that this compiler takes without any effect, and the way round.
WITHOUT_EFFECT: dict[tuple[str, str], str] = {
    ("mj-accordion-title", "font-weight"): _LEAVE_OUT,
    ("mj-button", "title"): _LEAVE_OUT,
    ("mj-hero", "border-radius"): "Put it on a wrapper around the hero.",
    ("mj-hero", "container-background-color"): "Use background-color.",
    ("mj-hero", "mode"): "Set the height alone.",
    ("mj-image", "border-bottom"): "Use border, or mj-divider below.",
    ("mj-image", "border-top"): "Use border, or mj-divider above.",
    ("mj-image", "sizes"): _LEAVE_OUT,
    ("mj-raw", "position"): _LEAVE_OUT,
    ("mj-section", "text-padding"): "Use padding.",
    ("mj-social", "table-layout"): _LEAVE_OUT,
    ("mj-social-element", "icon-position"): _LEAVE_OUT,
    ("mj-social-element", "sizes"): _LEAVE_OUT,
    ("mj-social-element", "srcset"): _LEAVE_OUT,
    ("mj-spacer", "border"): "Use mj-divider.",
    ("mj-spacer", "border-bottom"): "Use mj-divider.",
    ("mj-spacer", "border-left"): "Use mj-divider.",
    ("mj-spacer", "border-right"): "Use mj-divider.",
    ("mj-spacer", "border-top"): "Use mj-divider.",
    ("mj-table", "font-weight"): "Put the style on the cells.",
    ("mj-table", "role"): "Write the table in mj-raw or mj-text to give it a role.",
    ("mj-text", "background-color"): _ON_CONTAINER,
    ("mj-wrapper", "gap"): "Use padding on the sections.",
    ("mj-wrapper", "text-padding"): "Use padding.",
}
