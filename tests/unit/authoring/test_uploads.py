"""Uploaded files: what is taken is a picture and nothing but a picture."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from newsletter.authoring.uploads import Box, clean_picture, cut_picture
from newsletter.errors import UsageError
from newsletter.rendering.gif import strip_gif
from tests.unit.authoring import hostile
from tests.unit.authoring.hostile import drawn, opened, saved

SCRIPT = b"<script>alert(1)</script>"
ARTWORK = Path(__file__).resolve().parents[3] / "artwork"


def taken(data: bytes, name: str = '"skin.png"') -> Image.Image:
    """The picture that is stored for a file."""
    return opened(clean_picture(name, data).data)


def refusal(data: bytes) -> str:
    """Why a file is not taken."""
    with pytest.raises(UsageError) as caught:
        clean_picture('"skin.png"', data)
    return str(caught.value)


def outcome(data: bytes) -> str:
    """Why a file is not taken, or the words "a picture" when what is stored opens."""
    try:
        opened(clean_picture("x", data).data)
    except UsageError as problem:
        return str(problem)
    return "a picture"


@pytest.mark.parametrize(
    ("form", "extension"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_each_format_of_a_mail_is_taken(form: str, extension: str) -> None:
    """PNG, JPEG, GIF and WebP keep their format and size."""
    picture = clean_picture("x", saved(drawn(), form))
    assert (picture.extension, picture.width, picture.height) == (extension, 60, 40)
    assert opened(picture.data).format == form


def test_the_bytes_decide_and_not_the_name() -> None:
    """A JPEG that is called .png is kept as what it is."""
    assert clean_picture('"skin.png"', saved(drawn(), "JPEG")).extension == "jpg"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "is an SVG drawing"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<svg >", "is an SVG drawing"),
        (b"<!DOCTYPE html><p>Hello", "is a web page"),
        (b"   <html><script>", "is a web page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC picture"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "is an AVIF picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "is a film"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"PK\3\4 word/document.xml", "is a ZIP archive or office document"),
        (b"8BPS\0\1", "is a Photoshop file"),
        (b"Just some words.", "is no picture"),
        (b"\x89PNG\r\n\x1a\n", "does not open"),
        (b"GIF89a", "does not open"),
        (b"\xff\xd8\xff\xe0", "does not open"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "does not open"),
    ],
)
def test_each_kind_of_foreign_file_has_its_own_words(data: bytes, reason: str) -> None:
    """What is no picture for a mail is told by what it is, whatever it is called."""
    assert reason in refusal(data)


@pytest.mark.parametrize("form", ["TIFF", "BMP", "ICO", "PPM", "TGA"])
def test_pictures_that_mails_do_not_show_are_refused(form: str) -> None:
    """Formats that the decoder knows and mail programs do not are refused."""
    assert "Save it as" in refusal(saved(drawn(), form))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_a_file_that_was_not_copied_whole_is_refused(form: str, share: float) -> None:
    """A file cut off anywhere does not open to its end."""
    noise = Image.effect_noise((120, 90), 90).convert("RGB")
    data = saved(noise, form)
    with pytest.raises(UsageError, match=r"damaged|no picture"):
        clean_picture("x", data[: int(len(data) * share)])


def test_every_cut_of_a_file_is_a_picture_or_a_sentence() -> None:
    """Wherever a file ends, it is a whole picture or refused in words, never a crash."""
    for form in ("PNG", "JPEG", "GIF", "WEBP"):
        data = saved(drawn(12, 9), form)
        for end in range(0, len(data) - 2, 3):
            assert outcome(data[:end]).startswith(("x ", "a picture"))


def test_flipped_bytes_give_a_picture_or_a_sentence() -> None:
    """A file with a flipped byte anywhere is either a picture still or refused in words."""
    for form in ("PNG", "JPEG", "GIF", "WEBP"):
        data = saved(drawn(12, 9), form)
        for at in range(0, len(data), 7):
            bent = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
            assert outcome(bent).startswith(("x ", "a picture"))


def test_where_and_with_what_it_was_taken_is_taken_out() -> None:
    """Of Exif, GPS and comments nothing is left, and the uploader is told about the place."""
    picture = clean_picture("x", hostile.photograph())
    assert b"SECRET" not in picture.data
    assert b"Exif" not in picture.data
    assert not opened(picture.data).getexif()
    assert "Where it was taken" in " ".join(picture.notes)


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (2, 2)), (3, (57, 37)), (6, (37, 2)), (8, (2, 57))]
)
def test_it_stands_upright(orientation: int, corner: tuple[int, int]) -> None:
    """A picture is turned as its camera said (Exif 2.32, 4.6.4): the red corner moves."""
    image = taken(hostile.photograph(orientation))
    red, green, blue = image.convert("RGB").getpixel(corner)  # type: ignore[misc]
    assert red > 200
    assert green < 80
    assert blue < 80


def test_xmp_and_text_are_taken_out_of_every_format() -> None:
    """XMP, text chunks and comments are gone."""
    xmp = b"<x:xmpmeta>SECRET</x:xmpmeta>"
    files = [
        saved(drawn(), "JPEG", xmp=xmp),
        saved(drawn(), "WEBP", xmp=xmp),
        saved(drawn(), "GIF", comment=b"SECRET"),
        _png_with_text("SECRET"),
    ]
    for data in files:
        assert b"SECRET" in data
        assert b"SECRET" not in clean_picture("x", data).data


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_what_hangs_behind_the_picture_is_gone(form: str) -> None:
    """A file that is a picture and something else at once is a picture after."""
    data = saved(drawn(), form) + SCRIPT + b"PK\3\4evil.zip"
    kept = clean_picture("x", data).data
    assert b"script" not in kept
    assert b"evil" not in kept


def test_a_script_in_a_comment_of_a_moving_gif_is_gone() -> None:
    """A GIF's blocks that draw nothing are left out, its frames stay byte for byte."""
    data = hostile.moving("GIF")
    comment = b"\x21\xfe" + bytes([len(SCRIPT)]) + SCRIPT + b"\0"
    at = data.index(b"\x21\xf9")
    kept = clean_picture("x", data[:at] + comment + data[at:]).data
    assert b"script" not in kept
    assert kept == strip_gif(data)


