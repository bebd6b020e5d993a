"""`test`: an issue in a real inbox, before anybody else gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.output import emit, people, plain
from newsletter.errors import NotFound
from newsletter.model.transport import Outcome
from newsletter.publishing import Tried, neutral_reader, sample_reader, send_test_mails
from newsletter.store.readers import reader_at
from newsletter.subscribing.addresses import normalise

Address = Annotated[list[str], typer.Argument(metavar="ADDRESS...", help="Where to.")]


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("test")(try_issue)


def try_issue(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="Path, slug or number.")],
    addresses: Address,
    variant: Annotated[str, typer.Option(help="Only this one; else every variant.")] = "",
    reader: Annotated[
        str, typer.Option(metavar="ADDRESS", help="With the values of this reader.")
    ] = "",
    json: Json = False,
) -> None:
    """Send test mails of an issue as it stands; no reader gets anything."""
    send_tests(context.obj(), issue, addresses, variant=variant, reader=reader, json=json)


def send_tests(
    app: App,
    issue: str,
    addresses: Sequence[str],
    *,
    variant: str = "",
    reader: str = "",
    json: bool,
) -> None:
    """Send them and say what became of each; exits 1 when one was not accepted."""
    composition = app.compose(issue)
    values = _values(app, reader)
    transport = app.open_transport()
    try:
        mailboxes = list(dict.fromkeys(normalise(address) for address in addresses))
        tried = send_test_mails(composition, transport, mailboxes, values, variant)
    finally:
        transport.close()
    for each in tried:
        reason = f": {each.reason}" if each.reason else ""
        plain(people(json), f"{each.address}, {each.variant}: {each.outcome}{reason}")
    if json:
        emit([_record(each) for each in tried])
    raise typer.Exit(0 if all(each.outcome is Outcome.ACCEPTED for each in tried) else 1)


def _values(app: App, address: str) -> Mapping[str, str]:
    if not address:
        return neutral_reader(app.site)
    store = app.open_store()
    try:
        with store.read() as connection:
            found = reader_at(connection, normalise(address))
    finally:
        store.close()
    if found is None:
        raise NotFound(f"No reader has the address {address}.")
    known = {name: found.attributes.get(name, "") for name in found.attributes}
    values = {"email": found.email, "first_name": found.first_name, **known}
    return sample_reader(
        app.site, {name: values[name] for name in app.site.subscriber_fields if name in values}
    )


def _record(tried: Tried) -> dict[str, str]:
    return {
        "variant": tried.variant,
        "address": tried.address,
        "outcome": tried.outcome.value,
        "reason": tried.reason,
    }
