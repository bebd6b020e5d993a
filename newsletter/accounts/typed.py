"""Names and addresses as people type them."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from newsletter.errors import UsageError

LONGEST_NAME = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # and what turns text around


def typed_email(text: str) -> str:
    """An address, as typed but without spaces around it.

    Raises:
        UsageError: it is none.
    """
    address = text.strip()
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError) as problem:
        raise UsageError(f'"{address}" is no address one can write to. {problem}') from problem
    return address


def typed_name(text: str) -> str:
    """A name in one line, its spaces single.

    Raises:
        UsageError: it is empty or endless.
    """
    name = " ".join(_CONTROL.sub(" ", text).split())
    if not name:
        raise UsageError("Please say what you are called.")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"A name has at most {LONGEST_NAME} characters.")
    return name
