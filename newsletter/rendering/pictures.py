"""Pictures as readers load them: two sizes, nothing hidden in them, named by their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from newsletter.errors import ContentError, Place, Problem
from newsletter.model.content import Picture
from newsletter.model.finding import Finding, Severity
from newsletter.model.rendition import PictureFile
from newsletter.rendering.gif import strip_gif

COLUMN = 552
"""CSS pixels a picture may take: a 600 px letter less 24 px on each side."""

TOO_NARROW = "M02"
_JPEG_QUALITY = 82
_FEW_COLOURS = 4_096
_ANIMATED = "GIF"
_MEDIA = "issues/media"


@dataclass(frozen=True, slots=True)
class Copies:
    """A picture at the size it is shown.

    Attributes:
        width, height: CSS pixels.
        single: one pixel a CSS pixel.
        double: two for sharp screens, or as many as there are.
    """

    width: int
    height: int
    single: PictureFile
    double: PictureFile

    @property
    def files(self) -> tuple[PictureFile, ...]:
        """Both, or the one when they are the same."""
        return (self.double,) if self.single == self.double else (self.single, self.double)


def copies_of(picture: Picture, column: int = COLUMN) -> Copies:
    """Make the copies of a picture that fills the column, or is shown as wide as it is.

    Raises:
        ContentError: the file is gone or does not open.
    """
    return _copies(picture.name, str(picture.path), _stamp(picture), column, halve=False)


def copies_of_logo(name: str, root: Path) -> Copies | None:
    """Make the copies of a logo, drawn at twice its size; None when there is none.

    Raises:
        ContentError: the file is gone or does not open.
    """
    if not name:
        return None
    path = root / _MEDIA / name
    picture = Picture(name, path, 0, 0)
    return _copies(name, str(path), _stamp(picture), COLUMN, halve=True)


def too_narrow(picture: Picture, copies: Copies, place: Place) -> Finding | None:
    """Say so (`M02`) when a picture can not be sharp, or can not fill the column."""
    wanted = 2 * COLUMN
    if copies.double.width >= wanted:
        return None
    message = (
        f"The picture {picture.name} is {copies.double.width} pixels wide: use one of {wanted}"
        " or more, or it looks small or soft on most screens."
    )
    return Finding(TOO_NARROW, Severity.INFO, message, place)


def _stamp(picture: Picture) -> tuple[int, int]:
    try:
        stat = picture.path.stat()
    except OSError as error:
        raise _unreadable(picture.name, error) from error
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=128)
def _copies(name: str, path: str, stamp: tuple[int, int], column: int, *, halve: bool) -> Copies:
    """`stamp` makes a changed file a new entry of the cache."""
    try:
        return _made(name, Path(path).read_bytes(), column, halve=halve)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unreadable(name, error) from error


@lru_cache(maxsize=32)
def _made(name: str, data: bytes, column: int, *, halve: bool) -> Copies:
    """The same bytes under another time stamp (a checkout, a copied site) are made once."""
    with Image.open(BytesIO(data)) as image:
        if image.format == _ANIMATED and getattr(image, "is_animated", False):
            return _as_it_is(name, data, image.size, column)
        return _scaled(name, upright(image), image.format or "", column, halve=halve)


def _as_it_is(name: str, data: bytes, size: tuple[int, int], column: int) -> Copies:
    clean = strip_gif(data)
    file = PictureFile(name, sha256(clean).hexdigest(), "gif", *size, clean)
    width = min(size[0], column)
    return Copies(width, _in_proportion(size, width), file, file)


def _scaled(name: str, image: Image.Image, source: str, column: int, *, halve: bool) -> Copies:
    natural = max(1, image.width // 2) if halve else image.width
    width = min(natural, column)
    keep_png = source != "JPEG" and _is_drawn(image)
    single = _file(name, image, width, keep_png=keep_png)
    double = _file(name, image, min(image.width, 2 * width), keep_png=keep_png)
    return Copies(width, _in_proportion(image.size, width), single, double)


def _file(name: str, image: Image.Image, width: int, *, keep_png: bool) -> PictureFile:
    size = width, _in_proportion(image.size, width)
    scaled = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    buffer = BytesIO()
    if keep_png:
        scaled.save(buffer, "PNG", optimize=True)
    else:
        scaled.convert("RGB").save(
            buffer, "JPEG", quality=_JPEG_QUALITY, progressive=True, optimize=True
        )
    data = buffer.getvalue()
    extension = "png" if keep_png else "jpg"
    return PictureFile(name, sha256(data).hexdigest(), extension, *size, data)


def upright(image: Image.Image) -> Image.Image:
    """The pixels alone: turned as the camera says, in sRGB, without any metadata."""
    turned = _in_eight_bits(ImageOps.exif_transpose(image))
    has_alpha = turned.has_transparency_data
    plain = _in_srgb(turned, "RGBA" if has_alpha else "RGB")
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Pillow cuts grey of 16 bits off at 255 instead of scaling it, which leaves white."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _in_srgb(image: Image.Image, mode: str) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image.convert(mode)
    try:
        converted = ImageCms.profileToProfile(
            image, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except ImageCms.PyCMSError:
        return image.convert(mode)  # a broken profile: most programs ignore it too
    return converted or image.convert(mode)


def _is_drawn(image: Image.Image) -> bool:
    """Whether it has transparency or few colours, which JPEG would spoil."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] != 255:
        return True
    return image.getcolors(_FEW_COLOURS) is not None


def _in_proportion(size: tuple[int, int], width: int) -> int:
    return max(1, round(size[1] * width / size[0]))


def _unreadable(name: str, error: Exception) -> ContentError:
    place = Place(f"{_MEDIA}/{name}")
    return ContentError(
        [Problem(place, f"the picture can not be read ({error})", "Save it again as PNG or JPEG.")]
    )
