"""Reports, health and the bell: pages that only tell."""

from __future__ import annotations

from newsletter.web.studio.bell import Bell
from newsletter.web.studio.health import HealthPages
from newsletter.web.studio.reading import ReadingRoom
from newsletter.web.studio.report_links import ReportLinks
from newsletter.web.studio.reports import Reports
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide


def report_pages(side: StudioSide) -> list[Address]:
    """Their addresses. What one of them counted, the others need not count again."""
    room = ReadingRoom(side)
    return [
        *Reports(side, room).addresses(),
        *ReportLinks(side, room).addresses(),
        *HealthPages(side).addresses(),
        *Bell(side, room).addresses(),
    ]
