"""What of HTML may stand in authored Markdown; the one list that all parts share.

Kept small: what mail clients show alike, and nothing that can act or load.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

TAGS = frozenset(
    [
        "p",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "strong",
        "em",
        "b",
        "i",
        "s",
        "del",
        "code",
        "pre",
        "blockquote",
        "a",
        "br",
        "hr",
        "sup",
        "sub",
        "small",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "a": frozenset({"href", "title"}),
        "ol": frozenset({"start"}),
        "th": frozenset({"align", "colspan", "rowspan"}),
        "td": frozenset({"align", "colspan", "rowspan"}),
    }
)
SCHEMES = frozenset({"http", "https", "mailto", "tel"})

TAKEN_WHOLE = frozenset(
    [
        "script",
        "style",
        "title",
        "textarea",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "template",
        "select",
    ]
)
"""Elements that go together with what they hold."""

_ADDRESS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[^\s])", re.IGNORECASE)


def is_address(url: str) -> bool:
    """Whether a link may lead there: an absolute web, mail or phone address."""
    return _ADDRESS.match(url) is not None
