"""Pictures as readers load them."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from newsletter.errors import ContentError, Place
from newsletter.model.content import Picture
from newsletter.model.finding import Severity
from newsletter.rendering.gif import strip_gif
from newsletter.rendering.pictures import copies_of, copies_of_logo, too_narrow

GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def drawing(width: int, height: int, mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (width, height), "#ffffff")
    ImageDraw.Draw(image).ellipse((0, 0, width // 2, height // 2), fill="#8a3f4d")
    return image


def photograph(width: int, height: int) -> Image.Image:
    noise = Image.effect_noise((width, height), 60)
    return Image.merge("RGB", (noise, noise.rotate(90).resize(noise.size), noise.rotate(180)))


def saved(folder: Path, name: str, image: Image.Image, **options: object) -> Picture:
    image.save(folder / name, **options)  # type: ignore[arg-type]
    return Picture(name, folder / name, image.width, image.height)


@pytest.mark.parametrize(
    ("natural", "shown", "sharp"),
    [(2000, 552, 1104), (1104, 552, 1104), (800, 552, 800), (300, 300, 300)],
)
def test_a_picture_is_at_most_as_wide_as_the_column(
    tmp_path: Path, natural: int, shown: int, sharp: int
) -> None:
    """One copy a CSS pixel, one with two where the file has them; never blown up."""
    copies = copies_of(saved(tmp_path, "a.png", drawing(natural, natural // 2)))
    assert (copies.width, copies.height) == (shown, shown // 2)
    assert (copies.single.width, copies.double.width) == (shown, sharp)
    assert len(copies.files) == len({copies.single.sha256, copies.double.sha256})
    for file in copies.files:
        assert Image.open(BytesIO(file.data)).size == (file.width, file.height)
        assert file.filename == f"{sha256(file.data).hexdigest()}.{file.extension}"


def test_a_narrow_picture_is_told(tmp_path: Path) -> None:
    """Soft or small on most screens: worth knowing, no more."""
    place = Place("issues/topics/a/b.md", 1)
    narrow = saved(tmp_path, "a.png", drawing(800, 400))
    found = too_narrow(narrow, copies_of(narrow), place)
    assert found is not None
    assert (found.rule, found.severity, found.place) == ("M02", Severity.INFO, place)
    assert "800" in found.message
    wide = saved(tmp_path, "b.png", drawing(1200, 600))
    assert too_narrow(wide, copies_of(wide), place) is None


def test_where_it_was_taken_does_not_leave_the_house(tmp_path: Path) -> None:
    """EXIF, GPS, comments and profiles go; the turn that EXIF asks for is done first."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, "Camera"
    exif.get_ifd(GPS)[1] = "N"
    picture = saved(tmp_path, "a.jpg", photograph(400, 200), exif=exif, comment=b"home")
    copies = copies_of(picture)
    assert (copies.width, copies.height) == (200, 400)
    made = Image.open(BytesIO(copies.double.data))
    assert dict(made.getexif()) == {}
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(made.info)
    assert b"Camera" not in copies.double.data


def test_text_chunks_of_a_png_go(tmp_path: Path) -> None:
    """Drawing programs write author and path there."""
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "Somebody")
    copies = copies_of(saved(tmp_path, "a.png", drawing(100, 50), pnginfo=notes))
    assert b"Somebody" not in copies.double.data


@pytest.mark.parametrize(
    ("image", "name", "extension"),
    [
        (drawing(200, 100), "a.png", "png"),
        (drawing(200, 100, "P"), "a.gif", "png"),
        (drawing(200, 100, "LA"), "a.png", "png"),
        (photograph(200, 100), "a.png", "jpg"),
        (photograph(200, 100), "a.webp", "jpg"),
        (drawing(200, 100), "a.jpg", "jpg"),
        (photograph(200, 100).convert("CMYK"), "a.jpg", "jpg"),
    ],
)
def test_each_kind_of_picture_gets_the_format_that_suits_it(
    tmp_path: Path, image: Image.Image, name: str, extension: str
) -> None:
    """Drawings and transparency stay PNG, photographs become JPEG, WebP goes (Outlook)."""
    copies = copies_of(saved(tmp_path, name, image))
    made = Image.open(BytesIO(copies.double.data))
    assert copies.double.extension == extension
    assert made.format == {"png": "PNG", "jpg": "JPEG"}[extension]
    assert made.mode in ("RGB", "RGBA")


def test_transparency_is_kept(tmp_path: Path) -> None:
    """A logo must stand on any ground."""
    image = drawing(200, 100, "RGBA")
    image.putpixel((199, 99), (0, 0, 0, 0))
    made = Image.open(BytesIO(copies_of(saved(tmp_path, "a.png", image)).double.data))
    assert made.getpixel((199, 99)) == (0, 0, 0, 0)


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    """From any folder, at any time."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    one = copies_of(saved(tmp_path / "one", "a.png", photograph(0x80, 64).resize((900, 300))))
    data = (tmp_path / "one" / "a.png").read_bytes()
    (tmp_path / "two" / "a.png").write_bytes(data)
    assert copies_of(Picture("a.png", tmp_path / "two" / "a.png", 900, 300)) == one


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """Copies are remembered by path, time and size, so a preview shows the new one."""
    before = copies_of(saved(tmp_path, "a.png", drawing(100, 50)))
    assert copies_of(saved(tmp_path, "a.png", drawing(120, 50))).width == 120
    assert before.width == 100


def test_a_moving_gif_keeps_its_frames_and_loses_its_notes(tmp_path: Path) -> None:
    """Frames, timing and looping are the same; comments are gone."""
    frames = [Image.new("RGB", (60, 30), colour) for colour in ("red", "white", "black")]
    picture = saved(
        tmp_path, "a.gif", frames[0], save_all=True, append_images=frames[1:],
        duration=[100, 200, 300], loop=0, comment=b"made at home",
    )  # fmt: skip
    copies = copies_of(picture)
    made = Image.open(BytesIO(copies.double.data))
    assert (copies.double.extension, copies.files) == ("gif", (copies.double,))
    assert (getattr(made, "n_frames", 1), made.info.get("loop")) == (3, 0)
    assert b"made at home" in picture.path.read_bytes()
    assert b"made at home" not in copies.double.data


@pytest.mark.parametrize("cut", [3, 12, 40, -1])
def test_a_gif_that_ends_too_early_is_refused(tmp_path: Path, cut: int) -> None:
    """A clear error, whatever byte it stops at."""
    picture = saved(tmp_path, "a.gif", Image.new("P", (60, 30)))
    with pytest.raises(ValueError, match="too early"):
        strip_gif(picture.path.read_bytes()[:cut])


def test_a_logo_is_shown_at_half_its_pixels(tmp_path: Path) -> None:
    """Logos are drawn for sharp screens; none at all is fine too."""
    media = tmp_path / "issues" / "media"
    media.mkdir(parents=True)
    saved(media, "logo.png", drawing(352, 96))
    copies = copies_of_logo("logo.png", tmp_path)
    assert copies is not None
    assert (copies.width, copies.height, copies.double.width) == (176, 48, 352)
    assert copies_of_logo("", tmp_path) is None


@pytest.mark.parametrize("content", [None, b"", b"not a picture", b"\x89PNG\r\n\x1a\nbroken"])
def test_a_picture_that_does_not_open_is_told_with_its_name(
    tmp_path: Path, content: bytes | None
) -> None:
    """Also when it vanished since the issue was read."""
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContentError, match=r"issues/media/a\.png: .*Save it again"):
        copies_of(Picture("a.png", path, 10, 10))
