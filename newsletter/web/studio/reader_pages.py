"""Every page about readers, and about deliveries nobody knows the end of."""

from __future__ import annotations

from newsletter.web.studio.importing import Importing
from newsletter.web.studio.reader import OneReader
from newsletter.web.studio.readers import Readers
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.uncertain import Uncertain


def reader_pages(side: StudioSide) -> list[Address]:
    """Where they answer."""
    return [
        *Readers(side).addresses(),
        *Importing(side).addresses(),
        *OneReader(side).addresses(),
        *Uncertain(side).addresses(),
    ]
