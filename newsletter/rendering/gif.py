"""GIF without its metadata, frame for frame (GIF89a specification, appendix A)."""

from __future__ import annotations

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def strip_gif(data: bytes) -> bytes:
    """Keep screen, palettes, frames, their timing and looping; drop comments and XMP.

    Raises:
        ValueError: the blocks do not add up.
    """
    try:
        return _strip(data)
    except IndexError as error:
        raise ValueError("the GIF ends too early") from error


def _strip(data: bytes) -> bytes:
    at = 13 + _palette(data[10])
    kept = [data[:at]]
    while data[at] != _TRAILER:
        end = _block_end(data, at)
        if data[at] == _IMAGE or _is_wanted(data, at):
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, bytes([_TRAILER])])


def _block_end(data: bytes, at: int) -> int:
    if data[at] == _EXTENSION:
        at += 2
    elif data[at] == _IMAGE:
        at += 10 + _palette(data[at + 9]) + 1
    else:
        raise ValueError("the GIF has an unknown block")
    while data[at]:
        at += data[at] + 1
    return at + 1


def _is_wanted(data: bytes, at: int) -> bool:
    if data[at + 1] == _APPLICATION:
        return data[at + 3 : at + 14] in _LOOPING
    return data[at + 1] == _GRAPHIC_CONTROL


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
