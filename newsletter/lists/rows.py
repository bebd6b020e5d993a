"""A row of a list as a reader, or as a bad row with all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from newsletter.errors import UsageError
from newsletter.lists import cells as cell
from newsletter.lists.columns import MARKS, Columns, Field
from newsletter.lists.dates import DateOrder, read_moment
from newsletter.lists.kinds import Kind, heavier, kind_of_word
from newsletter.model.site import Attribute

T = TypeVar("T")
_AHEAD = timedelta(days=1)  # clocks and zones differ; a yes of next week is a mistake
_NO_PROOF: tuple[datetime | None, datetime | None] = (None, None)
_DECIDING = (Field.EMAIL, Field.STATUS, Field.ENABLED, *MARKS)


@dataclass(frozen=True, slots=True)
class ListRules:
    """What a row may say.

    Attributes:
        attributes: those the site declares; each may be a column.
        interests: what people call one, in small letters -> its slug.
        normalise: an address in the form it is stored in; raises UsageError for none.
        now: aware; no yes is later.
        dates: which number is the day where nobody can tell.
    """

    attributes: Sequence[Attribute]
    interests: Mapping[str, str]
    normalise: Callable[[str], str]
    now: datetime = datetime.max.replace(tzinfo=UTC) - _AHEAD
    dates: DateOrder | None = None


@dataclass(frozen=True, slots=True)
class ListedReader:
    """A good row.

    Attributes:
        line: where it begins in the file, counted from 1.
        email: normalised.
        kind: the heaviest of what the list, its name and the row say.
        interests: slugs, or None where the row says nothing.
        zone: IANA name, or empty.
        unknown_zone: as written, when nobody knows it.
        consent: the words they agreed to; may be empty.
        given_at: when they said yes themselves, aware; None when the row does not prove it.
        ip: from where they said it.
        asked_at, asked_ip: of the form before a confirmation.
        left_at, reason: of a no, as written.
    """

    line: int
    email: str
    kind: Kind = Kind.SUBSCRIBED
    first_name: str = ""
    interests: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    zone: str = ""
    unknown_zone: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    consent: str = ""
    given_at: datetime | None = None
    ip: str = ""
    asked_at: datetime | None = None
    asked_ip: str = ""
    left_at: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can not be used, with all that is wrong with it.

    Attributes:
        cells: as they stood in the file.
    """

    line: int
    reason: str
    cells: tuple[str, ...]


