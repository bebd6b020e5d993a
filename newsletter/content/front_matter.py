"""A content file: settings between two lines of `---`, then Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from newsletter.content.yaml_tree import Entries, parse_yaml
from newsletter.errors import ContentError, Place, Problem

FENCE = "---"
_LONGEST_SETTINGS = 100_000
_KEPT = 512


@dataclass(frozen=True, slots=True)
class Document:
    """A content file in its two halves.

    Attributes:
        path: relative to the site.
        settings: what stands between the fences.
        body: the Markdown, without blank lines around it.
        body_line: where the body begins.
    """

    path: str
    settings: Entries
    body: str
    body_line: int


def split_document(text: str, path: str) -> Document:
    """Split and parse a content file; the same settings are parsed once.

    Raises:
        ContentError: a fence is missing or the settings are not YAML keys and values.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise _error(
            path,
            1,
            "The file must begin with a line of `---`.",
            "Put its settings there, then `---` again, then the words.",
        )
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), 0)
    if not end:
        raise _error(path, 1, "The closing `---` is missing.", "Put it below the last setting.")
    body, body_line = _body(lines, end + 1)
    return Document(path, _settings("\n".join(lines[1:end]), path), body, body_line)


@lru_cache(maxsize=_KEPT)  # YAML is most of what loading costs; a save changes little of it
@lru_cache(maxsize=_KEPT)  # other words below the same settings: nothing is parsed anew
def _settings(text: str, path: str) -> Entries:
    if len(text) > _LONGEST_SETTINGS:
        raise _error(
            path,
            2,
            "There is too much between the two lines of `---`.",
            "Words go below the second.",
        )
    node = parse_yaml(text + "\n", Place(path, 2))
    if node is None:
        return Entries((), 1)
    if not isinstance(node, Entries):
        raise _error(path, node.line, "Settings are `key: value` lines.", "Like `number: 12`.")
    return node


def _body(lines: list[str], start: int) -> tuple[str, int]:
    while start < len(lines) - 1 and not lines[start].strip():
        start += 1
    return "\n".join(lines[start:]).rstrip(), start + 1


def _error(path: str, line: int, message: str, hint: str) -> ContentError:
    return ContentError([Problem(Place(path, line), message, hint)])
