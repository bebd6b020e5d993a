"""Signed marks in links: key id, purpose, subscriber, 128-bit keyed BLAKE2b.

A mark is 33 bytes, written as 44 characters of URL-safe base64, which needs no padding::

    key id (1)  purpose (1)  subscriber (7)  about (8)  mac (16)

`about` is what the link is about: the delivery its mail belongs to, the request it proves, or
0. Purpose is part of what is signed, so a mark made for one purpose never serves another. Marks
themselves have no end of life: an unsubscribe link works for ever, also under keys that sign no
longer (they only verify). A link that ends names a request, and the store knows when that ends.
Keyed BLAKE2b is a MAC by itself (RFC 7693, section 2.9); no HMAC is needed around it.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
from hmac import compare_digest
from itertools import repeat
from struct import Struct

from newsletter.errors import UsageError

_MAC_BYTES = 16
_SUBSCRIBER_BITS = 56
_ABOUT_BITS = 64
_IDS_BYTES = (_SUBSCRIBER_BITS + _ABOUT_BITS) // 8
_HEAD_BYTES = 2 + _IDS_BYTES
_HEAD = Struct(">BQQ")  # purpose and subscriber share eight bytes
_CHARACTERS = 44
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_SHORTEST_SECRET = 16


class Purpose(IntEnum):
    """What a mark may be used for; numbers are part of the format and never reused."""

    UNSUBSCRIBE = 1
    PREFERENCES = 2
    VIEW = 3
    CONFIRM = 4  # about: the request
    FRESH = 5  # about: the request; more rights, for a short time
    ADDRESS_CHANGE = 6  # about: the request
    UNDO = 7  # about: the withdrawal
    APPROVAL = 8  # these: subscriber is a random number kept with the link, about: the link
    PREVIEW = 9
    REPORT = 10
    LINK_FORM = 11  # in a form of the page that such a link opens


@dataclass(frozen=True, slots=True)
class Mark:
    """What a verified mark says.

    Attributes:
        subscriber: id.
        about: id of the delivery whose mail it stood in, of the request or withdrawal that
            the purpose speaks of, or 0.
    """

    purpose: Purpose
    subscriber: int
    about: int


class Signer:
    """Makes and verifies marks.

    Args:
        secrets: the first signs, all verify; each at least 16 characters.

    Raises:
        UsageError: no secret, or one too short to be one.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or any(len(secret) < _SHORTEST_SECRET for secret in secrets):
            raise UsageError(
                f"A secret key has at least {_SHORTEST_SECRET} characters; "
                "set NEWSLETTER_SECRET_KEYS, or unset it to have one made."
            )
        self._keys = tuple(
            blake2b(secret.encode(), digest_size=32, person=b"newsletter-mark").digest()
            for secret in secrets
        )
        # Copying a keyed state costs less than keying it anew; a campaign makes millions.
        self._states = tuple(blake2b(key=key, digest_size=_MAC_BYTES) for key in self._keys)
        self._key_id = _key_id(self._keys[0])

    def __repr__(self) -> str:
        return f"Signer({len(self._keys)} keys)"

    @property
    def fingerprint(self) -> str:
        """Names the signing key without telling it; 16 hexadecimal characters."""
        return blake2b(self._keys[0], digest_size=8, person=b"newsletter-fp").hexdigest()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """As `fingerprint`, for every key that verifies."""
        return tuple(
            blake2b(key, digest_size=8, person=b"newsletter-fp").hexdigest() for key in self._keys
        )

    def derived(self, use: str) -> tuple[bytes, ...]:
        """Keys of 32 bytes for another use, one for each secret; the first signs.

        Args:
            use: its name; unlike uses get unrelated keys.
        """
        return tuple(
            blake2b(use.encode(), key=key, digest_size=32, person=b"newsletter-use").digest()
            for key in self._keys
        )

    def mark(self, purpose: Purpose, subscriber: int, about: int = 0) -> str:
        """A mark for a link.

        Raises:
            OverflowError: an id is negative or does not fit its field.
        """
        if subscriber >> _SUBSCRIBER_BITS or about >> _ABOUT_BITS:
            raise OverflowError(f"these ids do not fit a mark: {subscriber}, {about}")
        head = _HEAD.pack(self._key_id, purpose << _SUBSCRIBER_BITS | subscriber, about)
        state = self._states[0].copy()
        state.update(head)
        return _written(head + state.digest())

    def marks(
        self, purpose: Purpose, subscribers: Sequence[int], abouts: Sequence[int]
    ) -> list[str]:
        """A mark for each pair, as `mark` makes them one by one, in a third of the time.

        33 bytes are 44 characters exactly, so all are written in base64 at once and then cut.

        Raises:
            OverflowError: an id is negative or does not fit its field.
        """
        if not _all_fit(subscribers, _SUBSCRIBER_BITS) or not _all_fit(abouts, _ABOUT_BITS):
            raise OverflowError("some of these ids do not fit a mark")
        kind = purpose << _SUBSCRIBER_BITS
        firsts = [kind | subscriber for subscriber in subscribers]
        keyed = self._states[0].copy
        raw: list[bytes] = []
        for head in map(_HEAD.pack, repeat(self._key_id), firsts, abouts):
            state = keyed()
            state.update(head)
            raw += (head, state.digest())
        written = _written(b"".join(raw))
        return [written[at : at + _CHARACTERS] for at in range(0, len(written), _CHARACTERS)]

    def read(self, purpose: Purpose, mark: str) -> Mark | None:
        """What a mark says, or None when it is not one of ours for this purpose."""
        raw = _decode(mark)
        if raw is None or raw[1] != purpose:
            return None
        head, mac = raw[:_HEAD_BYTES], raw[_HEAD_BYTES:]
        if not any(_made(key, head, mac) for key in self._keys):
            return None
        ids = int.from_bytes(head[2:], "big")
        return Mark(purpose, ids >> _ABOUT_BITS, ids & (1 << _ABOUT_BITS) - 1)


def _made(key: bytes, head: bytes, mac: bytes) -> bool:
    if head[0] != _key_id(key):
        return False
    return compare_digest(mac, blake2b(head, key=key, digest_size=_MAC_BYTES).digest())


def _key_id(key: bytes) -> int:
    return blake2b(key, digest_size=1, person=b"newsletter-id").digest()[0]


def _all_fit(ids: Sequence[int], bits: int) -> bool:
    return not ids or (min(ids) >= 0 and not max(ids) >> bits)


def _written(marks: bytes) -> str:
    """One or more marks in URL-safe base64."""
    return b2a_base64(marks, newline=False).translate(_URL_SAFE).decode()


def _decode(mark: str) -> bytes | None:
    if len(mark) != _CHARACTERS or not mark.replace("-", "").replace("_", "").isalnum():
        return None
    return urlsafe_b64decode(mark) if mark.isascii() else None
