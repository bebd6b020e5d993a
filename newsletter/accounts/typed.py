"""What people type about themselves, and how they are told what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from email_validator import EmailNotValidError, validate_email

from newsletter.errors import UsageError

LONGEST_NAME = 80
_NO_ADDRESS = "Please type your e-mail address."
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # and what turns text around


class Mistakes(UsageError):
    """What was typed will not do.

    Attributes:
        fields: `name`, `email`, `password` or `current` -> what is wrong with it.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("\n".join(fields.values()))


def judge(*checks: Callable[[], object]) -> None:
    """Tell all that is wrong at once.

    Raises:
        Mistakes: of all checks together.
    """
    wrong: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except Mistakes as found:
            wrong |= found.fields
    if wrong:
        raise Mistakes(wrong)


def typed_email(text: str) -> str:
    """An address, as typed but without spaces around it.

    Raises:
        Mistakes: it is none.
    """
    address = text.strip()
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError) as problem:
        told = f'"{address}" is no address one can write to. {problem}' if address else _NO_ADDRESS
        raise Mistakes({"email": told}) from problem
    return address


def typed_name(text: str) -> str:
    """A name in one line, its spaces single.

    Raises:
        Mistakes: it is empty or endless.
    """
    name = " ".join(_CONTROL.sub(" ", text).split())
    if not name:
        raise Mistakes({"name": "Please say what you are called."})
    if len(name) > LONGEST_NAME:
        raise Mistakes({"name": f"A name has at most {LONGEST_NAME} characters."})
    return name
