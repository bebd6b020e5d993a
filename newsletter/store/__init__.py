"""The store: tables, migrations and queries on SQLite and PostgreSQL."""

from newsletter.store.opening import open_store
from newsletter.store.store import Store

__all__ = ["Store", "open_store"]
