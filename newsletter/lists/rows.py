"""A row of a list as a reader, or as a bad row with all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from newsletter.errors import UsageError
from newsletter.lists import cells as cell
from newsletter.lists.columns import MARKS, Columns, Field
from newsletter.lists.dates import DateOrder, read_moment
from newsletter.lists.kinds import Kind, heavier, kind_of_word
from newsletter.model.site import Attribute

_AHEAD = timedelta(days=1)  # clocks and zones differ; a yes of next week is a mistake
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
        has = len(cells)
        said = {
            name: cell.bare(text) if (text := cells[at].strip())[:1] == "'" else text
            for at, name in self._plain
            if at < has
        }
        try:
            return self._reader(line, cells, said)
        except UsageError:
            return BadRow(line, "; ".join(self._problems(cells, said)), tuple(cells))

    def _require_shape(self, cells: Sequence[str]) -> None:
        has = len(cells)
        if has > self._width and any(each.strip() for each in cells[self._width :]):
            raise UsageError(f"has {has} cells for {self._width} columns; is a comma not quoted?")
        if has <= self._needed:
            raise UsageError(f"has {has} cells for {self._width} columns; it is cut off")
        if not cell.is_readable("".join(cells)):
            raise UsageError("holds bytes that are no letters; save the file as UTF-8")

    def _reader(self, line: int, cells: Sequence[str], said: Mapping[str, str]) -> ListedReader:
        get = said.get
        kind = self._kind_of(cells, said)
        is_yes = kind is Kind.SUBSCRIBED
        asked, given = self._proof(cells, said)
        zone = get(Field.ZONE, "")
        known_zone = cell.zone_of(zone) if zone else ""
        return ListedReader(
            line,
            self._email(cells, said),
            kind,
            self._name(cells, said),
            self._interests(cells, said),
            self._tags_of(cells, said),
            known_zone,
            "" if known_zone else zone,
            self._values(cells, said),
            get(Field.CONSENT, "") if is_yes else "",
            given if is_yes else None,
            get(Field.CONFIRM_IP, "") or get(Field.OPTIN_IP, ""),
            asked,
            get(Field.OPTIN_IP, ""),
            self._left_at(cells) if kind.is_no else "",
            get(Field.REASON, ""),
        )

    def _problems(self, cells: Sequence[str], said: Mapping[str, str]) -> Iterator[str]:
        """All that is wrong with a row, where the first already made it a bad one."""
        reads = (self._email, self._kind_of, self._name, self._interests)
        for read in (*reads, self._tags_of, self._values, self._proof):
            try:
                read(cells, said)
            except UsageError as problem:
                yield str(problem)

    def _email(self, cells: Sequence[str], said: Mapping[str, str]) -> str:
        text = said.get(Field.EMAIL, "")
        if not text:
            raise UsageError("has no address")
        return self._rules.normalise(text)

    def _name(self, cells: Sequence[str], said: Mapping[str, str]) -> str:
        text = said.get(Field.FIRST_NAME, "")
        return cell.one_line(text, cell.LONGEST_NAME, "the first name") if text else ""

    def _interests(self, cells: Sequence[str], said: Mapping[str, str]) -> tuple[str, ...] | None:
        text = said.get(Field.INTERESTS, "")
        return cell.interests_in(text, self._rules.interests) if text else None

    def _tags_of(self, cells: Sequence[str], said: Mapping[str, str]) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for at in self._tags:
            if at < len(cells) and cells[at]:
                found += cell.tags_in(cell.bare(cells[at]))
        return found

    def _values(self, cells: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
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

    def _proof(
        self, cells: Sequence[str], said: Mapping[str, str]
    ) -> tuple[datetime | None, datetime | None]:
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
