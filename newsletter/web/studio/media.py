"""The pictures of the site: look through, take in, crop, delete.

Nothing that was uploaded is ever sent to a browser as it came: pages show copies that were
decoded and written anew, as WebP, under a policy that shuts everything.

The script `media.js` opens the same as a dialog in other pages. It is told in JSON:
`GET /studio/media` gives `{"pictures": [picture]}`; `POST /studio/media` with files `file` gives
`{"stored": [{name, width, height, is_new, notes}], "problems": [text]}`; `POST /studio/media/crop`
with `name, left, top, width, height` gives `{"stored": {...}}`. A picture is what `row_of` makes.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import JSONResponse, Response

from newsletter.authoring.media_shelf import ShelfPicture, media_shelf, small_copy
from newsletter.authoring.picture_uses import Use
from newsletter.authoring.pictures import (
    StoredPicture,
    crop_picture,
    delete_picture,
    picture_path,
    store_picture,
)
from newsletter.authoring.uploads import Box
from newsletter.content.pictures import MOST_BYTES
from newsletter.errors import NewsletterError, NotFound, UsageError
from newsletter.rendering.pictures import COLUMN
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Upload, Visit

TILE, LARGE = 480, 1_600
"""Pixels of the copies that pages show, at the longer side."""
MOST_AT_ONCE = 20
_SIZES = {str(TILE): TILE, str(LARGE): LARGE}
_SHARP = 2 * COLUMN
_COPY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Content-Disposition": 'inline; filename="picture.webp"',
    "Cache-Control": "private, max-age=31536000, immutable",
}


class Media:
    """What each address answers."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where they are."""
        largest = MOST_BYTES + 1_000_000  # one picture of the largest and the form around it
        return [
            Address("/media", get=self.shelf, post=self.take_in, largest=largest),
            Address("/media/rows", get=self.rows),
            Address("/media/crop", post=self.crop),
            Address("/media/delete", post=self.delete),
            Address("/media/picture/{name:path}", get=self.picture),
            Address("/media/copy/{size}/{name:path}", get=self.copy),
        ]

    def shelf(self, visit: Visit) -> Response:
        """Every picture, the latest first; `q` looks in names and texts."""
        wanted, found = self._found(visit)
        return self._draw(visit, found, wanted)

    def rows(self, visit: Visit) -> Response:
        """The same for scripts: what a chooser shows."""
        _, found = self._found(visit)
        return JSONResponse({"pictures": [row_of(each) for each in found]})

    def _found(self, visit: Visit) -> tuple[str, list[ShelfPicture]]:
        wanted = visit.query.get("q", "").strip()
        return wanted, [each for each in media_shelf(self.side.site) if _fits(each, wanted)]

    def take_in(self, visit: Visit) -> Response:
        """Store the pictures that came; each that can not be taken is told by itself."""
        uploads = visit.form.uploads("file")
        if not uploads:
            raise UsageError("No picture came. Choose a file, or drop one here.")
        stored, problems = self._store(visit, uploads)
        if visit.part:
            status = 200 if stored else 400
            told = {"problem": problems[0]} if not stored else {}
            rows = [stored_row(each) for each in stored]
            return JSONResponse({"stored": rows, "problems": problems, **told}, status)
        if problems:
            found = media_shelf(self.side.site)
            return self._draw(visit, found, "", problems, [each.name for each in stored], 400)
        if len(stored) == 1:
            return self.side.went(address_of(stored[0].name), _told(stored[0]))
        return self.side.went("/studio/media", f"{len(stored)} pictures are here now.")

    def crop(self, visit: Visit) -> Response:
        """Keep a piece of a picture as a picture of its own."""
        name = visit.form.one("name")
        try:
            stored = crop_picture(self.side.site, name, _box(visit))
        except UsageError as problem:
            if visit.part:
                raise
            return self._picture(visit, name, str(problem))
        self.side.record(visit, "picture.cropped", stored.name, of=name)
        if visit.part:
            return JSONResponse({"stored": stored_row(stored)})
        told = f"{stored.width} by {stored.height} pixels, kept as {stored.name}."
        return self.side.went(address_of(stored.name), told)

    def delete(self, visit: Visit) -> Response:
        """Take away a picture that nothing uses."""
        name = visit.form.one("name")
        delete_picture(self.side.site, name)
        self.side.record(visit, "picture.deleted", name)
        if visit.part:
            return JSONResponse({"deleted": name})
        return self.side.went("/studio/media", f"{name} is deleted.")

    def picture(self, visit: Visit) -> Response:
        """One picture: how it looks, where it is used, and its crop."""
        return self._picture(visit, visit.named["name"])

    def copy(self, visit: Visit) -> Response:
        """A copy to show, in one of two sizes."""
        size = _SIZES.get(visit.named["size"])
        if size is None:
            raise NotFound("There is no copy of that size.")
        data = small_copy(self.side.site, visit.named["name"], size)
        return Response(data, media_type="image/webp", headers=_COPY_HEADERS)

    def _store(
        self, visit: Visit, uploads: tuple[Upload, ...]
    ) -> tuple[list[StoredPicture], list[str]]:
        stored, problems = [], []
        for upload in uploads[:MOST_AT_ONCE]:
            try:
                picture = store_picture(self.side.site, upload.name, upload.read())
            except NewsletterError as problem:
                problems.append(str(problem))
                continue
            if picture.is_new:
                self.side.record(visit, "picture.added", picture.name)
            stored.append(picture)
        return stored, problems

    def _picture(self, visit: Visit, name: str, problem: str = "") -> Response:
        picture_path(self.side.site, name)
        found = next(each for each in media_shelf(self.side.site) if each.name == name)
        values = {
            "picture": row_of(found),
            "asks": visit.query.get("confirm", "") == "1",
            "box": {key: visit.form.one(key) for key in _SIDES},
            "problem": problem,
            "sharp": _SHARP,
        }
        return self.side.draw(visit, "media_picture", values, 400 if problem else 200)

    def _draw(
        self,
        visit: Visit,
        found: list[ShelfPicture] | tuple[ShelfPicture, ...],
        wanted: str,
        problems: list[str] | tuple[str, ...] = (),
        stored: list[str] | tuple[str, ...] = (),
        status: int = 200,
    ) -> Response:
        values = {
            "pictures": [row_of(each) for each in found],
            "wanted": wanted,
            "problems": problems,
            "stored": stored,
        }
        return self.side.draw(visit, "media", values, status)


