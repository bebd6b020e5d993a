"""The letter's own settings, as plain values (`newsletter.toml` without its syntax)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from newsletter.model.audience import Audience

DEFAULT_INTERESTS = ("resources", "tips", "news")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the letter comes from.

    Attributes:
        name: shown in From.
        email: the From address.
        reply_to: where answers go; empty means `email`.
        postal_address: one line or several, shown in every footer (CAN-SPAM 5(a)(5)).
    """

    name: str
    email: str
    reply_to: str = ""
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class Interest:
    """What a reader may ask for: slug, label and one line of explanation."""

    slug: str
    label: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A declared field of a reader.

    Attributes:
        slug: used in merge fields and audiences.
        label: for people.
        choices: the values it may take; empty means free text.
        ask: whether the sign-up form asks for it.
    """

    slug: str
    label: str
    choices: tuple[str, ...] = ()
    ask: bool = False


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, fonts and marks that templates use.

    Attributes:
        colours: name -> `#rrggbb`.
        fonts: name (`heading`, `body`) -> CSS font stack.
        logo: file in `issues/media/`, or empty.
        logo_dark: the same for dark mode, or empty.
        social: (label, https link) pairs for the footer.
    """

    colours: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fonts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    logo: str = ""
    logo_dark: str = ""
    social: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """How fast and how late.

    Attributes:
        timezone: IANA name used when an issue names none.
        canary: readers in the first wave; 0 means none.
        readers_per_hour: ceiling for the whole site; 0 means none.
        warm_up: readers at most for the whole site on its first, second, ... day (UTC) of
            sending issues; empty means no such limit.
        late_limit: hours after which a missed dispatch needs a person.
        engine: `inline`, threads of the scheduling process; or `procrastinate`, workers on as
            many machines as wanted.
    """

    timezone: str = "UTC"
    canary: int = 0
    readers_per_hour: int = 0
    warm_up: tuple[int, ...] = ()
    late_limit: float = 6.0
    engine: str = "inline"


@dataclass(frozen=True, slots=True)
class UtmSettings:
    """What links of content tell the site they lead to; empty means that parameter is not added.

    Attributes:
        source, medium: `utm_source` and `utm_medium`.
        campaign: `utm_campaign`; `{number}` and `{slug}` stand for the issue's.
    """

    source: str = ""
    medium: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A folder with `newsletter.toml`, `issues/` and `templates/`.

    Attributes:
        root: the folder, absolute.
        public_url: where readers reach the web side, without a slash at the end.
        images_url: base of picture addresses, without a slash at the end;
            a picture is `<images_url>/<sha256>.<ext>`.
        interests: in the order of the form.
        audiences: name -> rule.
    """

    root: Path
    name: str
    public_url: str
    images_url: str
    sender: Sender
    interests: tuple[Interest, ...]
    attributes: tuple[Attribute, ...] = ()
    audiences: Mapping[str, Audience] = field(default_factory=lambda: MappingProxyType({}))
    theme: Theme = field(default_factory=Theme)
    dispatch: DispatchSettings = field(default_factory=DispatchSettings)
    utm: UtmSettings = field(default_factory=UtmSettings)

    @property
    def subscriber_fields(self) -> tuple[str, ...]:
        """The names a merge field may use after `subscriber.`."""
        return ("email", "first_name", *(attribute.slug for attribute in self.attributes))
