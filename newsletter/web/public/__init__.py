"""The public pages: how readers come, choose and go, and what was sent before."""

from newsletter.web.public.app import create_public, known_hosts, public_routes
from newsletter.web.public.callers import Callers
from newsletter.web.public.embed import embed_form
from newsletter.web.public.side import PublicSide

__all__ = [
    "Callers",
    "PublicSide",
    "create_public",
    "embed_form",
    "known_hosts",
    "public_routes",
]
