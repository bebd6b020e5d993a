"""Passwords: which are good enough, and how they are kept.

Rules follow NIST SP 800-63B-4, section 3.1.1.2: long enough, no composition rules, no forced
change, and a list of what everybody would try first. Kept as Argon2id (RFC 9106), by pwdlib.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property
from secrets import token_urlsafe
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers import HasherProtocol
from pwdlib.hashers.argon2 import Argon2Hasher

from newsletter.accounts.typed import Mistakes

SHORTEST = 12
LONGEST = 256
_AT_ONCE = 2  # each takes 64 MiB for a moment: strangers must not fill the memory
_OWN = 6  # characters that remain when what everybody can guess is taken out
_SHORTEST_WORD = 3
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_COMMON = (
    "password",
    "passwort",
    "kennwort",
    "passw0rd",
    "p4ssword",
    "letmein",
    "welcome",
    "iloveyou",
    "changeme",
    "trustno1",
    "administrator",
    "admin",
    "secret",
    "newsletter",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "dragon",
    "monkey",
    "master",
    "starwars",
    "qwertz",
    "azerty",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "hello",
    "summer",
    "winter",
    "spring",
    "autumn",
)


class Passwords:
    """Judges, hashes and compares passwords; safe from several threads.

    Args:
        hasher: what makes new hashes; an older one's are made anew when they are next used.
    """

    def __init__(self, hasher: HasherProtocol | None = None) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._room = BoundedSemaphore(_AT_ONCE)

    def make(self, password: str) -> str:
        """The hash to keep, with its salt and parameters."""
        with self._room:
            return self._hash.hash(_normal(password))

    def compare(self, password: str, kept: str | None) -> str | None:
        """The hash to keep from now on, or None when the password is wrong.

        Args:
            kept: the hash there is; None for nobody, which takes as long to find out.
        """
        against = self._nobody if kept is None else kept
        with self._room:
            right, anew = self._hash.verify_and_update(_normal(password), against)
        return (anew or kept) if right and kept is not None else None

    @cached_property
    def _nobody(self) -> str:
        return self._hash.hash(token_urlsafe())


def require_good(password: str, about: Iterable[str]) -> None:
    """Refuse a password that someone would guess.

    Args:
        about: the site's name, the person's name and address: what is known of them.

    Raises:
        Mistakes: says why, and what would do.
    """
    if problem := _problem(_normal(password), about):
        raise Mistakes({"password": problem})


def _problem(password: str, about: Iterable[str]) -> str:
    if len(password) < SHORTEST:
        return f"This password has {_counted(len(password))}; it needs {SHORTEST}."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    if len(_without(password.casefold(), _guesses(about))) < _OWN:
        return (
            "This password would be guessed: it is little more than a name, a row of keys or a "
            "word that many use."
        )
    return ""


def _counted(characters: int) -> str:
    """`1 character`, `11 characters`."""
    return f"{characters} character{'' if characters == 1 else 's'}"


def _without(password: str, guesses: list[str]) -> str:
    """What remains when guesses, rows of keys and repetitions are taken out."""
    for guess in guesses:
        password = password.replace(guess, " ")
    password = re.sub(r"(.{1,6}?)\1{2,}", r"\1", password)  # abcabcabc, aaaaaa
    return re.sub(r"[\W_]+", "", _without_runs(password))


def _without_runs(password: str) -> str:
    """Four and more neighbours in a row of keys, forwards or backwards, count for nothing."""
    kept, at = [], 0
    while at < len(password):
        length = _run_length(password[at:])
        if length < 4:
            kept.append(password[at])
            length = 1
        at += length
    return "".join(kept)


def _run_length(text: str) -> int:
    longest = 1
    for row in (*_RUNS, *(row[::-1] for row in _RUNS)):
        length = 1
        while length < len(text) and text[: length + 1] in row:
            length += 1
        longest = max(longest, length)
    return longest


def _guesses(about: Iterable[str]) -> list[str]:
    """The longest first, so that none hides a part of another."""
    known = {word for text in about for word in _words(text)}
    return sorted(known | set(_COMMON), key=len, reverse=True)


def _words(text: str) -> Iterator[str]:
    lower = _normal(text).casefold()
    for word in (lower, *re.split(r"[\W_]+", lower), *re.split(r"[@\s]+", lower)):
        if len(word) >= _SHORTEST_WORD:
            yield word


def _normal(password: str) -> str:
    """The same characters however a keyboard composed them: NFKC (Unicode Annex 15)."""
    return unicodedata.normalize("NFKC", password)
