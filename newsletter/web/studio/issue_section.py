"""One section in its editor: what it says only here, and what its snippet says everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from newsletter.authoring.documents import SnippetDocument, open_snippet
from newsletter.authoring.letter import change_snippet, written
from newsletter.authoring.outline import Piece, override
from newsletter.authoring.spans import layout
from newsletter.authoring.uses import User, users_of
from newsletter.content.sections import INLINE_KEYS, OVERRIDES
from newsletter.errors import NewsletterError, NotFound, UsageError
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.issue_outline import INLINE_NAMES
from newsletter.web.studio.issue_saving import saved
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.snippet_standing import APPROVED, Standing
from newsletter.web.studio.visit import Form, Visit

HERE, EVERYWHERE = "here", "everywhere"
LABELS = {
    "heading": "Heading",
    "body": "Words",
    "link": "Link",
    "link_text": "What the link says",
    "image": "Picture",
    "file": "Picture",
    "alt": "What the picture shows",
    "interest": "For readers who want",
    "text": "What the button says",
}
_ORDER = ("heading", "body", "text", "link", "link_text", "image", "file", "alt", "interest")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the editor.

    Attributes:
        value: what readers get now.
        own: what the snippet says; equals `value` unless this issue says otherwise.
        is_here: whether the issue says it instead of the snippet.
    """

    name: str
    label: str
    value: str
    own: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Editor:
    """A section as it is edited.

    Attributes:
        kind: in words.
        fields: in the order in which readers meet them.
        version: of the snippet's file; empty for an inline piece.
        others: further issues that use the snippet.
        again: those of them that are approved and not sent, and then need approval again.
        focus: (field, line within it) that a finding leads to; empty field when to none.
    """

    piece: Piece
    kind: str
    title: str
    fields: tuple[Field, ...]
    version: str = ""
    path: str = ""
    others: tuple[User, ...] = ()
    again: tuple[User, ...] = ()
    focus: tuple[str, int] = ("", 0)


class IssueSection:
    """Saves a section, here or everywhere."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where its form goes."""
        return [Address("/issues/{slug}/section", post=self.save)]

    def save(self, visit: Visit) -> Response:
        """Write what the form holds to the issue, or to the snippet."""
        bench, form = Bench.of(self.side, visit), visit.form
        piece = _piece(bench, form.one("section"))
        if form.one("where") == EVERYWHERE and not piece.is_inline:
            return self._everywhere(bench, piece, form)
        fields = INLINE_KEYS[piece.ref] if piece.is_inline else OVERRIDES
        said = {name: form.raw(name) for name in fields if form.has(name)}
        changes = said if piece.is_inline else _only_here(bench, piece, said)
        edit = _override(piece.id, changes, bench.document.name)
        return saved(bench, edit, told="Saved, only in this issue.")

    def _everywhere(self, bench: Bench, piece: Piece, form: Form) -> Response:
        snippet = open_snippet(bench.side.site, piece.ref)
        said = {name: form.raw(name) for name in OVERRIDES if form.has(name)}
        changes: dict[str, str | None] = {
            name: value
            for name, value in said.items()
            if value.strip() != (piece.settings.get(name) or _own(snippet, name)).strip()
        }
        if "alt" in changes and not said.get("image", _own(snippet, "image")):
            changes["alt"] = None
        return saved(
            bench,
            lambda text: change_snippet(text, changes, snippet.name),
            snippet,
            "Saved in the library, for every issue that uses it.",
        )


def section_values(bench: Bench) -> dict[str, Any]:
    """For `issue_section.html`; `?section=` names it, `?line=path:line` where to look."""
    asked = bench.visit.query.get("section", "")
    try:
        piece = _piece(bench, asked) if asked else None
        editor = _editor(bench, piece) if piece else None
    except NewsletterError as problem:
        return {"editor": None, "problem": str(problem), **_choices(bench)}
    return {"editor": editor, "problem": "", **_choices(bench)}


def _choices(bench: Bench) -> dict[str, Any]:
    interests = [
        ("", "As usual for its kind"),
        ("everyone", "Everyone"),
        *((each.slug, each.label) for each in bench.side.site.interests),
    ]
    return {"interests": interests, "HERE": HERE, "EVERYWHERE": EVERYWHERE}


def _editor(bench: Bench, piece: Piece) -> Editor:
    if piece.is_inline:
        names = [name for name in _ORDER if name in INLINE_KEYS[piece.ref]]
        fields = tuple(Field(n, LABELS[n], piece.settings.get(n, "")) for n in names)
        return Editor(piece, INLINE_NAMES[piece.ref], INLINE_NAMES[piece.ref], fields)
    snippet = open_snippet(bench.side.site, piece.ref)
    fields = tuple(_field(piece, snippet, name) for name in _ORDER if name in OVERRIDES)
    others = tuple(u for u in users_of(bench.side.site, piece.ref) if u.slug != bench.slug)
    return Editor(
        piece=piece,
        kind=written(snippet.text, "kind", snippet.name).capitalize(),
        title=written(snippet.text, "title", snippet.name) or piece.ref,
        fields=fields,
        version=snippet.version,
        path=snippet.name,
        others=others,
        again=_again(bench, others),
        focus=_focus(bench, snippet),
    )


def _field(piece: Piece, snippet: SnippetDocument, name: str) -> Field:
    own = _own(snippet, name)
    here = piece.settings.get(name)
    return Field(name, LABELS[name], own if here is None else here, own, here is not None)


def _own(snippet: SnippetDocument, name: str) -> str:
    """What the snippet says, its title where it has no heading of its own."""
    said = written(snippet.text, name, snippet.name)
    if name == "heading" and not layout(snippet.text, snippet.name).settings.pair("heading"):
        return written(snippet.text, "title", snippet.name)
    return said


def _again(bench: Bench, users: tuple[User, ...]) -> tuple[User, ...]:
    """Those that wait approved; readers who have one already keep what they got."""
    uses = Standing(bench.side).uses(users) if users else ()
    return tuple(use.user for use in uses if use.standing == APPROVED)


def _focus(bench: Bench, snippet: SnippetDocument) -> tuple[str, int]:
    """The field, and the line in it, of a line of the snippet's file."""
    path, _, line = bench.visit.query.get("line", "").rpartition(":")
    if path != snippet.name or not line.isdecimal() or len(line) > 6:
        return "", 0
    found = layout(snippet.text, snippet.name)
    if int(line) >= found.document.body_line:
        return "body", int(line) - found.document.body_line
    keys = [key.text for key, _ in found.document.settings.entries if key.line <= int(line)]
    name = {"title": "heading"}.get(keys[-1], keys[-1]) if keys else ""
    return (name, 0) if name in OVERRIDES else ("", 0)


def _only_here(bench: Bench, piece: Piece, said: Mapping[str, str]) -> dict[str, str | None]:
    """What differs from the snippet; what is the same as the snippet's is taken back."""
    snippet = open_snippet(bench.side.site, piece.ref)
    return {
        name: None if value.strip() == _own(snippet, name).strip() else value
        for name, value in said.items()
    }


def _override(section: str, changes: Mapping[str, str | None], path: str) -> Callable[[str], str]:
    return lambda text: override(text, section, changes, path)


def _piece(bench: Bench, section: str) -> Piece:
    if not section:
        raise UsageError("Choose a section first.")
    for piece in bench.document.sections:
        if section == piece.id:
            return piece
    raise NotFound("That section is not there any more. Look at the outline again.")
