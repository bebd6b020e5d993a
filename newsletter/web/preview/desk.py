"""What lies on the desk: the site and its issues as they are on disk right now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from newsletter.errors import NewsletterError
from newsletter.model.content import Issue
from newsletter.model.rendition import Rendition
from newsletter.model.site import Site
from newsletter.publishing import Composition, Galley
from newsletter.publishing.weighing import Weight, weigh
from newsletter.web.preview.filestate import state_of
from newsletter.web.preview.turns import Turns, short_slices

Between = Callable[[], None]
Made = TypeVar("Made")
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
        set_up: one issue ready to print, by slug.
        examine: its findings; calls what it is given again and again, see `publishing.examine`.
    """

    root: Path
    load_site: Callable[[], Site]
    list_issues: Callable[[Site], tuple[str, ...]]
    load_issue: Callable[[Site, str], Issue]
    set_up: Callable[[Site, str], Galley]
    examine: Callable[[Galley, Between], Composition]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of issues: the issue, or why it can not be read."""

    slug: str
    issue: Issue | None
    problem: NewsletterError | None


class Stale(Exception):
    """What is being checked is not what is on disk any more."""


class Desk:
    """Loads, prints and checks once for each state of the files; safe to use from several threads.

    Bytes come before findings: while somebody waits for a mail, checking waits.
    """

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self._lock = threading.RLock()
        self._examining = threading.Lock()
        self._turns = Turns()
        self._version = ""
        self._site: Site | None = None
        self._galleys: dict[str, Galley] = {}
        self._compositions: dict[str, Composition] = {}
        self._weights: dict[str, tuple[Composition, Weight]] = {}

    @property
    def watched(self) -> tuple[Path, ...]:
        """The folders whose changes matter, those that exist."""
        folders = (self.workshop.root / name for name in FOLDERS)
        return tuple(folder for folder in folders if folder.is_dir())

    def version(self) -> str:
        """A mark for the state of all files; a save gives another. Reads no file's content.

        Whoever sees another state stops what is still being checked of the one before.
        """
        seen = self._look()
        if seen == self._version:
            return seen
        with self._lock:
            return self._forget_stale()

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

    def galley(self, slug: str) -> Galley:
        """One issue, ready to print.

        Raises:
            NewsletterError: it can not be loaded or found.
        """
        with self._lock:
            site = self.site()
            if slug not in self._galleys:
                self._galleys[slug] = self.workshop.set_up(site, slug)
            return self._galleys[slug]

    def rendition(self, slug: str, variant: str = "") -> Rendition:
        """One variant's final bytes, before everything else; the fullest without a name.

        Raises:
            NewsletterError: the issue can not be loaded or rendered, or has no such variant.
        """
        with self._turns.first():
            return self.galley(slug).rendition(variant)

    def first(self) -> AbstractContextManager[None]:
        """Whoever waits for what this thread does goes before all checking."""
        return self._turns.first()

    def composition(self, slug: str) -> Composition:
        """One issue with all its bytes and what was found in them.

        Raises:
            NewsletterError: it can not be loaded, rendered or found.
        """
        return self._newest(slug, self._examined)

    def weight(self, slug: str) -> Weight:
        """What each section of an issue costs; raises as `composition`."""
        return self._newest(slug, self._weighed)

    def _newest(self, slug: str, make: Callable[[str, Galley, Between], Made]) -> Made:
        """What can wait, made of the newest state: a save meanwhile begins it anew."""
        with self._turns.behind():
            while True:
                galley = self.galley(slug)
                between = partial(self._go_on, slug, galley)
                with self._examining, short_slices(), suppress(Stale):
                    between()
                    return make(slug, galley, between)

    def _go_on(self, slug: str, galley: Galley) -> None:
        self._turns.give_way()
        if self._galleys.get(slug) is not galley:
            raise Stale

    def _examined(self, slug: str, galley: Galley, between: Between) -> Composition:
        kept = self._compositions.get(slug)
        if kept is not None and kept.press is galley.press:
            return kept
        made = self.workshop.examine(galley, between)
        with self._lock:
            if self._galleys.get(slug) is galley:
                self._compositions[slug] = made
        return made

    def _weighed(self, slug: str, galley: Galley, between: Between) -> Weight:
        composition = self._examined(slug, galley, between)
        of, kept = self._weights.get(slug, (None, None))
        if of is composition and kept is not None:
            return kept
        made = weigh(composition, between)
        with self._lock:
            self._weights[slug] = (composition, made)
        return made

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
            galleys = tuple(self._galleys.values())
        for galley in galleys:
            for picture in galley.pictures:
                if picture.filename == filename:
                    return picture.data
        return None

    def _entry(self, site: Site, slug: str) -> Entry:
        try:
            return Entry(slug, self.workshop.load_issue(site, slug), None)
        except NewsletterError as problem:
            return Entry(slug, None, problem)

    def _look(self) -> str:
        return state_of(self.workshop.root / SETTINGS, self.watched)

    def _forget_stale(self) -> str:
        version = self._look()
        if version != self._version:
            self._version, self._site = version, None
            self._galleys, self._compositions, self._weights = {}, {}, {}
        return version
