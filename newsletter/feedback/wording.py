"""Other people's words, as far as we keep them."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"'=]+@[^\s<>()\[\]:;,\"']+")
_MASK = "•••"


def without_addresses(words: str) -> str:
    """The receiving side's words, which often repeat whom a mail was for."""
    return _ADDRESS.sub(_MASK, words) if "@" in words else words
