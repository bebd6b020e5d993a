"""What lies on the desk: the site and its issues as they are on disk right now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from newsletter.errors import NewsletterError
from newsletter.model.content import Issue
from newsletter.model.site import Site
from newsletter.publishing import Composition

SETTINGS = "newsletter.toml"
FOLDERS = ("issues", "templates")


@dataclass(frozen=True, slots=True)
class Workshop:
    """How the preview gets at things; every call may raise a NewsletterError.

    Attributes:
        root: the site's folder.
        load_site: reads the settings anew.
        list_issues: the slugs of a site's issues, in order.
        load_issue: one issue as authored, by slug.
        compose: one issue with its final bytes, by slug.
    """

    root: Path
    load_site: Callable[[], Site]
    list_issues: Callable[[Site], tuple[str, ...]]
    load_issue: Callable[[Site, str], Issue]
    compose: Callable[[Site, str], Composition]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of issues: the issue, or why it can not be read."""

    slug: str
    issue: Issue | None
    problem: NewsletterError | None


class Desk:
    """Loads and composes once for each state of the files; safe to use from several threads."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self._lock = threading.RLock()
        self._version = ""
        self._site: Site | None = None
        self._compositions: dict[str, Composition] = {}

    @property
    def watched(self) -> tuple[Path, ...]:
        """The folders whose changes matter, those that exist."""
        folders = (self.workshop.root / name for name in FOLDERS)
        return tuple(folder for folder in folders if folder.is_dir())

    def version(self) -> str:
        """A mark for the state of all files; a save gives another. Reads no file's content."""
        digest = blake2b(digest_size=8)
        for path in (self.workshop.root / SETTINGS, *_files(self.watched)):
            try:
                stat = path.stat()
            except OSError:
                continue  # gone between listing and looking: the next look tells
            digest.update(f"{path}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
        return digest.hexdigest()

    def site(self) -> Site:
        """The settings as they are on disk.

        Raises:
            NewsletterError: they can not be read.
        """
        with self._lock:
            self._forget_stale()
            if self._site is None:
                self._site = self.workshop.load_site()
            return self._site

    def composition(self, slug: str) -> Composition:
        """One issue with its final bytes.

        Raises:
            NewsletterError: it can not be loaded, rendered or found.
        """
        with self._lock:
            site = self.site()
            if slug not in self._compositions:
                self._compositions[slug] = self.workshop.compose(site, slug)
            return self._compositions[slug]

    def entries(self) -> tuple[Entry, ...]:
        """Every issue of the site, readable or not.

        Raises:
            NewsletterError: the settings can not be read.
        """
        site = self.site()
        return tuple(self._entry(site, slug) for slug in self.workshop.list_issues(site))

    def picture(self, filename: str) -> bytes | None:
        """The bytes of a picture of any issue that lies open, by `<sha256>.<extension>`."""
        with self._lock:
            compositions = tuple(self._compositions.values())
        for composition in compositions:
            for picture in composition.renditions.pictures:
                if picture.filename == filename:
                    return picture.data
        return None

    def _entry(self, site: Site, slug: str) -> Entry:
        try:
            return Entry(slug, self.workshop.load_issue(site, slug), None)
        except NewsletterError as problem:
            return Entry(slug, None, problem)

    def _forget_stale(self) -> None:
        version = self.version()
        if version != self._version:
            self._version, self._site, self._compositions = version, None, {}


def _files(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*"))
