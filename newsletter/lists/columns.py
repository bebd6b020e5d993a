"""What the columns of a list mean, by the names that common exports give them.

Mailchimp: https://mailchimp.com/help/view-export-contacts/ (OPTIN_*, CONFIRM_*, UNSUB_*,
CLEAN_*, TIMEZONE, TAGS). Brevo: EMAIL, FIRSTNAME, and marks of its block list. MailerLite:
Subscriber, Status, opt-in and confirmation columns. Substack: Email, Name, and marks of disabled
mail. A column that nobody knows is told, and read by nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import UsageError, nearest
from newsletter.lists.kinds import Kind


class Field(StrEnum):
    """What a column may hold; a site's attributes are fields by their own names."""

    EMAIL = "email"
    FIRST_NAME = "first_name"
    INTERESTS = "interests"
    TAGS = "tags"
    ZONE = "zone"
    STATUS = "status"  # a word: subscribed, unsubscribed, bounced ...
    LEFT = "left"  # a mark or a moment: they unsubscribed
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ENABLED = "enabled"  # a mark; without it they get no mail
    REASON = "reason"  # why they left
    CONSENT = "consent"  # the words they agreed to
    OPTIN_TIME = "optin_time"
    OPTIN_IP = "optin_ip"
    CONFIRM_TIME = "confirm_time"
    CONFIRM_IP = "confirm_ip"


IGNORE = "ignore"
MARKS: Mapping[str, Kind] = {
    Field.LEFT: Kind.UNSUBSCRIBED,
    Field.BOUNCED: Kind.CLEANED,
    Field.COMPLAINED: Kind.SUPPRESSED,
}
"""Fields that make a no of a row by not being empty."""

