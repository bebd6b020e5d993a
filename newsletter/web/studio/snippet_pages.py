"""The library of snippets: all its addresses."""

from __future__ import annotations

from newsletter.web.studio.library import Library
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.snippet_new import NewSnippet
from newsletter.web.studio.snippet_page import SnippetPage


def snippet_pages(side: StudioSide) -> list[Address]:
    """The grid, a new snippet, and each snippet's own pages."""
    groups = (Library(side), NewSnippet(side), SnippetPage(side))
    return [address for group in groups for address in group.addresses()]
