"""The outline: the sections of an issue in order, and moving, adding and removing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from newsletter.authoring.journal import can_redo, can_undo
from newsletter.authoring.outline import Piece, insert, move, remove
from newsletter.errors import ContentError, UsageError
from newsletter.model.content import INLINE_KINDS, INTEREST_OF_KIND, Section
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.issue_saving import saved
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Form, Visit

INLINE_NAMES = {"cta": "Button", "divider": "Line between", "image": "Picture"}
_NEW_BUTTON = {"text": "Read more", "link": "https://example.com/"}


@dataclass(frozen=True, slots=True)
class Row:
    """One section of the outline.

    Attributes:
        id: of the piece, as `authoring.outline` names it.
        title: what people know it by.
        kind: in words.
        interest: whose readers get it, in words; empty means everyone.
        differs: whether it says something only here.
        is_lost: whether its snippet is not in the library any more.
    """

    id: str
    index: int
    title: str
    kind: str
    interest: str
    differs: bool
    is_lost: bool
    is_inline: bool
    ref: str


class IssueOutline:
    """Takes what people do with the outline."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where its forms go."""
        return [Address("/issues/{slug}/outline", post=self.change)]

    def change(self, visit: Visit) -> Response:
        """Do what the pressed button or the script says: one change of the order."""
        bench = Bench.of(self.side, visit)
        edit, told = _change_of(visit.form, bench.document.name)
        return saved(bench, edit, told=told)


def _change_of(form: Form, path: str) -> tuple[Callable[[str], str], str]:
    act, _, section = form.one("act").partition(" ")
    section = section or form.one("section")
    if act in ("up", "down"):
        to = _position(section.partition(":")[0]) + (1 if act == "down" else -1)
        return (lambda text: move(text, section, to, path)), "Moved."
    if act == "move":
        to = _position(form.one("to"))
        return (lambda text: move(text, section, to, path)), "Moved."
    if act == "remove":
        return (lambda text: remove(text, section, path)), "Taken out of this issue."
    if act == "add":
        ref, at = section, _position(form.one("at") or "999")
        settings = starting_settings(form, ref)
        return (lambda text: insert(text, ref, at, settings, path)), "Added."
    raise UsageError("That is nothing the outline can do.")


def starting_settings(form: Form, ref: str) -> Mapping[str, str]:
    """What a new inline piece says at first; what a form holds for it comes before."""
    if ref == "cta":
        return {name: form.one(name) or usual for name, usual in _NEW_BUTTON.items()}
    if ref == "image":
        return {"file": form.one("file"), "alt": form.one("alt")}
    return {}


def outline_values(bench: Bench) -> dict[str, Any]:
    """For `issue_outline.html`."""
    return {
        "rows": outline_rows(bench),
        "opening": _first_words(bench),
        "selected": bench.visit.query.get("section", ""),
        "can_undo": can_undo(bench.side.site, bench.document.name, bench.document.version),
        "can_redo": can_redo(bench.side.site, bench.document.name, bench.document.version),
    }


def outline_rows(bench: Bench) -> list[Row]:
    """The sections as the file names them, also those that can not be used."""
    try:
        pieces = bench.document.sections
    except ContentError:
        return []
    known = {section.key: section for section in bench.issue.sections} if bench.issue else {}
    labels = {each.slug: each.label for each in bench.side.site.interests}
    return [_row(piece, known.get(piece.key), labels, bench) for piece in pieces]


def _row(piece: Piece, section: Section | None, labels: Mapping[str, str], bench: Bench) -> Row:
    snippet = section.snippet if section else None
    title = piece.ref
    if snippet and not piece.is_inline:
        title = snippet.heading.plain() or snippet.title
    elif piece.is_inline:
        title = _inline_title(piece)
    return Row(
        id=piece.id,
        index=piece.index,
        title=title,
        kind=INLINE_NAMES.get(piece.ref, snippet.kind.capitalize() if snippet else "Snippet"),
        interest=_for_whom(section, labels) if section else "",
        differs=bool(piece.settings) and not piece.is_inline,
        is_lost=piece.ref not in (*bench.library.snippets, *INLINE_KINDS),
        is_inline=piece.is_inline,
        ref=piece.ref,
    )


def _for_whom(section: Section, labels: Mapping[str, str]) -> str:
    """Whose it is, when that is not what its kind says already."""
    usual = INTEREST_OF_KIND.get(section.snippet.kind)
    if section.interest == usual or (usual is None and section.interest is None):
        return ""
    return labels.get(section.interest, section.interest) if section.interest else "everyone"


def _inline_title(piece: Piece) -> str:
    said = piece.settings.get("text") or piece.settings.get("alt") or piece.settings.get("file")
    return said or INLINE_NAMES[piece.ref]


def _first_words(bench: Bench) -> str:
    words = bench.issue.body.plain() if bench.issue else ""
    return " ".join(words.split())[:80]


def _position(said: str) -> int:
    if not said.isascii() or not said.isdecimal() or len(said) > 4:
        raise UsageError("That is no place in the outline.")
    return int(said)