def test_a_moving_gif_keeps_moving() -> None:
    """Frames, their timing and looping stay."""
    image = taken(hostile.moving("GIF", 5))
    assert image.n_frames == 5  # type: ignore[attr-defined]
    assert image.info["loop"] == 0


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_only_gifs_move_in_mails(form: str) -> None:
    """A moving PNG or WebP would lose its movement silently, so it is refused."""
    assert "mail programs only move GIFs" in refusal(hostile.moving(form))


def test_a_gif_that_never_ends_is_refused() -> None:
    """Frames are counted, and the count ends."""
    assert "moves for too long" in refusal(hostile.long_gif(3_000))


def test_a_gif_of_few_bytes_and_many_pixels_is_refused() -> None:
    """All frames together have a limit, so that a small file can not cost minutes."""
    assert "moves for too long" in refusal(hostile.wide_gif(6_000, 6_000, 20))


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    """A few bytes that promise billions of pixels are judged by their promise."""
    assert "more than 40 million pixels" in refusal(hostile.bomb_png(30_000, 30_000))
    assert "more than 40 million pixels" in refusal(hostile.bomb_png(8_000, 6_000))


def test_a_promise_that_is_not_kept_is_damage() -> None:
    """Rows that are missing are told as damage."""
    assert "does not open to its end" in refusal(hostile.bomb_png(600, 600))


def test_a_bomb_in_a_comment_is_harmless() -> None:
    """A compressed comment of 100 MB is refused and never kept."""
    assert "does not open" in outcome(hostile.with_text_bomb())


def test_a_file_of_too_many_bytes_is_refused() -> None:
    """20 MB is the most, and the message says how many it has."""
    assert "has 21.0 MB; a picture has at most 20 MB" in refusal(b"\xff" * 21_000_000)


def test_print_colours_become_screen_colours() -> None:
    """CMYK is changed to RGB, and said."""
    picture = clean_picture("x", saved(drawn().convert("CMYK"), "JPEG"))
    assert opened(picture.data).mode == "RGB"
    assert "CMYK" in " ".join(picture.notes)


