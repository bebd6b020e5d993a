"""The letter itself: its settings and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.authoring.notation import AsWritten, Value
from newsletter.authoring.settings import drop_setting, set_setting
from newsletter.authoring.spans import layout
from newsletter.content.files import one_line_end
from newsletter.content.front_matter import split_document
from newsletter.content.hints import near, shown
from newsletter.content.issue import ISSUE_KEYS
from newsletter.content.snippets import SNIPPET_KEYS
from newsletter.errors import UsageError

BODY = "body"
LETTER_FIELDS = ("subject", "preheader", "send_at", "timezone", "layout", "audience", BODY)
SNIPPET_FIELDS = (*SNIPPET_KEYS, BODY)
_NEVER_EMPTY = ("subject", "title", "kind", "alt")


@dataclass(frozen=True, slots=True)
class Letter:
    """An issue's settings as they are written, for a form; an absent one is empty.

    Attributes:
        audience: in the notation of the file: `everyone`, or `{clinic: [berlin]}`.
        send_at: a wall time of `timezone`, as written.
        body: the opening, Markdown.
    """

    subject: str
    preheader: str
    send_at: str
    timezone: str
    layout: str
    audience: str
    body: str


def read_letter(text: str, path: str = "") -> Letter:
    """The letter of an issue's text; raises ContentError when it can not be read at all."""
    return Letter(**{field: written(text, field, path) for field in LETTER_FIELDS})


def written(text: str, field: str, path: str = "") -> str:
    """What a field says: a text without its quotes, a list or mapping as it is written."""
    if field == BODY:
        return split_document(text, path).body
    pair = layout(text, path).settings.pair(field)
    if pair is None:
        return ""
    value = pair.value
    return text[value.start : value.end] if value.pairs or value.items else value.text.strip()


def change_letter(text: str, changes: Mapping[str, str], path: str = "") -> str:
    """Change fields of an issue.

    Args:
        changes: field of `LETTER_FIELDS` -> what it is to say. Empty takes the setting out,
            so that the site's own holds; a subject stays, empty.

    Raises:
        UsageError: no such field.
        ContentError: an audience that is no YAML.
    """
    return _changed(text, changes, LETTER_FIELDS, ISSUE_KEYS, path)


def change_snippet(text: str, changes: Mapping[str, str | None], path: str = "") -> str:
    """Change fields of a snippet (`SNIPPET_FIELDS`), as `change_letter`.

    An empty `alt` says that a picture only decorates; None takes any field out.
    """
    return _changed(text, changes, SNIPPET_FIELDS, SNIPPET_KEYS, path)


def set_body(text: str, body: str, path: str = "") -> str:
    """Other words below the settings; blank lines around them stay as they are."""
    document = split_document(text, path)
    body = one_line_end(body).strip("\n").rstrip()
    if body == document.body:
        return text
    lines = text.split("\n")
    head = "\n".join(lines[: document.body_line - 1])
    ends = text[len(text.rstrip()) :].count("\n") if document.body else 1
    return f"{head}\n{body}" + "\n" * ends if body else f"{head}\n"


def _changed(
    text: str,
    changes: Mapping[str, str | None],
    fields: tuple[str, ...],
    order: tuple[str, ...],
    path: str,
) -> str:
    for field, value in changes.items():
        if field not in fields:
            raise UsageError(f'"{shown(field)}" can not be changed here. {near(field, fields)}')
        said = one_line_end(value).strip() if value is not None else ""
        if field == BODY:
            text = set_body(text, value or "", path)
        elif value is None or (not said and field not in _NEVER_EMPTY):
            text = drop_setting(text, field, path)
        else:
            text = set_setting(text, field, _value(field, said), order, path)
    return text


def _value(field: str, said: str) -> Value:
    if field == "audience" or field == "send_at":
        return AsWritten(said)
    return said
