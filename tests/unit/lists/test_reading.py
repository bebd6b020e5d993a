"""Parts of reading a list that no command shows by itself."""

from __future__ import annotations

import csv
import io
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import UsageError
from newsletter.lists import (
    BadRow,
    DateOrder,
    ListedReader,
    ListRules,
    Seen,
    find_sources,
    look_at,
    tags_told,
)
from newsletter.lists.cells import bare, neutral, tags_in
from newsletter.lists.dates import read_moment
from newsletter.lists.tape import Tape
from newsletter.subscribing import normalise

RULES = ListRules((), {"tips": "tips", "tips & news": "news"}, normalise)
_CELLS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)


def rows_of(path: Path, data: bytes) -> list[ListedReader | BadRow]:
    path.write_bytes(data)
    (source,) = find_sources(path)
    return list(look_at(source, RULES).rows(RULES))


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=3), min_size=1, max_size=6))
def test_what_csv_writes_is_read_back(rows: list[list[str]]) -> None:
    """Every row the standard library writes comes back cell by cell."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    file.seek(0)
    read = [(cells, problem) for _, cells, problem in Tape(file, ",")]
    assert read == [(row, "") for row in rows]


@given(st.text(alphabet='ab,"\n\r;', max_size=60))
def test_no_text_ends_the_tape(text: str) -> None:
    """Whatever stands in a file, each line is in a row, or in one that was given up."""
    rows = list(Tape(io.StringIO(text, newline=""), ","))
    lines = [line for line, _, _ in rows]
    assert lines == sorted(lines)
    kept = "".join("".join(cells) for _, cells, _ in rows)
    assert kept.count("a") == text.count("a")


def test_a_lost_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    """Of a thousand rows behind a quote that is never closed, all are read."""
    rest = b"".join(b"r%d@example.com,x\n" % number for number in range(1_000))
    rows = rows_of(tmp_path / "list.csv", b'email,name\nann@example.com,"Ann\n' + rest)
    assert [row.line for row in rows if isinstance(row, BadRow)] == [2]
    assert len(rows) == 1_001
    assert rows[-1].line == 1_002


def test_a_line_without_end_is_cut(tmp_path: Path) -> None:
    """A line of nine megabytes is one bad row, and the next one is read."""
    rows = rows_of(tmp_path / "list.csv", b"email\n" + b"x" * (9 << 20) + b"\nann@example.com\n")
    assert isinstance(rows[0], BadRow)
    assert "longer than 4 MB" in rows[0].reason
    assert isinstance(rows[1], ListedReader)


def test_memory_is_flat(tmp_path: Path) -> None:
    """Ten times the rows take no more memory."""

    def peak(count: int) -> int:
        path = tmp_path / "list.csv"
        path.write_text("email\n" + "".join(f"r{n}@example.com\n" for n in range(count)))
        (source,) = find_sources(path)
        tracemalloc.start()
        for _ in look_at(source, RULES).rows(RULES):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(20_000) < peak(2_000) + 500_000


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("03/04/2021", DateOrder.DAY_FIRST, (2021, 4, 3)),
        ("03/04/2021", DateOrder.MONTH_FIRST, (2021, 3, 4)),
        ("13/04/2021 5:06 PM", None, (2021, 4, 13)),
        ("04/04/2021", None, (2021, 4, 4)),
        ("2021/3/4", None, (2021, 3, 4)),
        ("4 March 2021", None, (2021, 3, 4)),
        ("1614834367000", None, (2021, 3, 4)),
        ("2021-03-04 05:06:07 UTC", None, (2021, 3, 4)),
    ],
)
def test_dates(text: str, order: DateOrder | None, day: tuple[int, int, int]) -> None:
    """Moments are aware, and one without a zone is in UTC."""
    moment = read_moment(text, order)
    assert (moment.year, moment.month, moment.day) == day
    assert moment.utcoffset() == datetime.now(UTC).utcoffset()


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    """Reading a date raises nothing but ValueError and OverflowError."""
    with suppress(ValueError, OverflowError):
        assert read_moment(text).tzinfo is not None


@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
        ),
        max_size=4,
        unique=True,
    )
)
def test_tags_come_back(tags: list[str]) -> None:
    """Tags written into one cell are the same when read, whatever separates them."""
    assert tags_in(tags_told(tags)) == tuple(tags)


@given(st.text(max_size=20).map(str.strip))
def test_neutral_cells_come_back(text: str) -> None:
    """No cell begins with what a spreadsheet runs, and import takes the mark away."""
    written = neutral(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    if not text.startswith("'"):
        assert bare(written) == text


def test_an_unknown_choice_of_columns_is_told(tmp_path: Path) -> None:
    """`--map` names the nearest column and field."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"Mail,Vorname\nann@example.com,Ann\n")
    (source,) = find_sources(path)
    with pytest.raises(UsageError, match='Did you mean "Vorname"'):
        look_at(source, RULES, {"Vornam": "first_name"})
    with pytest.raises(UsageError, match='Did you mean "first_name"'):
        look_at(source, RULES, {"Vorname": "firstname"})


def test_seen_takes_its_time_and_no_memory() -> None:
    """A text is new once."""
    with Seen() as seen:
        assert seen.new_among(["a", "b", "a"]) == ["a", "b"]
        assert seen.new_among(["b", "c"]) == ["c"]
        assert seen.among(["a", "d"]) == {"a"}
