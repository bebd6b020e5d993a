r"""The only thing content can say between braces: a field of the reader.

::

    text    = anything without `{{`, `}}`, `{%` or `{#`
    field   = "{{" "subscriber." NAME [ "|" "default(" string ")" ] "}}"
    string  = '"' ... '"' | "'" ... "'"      on one line; \" \' and \\ are escapes

White space may stand between the parts of a field. Single braces are plain text, but for
`{ subscriber.`, which is a field with a brace missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from newsletter.errors import Place, Problem, nearest
from newsletter.model.merge import MergeField, MergeText

SUBSCRIBER = "subscriber."
MOST_PROBLEMS = 20  # a megabyte of braces must not take minutes to refuse
EXAMPLE = '{{ subscriber.first_name | default("there") }}'

# Of three braces in a row the first is text: `{{{ subscriber.email }}}` is a field in braces.
_MARK = re.compile(r"\{(?=\{\{(?!\{))|\{\{|\{%|\{#|\}\}|\{(?=\s*subscriber\b)")
_FIELD = re.compile(
    r"""\{\{\s*subscriber\.(?P<name>\w+)\s*
        (?:\|\s*default\(\s*(?P<default>"(?:[^"\\\n]|\\["'\\])*"|'(?:[^'\\\n]|\\["'\\])*')\s*\)\s*)?
        \}\}""",
    re.VERBOSE,
)
_NAME = re.compile(r"\{+\s*(?:subscriber\s*\.\s*)?(\w+)")
_ESCAPE = re.compile(r"""\\(["'\\])""")
_ANY_MARK = re.compile(r"\{\{|\{%|\{#")


def has_marks(text: str) -> bool:
    """Whether a text holds what would be read as a merge field or a template's mark."""
    return _ANY_MARK.search(text) is not None


def parse_merge(
    text: str, place: Place, fields: Collection[str]
) -> tuple[MergeText, tuple[Problem, ...]]:
    """Read authored text.

    Args:
        text: what was written.
        place: of its first line.
        fields: the names that may follow `subscriber.`.

    Returns:
        The text as pieces, and what is wrong with it (at most `MOST_PROBLEMS`); with
        problems it must not be used.
    """
    pieces: list[str | MergeField] = []
    problems: list[Problem] = []
    start = at = 0
    while (found := _MARK.search(text, at)) and len(problems) < MOST_PROBLEMS:
        at = found.end()
        if found[0] == "{" and text.startswith("{{", at):
            continue
        field = _FIELD.match(text, found.start())
        if field and field["name"] in fields:
            pieces += [text[start : found.start()], _field(field)]
            start = at = field.end()
        else:
            line = place.line + text.count("\n", 0, found.start())
            problems.append(_problem(text[found.start() :], Place(place.path, line), fields))
            at = _after(text, found)
    pieces.append(text[start:])
    return MergeText(tuple(piece for piece in pieces if piece), place), tuple(problems)


def write_merge(text: MergeText) -> str:
    """The authored form of a text: `parse_merge` gives the same pieces back.

    Raises:
        ValueError: a literal piece holds what would be read as a mark, or a default has
            several lines.
    """
    for piece in text.pieces:
        if isinstance(piece, str) and _MARK.search(piece):
            raise ValueError("a literal piece holds a merge mark")
        if isinstance(piece, MergeField) and "\n" in piece.default:
            raise ValueError("a default is one line")
    return text.join(_written)


def _field(match: re.Match[str]) -> MergeField:
    default = _ESCAPE.sub(r"\1", (match["default"] or '""')[1:-1])
    return MergeField(SUBSCRIBER + match["name"], default)


def _written(field: MergeField) -> str:
    if not field.default:
        return "{{ " + field.source + " }}"
    escaped = field.default.replace("\\", "\\\\").replace('"', '\\"')
    return "{{ " + field.source + ' | default("' + escaped + '") }}'


def _after(text: str, found: re.Match[str]) -> int:
    """Where to go on after something wrong: behind its end, so that it is told once."""
    end = {"{{": "}}", "{%": "%}", "{#": "#}", "{": "}"}.get(found[0])
    stop = text.find(end, found.end(), found.end() + 200) if end else -1
    return found.end() if stop < 0 or end is None else stop + len(end)


def _problem(rest: str, place: Place, fields: Collection[str]) -> Problem:
    if rest.startswith("}}"):
        return Problem(place, "`}}` closes nothing.", f"A field is written {EXAMPLE}.")
    if rest.startswith(("{%", "{#")):
        message = f"`{rest[:2]}` has no meaning here: content is words, not a template."
        return Problem(place, message, f"All it knows is {EXAMPLE}.")
    return _field_problem(rest, place, fields)


def _field_problem(rest: str, place: Place, fields: Collection[str]) -> Problem:
    shown = rest[: rest.find("}}") + 2] if 0 < rest.find("}}") < 60 else rest[:20]
    if not rest.startswith("{{"):
        return Problem(place, "A reader's field needs two braces.", f"Write {EXAMPLE}.")
    named = _NAME.match(rest)
    known = re.match(r"\{\{\s*subscriber\.(\w+)", rest)
    if named and (known is None or known[1] not in fields):
        message = f"`{_one_line(shown)}` names no field of a reader."
        near = nearest(named[1], [SUBSCRIBER + name for name in fields])
        return Problem(place, message, _nearest_field(named[1], fields) or near)
    return Problem(place, f"`{_one_line(shown)}` can not be read.", f"Write it as {EXAMPLE}.")


def _nearest_field(name: str, fields: Collection[str]) -> str:
    hint = nearest(name, fields)
    return hint.replace('mean "', f'mean "{SUBSCRIBER}') if hint.startswith("Did") else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
