"""Names for pictures: from whatever a browser sends to one that every system and URL can take."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count

LONGEST = 60
_PLAIN = "picture"
_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "þ": "th"})
_EXTENSIONS = re.compile(r"(\.[a-z0-9]{2,5})+\Z")
# Windows opens devices by these, with any extension.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z")


def safe_stem(given: str) -> str:
    """The name a picture is kept by, without its extension.

    Args:
        given: a file's name as a browser sent it: perhaps with a path, of any length, in any
            script.

    Returns:
        `a-z`, `0-9` and single `-`, at most 60 characters, never empty.
    """
    base = re.split(r"[\\/]", given)[-1]
    plain = unicodedata.normalize("NFKD", base.casefold().translate(_SPELLED))
    plain = plain.encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", _EXTENSIONS.sub("", plain)).strip("-")
    stem = stem[:LONGEST].rstrip("-")
    return f"{_PLAIN}-{stem}" if _DEVICES.match(stem) else stem or _PLAIN


def shown_name(given: str) -> str:
    """A file's name for messages: one short printable line, in quotation marks."""
    base = re.split(r"[\\/]", given)[-1]
    printable = "".join(sign for sign in base if sign.isprintable()).strip()
    short = printable if len(printable) <= LONGEST else f"{printable[: LONGEST - 1]}…"
    return f'"{short}"' if short else "The file"


def free_names(stem: str, extension: str, taken: Collection[str]) -> Iterator[str]:
    """`stem.ext`, `stem-2.ext`, ... without end, less those that are taken.

    Args:
        taken: names in the same folder; upper and lower case are alike, as on many systems.
    """
    used = {name.casefold() for name in taken}
    for number in count(1):
        name = f"{stem}-{number}.{extension}" if number > 1 else f"{stem}.{extension}"
        if name not in used:
            yield name
