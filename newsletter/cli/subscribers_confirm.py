"""`subscribers confirm-waiting`: ask readers whom a list brought without proof of a yes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json, Yes, agree
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.cli.stopping import Stopping
from newsletter.subscribing import Postroom
from newsletter.subscribing.inviting import Asked, ask_waiting, waiting

_PER_HOUR = 500  # what a new sender's mails may be without looking like an outbreak


def confirm_waiting(
    context: typer.Context,
    per_hour: Annotated[int, typer.Option(min=1, help="Mails an hour.")] = _PER_HOUR,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Ask those who wait whether they want letters, each once, and stay until all are asked.

    Ctrl-C ends it after the mail under way; running it again goes on.
    """
    app: App = context.obj()
    console = people(json)
    with opened(app) as store:
        reception = app.reception(store)
        count = waiting(reception)
        takes = timedelta(seconds=round(count * 3600 / per_hour))
        plain(console, f"Waiting: {count:,}; at {per_hour:,} an hour that takes {takes}.")
        done = Asked()
        if count and not dry_run:
            agree(
                f"Ask {count:,} readers?",
                yes=yes,
                json=json,
                otherwise="This sends mails. Add --yes to do it without being asked.",
            )
            done = _ask(app, Postroom(reception, app.open_transport()), per_hour)
        left = waiting(reception)
    plain(console, f"Asked: {done.asked:,}; still waiting: {left:,}.")
    if json:
        emit({"waiting": count, "asked": done.asked, "put_off": done.put_off, "left": left})


def _ask(app: App, postroom: Postroom, per_hour: int) -> Asked:
    done = Asked()
    try:
        with Stopping() as stop:

            def rest(seconds: float) -> None:
                ends = time.monotonic() + seconds
                stop.wait(lambda: time.monotonic() < ends)

            for so_far in ask_waiting(postroom.reception, postroom, per_hour, rest):
                done = so_far
                if stop():
                    break
    finally:
        postroom.transport.close()
    return done
