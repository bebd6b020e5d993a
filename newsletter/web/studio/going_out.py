"""Every page about when issues go out and how: board, calendar, schedule, dispatch."""

from __future__ import annotations

from newsletter.web.studio.board import Board
from newsletter.web.studio.calendar import Calendar
from newsletter.web.studio.controlling import Controlling
from newsletter.web.studio.dispatches import Dispatches
from newsletter.web.studio.mending import Mending
from newsletter.web.studio.routing import Address
from newsletter.web.studio.scheduling import Scheduling
from newsletter.web.studio.shelf import Shelf
from newsletter.web.studio.side import StudioSide


def going_out(side: StudioSide) -> list[Address]:
    """Their addresses; they share one look at the files."""
    shelf = Shelf(side)
    return [
        *Board(side, shelf).addresses(),
        *Calendar(side, shelf).addresses(),
        *Scheduling(side, shelf).addresses(),
        *Dispatches(side, shelf).addresses(),
        *Controlling(side).addresses(),
        *Mending(side).addresses(),
    ]
