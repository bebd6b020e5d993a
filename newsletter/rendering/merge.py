"""A reader's values, escaped for where they land and put in the place of merge tags.

The provider puts them in (SendGrid's substitutions), or `fill` does, with the same meaning:
plain replacement, once, never scanned again. `mint` makes the tokens they replace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape as escape_html
from string import ascii_letters, digits, punctuation
from urllib.parse import quote

from newsletter.model.merge import Context, MergeTag
from newsletter.model.rendition import Mail, Rendition
from newsletter.rendering.mint import NONCE_LENGTH, PREFIX

MOST_CHARACTERS = 200
"""A reader's value is cut here: SendGrid allows 10,000 bytes of substitutions a reader."""

LINKS = "link."
"""Sources that begin so are whole addresses which this program made."""

# Controls, line and paragraph separators, lone surrogates, and the marks that turn the
# direction of what follows them (U+202A-202E, U+2066-2069); joiners of emoji may stay.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)

# Bytes that are the same in every escaped form; white space is looked at more closely.
_UNRESERVED = (ascii_letters + digits + "-._~").encode()
_MARKUP_FREE = (
    (ascii_letters + digits + punctuation).translate(str.maketrans("", "", "&<>\"'")).encode()
)

Reader = Mapping[str, str]
Prepared = Callable[[Reader], tuple[str, ...]]
Filler = Callable[[str | None], str]
ColumnFiller = Callable[[Sequence[str]], Sequence[str]]


def escape(value: str, context: Context) -> str:
    """Make a value safe for where it lands.

    Line breaks and other controls become a space everywhere (RFC 5322 2.2: a header is one
    line). In an address the value is one component, whatever it holds (RFC 3986 2.1).

    Args:
        value: as the reader gave it.
        context: where it lands.

    Returns:
        The value for HTML text, a quoted attribute, a URL component, or plain text.
    """
    return _ESCAPERS[context](_fit(value))


def escape_address(value: str) -> str:
    """A whole address of our own for a quoted attribute: nothing is percent-encoded anew."""
    return escape_html(_fit(value))


def prepare(tags: Sequence[MergeTag]) -> Prepared:
    """Get ready to make the values of many readers.

    Args:
        tags: of one rendition, in the order in which values are wanted.

    Returns:
        A function from a reader's values (source -> value) to one escaped value a tag. A
        value that is missing, empty or holds the nonce gives the tag's default.
    """
    steps = [(tag.source, filler(tag)) for tag in tags]

    def values(reader: Reader) -> tuple[str, ...]:
        get = reader.get
        return tuple([fill(get(source)) for source, fill in steps])

    return values


def values_for(tags: Sequence[MergeTag], reader: Reader) -> tuple[str, ...]:
    """One reader's values, one a tag; for many readers call `prepare` once."""
    return prepare(tags)(reader)


def fill(rendition: Rendition, reader: Reader) -> Mail:
    """One reader's own mail.

    Args:
        rendition: with tokens.
        reader: source -> value: `subscriber.first_name`, `link.unsubscribe`.

    Returns:
        Subject, HTML and text with every token replaced, in one pass.
    """
    tags = rendition.merge_tags
    if not tags:
        return Mail(rendition.subject, rendition.html, rendition.text)
    values = dict(zip((tag.token for tag in tags), prepare(tags)(reader), strict=True))
    pattern = re.compile("|".join(values))

    def put(text: str) -> str:
        return pattern.sub(lambda token: values[token[0]], text)

    return Mail(put(rendition.subject), put(rendition.html), put(rendition.text))


def filler(tag: MergeTag) -> Filler:
    """Get ready to make one tag's value for many readers: from the bare to the escaped value.

    A value that is missing, empty or holds the nonce gives the tag's default.
    """
    address = tag.source.startswith(LINKS)
    component = tag.context is Context.URL and not address
    most = None if address else MOST_CHARACTERS
    escaped = escape_address if address and tag.context is Context.URL else _ESCAPERS[tag.context]
    harmless = _UNRESERVED if component else _MARKUP_FREE
    as_it_is = _is_ascii_word if component else str.isalnum
    default = escaped(_fit(tag.default))
    nonce = _nonce(tag)

    def filled(value: str | None) -> str:
        if not value or nonce in value:
            return default
        if as_it_is(value) and len(value) <= MOST_CHARACTERS:
            return value  # most names: letters and digits of any script need nothing
        value = value[:most]
        if not value.encode("utf-8", "surrogatepass").translate(None, harmless):
            return value  # all our links; several times faster than escaping
        return escaped(_fit(value).strip()) or default

    return filled


def column_filler(tag: MergeTag) -> ColumnFiller:
    """As `filler`, for one value of each of many readers at a time, several times quicker.

    Addresses differ from reader to reader, but one look at all of them tells that they need
    nothing. Names recur: each is escaped once.
    """
    fill, nonce = filler(tag), _nonce(tag)

    def addresses(values: Sequence[str]) -> Sequence[str]:
        told = "".join(values)
        is_harmless = not told.encode("utf-8", "surrogatepass").translate(None, _MARKUP_FREE)
        if is_harmless and all(values) and nonce not in told:
            return values
        return list(map(fill, values))

    def words(values: Sequence[str]) -> Sequence[str]:
        made = {value: fill(value) for value in set(values)}
        return [made[value] for value in values]

    return addresses if tag.source.startswith(LINKS) else words


def _nonce(tag: MergeTag) -> str:
    return tag.token[len(PREFIX) : len(PREFIX) + NONCE_LENGTH]


def _fit(value: str) -> str:
    return _UNFIT.sub(" ", value)


def _plain(value: str) -> str:
    return value


def _is_ascii_word(value: str) -> bool:
    return value.isascii() and value.isalnum()


def _component(value: str) -> str:
    return quote(value, safe="")


_ESCAPERS: Mapping[Context, Callable[[str], str]] = {
    # The title of a mail is shown in an aria-label too, so HTML text escapes quotes as well.
    Context.HTML: escape_html,
    Context.ATTRIBUTE: escape_html,
    Context.PREHEADER: escape_html,
    Context.URL: _component,
    Context.TEXT: _plain,
    Context.SUBJECT: _plain,
}
