"""HTML of authored text through an allow-list (nh3), and its marks settled."""

from __future__ import annotations

import nh3
from markupsafe import Markup

from newsletter.model.merge import Context
from newsletter.rendering.allowed import ATTRIBUTES, SCHEMES, TAGS, TAKEN_WHOLE, is_address
from newsletter.rendering.mint import Mint


def sanitize(html: str, mint: Mint) -> Markup:
    """Let through what `allowed` names, and turn each mark into a token for where it stands.

    Args:
        html: from Markdown; may hold anything an author wrote.
        mint: made the marks in it.

    Returns:
        Well-formed HTML: every tag closed, `<`, `>` and `&` escaped, so it can stand in MJML.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return mint.address(value) if is_address(value, mint.prefix) else None
        return mint.settle(value, Context.ATTRIBUTE)

    clean = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(TAKEN_WHOLE),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=attribute,
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    closed = clean.strip().replace("<br>", "<br />").replace("<hr>", "<hr />")
    return Markup(mint.settle(closed, Context.HTML))  # noqa: S704 - just made safe
