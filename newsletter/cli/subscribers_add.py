"""`subscribers add`: bring one reader in."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.cli.subscribers_rules import Consent, pair, rules_of
from newsletter.errors import UsageError
from newsletter.lists import ListedReader, read_row
from newsletter.model.consent import Channel, FormEvidence
from newsletter.store.subscribers import NewReader
from newsletter.subscribing import BroughtIn, Yes, bring_in


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
    row = read_row(cells, rules_of(app))
    if row.unknown_zone:
        raise UsageError(f'"{row.unknown_zone}" is no time zone. Write it like Europe/Berlin.')
    done = _bring(app, row, consent.strip())
    if refused := done.refused.get(row.email):
        raise UsageError(f"{row.email} is {refused} and stays so. Only they can come back.")
    waits = "" if consent.strip() or done.updated else ", and waits until they confirm"
    plain(people(json), f"{row.email} is {'in' if done.imported else 'updated'}{waits}.")
    if json:
        waiting = done.imported if not consent.strip() else 0
        counted = {"imported": done.imported, "updated": done.updated, "waiting": waiting}
        emit({**counted, "suppressed": 0, "rejected": 0})


def _bring(app: App, row: ListedReader, consent: str) -> BroughtIn:
    reader = NewReader(row.email, row.first_name, row.attributes, row.tags, row.interests, row.zone)
    evidence = FormEvidence(form="admin" if consent else "", wording=consent)
    with opened(app) as store:
        yes = Yes(reader, evidence, note="added by hand")
        return bring_in(app.reception(store), [yes], Channel.ADMIN)
