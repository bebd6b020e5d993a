"""What templates see: frozen values without paths, methods or anything that acts.

The names are the contract with `templates/layouts/*.mjml` and `*.txt`: change none alone.
For HTML, what is authored comes as `Markup`, ready to stand there; for text it is plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.model.site import Interest, Sender, Site
from newsletter.rendering.pictures import Copies


@dataclass(frozen=True, slots=True)
class SiteView:
    """The site, without its folder."""

    name: str
    public_url: str
    images_url: str
    sender: Sender
    interests: tuple[Interest, ...]


@dataclass(frozen=True, slots=True)
class ThemeView:
    """Colours and fonts by name; social (label, link) pairs."""

    colours: Mapping[str, str]
    fonts: Mapping[str, str]
    social: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class IssueView:
    """Which issue it is."""

    number: int
    slug: str


@dataclass(frozen=True, slots=True)
class ImageView:
    """A picture.

    Attributes:
        src: the sharp copy; `src_1x` the plain one.
        width, height: CSS pixels.
        alt: empty for decoration.
    """

    src: str
    src_1x: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section.

    Attributes:
        template: its look, a file in `templates/`.
        heading, body, link, link_text: empty when there is none.
        interest: None when it goes to everyone.
    """

    key: str
    kind: str
    template: str
    heading: str
    body: str
    link: str
    link_text: str
    image: ImageView | None
    interest: Interest | None


@dataclass(frozen=True, slots=True)
class DisclaimerView:
    """A topic's disclaimer; in a text frame `html` is plain text like everything there."""

    name: str
    html: str


@dataclass(frozen=True, slots=True)
class LinksView:
    """Tokens for the addresses every mail needs."""

    unsubscribe: str
    preferences: str
    view: str


def site_view(site: Site) -> SiteView:
    """The site as templates see it."""
    return SiteView(site.name, site.public_url, site.images_url, site.sender, site.interests)


def theme_view(site: Site) -> ThemeView:
    """The theme as templates see it."""
    return ThemeView(site.theme.colours, site.theme.fonts, site.theme.social)


def image_view(copies: Copies | None, site: Site, alt: str) -> ImageView | None:
    """A picture as templates see it; None when there is none."""
    if copies is None:
        return None
    return ImageView(
        src=f"{site.images_url}/{copies.double.filename}",
        src_1x=f"{site.images_url}/{copies.single.filename}",
        width=copies.width,
        height=copies.height,
        alt=alt,
    )
