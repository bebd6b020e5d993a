"""An uploaded picture, made fit for `issues/media/`: decoded whole and written anew.

What comes from outside is never stored as it came. Writing it anew takes out where and with what
it was taken (Exif, GPS, XMP), turns it upright, brings its colours to sRGB, and leaves nothing
behind the end of the picture: a file that is a picture and a program at once is a picture after.
Moving GIFs keep their frames byte for byte and lose everything else.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.JpegImagePlugin import get_sampling

from newsletter.authoring.foreign_files import why_foreign
from newsletter.content.pictures import FORMATS, MOST_BYTES, MOST_PIXELS
from newsletter.errors import UsageError
from newsletter.rendering.gif import strip_gif
from newsletter.rendering.pictures import upright

MOST_FRAMES = 300
MOST_MOVING_PIXELS = 250_000_000
"""All frames of a moving picture together; more takes seconds to look through."""
LEAST_SIDE = 8
_EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp"}
_JPEG_QUALITY = 95
_UPRIGHT = 1  # Exif 2.32, 4.6.4, tag 274


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the picture as it is seen, from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture that may be stored.

    Attributes:
        data: the file.
        extension: what it is: `png`, `jpg`, `gif` or `webp`.
        width, height: pixels.
        notes: what was done to it, in sentences for whoever uploaded it.
    """

    data: bytes
    extension: str
    width: int
    height: int
    notes: tuple[str, ...] = ()


def clean_picture(name: str, data: bytes) -> CleanPicture:
    """Check an uploaded file and write it anew.

    Args:
        name: what to call it in messages; its extension counts for nothing.
        data: the file as it came.

    Raises:
        UsageError: it is no picture that mail programs show, or damaged, or too large.
    """
    if not data:
        raise UsageError(f"{name} is empty: it has 0 bytes. Choose the file again.")
    _check_weight(name, len(data))
    with _Opened(name, data) as image:
        if image.format == "GIF":
            return _moving(name, data, image)
        seen = upright(image)
        return _written(_Source(name, data, image), seen, tuple(_notes(image)))


def check_picture(name: str, data: bytes) -> None:
    """Raise UsageError when a file can not be used as a picture of a mail."""
    _check_weight(name, len(data))
    with _Opened(name, data):
        pass


