"""The repository's site with a database, readers and a provider of the benchmark's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, case, insert, literal, select

from benchmarks.parts.letters import ISSUE, renditions
from newsletter.bootstrap import App, load_app
from newsletter.dispatching.planning import Plan, schedule
from newsletter.rendering import list_id
from newsletter.store import Store
from newsletter.store.approvals import record_approval
from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status

ROOT = Path(__file__).parents[2]
NAMES = ("Marianne", "Zoë", "Seán", "山田", "")


def environ_on(url: str, port: int = 0) -> dict[str, str]:
    """What a process of the site is told: its database, and the provider's port on loopback."""
    return {
        "DATABASE_URL": url,
        "SENDGRID_URL": f"http://127.0.0.1:{port}",
        "NEWSLETTER_SECRET_KEYS": "benchmarks-sign-with-this-0123456789",
        "NEWSLETTER_LOG__LEVEL": "warning",
    }


def app_on(url: str, port: int = 0, **more: str) -> App:
    """The site in this process; `more` is said as the environment would."""
    return load_app(ROOT, environ_on(url, port) | more)


def make_due(app: App, store: Store, number: int = ISSUE) -> None:
    """An approved issue that is due now."""
    made = renditions()
    approved = record_approval(
        store,
        replace(made, issue=replace(made.issue, number=number)),
        by="benchmark",
        at=app.clock.now(),
        sender=app.site.sender,
        list_id=list_id(app.site),
        findings=(),
        sources={},
    )
    schedule(store, approved.id, Plan(due_at=app.clock.now(), by="benchmark"))


def add_readers(app: App, store: Store, count: int) -> None:
    """Confirmed readers, millions a minute: one statement writes them all."""
    numbers = select(literal(0).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < count - 1))
    number, now = numbers.c.n, app.clock.now()
    cells: dict[str, ColumnElement[Any]] = {
        "email": literal("reader").concat(number).concat("@example.test"),
        "first_name": case(
            *((number % len(NAMES) == at, name) for at, name in enumerate(NAMES)), else_=""
        ),
        "status": literal(Status.CONFIRMED, subscriber.c.status.type),
        "attributes": literal({"clinic": "berlin"}, subscriber.c.attributes.type),
        "created_at": literal(now, subscriber.c.created_at.type),
        "confirmed_at": literal(now, subscriber.c.confirmed_at.type),
    }
    with store.write() as connection:
        connection.execute(insert(subscriber).from_select(list(cells), select(*cells.values())))
