"""One issue on one visit: its file as it is edited, and its letter as far as it can be made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from newsletter.authoring.documents import IssueDocument, open_issue
from newsletter.content.library import Library
from newsletter.errors import NewsletterError, NotFound
from newsletter.model.content import Issue
from newsletter.model.person import Role
from newsletter.publishing import Galley
from newsletter.web.preview.trouble import Trouble, troubles
from newsletter.web.preview.view import View
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit


@dataclass(frozen=True)
class Bench:
    """What the parts of the issue page are made from.

    Attributes:
        document: the issue's file, as it is on disk.
        version: of all files of the site; the page that shows it knows when it is stale.
    """

    side: StudioSide
    visit: Visit
    document: IssueDocument
    version: str

    @classmethod
    def of(cls, side: StudioSide, visit: Visit) -> Bench:
        """The bench of the issue an address names; raises NotFound for another name."""
        version = side.desk.version()
        slug = visit.named["slug"]
        document = open_issue(side.site, slug)
        if document.slug != slug:
            raise NotFound(f'There is no issue "{slug}". Perhaps {document.slug}?')
        return cls(side, visit, document, version)

    @property
    def slug(self) -> str:
        """Names the issue in addresses."""
        return self.document.slug

    @property
    def path(self) -> str:
        """The page's address."""
        return f"/studio/issues/{self.slug}"

    @cached_property
    def view(self) -> View:
        """How somebody wants to look at it."""
        return View.read(self.visit.query)

    @cached_property
    def library(self) -> Library:
        """The names there are."""
        return Library(self.side.site)

    @cached_property
    def _made(self) -> Galley | NewsletterError:
        try:
            return self.side.desk.galley(self.slug)
        except NewsletterError as problem:
            return problem

    @property
    def galley(self) -> Galley | None:
        """Ready to print; None while its files are broken."""
        return self._made if isinstance(self._made, Galley) else None

    @property
    def issue(self) -> Issue | None:
        """As authored; None while its files are broken."""
        return self.galley.issue if self.galley else None

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is broken, with its lines; empty when nothing is."""
        made = self._made
        return troubles(made, self.side.root) if isinstance(made, NewsletterError) else ()

    @property
    def is_publisher(self) -> bool:
        """Whether the visitor may see readers, approve and schedule."""
        return self.visit.person.may(Role.PUBLISHER)
