"""MJML documents made up by hypothesis: nesting, attributes, Unicode."""

from __future__ import annotations

import re
from html import escape

from hypothesis import strategies as st

COLOURS = st.sampled_from(["#8a3f4d", "#ffffff", "red", "rgba(0,0,0,0.5)", "#abc"])
PIXELS = st.integers(0, 60).map(lambda n: f"{n}px")
PADDINGS = st.lists(
    st.sampled_from(["0", "0px", "4px", "12px", "25px"]), min_size=1, max_size=4
).map(" ".join)
ALIGNS = st.sampled_from(["left", "center", "right"])
CLASSES = st.lists(st.sampled_from(["one", "two", "three"]), max_size=3, unique=True).map(" ".join)
LINKS = st.sampled_from(
    ["https://example.com/", "https://example.com/a?b=1&c=ü", "mailto:a@example.com"]
)
_CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])
_AWKWARD = [
    "❤\ufe0f",
    "👩\u200d👧",
    "नमस्ते",
    "مرحبا",
    "e\u0301",
    "a\u00a0b",
    "co\u00adop",
    "\\n",
    "“x”",
]
WORDS = st.text(_CHARACTERS, min_size=1, max_size=12) | st.sampled_from(_AWKWARD)
_CLASS_USE = re.compile(r' mj-class="[^"]*"')
_WIDTHS = [["100%"], ["50%", "50%"], ["200px", "400px"], ["25%", "75%"], [""], ["", ""]]


def tag(name: str, attributes: dict[str, str], inner: str | None = "") -> str:
    """A tag as source; no `inner` closes it at once."""
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written} />" if inner is None else f"<{name}{written}>{inner}</{name}>"


def some(**choices: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    """Any of some attributes; `_` in a name stands for `-`."""
    named = {name.replace("_", "-"): values for name, values in choices.items()}
    return st.fixed_dictionaries({}, optional=named)


def plain() -> st.SearchStrategy[str]:
    """Words of any script, escaped."""
    return st.lists(WORDS, min_size=1, max_size=4).map(" ".join).map(escape)


def rich() -> st.SearchStrategy[str]:
    """Words with inline and block HTML."""
    return st.recursive(
        plain(),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(" ".join),
            st.builds(lambda t, x: tag(t, {}, x), st.sampled_from(["b", "em", "p", "span"]), inner),
            st.builds(lambda href, x: tag("a", {"href": href}, x), LINKS, plain()),
            st.builds(lambda x: f"{x}<br />", inner),
        ),
        max_leaves=4,
    )


def contents() -> st.SearchStrategy[str]:
    """What stands in a column."""
    return st.one_of(
        st.builds(lambda a, x: tag("mj-text", a, x), text_attributes(), rich()),
        st.builds(lambda a: tag("mj-image", a, None), image_attributes()),
        st.builds(lambda a, x: tag("mj-button", a, x), button_attributes(), plain()),
        st.builds(
            lambda a: tag("mj-divider", a, None),
            some(border_color=COLOURS, border_width=PIXELS, padding=PADDINGS, css_class=CLASSES),
        ),
        st.builds(lambda h: tag("mj-spacer", {"height": h}, None), PIXELS),
        st.builds(
            lambda a, rows: tag("mj-table", a, "".join(rows)),
            some(color=COLOURS, padding=PADDINGS, align=ALIGNS),
            st.lists(plain().map(lambda x: f"<tr><td>{x}</td></tr>"), min_size=1, max_size=3),
        ),
        plain().map(lambda x: tag("mj-raw", {}, f"<div>{x}</div>")),
    )


def text_attributes() -> st.SearchStrategy[dict[str, str]]:
    """Of `mj-text`."""
    return some(
        color=COLOURS,
        font_size=st.sampled_from(["13px", "17px"]),
        align=ALIGNS,
        padding=PADDINGS,
        line_height=st.sampled_from(["1", "1.6", "24px"]),
        css_class=CLASSES,
        container_background_color=COLOURS,
        mj_class=st.sampled_from(["small", "loud", "small loud"]),
    )


def image_attributes() -> st.SearchStrategy[dict[str, str]]:
    """Of `mj-image`, with what it needs."""
    more = some(
        alt=WORDS,
        width=st.integers(1, 700).map(lambda n: f"{n}px"),
        href=LINKS,
        title=WORDS,
        align=ALIGNS,
        padding=PADDINGS,
        border_radius=PIXELS,
        fluid_on_mobile=st.just("true"),
        css_class=CLASSES,
    )
    return more.map(lambda given: {"src": "https://example.com/a.png", "alt": "", **given})


def button_attributes() -> st.SearchStrategy[dict[str, str]]:
    """Of `mj-button`."""
    return some(
        href=LINKS,
        background_color=COLOURS,
        color=COLOURS,
        inner_padding=PADDINGS,
        padding=PADDINGS,
        border_radius=PIXELS,
        width=st.just("180px"),
        align=ALIGNS,
        css_class=CLASSES,
    )


