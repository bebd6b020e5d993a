"""The style sheet, the icon and the pictures."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import Route

from newsletter.store.approvals import load_picture
from newsletter.web.media import A_YEAR, media_route
from newsletter.web.public.routing import Address
from newsletter.web.public.side import PublicSide
from newsletter.web.public.visit import Visit


class Assets:
    """What pages and mails load."""

    def __init__(self, side: PublicSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where they are."""
        return [
            Address("/style.css", get=self.style),
            Address("/icon.svg", get=self.icon),
        ]

    def style(self, visit: Visit) -> Response:
        """The style sheet; pages name its content behind a `?`, so it may be kept for ever."""
        css, _ = self.side.pages.style()
        return Response(css, media_type="text/css", headers={"Cache-Control": A_YEAR})

    def icon(self, visit: Visit) -> Response:
        """The site's mark, in its colours."""
        svg = self.side.pages.icon()
        headers = {
            "Cache-Control": "public, max-age=86400",
            # A letter is shut into an origin of its own, for which ours is a foreign one.
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return Response(svg, media_type="image/svg+xml", headers=headers)


def pictures_route(side: PublicSide, *more: Callable[[str], bytes | None]) -> Route:
    """Pictures of the theme and of everything that was ever approved, at `/media/`.

    Args:
        more: asked in turn for a picture that neither has.
    """

    def find(name: str) -> bytes | None:
        if own := side.pages.pictures.get(name):
            return own.data
        sha256, _, extension = name.partition(".")
        with side.reception.store.read() as connection:
            frozen = load_picture(connection, sha256, extension)
        return frozen or next(filter(None, (ask(name) for ask in more)), None)

    return media_route(find)
