"""The mail roughly as some client shows it, and what is read aloud of it."""

from __future__ import annotations

from functools import lru_cache

from newsletter.checks.simulating import CLIENTS, Client, Simulation, simulate
from newsletter.checks.speaking import transcript

_BY_SLUG = {client.slug: client for client in CLIENTS}


def client_of(slug: str) -> Client | None:
    """The simulated client of that slug; None for the mail as it is sent."""
    return _BY_SLUG.get(slug)


@lru_cache(maxsize=32)
def simulated(html: str, slug: str) -> Simulation | None:
    """One reader's HTML part as a client roughly shows it; None as it is sent."""
    client = client_of(slug)
    return simulate(html, client) if client else None


@lru_cache(maxsize=32)
def read_aloud(html: str) -> str:
    """What a screen reader says of one reader's HTML part."""
    return transcript(html)
