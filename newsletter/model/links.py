"""What a link is counted as: one form for all its readers, with nothing personal in it.

The same address stands in a frozen letter with merge tags, and comes back from a provider with a
reader's values in their places. `link_pattern` makes the counted form of the first, and
`counted_url` finds it again for the second: the values between its fixed parts are dropped. What
is in no letter is cut back to its page, for nobody knows what its query holds.

Both normalise as RFC 3986, section 6.2.2 and 6.2.3: letter case, percent-encoding, default port.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

VALUE = "*"
"""Stands in a counted address where each reader has a value of their own."""

_MOST_REMEMBERED = 4096
_PORTS = {"http": 80, "https": 443}
_SAFE = "%/:@!$&'()*+,;=~?-._[]"
_ENCODED = re.compile("%[0-9a-fA-F]{2}")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")
_TRACKING = re.compile("utm_", re.IGNORECASE)
_PERSONAL = "unsubscribe|preferences|view|confirm|address|undo|reason"
_OWN_PAGE = re.compile(f"/(?:{_PERSONAL})/")
# As `tokens.Signer` writes a mark; told anywhere, for a site may have moved since.
_MARKED = re.compile(f"/(?:{_PERSONAL})/[A-Za-z0-9_-]{{44}}(?![A-Za-z0-9_-])")
_ADDRESS = re.compile("@|%40")


@dataclass(frozen=True, slots=True)
class LetterLink:
    """A link of a frozen letter, and where it stands.

    Attributes:
        url: what `link_pattern` made of it.
        section: `masthead`, `opening`, `footer`, or the key of a section.
        title: of that section, for people; may be empty.
    """

    url: str
    section: str
    title: str


def counted_url(url: str, public_url: str, known: tuple[str, ...] = ()) -> str | None:
    """What a clicked address is counted as.

    Args:
        url: as the provider tells it, with one reader's values in it.
        public_url: where readers reach the site, without a slash at the end.
        known: what `link_pattern` made of the letter's links (`approval_link.url`).

    Returns:
        The one of `known` that it is. Else the address without query and fragment, and without
        any component that holds an address. None: no web address, or a page of ours for one
        reader, as to unsubscribe, which is never counted.
    """
    return _counted(url, public_url, known)


def link_pattern(url: str, public_url: str, tokens: Iterable[str] = ()) -> str | None:
    """What a link of a frozen letter is counted as.

    Args:
        url: as it stands in the final bytes, no longer escaped for HTML.
        public_url: as above.
        tokens: of the letter's merge tags.

    Returns:
        The address without `utm_` parameters, which say where a click came from, and with `*`
        in the place of each reader's value; None as above.
    """
    for token in tokens:
        url = url.replace(token, VALUE)
    parts = _web(url)
    return None if parts is None or _is_personal(parts, public_url) else _normal(parts)


def page_of(url: str) -> str:
    """A counted address cut back to its page: no query, no fragment, no mail address."""
    origin, slash, path = _page(url)
    kept = (VALUE if _ADDRESS.search(each) else each for each in path.split("/"))
    return f"{origin}{slash}{'/'.join(kept)}"


def _page(url: str) -> tuple[str, str, str]:
    page = re.split("[?#]", url, maxsplit=1)[0]
    start = page.index("://") + 3
    host, slash, path = page[start:].partition("/")
    return page[:start] + host, slash, path


@lru_cache(_MOST_REMEMBERED)
def _counted(url: str, public_url: str, known: tuple[str, ...]) -> str | None:
    parts = _web(url)
    if parts is None or _is_personal(parts, public_url):
        return None
    form = _normal(parts)
    return form if form in known else _match(form, known) or page_of(form)


def _match(form: str, known: tuple[str, ...]) -> str | None:
    """The known form that says most about it."""
    fitting = [each for each in known if VALUE in each and _pattern(each).fullmatch(form)]
    return max(fitting, key=lambda each: (len(each.replace(VALUE, "")), each), default=None)


@lru_cache(_MOST_REMEMBERED)
def _pattern(known: str) -> re.Pattern[str]:
    """A reader's value is one component, whatever it holds."""
    return re.compile("[^/?#&]*".join(map(re.escape, known.split(VALUE))))


def _web(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname else None


def _is_personal(parts: SplitResult, public_url: str) -> bool:
    if _MARKED.search(parts.path):
        return True
    own = _web(public_url)
    if own is None or (own.hostname, _port(own)) != (parts.hostname, _port(parts)):
        return False
    base = own.path.rstrip("/")
    return parts.path.startswith(base) and bool(_OWN_PAGE.match(parts.path, len(base)))


def _normal(parts: SplitResult) -> str:
    pieces = (piece for piece in parts.query.split("&") if not _TRACKING.match(piece))
    query = "&".join(filter(None, pieces))
    return "".join(
        (
            f"{parts.scheme}://{_host(parts)}{_port(parts)}",
            _tidy(parts.path) or "/",
            f"?{_tidy(query)}" if query else "",
            f"#{_tidy(parts.fragment)}" if parts.fragment else "",
        )
    )


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return f"[{host}]"
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return quote(host)


def _port(parts: SplitResult) -> str:
    return "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"


def _tidy(text: str) -> str:
    return quote(_ENCODED.sub(_decoded, text), safe=_SAFE)


def _decoded(code: re.Match[str]) -> str:
    character = chr(int(code[0][1:], 16))
    return character if _UNRESERVED.fullmatch(character) else code[0].upper()
