"""Pictures that nobody should be able to hand in unchanged, made here byte by byte."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def drawn(width: int = 60, height: int = 40) -> Image.Image:
    """A picture whose left upper corner is red and whose rest is a gradient."""
    gradient = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    gradient.paste((255, 0, 0), (0, 0, width // 4, height // 4))
    return gradient


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """A picture's file."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """A file's picture, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def photograph(orientation: int = 6) -> bytes:
    """A JPEG as a phone makes it: on its side, with the place where it was taken."""
    image = drawn(60, 40)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return saved(image, "JPEG", exif=exif, comment=b"SECRET-COMMENT", quality=95)


def moving(form: str, frames: int = 3, size: tuple[int, int] = (20, 10)) -> bytes:
    """A moving picture."""
    first, *others = (
        Image.new("RGB", size, (40 * n % 256, 80, 10 * n % 256)) for n in range(frames)
    )
    return saved(first, form, save_all=True, append_images=others, duration=100, loop=0)


def bomb_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def long_gif(frames: int) -> bytes:
    """A GIF of very many frames, a few bytes each."""
    data = moving("GIF", 2, (4, 4))
    start = data.rindex(b"\x21\xf9")
    frame = data[start:-1]
    return data[:start] + frame * frames + b"\x3b"


def wide_gif(width: int, height: int, frames: int) -> bytes:
    """A GIF with a large screen and many tiny frames."""
    data = bytearray(long_gif(frames))
    struct.pack_into("<HH", data, 6, width, height)
    return bytes(data)


def with_text_bomb() -> bytes:
    """A PNG with a compressed comment that grows to 100 MB."""
    packed = zlib.compress(b"A" * 100_000_000)
    data = saved(drawn(), "PNG")
    at = 33  # behind IHDR
    return data[:at] + _chunk(b"zTXt", b"Comment\0\0" + packed) + data[at:]


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
