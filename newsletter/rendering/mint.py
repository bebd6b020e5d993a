"""Tokens of merge tags: what stands in final bytes where a reader's value will be.

While an issue is rendered, each `MergeField` becomes a token for the context it lands in.
Tokens are alphanumeric, so Markdown, MJML, CSS inlining and URLs leave them alone; they share
a nonce that occurs nowhere in the content, so nothing an author wrote can pass for one.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from newsletter.model.merge import Context, MergeField, MergeTag, MergeText
from newsletter.rendering.utm import Tagging, untagged

PREFIX = "nl"
NONCE_LENGTH = 10
_TELLING = len(PREFIX) + 6
"""So much of a token's beginning is told from other text."""


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

    def __init__(self, nonce: str, tagging: Tagging = untagged) -> None:
        self.nonce = nonce
        self._tagging = tagging
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

    def address(self, url: str) -> str:
        """A link of content, its marks turned into tokens, with the site's parameters."""
        return self._tagging(self.settle(url, Context.URL))

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


def _by_token(tag: MergeTag) -> str:
    return tag.token
