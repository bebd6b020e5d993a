"""`subscribers show`, `search`, `proof`, `stats`: look at readers, change nothing."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.cli.subscribers_rules import Address
from newsletter.errors import NotFound
from newsletter.store.readers import suppression_of
from newsletter.store.roster import Entry, counts
from newsletter.store.roster import search as search_readers
from newsletter.subscribing import find, line_json, normalise
from newsletter.subscribing import proof as proof_of
from newsletter.subscribing.exporting import status_of
from newsletter.subscribing.own_data import everything_about

_MOST = 100
_PLAIN = ("address", "first_name", "status", "suppressed", "zone", "known_since", "confirmed_at")
_LISTED = ("interests", "tags")


def show(context: typer.Context, address: Address, json: Json = False) -> None:
    """Show everything that is kept about a reader."""
    app: App = context.obj()
    with opened(app) as store:
        reception = app.reception(store)
        reader = find(reception, address)
        with store.read() as connection:
            if reader is None:
                suppressed = suppression_of(connection, normalise(address))
                also = f" It is suppressed ({suppressed.reason})." if suppressed else ""
                raise NotFound(f"Nobody has the address {normalise(address)}.{also}")
            about = everything_about(reception, connection, reader)
    if json:
        emit(about)
        return
    _show(people(json), about)


def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Part of address, name or tag.")],
    most: Annotated[int, typer.Option(min=1, help="Show no more than that.")] = _MOST,
    json: Json = False,
) -> None:
    """Find readers by a part of their address, first name or tag."""
    app: App = context.obj()
    with opened(app) as store, store.read() as connection:
        found = search_readers(connection, text.strip(), most)
    if json:
        emit([_short(each) for each in found])
        return
    table = Table(box=None, pad_edge=False)
    for name in ("address", "first name", "status", "tags"):
        table.add_column(name)
    for each in found:
        cells = (each.email, each.first_name, status_of(each), ", ".join(each.tags))
        table.add_row(*(Text(cell) for cell in cells))
    people(json).print(table if found else Text("Nobody."))


def proof(context: typer.Context, address: Address, json: Json = False) -> None:
    """Print the proof of every yes and no under an address, also after it was erased."""
    app: App = context.obj()
    with opened(app) as store:
        lines = [line_json(line) for line in proof_of(app.reception(store), address)]
    if not lines:
        raise NotFound(f"Nothing is known about {normalise(address)}.")
    if json:
        emit(lines)
        return
    console = people(json)
    for line in lines:
        _show_line(console, line)


def stats(context: typer.Context, json: Json = False) -> None:
    """Count readers by status, interest and tag."""
    app: App = context.obj()
    with opened(app) as store, store.read() as connection:
        counted = counts(connection)
    if json:
        emit(counted)
        return
    console = people(json)
    for name, group in counted.items():
        for word, count in group.items():
            plain(console, f"{count:>12,}  {name}: {word}")


def _show(console: Console, about: dict[str, Any]) -> None:
    for name in _PLAIN:
        if about[name]:
            plain(console, f"{name.replace('_', ' '):14}{about[name]}")
    for name in _LISTED:
        if about[name]:
            plain(console, f"{name:14}{', '.join(about[name])}")
    for slug, value in about["attributes"].items():
        plain(console, f"{slug:14}{value}")
    for letter in about["letters"]:
        plain(console, f"{'letter':14}{letter['issue']}: {letter['outcome']}, {letter['feedback']}")
    for line in about["consent"]:
        _show_line(console, line)


def _show_line(console: Console, line: dict[str, Any]) -> None:
    plain(console, f"{line['at'][:19]}  {line['what']} by {line['channel']}", "bold")
    for name in ("address", "form", "form_version", "wording", "ip", "user_agent", "note"):
        if line[name]:
            plain(console, f"    {name.replace('_', ' ')}: {line[name]}")


def _short(entry: Entry) -> dict[str, Any]:
    return {
        "email": entry.email,
        "first_name": entry.first_name,
        "status": entry.status.value,
        "suppressed": entry.suppressed,
        "tags": list(entry.tags),
    }
