"""An issue set and ready to print, one variant at a time.

Whoever writes waits for the bytes of one variant, not for all of them and every check. What was
printed is kept, so the composition that comes later holds the very bytes that were shown.
"""

from __future__ import annotations

import threading
from pathlib import Path

from newsletter.content import load_issue
from newsletter.errors import NotFound, nearest
from newsletter.model.content import Issue
from newsletter.model.rendition import PictureFile, Rendition, Renditions
from newsletter.model.site import Site
from newsletter.rendering import Press, prepare_press
from newsletter.rendering.variants import Variant


class Galley:
    """The one way to an issue's bytes; safe to use from several threads."""

    def __init__(self, press: Press) -> None:
        """Keep what `press` prints."""
        self.press = press
        self._printed: dict[str, Rendition] = {}
        self._lock = threading.Lock()

    @property
    def site(self) -> Site:
        """The letter's settings it was set with."""
        return self.press.site

    @property
    def issue(self) -> Issue:
        """As authored."""
        return self.press.issue

    @property
    def variants(self) -> tuple[Variant, ...]:
        """What can be printed, the fullest first."""
        return self.press.offered

    @property
    def pictures(self) -> tuple[PictureFile, ...]:
        """Each file once."""
        return self.press.parts.pictures

    def variant(self, name: str = "") -> Variant:
        """The variant of that name; the fullest without one.

        Raises:
            NotFound: there is none; offers the nearest.
        """
        for variant in self.variants:
            if name in ("", variant.variant):
                return variant
        known = nearest(name, (each.variant for each in self.variants))
        raise NotFound(f'This issue has no variant "{name}". {known}')

    def rendition(self, name: str = "") -> Rendition:
        """One variant's final bytes, by name as `variant`; printed once.

        Raises:
            NotFound: there is none; offers the nearest.
            TemplateError: a template is wrong.
            RenderError: the bytes failed a self-check.
        """
        return self._print(self.variant(name))

    def renditions(self) -> Renditions:
        """Every variant's final bytes; raises as `rendition`."""
        return self.press.print_all(self._print)

    def _print(self, variant: Variant) -> Rendition:
        with self._lock:
            if variant.variant not in self._printed:
                self._printed[variant.variant] = self.press.print(variant)
            return self._printed[variant.variant]


def set_up(site: Site, ref: str | Path) -> Galley:
    """Load one issue and make ready to print it.

    Args:
        site: the letter's settings.
        ref: path, slug or number.

    Raises:
        NotFound: there is no such issue.
        ContentError: a file it is made of is wrong.
    """
    return Galley(prepare_press(load_issue(site, ref), site))
