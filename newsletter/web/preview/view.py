"""What someone wants to see, as it stands in the query of an address.

Every toggle is a plain link to the same page with one thing changed, so the preview works
without scripts and any state of it can be sent to a colleague.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from newsletter.checks.simulating import CLIENTS

PHONE, DESKTOP = 390, 760
NARROWEST, WIDEST = 280, 1600
SHOWS = ("mail", "text", "spoken", "source", "raw")
SCHEMES = ("light", "dark", "inverted", "darkened")
IMAGES = ("on", "off")
AS_SENT = ""
CLIENTS_SHOWN = (AS_SENT, *(client.slug for client in CLIENTS))


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at an issue.

    Attributes:
        variant: a rendition's name; empty means the fullest.
        show: `mail`, `text`, `spoken`, `source` or `raw`, the whole mail with its headers.
        width: of the reader's screen, CSS pixels.
        scheme: the reader's system, `light` or `dark`; `inverted` and `darkened` are what
            clients make of it that darken mails by themselves, wholly or in part.
        images: `on`, or `off` as many clients have it until asked.
        client: a simulated client's slug; empty shows the mail as it is sent.
        persona: a made-up reader's slug.
        reader: a first name to try; beats the persona's.
    """

    variant: str = ""
    show: str = "mail"
    width: int = DESKTOP
    scheme: str = "light"
    images: str = "on"
    client: str = AS_SENT
    persona: str = "sample"
    reader: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> View:
        """The view a query asks for; what it does not say, or says wrong, is as by default."""
        return cls(
            variant=query.get("variant", ""),
            show=_one_of(SHOWS, query.get("show")),
            width=_width(query.get("width", "")),
            scheme=_one_of(SCHEMES, query.get("scheme")),
            images=_one_of(IMAGES, query.get("images")),
            client=_one_of(CLIENTS_SHOWN, query.get("client")),
            persona=query.get("persona", "sample"),
            reader=query.get("reader", "").strip(),
        )

    def but(self, **changes: str | int) -> str:
        """The query of this view with some things changed, beginning with `?`."""
        return replace(self, **changes).query  # type: ignore[arg-type]

    @property
    def query(self) -> str:
        """The query that gives this view again; what is as by default is left out."""
        default = asdict(View())
        said = {key: value for key, value in asdict(self).items() if value != default[key]}
        return f"?{urlencode(said)}" if said else "?"

    @property
    def hidden(self) -> dict[str, str | int]:
        """What a form must carry along that does not ask for it itself."""
        return {key: value for key, value in asdict(self).items() if value not in ("",)}


def _one_of(known: tuple[str, ...], said: str | None) -> str:
    return said if said in known else known[0]


def _width(said: str) -> int:
    named = {"phone": PHONE, "desktop": DESKTOP}
    if said in named:
        return named[said]
    if said.isascii() and said.isdecimal() and len(said) <= 6:
        return max(NARROWEST, min(WIDEST, int(said)))
    return DESKTOP
