"""What tests do with pages, and what they look up behind them."""

from __future__ import annotations

import re
from typing import Any

import httpx
from sqlalchemy import func, select

from newsletter.model.consent import MailName
from newsletter.store.tables import metadata, request, subscriber, system_mail
from newsletter.tokens import Purpose
from tests.peers_ledger import SettableClock
from tests.unit.web.public.stage import Stage


def stamp_of(html: str) -> str:
    """The stamp in a form."""
    found = re.search(r'name="stamp" value="([^"]+)"', html)
    assert found
    return found[1]


def sign_up(browser: httpx.Client, clock: SettableClock, email: str, **more: Any) -> Any:
    """Fill in the form as a person does: look, type, press."""
    stamp = stamp_of(browser.get("/").text)
    clock.wait(5)
    return browser.post("/subscribe", data={"stamp": stamp, "email": email, **more})


def queued(stage: Stage, name: MailName | None = None) -> int:
    """How many mails were queued, all or of one kind."""
    query = select(func.count()).select_from(system_mail)
    with stage.store.read() as connection:
        return int(
            connection.scalar(query if name is None else query.where(system_mail.c.name == name))
            or 0
        )


def dump(stage: Stage) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with stage.store.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def row_of(stage: Stage, email: str) -> Any:
    """A reader's row."""
    with stage.store.read() as connection:
        return connection.execute(select(subscriber).where(subscriber.c.email == email)).first()


def confirm_token(stage: Stage) -> str:
    """The mark in the newest confirmation mail."""
    with stage.store.read() as connection:
        row = connection.execute(
            select(request).where(request.c.kind == "confirm").order_by(request.c.id.desc())
        ).first()
    assert row is not None
    return stage.app.signer.mark(Purpose.CONFIRM, row.subscriber_id, row.id)


def mark(stage: Stage, purpose: Purpose, subscriber_id: int, about: int = 0) -> str:
    """A mark as it stands in a mail."""
    return stage.app.signer.mark(purpose, subscriber_id, about)
