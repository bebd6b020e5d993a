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


_PLACE_KNOWN = re.compile(r"https?://[^/?#]+[/?#]|mailto:[^?@]+@[^?@]+\?", re.IGNORECASE)


def is_address(url: str, field: str = "") -> bool:
    """Whether a link may lead there: an absolute web, mail or phone address.

    Args:
        url: as authored.
        field: what every reader's value in it begins with; a value may not say which host
            or mailbox the link leads to.
    """
    if field and field in url and not _PLACE_KNOWN.match(url.partition(field)[0]):
        return False
    return _ADDRESS.match(url) is not None