def row_of(picture: ShelfPicture) -> dict[str, Any]:
    """A picture for pages and scripts.

    Returns:
        `name, width, height, size` (in words), `tile` and `large` (addresses of copies), `page`,
        `trouble`, `uses` (`title, place, href, alt`), `alts` (texts it has elsewhere), `soft`
        (whether it is too narrow to be sharp in a letter).
    """
    mark = urlencode({"v": picture.changed})
    name = quote(picture.name)
    return {
        "name": picture.name,
        "width": picture.width,
        "height": picture.height,
        "size": weight(picture.size),
        "tile": f"/studio/media/copy/{TILE}/{name}?{mark}",
        "large": f"/studio/media/copy/{LARGE}/{name}?{mark}",
        "page": address_of(picture.name),
        "trouble": picture.trouble,
        "uses": [_use_row(use) for use in picture.uses],
        "alts": list(picture.alts),
        "soft": 0 < picture.width < _SHARP,
    }


def stored_row(stored: StoredPicture) -> dict[str, Any]:
    """A picture that was taken in, for scripts."""
    return {
        "name": stored.name,
        "width": stored.width,
        "height": stored.height,
        "is_new": stored.is_new,
        "notes": list(stored.notes),
    }


def address_of(name: str) -> str:
    """The page of a picture."""
    return f"/studio/media/picture/{quote(name)}"


def weight(size: int) -> str:
    """Bytes as people say them: `84 KB`, `2.1 MB` (1 KB is 1,000 bytes, as systems show files)."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} KB"


_SIDES = ("left", "top", "width", "height")


def _use_row(use: Use) -> dict[str, Any]:
    href = "/studio/brand"
    if use.issue:
        href = f"/studio/issues/{quote(use.issue)}"
    elif use.snippet:
        href = f"/studio/snippets/{quote(use.snippet)}"
    return {"title": use.title, "place": str(use.place), "href": href, "alt": use.alt}


def _fits(picture: ShelfPicture, wanted: str) -> bool:
    words = " ".join((picture.name, *picture.alts, *(use.title for use in picture.uses)))
    return all(word in words.casefold() for word in wanted.casefold().split())


def _box(visit: Visit) -> Box:
    try:
        return Box(*(int(visit.form.one(side)) for side in _SIDES))
    except ValueError:
        raise UsageError("Say in whole pixels which piece to keep.") from None


def _told(stored: StoredPicture) -> str:
    if not stored.is_new:
        return f"This picture is here already, as {stored.name}."
    return " ".join((f"{stored.name} is here now.", *stored.notes))
