"""`--json`: one document on standard output, whatever the command; scripts rely on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import typer

from newsletter.cli.program import program
from newsletter.model.consent import SuppressionReason
from newsletter.subscribing.keeping import suppress
from tests.acceptance.newsroom import Newsroom, make_due, until

BY = ("--by", "Ada")
AT = ("--at", "2037-12-01 09:00", *BY)
ANN, BEN, CLEO, GONE = (f"{name}@reader.test" for name in ("ann", "ben", "cleo", "gone"))

STORY = (
    ("db", "upgrade"),
    ("db", "check"),
    ("subscribers", "add", ANN, "--consent", "On paper, at the desk"),
    ("subscribers", "add", BEN, "--consent", "On paper, at the desk"),
    ("subscribers", "add", CLEO),
    ("subscribers", "import", "list.csv"),
    ("subscribers", "show", ANN),
    ("subscribers", "search", "reader.test"),
    ("subscribers", "stats"),
    ("subscribers", "proof", ANN),
    ("subscribers", "export", "all.csv"),
    ("subscribers", "confirm-waiting", "--per-hour", "100000", "--yes"),
    ("check", "1"),
    ("build", "1", "--out", "built"),
    ("test", "1", "team@team.test"),
    ("approve", "1", *BY),
    ("diff", "1"),
    ("schedule", "1", *AT),
    ("unschedule", "1"),
    ("schedule", "1", *AT),
    ("cancel", "1", *BY),
    ("approve", "2", *BY),
    ("send", "2", *BY),
    ("subscribers", "add", "dora@reader.test", "--consent", "On paper, at the desk"),
    ("follow-up", "2", *BY),
    ("status",),
    ("status", "2"),
    ("report", "2"),
    ("resolve", "2"),
    ("reconcile",),
    ("health",),
    ("notices",),
    ("subscribers", "unsubscribe", BEN),
    ("subscribers", "lift", GONE, "--reason", "Their mailbox works again", *BY),
    ("subscribers", "erase", BEN, "--yes"),
    ("people", "link"),
    ("people", "list"),
    ("backup", "one.backup"),
    ("db", "copy", "--abandon"),
    ("db", "copy", "--to", "sqlite:///elsewhere.db"),
)
STEERED = (
    ("pause", "3", *BY),
    ("resume", "3", *BY),
    ("pause", "3", *BY),
    ("correct", "3", *BY, "--yes"),
    ("cancel", "3", *BY, "--yes"),
)
ELSEWHERE = {
    ("demo",),  # tests/browser/test_demo.py
    ("doctor",),  # tests/unit/cli/test_doctoring.py
    ("people", "activate"),  # tests/unit/cli/test_accounts.py
    ("people", "deactivate"),
    ("people", "invite"),
    ("restore",),  # test_restore.py
}


def test_every_command_answers_with_one_document(newsroom: Newsroom) -> None:
    """A day of scripts: each is told what happened, and in nothing but JSON."""
    newsroom.bring(3)
    for number in (2, 3):
        newsroom.write(number)
    with newsroom.store() as store, store.write() as connection:
        reception, now = newsroom.app.reception(store), datetime.now(UTC)
        suppress(reception, connection, GONE, SuppressionReason.BOUNCE, at=now)
    (newsroom.site / "list.csv").write_text("email,first name\nmira@reader.test,Mira\n", "utf-8")
    for words in STORY:
        assert newsroom.ask(*words) is not None, words


def test_so_do_those_that_steer(newsroom: Newsroom) -> None:
    """While the canary is out, and the rest waits for word of it."""
    newsroom.bring(3)
    newsroom.write(3)
    newsroom.environ["NEWSLETTER_DISPATCH__CANARY"] = "1"
    newsroom.run("approve", "3", *BY)
    newsroom.run("schedule", "3", *AT, "--yes")
    make_due(newsroom, hours_ago=0)
    with newsroom.scheduler():
        until(lambda: newsroom.status(3)["accepted"] == 1)
        newsroom.write(3, "Better words")
        for words in STEERED:
            assert newsroom.ask(*words) is not None, words


def commands(group: Any, *before: str) -> Iterator[tuple[str, ...]]:
    """Names of all commands that take `--json`."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, *before, name)
        elif any("--json" in option.opts for option in command.params):
            yield (*before, name)


def test_no_command_is_left_out() -> None:
    """A new one is asked here, or where it has a module of its own."""
    every = set(commands(typer.main.get_command(program)))
    asked = {name for name in every if any(words[: len(name)] == name for words in STORY + STEERED)}
    assert every - asked == ELSEWHERE
