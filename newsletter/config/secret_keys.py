"""The keys that sign links and sessions."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from pydantic import SecretStr

from newsletter.errors import ContentError, Place, Problem

# blake2b takes keys of at most 64 bytes (RFC 7693).
_KEY = re.compile(r"[A-Za-z0-9_+/=.-]{32,64}")
RULE = "must be keys of 32 to 64 characters (A-Z a-z 0-9 _ + / = . -), with commas between them."


def secret_key_file(root: Path) -> Path:
    """Where the site keeps a key that it made itself; part of every backup."""
    return root / "var" / "secret.key"


def split_secret_keys(text: str) -> tuple[SecretStr, ...] | None:
    """Keys with commas or line breaks between them, or None when one is no key."""
    keys = [key.strip() for key in re.split(r"[,\n]", text) if key.strip()]
    if not all(_KEY.fullmatch(key) for key in keys):
        return None
    return tuple(SecretStr(key) for key in keys)


def read_secret_keys(root: Path) -> tuple[SecretStr, ...]:
    """The keys in `var/secret.key`; none when there is no such file.

    Raises:
        ContentError: the file holds no key, or may not be read. It is not made anew: with another
            key no link in a mail that was sent would work.
    """
    path = secret_key_file(root)
    if not path.exists():
        return ()
    place = Place(path.relative_to(root).as_posix())
    try:
        keys = split_secret_keys(path.read_text(encoding="ascii"))
    except UnicodeDecodeError:
        keys = None
    except OSError as problem:
        told = f"It can not be read: {problem.strerror}."
        raise ContentError([Problem(place, told, "See which account it belongs to.")]) from None
    if not keys:
        hint = "Take it from a backup; without it no link in a sent mail works."
        raise ContentError([Problem(place, "It holds no key.", hint)])
    return keys


def make_secret_key(root: Path) -> SecretStr:
    """Make the site's key in `var/secret.key`, mode 0600, or return the one that is there.

    Two processes that start together end with the same key: the file appears complete or
    not at all, and only the first one stays.

    Raises:
        ContentError: the file is there and holds no key.
    """
    path = secret_key_file(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".secret-{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return read_secret_keys(root)[0]
