"""Open the site's database for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.bootstrap import App
from newsletter.store import Store


@contextmanager
def opened(app: App) -> Iterator[Store]:
    """The store, closed at the end however the command ends."""
    store = app.open_store()
    try:
        yield store
    finally:
        store.close()
