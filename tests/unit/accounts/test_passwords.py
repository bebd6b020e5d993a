"""Which passwords are good enough."""

from __future__ import annotations

import pytest

from newsletter.accounts.passwords import LONGEST, require_good
from newsletter.errors import UsageError

ABOUT = ("Lumen Letters", "Ann Admin", "ann.admin@lumen.test")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "soft-lamps-over-the-river",
        "tYw8_mQ2-vLz5",
        "пароль для вечера",
        "夜の川の上の柔らかい灯り、そして風",
        "admin of seven quiet gardens",
        "x" * 3 + "quiet harbour at dawn" * 8,
    ],
)
def test_long_and_not_guessable_is_enough(password: str) -> None:
    """No capitals, digits or signs are asked for (NIST SP 800-63B)."""
    require_good(password, ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password123456",
        "PASSWORD!!!!",
        "123456789012",
        "098765432109",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "qwertyuiop12",
        "lumenletters",
        "LumenLetters2026"[:14],
        "ann.admin@lumen.test",
        "annadmin1234",
        "iloveyouiloveyou",
        "newsletter-admin",
        "letmein letmein",
        "1q2w3e4r5t6y",
        "            ",
    ],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    """The commonest, rows of keys, repetitions, the site's and the person's own names."""
    with pytest.raises(UsageError, match="would be guessed"):
        require_good(password, ABOUT)


def test_too_short_and_too_long_are_told_in_numbers() -> None:
    """Characters count as people see them."""
    with pytest.raises(UsageError, match="has 11 characters; it needs 12"):
        require_good("eleven char", ABOUT)
    with pytest.raises(UsageError, match="at most 256"):
        require_good("ab cd ef gh " * LONGEST, ABOUT)