def test_colours_of_another_space_are_brought_to_srgb() -> None:
    """A profile is applied and gone, so every program shows the same colours."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for each in (profile, srgb, b"no profile at all"):
        image = taken(saved(drawn(), "PNG", icc_profile=each))
        assert "icc_profile" not in image.info


def test_grey_of_sixteen_bits_keeps_its_greys() -> None:
    """A middle grey of 16 bits stays a middle grey."""
    image = taken(saved(Image.new("I;16", (20, 20), 32_768), "PNG"))
    assert image.convert("L").getpixel((5, 5)) in (127, 128)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_of_pixels_is_taken(mode: str) -> None:
    """Black and white, grey, palettes and see-through pictures are taken."""
    image = taken(saved(drawn().convert(mode), "PNG"))
    assert image.size == (60, 40)
    assert ("A" in image.getbands()) == (mode in ("LA", "RGBA"))


def test_see_through_pixels_stay_so() -> None:
    """A hole stays a hole."""
    image = drawn().convert("RGBA")
    image.putpixel((30, 20), (0, 0, 0, 0))
    for form in ("PNG", "WEBP"):
        assert taken(saved(image, form, lossless=True)).getpixel((30, 20))[3] == 0  # type: ignore[index]


def test_writing_a_jpeg_anew_costs_next_to_nothing() -> None:
    """It keeps its own tables: its size stays, and its pixels nearly so."""
    data = saved(drawn(400, 300), "JPEG", quality=60)
    first = clean_picture("x", data).data
    assert len(first) <= len(data) * 1.05
    before, after = opened(data).convert("L").tobytes(), opened(first).convert("L").tobytes()
    assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) / len(before) < 0.2


def test_the_same_upload_gives_the_same_bytes() -> None:
    """Nothing of the hour or the machine is in what is stored."""
    for form in ("PNG", "JPEG", "GIF", "WEBP"):
        data = saved(drawn(), form)
        assert clean_picture("x", data).data == clean_picture("y", data).data


def test_a_piece_is_cut_as_it_is_seen() -> None:
    """The rectangle counts from the upper left corner of the upright picture."""
    piece = cut_picture("x", hostile.photograph(6), Box(30, 0, 10, 15))
    image = opened(piece.data)
    assert image.size == (10, 15)
    assert image.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize(
    "box",
    [
        Box(-1, 0, 20, 20),
        Box(0, -1, 20, 20),
        Box(50, 0, 20, 20),
        Box(0, 30, 20, 20),
        Box(0, 0, 0, 20),
        Box(0, 0, 20, -5),
        Box(0, 0, 10**9, 10**9),
    ],
)
def test_a_piece_outside_the_picture_is_refused(box: Box) -> None:
    """The message says how large the picture is."""
    with pytest.raises(UsageError, match="60 by 40 pixels"):
        cut_picture("x", saved(drawn(), "PNG"), box)


def test_a_piece_of_a_few_pixels_is_refused() -> None:
    """A slip of the hand is no piece."""
    with pytest.raises(UsageError, match="at least 8 pixels"):
        cut_picture("x", saved(drawn(), "PNG"), Box(0, 0, 20, 3))


def test_a_moving_picture_is_not_cropped() -> None:
    """Its first frame alone is not what was meant."""
    with pytest.raises(UsageError, match="moving picture can not be cropped"):
        cut_picture("x", hostile.moving("GIF"), Box(0, 0, 9, 9))


def test_a_still_gif_is_cropped_as_gif() -> None:
    """A GIF that stands still stays a GIF."""
    piece = cut_picture("x", saved(drawn(), "GIF"), Box(0, 0, 12, 12))
    assert opened(piece.data).format == "GIF"


def test_a_camera_that_packs_two_pictures_into_one_file_is_understood() -> None:
    """A multi-picture JPEG (CIPA DC-007) is taken as the picture that everybody sees."""
    file = io.BytesIO()
    drawn().save(file, "MPO", save_all=True, append_images=[drawn()])
    picture = clean_picture("x", file.getvalue())
    assert picture.extension == "jpg"
    assert opened(picture.data).size == (60, 40)


def _png_with_text(text: str) -> bytes:
    info = PngInfo()
    info.add_text("Comment", text)
    info.add_itxt("XML:com.adobe.xmp", text)
    data = saved(drawn(), "PNG", pnginfo=info)
    assert struct.unpack(">I", data[16:20])[0] == 60
    return data
