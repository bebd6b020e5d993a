"""What browsers and links carry: 256 random bits, of which only the hash is kept.

A session's token is signed besides, so that nonsense never reaches the database.
"""

from __future__ import annotations

from hashlib import blake2b, sha256
from secrets import token_urlsafe

from itsdangerous import BadSignature
from itsdangerous import Signer as Seal

from newsletter.tokens import Signer

_BYTES = 32
_LONGEST = 200


def one_time_token() -> str:
    """For a link; 43 characters that fit an address."""
    return token_urlsafe(_BYTES)


def hashed(token: str) -> str:
    """What is kept of a token. It is random, so it needs no salt."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


class Marks:
    """Makes and reads what depends on the site's secret key.

    Args:
        signer: lends its keys; sessions signed with a retired key go on.
    """

    def __init__(self, signer: Signer) -> None:
        # itsdangerous signs with the last of its keys and tries them all.
        keys = [key.hex() for key in reversed(signer.derived("studio-session"))]
        self._seal = Seal(keys, salt="newsletter-studio-session", digest_method=sha256)
        self._csrf_key = signer.derived("studio-csrf")[0]
        self._tries_key = signer.derived("studio-tries")[0]

    def session_token(self) -> str:
        """A new one."""
        return self._seal.sign(token_urlsafe(_BYTES)).decode()

    def read_session(self, token: str) -> str | None:
        """What is kept of a session's token; None when it is none of ours."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            return hashed(self._seal.unsign(token).decode())
        except BadSignature:
            return None

    def csrf(self, token_sha256: str) -> str:
        """What every form of a session carries; says nothing about the session's token."""
        return blake2b(token_sha256.encode(), key=self._csrf_key, digest_size=24).hexdigest()

    def counted(self, what: str) -> str:
        """Under which name tries are counted: a keyed hash, as addresses may stand in it."""
        return blake2b(what.encode(), key=self._tries_key, digest_size=32).hexdigest()