class RowReader:
    """Reads the rows of one list.

    Args:
        columns: what they mean.
        kind: what the list as a whole is a list of.
    """

    def __init__(self, columns: Columns, rules: ListRules, kind: Kind) -> None:
        self._width = len(columns.header)
        self._rules, self._kind = rules, kind
        pairs = [(at, name) for at, name in enumerate(columns.fields) if name]
        self._plain = [(at, name) for at, name in pairs if name not in (Field.TAGS, *MARKS)]
        self._tags = [at for at, name in pairs if name == Field.TAGS]
        self._marks = [(at, MARKS[name], name) for at, name in pairs if name in MARKS]
        self._needed = max((at for at, name in pairs if name in _DECIDING), default=0)
        by_slug = {each.slug: each for each in rules.attributes}
        self._attributes = [by_slug[name] for _, name in pairs if name in by_slug]

    def read(self, line: int, cells: Sequence[str]) -> ListedReader | BadRow:
        """Read one row."""
        try:
            self._require_shape(cells)
        except UsageError as problem:
            return BadRow(line, str(problem), tuple(cells))
        said = {name: cell.bare(cells[at]) for at, name in self._plain if at < len(cells)}
        problems: list[str] = []
        reader = self._reader(line, cells, said, problems)
        if problems:
            return BadRow(line, "; ".join(problems), tuple(cells))
        return reader

    def _require_shape(self, cells: Sequence[str]) -> None:
        has = len(cells)
        if has > self._width and any(each.strip() for each in cells[self._width :]):
            raise UsageError(f"has {has} cells for {self._width} columns; is a comma not quoted?")
        if has <= self._needed:
            raise UsageError(f"has {has} cells for {self._width} columns; it is cut off")
        if not cell.is_readable("".join(cells)):
            raise UsageError("holds bytes that are no letters; save the file as UTF-8")

    def _reader(
        self, line: int, cells: Sequence[str], said: Mapping[str, str], problems: list[str]
    ) -> ListedReader:
        get, tried = said.get, _Tried(problems)
        zone = get(Field.ZONE, "")
        known_zone = cell.zone_of(zone) if zone else ""
        kind = tried(lambda: self._kind_of(cells, said), self._kind)
        asked, given = tried(lambda: self._proof(said), _NO_PROOF)
        return ListedReader(
            line,
            tried(lambda: self._email(get(Field.EMAIL, "")), ""),
            kind,
            tried(lambda: _name(get(Field.FIRST_NAME, "")), ""),
            tried(lambda: self._interests(get(Field.INTERESTS, "")), None),
            tried(lambda: self._tags_of(cells), ()),
            known_zone,
            "" if known_zone else zone,
            tried(lambda: self._values(said), {}),
            get(Field.CONSENT, "") if kind is Kind.SUBSCRIBED else "",
            given if kind is Kind.SUBSCRIBED else None,
            get(Field.CONFIRM_IP, "") or get(Field.OPTIN_IP, ""),
            asked,
            get(Field.OPTIN_IP, ""),
            self._left_at(cells) if kind.is_no else "",
            get(Field.REASON, ""),
        )

    def _email(self, text: str) -> str:
        if not text:
            raise UsageError("has no address")
        return self._rules.normalise(text)

    def _interests(self, text: str) -> tuple[str, ...] | None:
        return cell.interests_in(text, self._rules.interests) if text else None

    def _tags_of(self, cells: Sequence[str]) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for at in self._tags:
            if at < len(cells) and cells[at]:
                found += cell.tags_in(cell.bare(cells[at]))
        return found

    def _values(self, said: Mapping[str, str]) -> dict[str, str]:
        return {
            each.slug: cell.value_of(text, each)
            for each in self._attributes
            if (text := said.get(each.slug, ""))
        }

    def _kind_of(self, cells: Sequence[str], said: Mapping[str, str]) -> Kind:
        """The heaviest of everything that is said: no word of a yes takes a no away."""
        kind = self._kind
        for at, mark, _ in self._marks:
            if cell.is_marked(cells[at].strip()):
                kind = heavier(kind, mark)
        if not cell.is_marked(said.get(Field.ENABLED, "yes")):
            kind = heavier(kind, Kind.UNSUBSCRIBED)
        if Field.STATUS not in said:
            return kind
        word = said[Field.STATUS]
        if (found := kind_of_word(word)) is not None:
            return heavier(kind, found)
        if kind.is_no:
            return kind
        raise UsageError(
            f'"{word[:40]}" is no status we know; subscribed or unsubscribed?'
            if word
            else "its status is empty; subscribed or unsubscribed?"
        )

    def _proof(self, said: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
        """When they asked, and when they said yes.

        A confirmation's time alone proves nothing: Mailchimp fills it for readers whom the
        list's owner brought in.
        """
        asked = self._moment(said.get(Field.OPTIN_TIME, ""))
        confirmed = self._moment(said.get(Field.CONFIRM_TIME, ""))
        if confirmed and (asked or said.get(Field.CONFIRM_IP)):
            return asked, confirmed
        return asked, asked

    def _moment(self, text: str) -> datetime | None:
        if not text:
            return None
        try:
            moment = read_moment(text, self._rules.dates)
        except (ValueError, OverflowError) as problem:
            raise UsageError(str(problem)) from None
        if moment > self._rules.now + _AHEAD:
            raise UsageError(f'"{text}" has not come yet')
        return moment

    def _left_at(self, cells: Sequence[str]) -> str:
        marked = (cells[at].strip() for at, _, _ in self._marks)
        return next((text[:40] for text in marked if cell.is_marked(text)), "")


class _Tried:
    """Runs readers of cells and keeps what they complain about."""

    def __init__(self, problems: list[str]) -> None:
        self._problems = problems

    def __call__(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except UsageError as problem:
            self._problems.append(str(problem))
            return otherwise


def _name(text: str) -> str:
    return cell.one_line(text, cell.LONGEST_NAME, "the first name") if text else ""
