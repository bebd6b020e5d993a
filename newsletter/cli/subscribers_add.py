"""`subscribers add`: bring one reader in."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.cli.subscribers_rules import Consent, pair
from newsletter.subscribing.adding import add_by_hand


def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Whom.")],
    first_name: Annotated[str, typer.Option()] = "",
    interests: Annotated[str, typer.Option(help="Such as tips,news; none means all.")] = "",
    tags: Annotated[str, typer.Option(help="Such as vip,2026.")] = "",
    zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "",
    value: Annotated[
        list[str] | None, typer.Option(help="An attribute: clinic=berlin; repeatable.")
    ] = None,
    consent: Consent = "",
    json: Json = False,
) -> None:
    """Bring one reader in; without --consent they wait until they confirm."""
    app: App = context.obj()
    cells = {"email": address, "first_name": first_name, "interests": interests, "tags": tags}
    cells |= {"zone": zone, **dict(pair(text) for text in value or [])}
    with opened(app) as store:
        done = add_by_hand(app.reception(store), cells, consent)
    waits = ", and waits until they confirm" if done.waits else ""
    plain(people(json), f"{done.email} is {'in' if done.is_new else 'updated'}{waits}.")
    if json:
        counted = {"imported": int(done.is_new), "updated": int(not done.is_new)}
        emit({**counted, "waiting": int(done.waits), "suppressed": 0, "rejected": 0})
