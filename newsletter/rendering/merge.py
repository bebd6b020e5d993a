"""Merge tags: the marks in final bytes that a reader's values replace.

While an issue is rendered, each `MergeField` becomes a token for the context it lands in.
Tokens are alphanumeric, so Markdown, MJML, CSS inlining and URLs leave them alone; they share
a nonce that occurs nowhere in the content, so nothing an author wrote can pass for one.
Later a reader's values are escaped for those contexts and put in, by the provider
(SendGrid's substitutions) or by `fill`: plain replacement, once, never scanned again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from html import escape as escape_html
from urllib.parse import quote

from newsletter.model.merge import Context, MergeField, MergeTag, MergeText
from newsletter.model.rendition import Mail, Rendition

PREFIX = "nl"
NONCE_LENGTH = 10
MOST_CHARACTERS = 200
"""A reader's value is cut here: SendGrid allows 10,000 bytes of substitutions a reader."""

_TELLING = len(PREFIX) + 6
"""So much of a token's beginning is told from other text."""

LINKS = "link."
"""Sources that begin so are whole addresses which this program made."""

# Controls, line and paragraph separators, lone surrogates, and the marks that turn the
# direction of what follows them (U+202A-202E, U+2066-2069); joiners of emoji may stay.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)

Reader = Mapping[str, str]
Prepared = Callable[[Reader], tuple[str, ...]]


def choose_nonce(seed: bytes, content: str) -> str:
    """The shared part of an issue's tokens: the same files give the same one.

    Args:
        seed: what the issue is made of.
        content: everything an author can put into the bytes.

    Returns:
        Lower-case hexadecimal digits that do not occur in `content`.
    """
    counter = 0
    while True:
        digest = blake2b(seed, digest_size=NONCE_LENGTH // 2, salt=counter.to_bytes(8, "big"))
        if digest.hexdigest() not in content:
            return digest.hexdigest()
        counter += 1


class Mint:
    """Makes the tokens of one issue, each once, numbered in order of first use.

    A field whose context is not known yet gets a *mark*; `settle` turns marks into tokens
    once it is known, as inside Markdown, where a field may land in a link or beside it.
    """

    def __init__(self, nonce: str) -> None:
        self.nonce = nonce
        self.prefix = PREFIX + nonce  # of every mark and token
        self._fields: dict[MergeField, int] = {}
        self._tags: dict[tuple[MergeField, Context], MergeTag] = {}
        self._mark = re.compile(f"{self.prefix}m([0-9]+)x")
        self._token = re.compile(f"{self.prefix}[0-9]+x")

    def mark(self, field: MergeField) -> str:
        """A stand-in for the field until its context is known."""
        number = self._fields.setdefault(field, len(self._fields))
        return f"{self.prefix}m{number}x"

    def token(self, field: MergeField, context: Context) -> str:
        """The token of the field in that context."""
        tag = self._tags.get((field, context))
        if tag is None:
            token = f"{self.prefix}{len(self._tags)}x"
            tag = MergeTag(token, field.source, field.default, context)
            self._tags[field, context] = tag
        return tag.token

    def settle(self, text: str, context: Context) -> str:
        """The text with each mark turned into a token for `context`."""
        if self.nonce not in text:
            return text
        fields = tuple(self._fields)
        return self._mark.sub(lambda mark: self.token(fields[int(mark[1])], context), text)

    def write(self, text: MergeText, context: Context) -> str:
        """An authored text with tokens, not escaped."""
        return text.join(lambda field: self.token(field, context))

    def named(self, text: str) -> str:
        """The text with marks and tokens as an author knows them, for messages."""
        marked = self._mark.sub(lambda mark: self._named(tuple(self._fields)[int(mark[1])]), text)
        for tag in self._tags.values():
            marked = marked.replace(tag.token, self._named(tag))
        return marked

    @staticmethod
    def _named(field: MergeField | MergeTag) -> str:
        return "{{ " + field.source + " }}"

    def tags_in(self, *texts: str) -> tuple[MergeTag, ...]:
        """The tags whose tokens occur in the texts, sorted by token."""
        found = {token for text in texts for token in self._token.findall(text)}
        return tuple(
            sorted((tag for tag in self._tags.values() if tag.token in found), key=_by_token)
        )

    def strays_in(self, text: str) -> int:
        """How many damaged tokens there are: cut short, or in capitals (a template's filter)."""
        known = {tag.token for tag in self._tags.values()}
        whole = sum(token in known for token in self._token.findall(text))
        return text.lower().count(self.prefix[:_TELLING]) - whole


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
    steps = [(tag.source, _filler(tag)) for tag in tags]

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


def _filler(tag: MergeTag) -> Callable[[str | None], str]:
    address = tag.source.startswith(LINKS)
    most = None if address else MOST_CHARACTERS
    escaped = escape_address if address and tag.context is Context.URL else _ESCAPERS[tag.context]
    default = escaped(_fit(tag.default))
    nonce = tag.token[len(PREFIX) : len(PREFIX) + NONCE_LENGTH]

    def filled(value: str | None) -> str:
        if not value or nonce in value:
            return default
        value = value[:most]
        if value.isalnum() and value.isascii():
            return value  # nothing to escape in any context: most first names
        fit = value if value.isprintable() else _fit(value)
        return escaped(fit.strip()) or default

    return filled


def _fit(value: str) -> str:
    return _UNFIT.sub(" ", value)


def _plain(value: str) -> str:
    return value


def _component(value: str) -> str:
    return quote(value, safe="")


def _by_token(tag: MergeTag) -> str:
    return tag.token


_ESCAPERS: Mapping[Context, Callable[[str], str]] = {
    # The title of a mail is shown in an aria-label too, so HTML text escapes quotes as well.
    Context.HTML: escape_html,
    Context.ATTRIBUTE: escape_html,
    Context.PREHEADER: escape_html,
    Context.URL: _component,
    Context.TEXT: _plain,
    Context.SUBJECT: _plain,
}
