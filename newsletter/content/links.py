"""Which addresses may stand behind a link (RFC 3986, RFC 6068)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from newsletter.model.merge import MergeText

_FORBIDDEN = re.compile(r"[\s\"<>\\^`{|}\x00-\x20\x7f-\x9f]")
_HOST = re.compile(r"[^\W_](?:[\w.-]*[^\W_])?|\[[0-9a-fA-F:.]+\]")
_BEFORE_FIELD = re.compile(r"https?://[^/?#]+[/?#]|mailto:[^?@]+@[^?@]+\?", re.IGNORECASE)


def link_problem(link: MergeText) -> str:
    """Say what keeps a text from being a link.

    Args:
        link: as authored; a field's value is escaped later, so it stands for one character.

    Returns:
        Words that follow the setting's name, or an empty text.
    """
    address = link.join(lambda _: "x")
    if _FORBIDDEN.search(address):
        return "has a space or a character that an address can not have."
    if link.fields and not _BEFORE_FIELD.match(_beginning(link)):
        return "must say where it leads before a reader's field stands in it."
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto":
        return "" if re.match(r"[^@?]+@[^@?]+\.[^@?]+", rest) else "is not a mail address."
    if scheme.lower() not in {"https", "http"} or not rest.startswith("//"):
        return "must be a complete address: https, http or mailto."
    return _host_problem(address)


def _host_problem(address: str) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return "is not a web address."
    if "@" in parts.netloc:
        return "must not hold a name or password."
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    return "" if _HOST.fullmatch(host.rstrip(":")) else "has no host."


def _beginning(link: MergeText) -> str:
    first = link.pieces[0]
    return first if isinstance(first, str) else ""