def columns() -> st.SearchStrategy[str]:
    """One column."""
    attributes = some(
        background_color=COLOURS,
        padding=PADDINGS,
        vertical_align=st.sampled_from(["top", "middle", "bottom"]),
        border_radius=PIXELS,
        css_class=CLASSES,
    )
    inner = st.lists(contents(), min_size=1, max_size=3).map("".join)
    return st.builds(lambda a, x: tag("mj-column", a, x), attributes, inner)


def _column(width: str) -> str:
    return f'<mj-column width="{width}"' if width else "<mj-column"


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Columns beside each other, with widths that add up, perhaps in a group."""
    share = draw(
        st.sampled_from(
            [["100%"], ["50%", "50%"], ["200px", "400px"], ["25%", "75%"], [""], ["", ""]]
        )
    )
    made = [
        draw(columns()).replace(
            "<mj-column", f'<mj-column width="{width}"' if width else "<mj-column", 1
        )
        for width in share
    ]
    inner = "".join(made)
    return tag("mj-group", {}, inner) if len(made) > 1 and draw(st.booleans()) else inner


def sections() -> st.SearchStrategy[str]:
    """One section."""
    attributes = some(
        background_color=COLOURS,
        padding=PADDINGS,
        border_radius=PIXELS,
        border=st.just("1px solid #abc"),
        text_align=ALIGNS,
        direction=st.sampled_from(["ltr", "rtl"]),
        full_width=st.just("full-width"),
        css_class=CLASSES,
    )
    return st.builds(lambda a, x: tag("mj-section", a, x), attributes, rows())


def wrappers() -> st.SearchStrategy[str]:
    """A wrapper around sections."""
    attributes = some(background_color=COLOURS, padding=PADDINGS, css_class=CLASSES)
    inner = st.lists(sections(), min_size=1, max_size=2).map("".join)
    return st.builds(lambda a, x: tag("mj-wrapper", a, x), attributes, inner)


HEAD = """<mj-head><mj-title>{title}</mj-title>{preview}<mj-attributes>
<mj-all font-family="Georgia, serif" /><mj-text padding="{padding}" />
<mj-class name="small" font-size="13px" color="{colour}" /><mj-class name="loud" color="red" />
</mj-attributes><mj-style>.one a {{ color: {colour}; }}</mj-style></mj-head>"""


def heads() -> st.SearchStrategy[str]:
    """A head with defaults, or none."""
    whole = st.builds(
        lambda title, preview, padding, colour: HEAD.format(
            title=title, preview=preview, padding=padding, colour=colour
        ),
        plain(),
        st.just("") | plain().map(lambda x: tag("mj-preview", {}, x)),
        PADDINGS,
        COLOURS,
    )
    return st.just("") | whole


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A whole document."""
    head = draw(heads())
    body = "".join(draw(st.lists(sections() | wrappers(), min_size=1, max_size=3)))
    if not head:
        body = (
            body.replace(' mj-class="small loud"', "")
            .replace(' mj-class="small"', "")
            .replace(' mj-class="loud"', "")
        )
    attributes = draw(some(background_color=COLOURS, width=st.sampled_from(["600px", "480px"])))
    return tag("mjml", {"lang": "en"}, head + tag("mj-body", attributes, body))


_SELECTORS = st.sampled_from(
    ["p", "a", "td", ".one", ".two", "p.one", "div p", "div > p", ".one .two",
     "td, .two", "p + p", "#top", "[lang]", "a:hover", "*.one"]
)  # fmt: skip
_DECLARATIONS = st.sampled_from(
    ["color: red", "color: #8a3f4d", "margin: 0", "margin: 4px 8px", "padding: 3px",
     "font-size: 17px", "background-color: #eeeeee", "font-family: Georgia, serif",
     "text-decoration: none"]
)  # fmt: skip


def rules() -> st.SearchStrategy[str]:
    """A rule of a style block."""
    said = st.lists(_DECLARATIONS, min_size=1, max_size=3).map("; ".join)
    return st.builds(lambda selector, text: f"{selector} {{ {text}; }}", _SELECTORS, said)


def elements() -> st.SearchStrategy[str]:
    """HTML with classes and style attributes to meet the rules."""
    attributes = some(
        **{"class": CLASSES}, style=st.lists(_DECLARATIONS, max_size=2).map("; ".join)
    ).map(lambda given: {name: value for name, value in given.items() if value})
    leaf = st.builds(lambda a, x: tag("p", a, x), attributes, plain())
    link = st.builds(lambda a, x: tag("a", {"href": "https://e.com/", **a}, x), attributes, plain())
    return st.recursive(
        leaf | link,
        lambda inner: st.builds(
            lambda a, x: tag("div", a, "".join(x)), attributes, st.lists(inner, max_size=3)
        ),
        max_leaves=6,
    )


def styled() -> st.SearchStrategy[str]:
    """A whole HTML document with a style block, as MRML would make one."""
    return st.builds(
        lambda css, inner: (
            '<!DOCTYPE html><html lang="en"><head><title>x</title>'
            f"<style>{' '.join(css)}</style></head>"
            f'<body><div id="top">{"".join(inner)}</div></body></html>'
        ),
        st.lists(rules(), max_size=5),
        st.lists(elements(), min_size=1, max_size=4),
    )
