"""What a file really is, by its first bytes, so that a refusal can say what to do.

The marks are those of the formats' own specifications; a file's name and the type a browser
guessed count for nothing.
"""

from __future__ import annotations

import re

_FTYP = re.compile(rb"....ftyp(....)", re.DOTALL)
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1"})
_DRAWING = re.compile(rb"<svg[\s/>]", re.IGNORECASE)
_PAGE = re.compile(rb"<(?:!doctype html|html|head|body|script)[\s/>]", re.IGNORECASE)
_HEAD = 4_096
_AS_JPEG = "Save it as JPEG."
_AS_PNG = "Save it as PNG."
_OURS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_MARKS = (
    (b"%PDF-", "a PDF", "Export the page as PNG."),
    (b"II*\0", "a TIFF picture", _AS_JPEG),
    (b"MM\0*", "a TIFF picture", _AS_JPEG),
    (b"BM", "a BMP picture", _AS_PNG),
    (b"8BPS", "a Photoshop file", "Export it as JPEG or PNG."),
    (b"\0\0\1\0", "an icon", _AS_PNG),
    (b"PK\3\4", "a ZIP archive or office document", "Choose a picture in it."),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", _AS_JPEG),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", _AS_JPEG),
)


def why_foreign(data: bytes) -> str:
    """Say what a file is that is no picture for a mail, and what to do.

    Args:
        data: the file, or its beginning.

    Returns:
        The end of a sentence that begins with the file's name.
    """
    head = data[:_HEAD]
    if _DRAWING.search(head):
        return (
            "is an SVG drawing, which mail programs do not show. Export it as PNG, twice as wide "
            "as it is to be seen."
        )
    if _PAGE.search(head):
        return "is a web page and no picture. Save the picture itself, and choose that file."
    if head.startswith(_OURS):
        return "does not open: it is damaged, or was not copied whole. Save it anew."
    found = _name(head)
    if found:
        what, mend = found
        return f"is {what}, which mail programs do not show. {mend}"
    return "is no picture that mail programs show. Save it as PNG, JPEG, GIF or WebP."


def _name(head: bytes) -> tuple[str, str] | None:
    if family := _FTYP.match(head):
        if family[1] in _HEIC:
            return "a HEIC picture, as phones take them", _AS_JPEG
        if family[1].startswith(b"avi"):
            return "an AVIF picture", _AS_JPEG
        return "a film", "Choose a still picture of it, and link to the film."
    return next(((what, mend) for mark, what, mend in _MARKS if head.startswith(mark)), None)
