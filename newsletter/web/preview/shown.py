"""One reader's mail as somebody looks at it: the bytes, and what a client makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from newsletter.checks.simulating import Simulation
from newsletter.checks.simulating.darkening import METHODS, darken
from newsletter.model.rendition import Mail, Rendition
from newsletter.publishing import Galley
from newsletter.rendering import to_eml
from newsletter.web.preview.desk import Desk
from newsletter.web.preview.letter import filled, preheader
from newsletter.web.preview.personas import reader_values
from newsletter.web.preview.simulated import read_aloud, simulated
from newsletter.web.preview.view import View


@dataclass(frozen=True, slots=True)
class Shown:
    """What is looked at.

    Attributes:
        reader: what stands for the merge tags, source -> value.
        mail: that reader's, as it would be sent.
    """

    galley: Galley
    rendition: Rendition
    reader: Mapping[str, str]
    mail: Mail
    view: View

    @property
    def simulation(self) -> Simulation | None:
        """What a client changes; None for the mail as it is sent."""
        return simulated(self.mail.html, self.view.client)

    @property
    def html(self) -> str:
        """As the client shows it."""
        simulation = self.simulation
        html = simulation.html if simulation else self.mail.html
        return darkened(html, self.view.scheme) if self.view.scheme in METHODS else html

    @property
    def preheader(self) -> str:
        """The line behind the subject in an inbox."""
        return preheader(self.rendition, self.reader)

    @property
    def eml(self) -> bytes:
        """The whole mail (RFC 5322)."""
        return to_eml(
            self.mail,
            self.galley.site,
            to=self.reader["subscriber.email"],
            unsubscribe=self.reader["link.unsubscribe"],
            date=self.galley.issue.send_at,
        )

    @property
    def words(self) -> str:
        """What stands in the place of the mail when something else is shown than the mail."""
        if self.view.show == "text":
            return self.mail.text
        if self.view.show == "spoken":
            return read_aloud(self.mail.html)
        return self.eml.decode() if self.view.show == "raw" else self.mail.html


def shown(
    desk: Desk, slug: str, variant: str, view: View, reader: Mapping[str, str] | None = None
) -> Shown:
    """What a view shows of an issue.

    Args:
        variant: its name; the fullest without one.
        reader: a real reader's values; a made-up reader's without.

    Raises:
        NewsletterError: the issue can not be loaded or rendered, or has no such variant.
    """
    rendition = desk.rendition(slug, variant)
    galley = desk.galley(slug)
    values = reader or reader_values(galley.site, view.persona, view.reader)
    return Shown(galley, rendition, values, filled(rendition, values), view)


@lru_cache(maxsize=16)
def darkened(html: str, method: str) -> str:
    """See `checks.simulating.darkening`."""
    return darken(html, method)