_NAMES: Mapping[Field, str] = {
    Field.EMAIL: (
        "email, e mail, email address, e mail address, mail, subscriber, subscriber email, "
        "contact email, e mail adresse"
    ),
    Field.FIRST_NAME: "first name, firstname, fname, given name, vorname, prenom",
    Field.INTERESTS: "interests, interest, topics",
    Field.TAGS: "tags, tag, labels",
    Field.ZONE: "timezone, time zone, zone",
    Field.STATUS: (
        "status, subscription status, email status, email marketing status, email subscription "
        "status, email marketing, state"
    ),
    Field.LEFT: (
        "unsub time, unsubscribed, unsubscribed at, unsubscribe date, left, date unsubscribed, "
        "unsubscribed on, unsubscribe time, unsubscribe reason, email disabled, opt out date, "
        "opted out, opt out, optout, email opt out"
    ),
    Field.BOUNCED: "clean time, bounced, bounced at, hard bounced, bounce date, bounce",
    Field.COMPLAINED: (
        "complained, complained at, spam, marked as spam, blacklisted, blocklisted, blacklist, "
        "blocklist, email blacklisted, email blacklist, emailblacklisted, suppressed, blocked, "
        "unsubscribed or blocklisted"
    ),
    Field.ENABLED: "active, enabled, email enabled, subscribed to emails",
    Field.REASON: "unsub reason, reason left",
    Field.CONSENT: "consent, consent text, consent words, wording",
    Field.OPTIN_TIME: (
        "optin time, opt in time, optin date, opt in date, opted in at, consent time, consent at, "
        "consent date, consented at, optin timestamp, opt in timestamp"
    ),
    Field.OPTIN_IP: "optin ip, opt in ip, consent ip, signup ip, ip address, ip",
    Field.CONFIRM_TIME: (
        "confirm time, confirmation date, confirmation time, confirm date, confirmed at, double "
        "opt in date"
    ),
    Field.CONFIRM_IP: "confirm ip, confirmation ip",
}
_BY_NAME = {name: field for field, names in _NAMES.items() for name in names.split(", ")}
_SEPARATORS = re.compile(r"[\s_\-/]+")
# Columns that our own `rejected.csv` puts before the others: no reader's words.
_OF_OURS = ("line", "reason", "file")
_PROGRAMS = (
    ("Mailchimp", {"leid", "euid"}),
    ("Brevo", {"added time", "modified time"}),
    ("MailerLite", {"subscriber", "opens count"}),
    ("Substack", {"active subscription"}),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one list.

    Attributes:
        header: as the file names them; counted where it names none.
        fields: what each means; empty for one that means nothing here.
        program: whose export it looks like; empty when nobody's.
        named: False where the file begins with a reader.
    """

    header: tuple[str, ...]
    fields: tuple[str, ...]
    program: str = ""
    named: bool = True

    def mapping(self) -> dict[str, str]:
        """Column -> field, of those that mean something."""
        return {name: field for name, field in zip(self.header, self.fields, strict=True) if field}

    def ignored(self) -> tuple[str, ...]:
        """Columns that nobody reads."""
        pairs = zip(self.header, self.fields, strict=True)
        return tuple(name for name, field in pairs if name and not field)

    def says_status(self) -> bool:
        """Whether rows say themselves what they are."""
        return bool({*MARKS, Field.STATUS, Field.ENABLED} & set(self.fields))


def read_header(
    where: str,
    cells: Sequence[str],
    attributes: Sequence[str],
    chosen: Mapping[str, str],
    places: Sequence[str] = (),
) -> Columns:
    """Say what the first row means.

    Args:
        where: the file, for messages.
        attributes: slugs of those the site declares.
        chosen: header -> field, by a person; beats the names known here.
        places: a field, or nothing, for each column in order, by a person; beats all else.

    Raises:
        UsageError: no column, or more than one, holds the address; two columns mean one thing; a
            choice names no column or no field.
    """
    header = tuple(cell.strip() for cell in cells)
    named = not any(_looks_like_address(cell) for cell in header)
    if not named:
        header = tuple(str(number) for number in range(1, len(cells) + 1))
    known = (*Field, *attributes)
    picked = _choices(where, header, known, chosen)
    fields = [picked.get(name, _meaning(name, attributes)) for name in header]
    if places:
        fields = _by_place(where, header, known, places)
    if not named and not places and Field.EMAIL not in fields:
        at = next(at for at, cell in enumerate(cells) if _looks_like_address(cell.strip()))
        fields[at] = Field.EMAIL
        header = (*header[:at], str(Field.EMAIL), *header[at + 1 :])
    _require_single(where, header, fields)
    plain = {_plain(name) for name in header}
    program = next((name for name, marks in _PROGRAMS if marks <= plain), "")
    return Columns(header, tuple(str(each) for each in fields), program, named)


def guess_columns(
    cells: Sequence[str], attributes: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The header, what each column most likely means, and whether the first row named them.

    Of several columns that mean one thing the first counts, so that a person has less to undo.
    """
    header = tuple(cell.strip() for cell in cells)
    named = not any(_looks_like_address(cell) for cell in header)
    if not named:
        means = [str(Field.EMAIL) if _looks_like_address(cell) else "" for cell in header]
        header = tuple(f"Column {number}" for number in range(1, len(cells) + 1))
    else:
        means = [str(_meaning(name, attributes)) for name in header]
    seen: set[str] = set()
    for at, field in enumerate(means):
        if field in seen and field not in (Field.TAGS, *MARKS):
            means[at] = ""
        seen.add(field)
    return header, tuple(means), named


def fields_known(attributes: Sequence[str]) -> tuple[str, ...]:
    """Every field a column may be mapped to."""
    return (*(str(field) for field in Field), *attributes)


def _choices(
    where: str, header: Sequence[str], known: Sequence[str], chosen: Mapping[str, str]
) -> dict[str, str]:
    names = {_plain(name): name for name in header}
    picked = {}
    for column, field in chosen.items():
        if field not in (*known, IGNORE):
            raise UsageError(f'There is no field "{field}". {nearest(field, (*known, IGNORE))}')
        if _plain(column) not in names:
            raise UsageError(f'{where} has no column "{column}". {nearest(column, header)}')
        picked[names[_plain(column)]] = "" if field == IGNORE else field
    return picked


def _by_place(
    where: str, header: Sequence[str], known: Sequence[str], places: Sequence[str]
) -> list[str]:
    if len(places) != len(header):
        raise UsageError(f"{where} has {len(header)} columns, and {len(places)} were chosen.")
    for field in places:
        if field and field not in known:
            raise UsageError(f'There is no field "{field}". {nearest(field, known)}')
    return list(places)


def _meaning(name: str, attributes: Sequence[str]) -> str:
    plain = _plain(name)
    if plain in _OF_OURS:
        return ""
    own = next((slug for slug in attributes if _plain(slug) == plain), "")
    return own or str(_BY_NAME.get(plain, ""))


def _require_single(where: str, header: Sequence[str], fields: Sequence[str]) -> None:
    if Field.EMAIL not in fields:
        names = ", ".join(name for name in header if name)[:300] or "nothing"
        raise UsageError(
            f"{where}: no column holds the address. The first line names the columns: {names}. "
            "Name one `email`, or say which it is: --map COLUMN=email"
        )
    counted = Counter(field for field in fields if field)
    for field, times in counted.items():
        if times > 1 and field not in (Field.TAGS, *MARKS):
            doubled = [name for name, each in zip(header, fields, strict=True) if each == field]
            raise UsageError(
                f"{where}: {' and '.join(doubled)} both mean {field}. Rename one in the file, or "
                f'leave it out: --map "{doubled[-1]}={IGNORE}"'
            )


def _plain(name: str) -> str:
    return _SEPARATORS.sub(" ", name.strip().lower()).strip()


def _looks_like_address(cell: str) -> bool:
    name, _, domain = cell.partition("@")
    return bool(name) and "." in domain and " " not in cell
