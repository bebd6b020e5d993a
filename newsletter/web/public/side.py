"""What the public pages work with, and the few values that several of them need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from newsletter.model.consent import FormEvidence
from newsletter.model.event import EventSource
from newsletter.model.site import Site
from newsletter.subscribing.reception import Reception
from newsletter.web.public.callers import Callers
from newsletter.web.public.pages import Pages
from newsletter.web.public.visit import Visit


class Addresses(Protocol):
    """Makes the personal addresses that stand in a reader's letter."""

    def unsubscribe(self, subscriber: int, delivery: int = 0) -> str:
        """One click from it ends the letters."""
        ...

    def preferences(self, subscriber: int, delivery: int = 0) -> str:
        """Where a reader changes interests."""
        ...

    def view(self, subscriber: int, delivery: int = 0) -> str:
        """The same letter in a browser."""
        ...


@dataclass(frozen=True)
class PublicSide:
    """The parts that `bootstrap` puts together.

    Attributes:
        reception: the use cases of readers, with store, site, signer and clock.
        addresses: makes the links in a reader's own copy of a letter.
        callers: tells who asks; believes no proxy unless told.
        origins: other sites whose pages may use the JSON API, exactly as browsers name them:
            `https://shop.example`.
        events: tells whether a post of the provider is genuine; None where nothing is posted.
    """

    reception: Reception
    addresses: Addresses
    callers: Callers = field(default_factory=Callers)
    origins: frozenset[str] = frozenset()
    events: EventSource | None = None

    @property
    def site(self) -> Site:
        """The letter's own settings."""
        return self.reception.site

    @cached_property
    def pages(self) -> Pages:
        """The site's templates."""
        return Pages(self.site)

    @property
    def is_https(self) -> bool:
        """Whether readers reach us by https."""
        return self.site.public_url.startswith("https://")

    def evidence(self, visit: Visit, form: str, wording: str = "") -> FormEvidence:
        """The circumstances of what a person does, for the proof.

        Args:
            form: which form or page.
            wording: the exact words agreed to, as shown.
        """
        return FormEvidence(
            form=form,
            form_version=self._version(wording) if wording else "",
            wording=wording,
            ip=visit.ip,
            user_agent=visit.user_agent,
        )

    def _version(self, wording: str) -> str:
        told = [f"{each.slug}\n{each.label}\n{each.line}" for each in self.site.interests]
        return sha256("\n".join([wording, *told]).encode()).hexdigest()[:12]

    def typed_attributes(self, visit: Visit) -> Mapping[str, str]:
        """What was answered to the questions that newsletter.toml declares."""
        asked = (attribute.slug for attribute in self.pages.asked)
        return {slug: visit.form.one(slug) for slug in asked if slug in visit.form}