def cut_picture(name: str, data: bytes, box: Box) -> CleanPicture:
    """Cut a piece out of a picture, in the picture's own format.

    Args:
        name: what to call it in messages.
        data: the whole picture's file.
        box: which piece.

    Raises:
        UsageError: the piece is not inside the picture or too small, the picture moves, or it can
            not be read.
    """
    with _Opened(name, data) as image:
        if getattr(image, "is_animated", False) and image.format == "GIF":
            raise UsageError(f"{name} moves, and a moving picture can not be cropped here.")
        seen = upright(image)
        _check_box(name, box, seen.size)
        piece = seen.crop((box.left, box.top, box.left + box.width, box.top + box.height))
        return _written(_Source(name, data, image), piece)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a picture is written anew from."""

    name: str
    data: bytes
    image: Image.Image


class _Opened:
    """A picture, decoded to its end; every way in which a file can be bad becomes a sentence."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data

    def __enter__(self) -> Image.Image:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                self.image = Image.open(BytesIO(self.data), formats=FORMATS)
                self._check_size()
                self._load_all()
        except UsageError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_many_pixels(self.name) from None
        except UnidentifiedImageError:
            raise UsageError(f"{self.name} {why_foreign(self.data)}") from None
        except Exception:
            # Decoders raise whatever they stumble over in a damaged file.
            raise UsageError(
                f"{self.name} does not open to its end: it is damaged, or was not copied whole. "
                "Save it anew, and choose it again."
            ) from None
        return self.image

    def __exit__(self, *_: object) -> None:
        self.image.close()

    def _check_size(self) -> None:
        width, height = self.image.size
        if width * height > MOST_PIXELS:
            raise _too_many_pixels(self.name)
        if min(width, height) < 1:
            raise ValueError("a picture without pixels")

    def _load_all(self) -> None:
        moves = getattr(self.image, "is_animated", False)
        if moves and self.image.format in ("PNG", "WEBP"):
            raise UsageError(
                f"{self.name} moves, and mail programs only move GIFs. Save it as GIF, or as a "
                "picture that stands still."
            )
        if moves and self.image.format == "GIF":
            self._load_frames()
        else:
            self.image.load()

    def _load_frames(self) -> None:
        pixels = self.image.width * self.image.height
        most = min(MOST_FRAMES, MOST_MOVING_PIXELS // pixels)
        for frame in range(most + 1):
            try:
                self.image.seek(frame)
            except EOFError:
                self.image.seek(0)
                return
            self.image.load()
        raise UsageError(
            f"{self.name} moves for too long: at its size at most {most} frames. Make it shorter "
            "or smaller."
        )


def _moving(name: str, data: bytes, image: Image.Image) -> CleanPicture:
    """A GIF, moving or not: its frames can not be written anew without changing them."""
    try:
        kept = strip_gif(data)
    except ValueError:
        raise UsageError(f"{name} is damaged inside. Save it anew, and choose it again.") from None
    return CleanPicture(kept, "gif", *image.size)


def _written(source: _Source, seen: Image.Image, notes: tuple[str, ...] = ()) -> CleanPicture:
    extension = _EXTENSIONS[source.image.format or ""]
    file = BytesIO()
    if extension == "jpg":
        _write_jpeg(seen, source.image, file)
    elif extension == "webp":
        lossy = b"VP8 " in source.data  # the chunk of lossy pictures (RFC 9649, 2.5)
        seen.save(file, "WEBP", lossless=not lossy, quality=_JPEG_QUALITY)
    else:
        seen.save(file, "GIF" if extension == "gif" else "PNG")
    _check_weight(source.name, file.tell())
    return CleanPicture(file.getvalue(), extension, *seen.size, notes)


def _write_jpeg(seen: Image.Image, image: Image.Image, file: BytesIO) -> None:
    """With the tables it came with, so that writing it anew costs next to no quality."""
    tables = getattr(image, "quantization", {})
    plain = all(value <= 255 for table in tables.values() for value in table)
    if image.mode in ("RGB", "L") and tables and plain:
        seen.save(file, "JPEG", qtables=tables, subsampling=get_sampling(image), optimize=True)
    else:
        seen.save(file, "JPEG", quality=_JPEG_QUALITY, optimize=True)


def _notes(image: Image.Image) -> list[str]:
    notes = []
    exif = image.getexif()
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        notes.append("Where it was taken was in the file, and was taken out.")
    if exif.get(ExifTags.Base.Orientation, _UPRIGHT) != _UPRIGHT:
        notes.append("It was turned upright, as the camera said.")
    if image.mode == "CMYK":
        notes.append(
            "Its colours were made for print (CMYK), and were changed to those of screens."
        )
    return notes


def _check_weight(name: str, size: int) -> None:
    if size > MOST_BYTES:
        raise UsageError(
            f"{name} has {size / 1_000_000:.1f} MB; a picture has at most "
            f"{MOST_BYTES // 1_000_000} MB. Make it smaller."
        )


def _check_box(name: str, box: Box, size: tuple[int, int]) -> None:
    width, height = size
    inside = 0 <= box.left <= width - box.width and 0 <= box.top <= height - box.height
    if not inside or box.width < 1 or box.height < 1:
        raise UsageError(f"The piece must lie inside {name}, which is {width} by {height} pixels.")
    if min(box.width, box.height) < min(LEAST_SIDE, width, height):
        raise UsageError(f"The piece is too small: at least {LEAST_SIDE} pixels each way.")


def _too_many_pixels(name: str) -> UsageError:
    return UsageError(
        f"{name} has more than {MOST_PIXELS // 1_000_000} million pixels. Make it smaller: 1,200 "
        "pixels across fill a letter."
    )
