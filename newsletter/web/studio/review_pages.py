"""From draft to approved: every page on the way."""

from __future__ import annotations

from newsletter.web.studio.approving import Approving
from newsletter.web.studio.reviewing import Asking, Deciding
from newsletter.web.studio.routing import Address
from newsletter.web.studio.sharing import Sharing
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.testing import Testing


def review_pages(side: StudioSide) -> list[Address]:
    """Their addresses."""
    groups = (Testing(side), Sharing(side), Asking(side), Deciding(side), Approving(side))
    return [address for group in groups for address in group.addresses()]
