"""`subscribers unsubscribe`, `lift`, `erase`: what a person of the site does for a reader."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import By, Json, Yes, agree, named
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain, warn
from newsletter.cli.subscribers_rules import Address
from newsletter.model.consent import Channel
from newsletter.subscribing import (
    No,
    erase_address,
    find,
    lift_bounce,
    normalise,
    take_noes,
    unsubscribe_address,
)

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept as proof.")]


def unsubscribe(
    context: typer.Context, address: Address, by: By = "", reason: Reason = "", json: Json = False
) -> None:
    """Take someone off the list; an address nobody has is kept as a no."""
    app: App = context.obj()
    who, email = named(by), normalise(address)
    with opened(app) as store:
        reception = app.reception(store)
        if find(reception, email) is None:
            note = f"{who}: {reason}" if reason.strip() else who
            changed = bool(take_noes(reception, [No(email, note=note)], Channel.ADMIN))
        else:
            changed = unsubscribe_address(reception, email, by=who, reason=reason)
    said = "gets no more letters" if changed else "was not on the list; nothing was changed"
    plain(people(json), f"{email} {said}.")
    if json:
        emit({"address": email, "changed": changed})


def lift(
    context: typer.Context, address: Address, reason: Reason, by: By = "", json: Json = False
) -> None:
    """Let an address that bounced be mailed again; a complaint only its owner lifts."""
    app: App = context.obj()
    email = normalise(address)
    with opened(app) as store:
        problem = lift_bounce(app.reception(store), email, by=named(by), reason=reason)
    console = people(json)
    plain(console, f"{email} may be mailed again.")
    if problem:
        warn(console, f"SendGrid still has it on its list, so take it off there: {problem}")
    if json:
        emit({"address": email, "changed": True, "problem": problem or None})


def erase(
    context: typer.Context, address: Address, by: By = "", yes: Yes = False, json: Json = False
) -> None:
    """Erase a reader for good; no list brings the address back, only they themselves can."""
    app: App = context.obj()
    email, who = normalise(address), named(by)
    agree(
        f"Erase everything about {email}? This can not be undone.",
        yes=yes,
        json=json,
        otherwise="Erasing can not be undone. Add --yes to do it without being asked.",
    )
    with opened(app) as store:
        known = erase_address(app.reception(store), email, by=who)
    said = "is erased" if known else "was known to nobody, and stays closed to lists"
    plain(people(json), f"{email} {said}.")
    if json:
        emit({"address": email, "changed": known})
