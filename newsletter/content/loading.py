"""Whole issues out of the site's files, found by path, slug or number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from newsletter.content.files import one_line_end, relative
from newsletter.content.front_matter import FENCE
from newsletter.content.hints import near, shown
from newsletter.content.issue import read_issue
from newsletter.content.library import ISSUES, Library
from newsletter.content.reading import Reading
from newsletter.content.snippets import Shelf
from newsletter.errors import ContentError, NotFound, Place, Problem
from newsletter.model.content import Issue, Snippet, Topic
from newsletter.model.site import Site

_NUMBER = re.compile(r"""["']?number["']?[ \t]*:[ \t]+([0-9]{1,9})[ \t]*(?:#.*)?""")
_HEAD = 100_000


def issue_files(site: Site) -> tuple[Path, ...]:
    """The site's issue files, absolute, sorted by name."""
    return Library(site).issues


def find_issue(site: Site, ref: str | Path) -> Path:
    """The file of an issue.

    Args:
        site: the letter's settings.
        ref: a path (from the working directory or the site's folder), a slug with or without
            its leading date, or a number.

    Raises:
        NotFound: no such issue, or a file outside `issues/`; offers the nearest.
    """
    return _Desk(site).find(ref)


def load_issue(site: Site, ref: str | Path) -> Issue:
    """Read one issue with everything it names.

    Args:
        site: the letter's settings.
        ref: as for `find_issue`.

    Raises:
        NotFound: no such issue.
        ContentError: every problem of the issue and of the snippets it names, at once.
    """
    desk = _Desk(site)
    issue, problems = desk.read(desk.find(ref))
    return _sound(issue, problems)


def load_issues(site: Site) -> tuple[Issue, ...]:
    """Read every issue, by number.

    Raises:
        ContentError: every problem of all of them at once.
    """
    desk = _Desk(site)
    read = [desk.read(path) for path in desk.library.issues]
    problems = {problem for _, found in read for problem in found}
    if problems:
        raise ContentError(problems)
    return tuple(sorted((issue for issue, _ in read if issue), key=lambda issue: issue.number))


def load_topics(site: Site) -> tuple[Topic, ...]:
    """Read every topic, by slug.

    Raises:
        ContentError: every problem of all `_topic.md` at once.
    """
    desk = _Desk(site)
    reading = Reading(site, desk.library)
    topics = tuple(desk.shelf.topic(slug, reading) for slug in desk.library.topics)
    if reading.problems:
        raise ContentError(set(reading.problems))
    return topics


def load_snippets(site: Site) -> tuple[Snippet, ...]:
    """Read the whole library of snippets, by slug.

    Raises:
        ContentError: every problem of all of them at once.
    """
    desk = _Desk(site)
    reading = Reading(site, desk.library)
    found = [desk.shelf.snippet(slug, reading) for slug in desk.library.snippets]
    if reading.problems:
        raise ContentError(set(reading.problems))
    return tuple(snippet for snippet in found if snippet)


def check_all(site: Site) -> tuple[Problem, ...]:
    """Every problem of every issue, snippet and topic, each once, by place."""
    desk = _Desk(site)
    reading = Reading(site, desk.library)
    for path in desk.library.issues:
        reading.problems.extend(desk.read(path)[1])
    for slug in desk.library.snippets:
        desk.shelf.snippet(slug, reading)
    for slug in desk.library.topics:
        desk.shelf.topic(slug, reading)
    return tuple(sorted(set(reading.problems)))


def issue_numbers(site: Site) -> Mapping[Path, int]:
    """The number each issue file claims; files without one are left out.

    A quick look at the settings' lines, so that one broken issue does not hide the others.
    """
    claimed = ((path, _claimed(path)) for path in issue_files(site))
    return {path: number for path, number in claimed if number}


class _Desk:
    """One look at a site: its names, its shelf, its numbers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.library = Library(site)
        self.shelf = Shelf(site, self.library)
        self._numbers: Mapping[Path, int] | None = None

    @property
    def numbers(self) -> Mapping[Path, int]:
        if self._numbers is None:
            self._numbers = issue_numbers(self.site)
        return self._numbers

    def read(self, path: Path) -> tuple[Issue | None, tuple[Problem, ...]]:
        reading = Reading(self.site, self.library)
        issue = read_issue(path, reading, self.shelf)
        reading.problems.extend(self._twins(path))
        return issue, tuple(dict.fromkeys(reading.problems))

    def _twins(self, path: Path) -> Iterable[Problem]:
        name = relative(self.site.root, path)
        number = self.numbers.get(path, 0)
        for other, claimed in self.numbers.items():
            if number and claimed == number and other.name != path.name:
                message = f"Number {number} is also that of {relative(self.site.root, other)}."
                hint = f"The next free one is {max(self.numbers.values()) + 1}."
                yield Problem(Place(name, _number_line(path)), message, hint)

    def find(self, ref: str | Path) -> Path:
        text = str(ref)
        if len(text) > 1000 or not text.isprintable():
            raise NotFound("This is no issue's path, slug or number.")
        if text.isdecimal() and text.isascii():
            return self._by_number(int(text))
        return self._by_slug(text) or self._by_path(Path(ref))

    def _by_slug(self, text: str) -> Path | None:
        for path in self.library.issues:
            if text in (path.stem, path.name):
                return path
        dateless = [path for path in self.library.issues if _dateless(path.stem) == text]
        if len(dateless) > 1:
            raise NotFound(f'"{text}" is several issues: {", ".join(p.stem for p in dateless)}.')
        return dateless[0] if dateless else None

    def _by_number(self, number: int) -> Path:
        for path, claimed in self.numbers.items():
            if claimed == number:
                return path
        known = ", ".join(str(each) for each in sorted(self.numbers.values())[-10:])
        raise NotFound(
            f"No issue has the number {number}." + (f" Known: {known}." if known else "")
        )

    def _by_path(self, ref: Path) -> Path:
        for path in (ref, self.site.root / ref):
            if _is_file(path):
                return self._listed(path)
        slugs = [path.stem for path in self.library.issues]
        hint = near(ref.stem, slugs, "Look in issues/.")
        raise NotFound(f'There is no issue "{shown(str(ref))}". {hint}'.strip())

    def _listed(self, path: Path) -> Path:
        for issue in self.library.issues:
            if issue.samefile(path):
                return issue
        raise NotFound(f"{path} is no issue: they are the .md files in {self.site.root / ISSUES}.")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system allows
        return False


def _dateless(stem: str) -> str:
    return re.sub(r"^\d{4}-\d\d-\d\d-", "", stem)


def _claimed(path: Path) -> int:
    line = _number_line(path)
    if not line:
        return 0
    match = _NUMBER.fullmatch(_head(path)[line - 1].rstrip())
    return int(match[1]) if match else 0


def _number_line(path: Path) -> int:
    """The line of `number:` in the settings; 0 when there is none."""
    for line, text in enumerate(_head(path), start=1):
        if line > 1 and text.rstrip() == FENCE:
            break
        if _NUMBER.fullmatch(text.rstrip()):
            return line
    return 0


def _head(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD).decode("utf-8-sig", errors="replace")
    except OSError:
        return []
    return one_line_end(text).split("\n")


def _sound(issue: Issue | None, problems: tuple[Problem, ...]) -> Issue:
    if issue is None or problems:
        raise ContentError(problems)
    return issue
