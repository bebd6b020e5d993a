"""Files of readers: planned, tried, brought in, with every bad row kept to be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path

from newsletter.lists import (
    BadRow,
    Glimpse,
    Kind,
    ListPlan,
    ListRules,
    Rejected,
    find_sources,
    glance_at,
    look_at,
)
from newsletter.subscribing.importing import Import, Tally, foresee, import_lists
from newsletter.subscribing.reception import Reception

_MOST_KEPT = 100


@dataclass(slots=True)
class BadRows:
    """The first bad rows, for people to read at once; and all of them in files.

    Attributes:
        first: (list's name, row), a hundred at most.
        paths: the files, once the reading has ended.
    """

    first: list[tuple[str, BadRow]] = field(default_factory=list)
    paths: tuple[Path, ...] = ()
    _files: Mapping[str, Rejected] = field(default_factory=dict)

    def __call__(self, plan: ListPlan, row: BadRow) -> None:
        """Take one."""
        if len(self.first) < _MOST_KEPT:
            self.first.append((plan.source.name, row))
        if plan.source.name in self._files:
            self._files[plan.source.name].add(row)


class Progress:
    """How much of all lists was read, for whoever shows it.

    Args:
        shown: takes the bytes read so far, of all readings together.
    """

    def __init__(self, shown: Callable[[int], None]) -> None:
        self._shown = shown
        self._before, self._read = 0, 0

    def __call__(self, plan: ListPlan, read: int) -> None:
        """Take note of how many bytes of one reading were read."""
        if read < self._read:  # the next reading began
            self._before += self._read
        self._read = read
        self._shown(self._before + read)


def total_bytes(lists: Import) -> int:
    """How many bytes bringing them in reads: a list of noes and yeses counts twice; never 0."""
    return sum(plan.source.size for plan, _ in lists.passes) or 1


def plan_lists(
    file: Path,
    rules: ListRules,
    chosen: Mapping[str, str] | None = None,
    kind: Kind | None = None,
    places: Sequence[Sequence[str]] = (),
) -> tuple[ListPlan, ...]:
    """How each list in a file will be read.

    Args:
        chosen: column -> field, by a person.
        places: instead, for each list a field or nothing for each of its columns.

    Raises:
        UsageError: as `find_sources` and `look_at` do.
    """
    each: Iterable[Sequence[str]] = places or repeat(())
    sources = find_sources(file)
    pairs = zip(sources, each, strict=False)
    return tuple(look_at(source, rules, chosen, kind, at) for source, at in pairs)


def glance(file: Path, rules: ListRules) -> tuple[Glimpse, ...]:
    """The beginning of each list in a file, in the order in which they will be read."""
    return tuple(glance_at(source, rules) for source in find_sources(file))


def try_lists(
    reception: Reception, lists: Import, folder: Path | None = None
) -> tuple[Tally, BadRows]:
    """What bringing them in would come to; no reader is touched.

    Args:
        folder: where bad rows are kept; None keeps none.
    """
    return _run(foresee, reception, lists, folder)


def bring_lists(reception: Reception, lists: Import, folder: Path) -> tuple[Tally, BadRows]:
    """Bring them in; doing it again, or after it was interrupted, changes nothing.

    Args:
        folder: where bad rows are kept.
    """
    return _run(import_lists, reception, lists, folder)


def _run(
    work: Callable[[Reception, Import], Tally],
    reception: Reception,
    lists: Import,
    folder: Path | None,
) -> tuple[Tally, BadRows]:
    with ExitStack() as stack:
        files = {
            plan.source.name: stack.enter_context(Rejected(folder, plan))
            for plan in lists.plans
            if folder is not None
        }
        bad = BadRows(_files=files)
        tally = work(reception, replace(lists, on_bad=bad))
    bad.paths = tuple(each.path for each in files.values() if each.path is not None)
    return tally, bad
