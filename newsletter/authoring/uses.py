"""Which issues use a snippet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter.authoring.outline import Piece, sections
from newsletter.authoring.settings import setting
from newsletter.content.files import read_text, relative
from newsletter.content.library import Library
from newsletter.errors import ContentError
from newsletter.model.site import Site

_SHOWN = ("number", "subject", "send_at")


@dataclass(frozen=True, slots=True)
class User:
    """An issue that names a snippet.

    Attributes:
        number: 0 when the file has none.
        send_at: the wall time as written; empty when there is none.
        sections: those that name it.
    """

    slug: str
    number: int
    subject: str
    send_at: str
    sections: tuple[Piece, ...]


def users_of(site: Site, ref: str) -> tuple[User, ...]:
    """The issues that use a snippet, the latest first.

    Issues that can not be read at all are passed over: `newsletter check` tells of them.
    """
    return all_uses(site).get(ref, ())


def all_uses(site: Site) -> Mapping[str, tuple[User, ...]]:
    """Every snippet that issues name -> those issues, the latest first."""
    uses: dict[str, list[User]] = {}
    for path in Library(site).issues:
        for ref, user in _of_issue(site, path):
            uses.setdefault(ref, []).append(user)
    return {ref: tuple(sorted(users, key=_when, reverse=True)) for ref, users in uses.items()}


def _of_issue(site: Site, path: Path) -> Iterator[tuple[str, User]]:
    name = relative(site.root, path)
    try:
        text = read_text(site.root, path)
        pieces = [piece for piece in sections(text, name) if not piece.is_inline]
    except ContentError:
        return
    number, subject, send_at = (setting(text, key, name) for key in _SHOWN)
    for ref in dict.fromkeys(piece.ref for piece in pieces):
        yield (
            ref,
            User(
                slug=path.stem,
                number=number if isinstance(number, int) else 0,
                subject=str(subject or ""),
                send_at=str(send_at or ""),
                sections=tuple(piece for piece in pieces if piece.ref == ref),
            ),
        )


def _when(user: User) -> tuple[bool, str, int]:
    """What has no date yet comes after everything that has one."""
    return (not user.send_at, user.send_at, user.number)
