"""A newsroom to write acceptance tests about: a real site, real processes, a real sandbox."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

from sqlalchemy import select, update

from newsletter.bootstrap import App, load_app
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.store.tables import attempt, dispatch
from tests.processes import PATIENCE, ROOT, Running, newsletter, scheduler

ISSUE = """\
---
number: {number}
subject: {subject}
{more}---
Hello {{{{ subscriber.first_name | default("there") }}}}, this is **{subject}**.
"""


@dataclass
class Newsroom:
    """One site with its sandbox.

    Attributes:
        environ: what every process of the newsroom is started with.
    """

    site: Path
    sandbox: RunningSandbox
    database_url: str = ""
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environ = {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "PYTHONPATH": str(ROOT),
            "SENDGRID_URL": self.sandbox.url,
            "NEWSLETTER_SECRET_KEYS": "a-secret-of-this-test-and-of-no-other-one",
        }
        if self.database_url:
            self.environ["DATABASE_URL"] = self.database_url

    # What people do.

    def write(self, number: int = 1, subject: str = "First words", **settings: str) -> Path:
        """Write an issue's file, or write it anew."""
        more = "".join(f"{key}: {value}\n" for key, value in settings.items())
        path = self.site / "issues" / f"letter-{number}.md"
        path.write_text(ISSUE.format(number=number, subject=subject, more=more), "utf-8")
        return path

    def bring(self, count: int, host: str = "reader.example", zone: str = "") -> list[str]:
        """Bring confirmed readers in, without the command."""
        emails = [f"r{at:05}@{host}" for at in range(count)]
        with self.store() as store:
            readers = (NewReader(email, zone=zone) for email in emails)
            import_readers(store, readers, datetime.now(UTC))
        return emails

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command to its end as a script would; returns what it printed."""
        done = self.begin(*words).wait().require(code)
        return done.out + done.err

    def ask(self, *words: str, code: int = 0) -> Any:
        """Run a command with `--json`; returns the document."""
        return self.begin(*words, "--json").wait().require(code).json

    def begin(self, *words: str) -> Running:
        """Start a command and leave it running."""
        return newsletter(words, self.site, self.environ)

    @contextmanager
    def scheduler(self) -> Iterator[Running]:
        """`python scheduler.py`, until the end of the block; SIGTERM must end it well."""
        running = scheduler(self.site, self.environ)
        try:
            yield running
        finally:
            ended = running.end()
        ended.require(0)

    # What can be seen.

    @property
    def app(self) -> App:
        """The site's app, as a process of it would have it."""
        return load_app(self.site, self.environ, self.site)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The newsroom's database."""
        store = self.app.open_store()
        try:
            yield store
        finally:
            store.close()

    def status(self, number: int = 1) -> Any:
        """What `status --json` says."""
        return self.ask("status", str(number))

    def mailed(self) -> dict[str, int]:
        """Address -> how often the other side accepted a mail to it."""
        found: dict[str, int] = self.sandbox_says("GET", "/_sandbox/recipients")
        return found

    def subjects_of(self, email: str) -> list[str]:
        """The subjects of one reader's mails."""
        mails = self.sandbox_says("GET", f"/_sandbox/messages?to={quote(email)}")
        return [mail["subject"] for mail in mails]

    def requests(self) -> int:
        """Calls the sandbox has had."""
        return int(self.sandbox.stats()["requests"])

    def faults(self, *faults: str) -> None:
        """From now on this goes wrong."""
        self.sandbox_says("PUT", "/_sandbox/faults", list(faults))

    def sandbox_says(self, method: str, path: str, value: Any = None) -> Any:
        """Ask the sandbox's own API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.sandbox.port, timeout=30)
        try:
            body = None if value is None else json.dumps(value).encode()
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, data
        return json.loads(data) if data else None


def make_newsroom(folder: Path, sandbox: RunningSandbox, database_url: str = "") -> Newsroom:
    """The repository's own looks and settings, with an issue of one's own."""
    site = folder / "site"
    shutil.copytree(ROOT / "templates", site / "templates")
    shutil.copytree(ROOT / "issues" / "media", site / "issues" / "media")
    shutil.copy(ROOT / "newsletter.toml", site)
    made = Newsroom(site, sandbox, database_url)
    made.write()
    return made


def until(what: Callable[[], Any], said: str = "it never happened") -> Any:
    """Wait for something to become true; returns it."""
    pulse = Event()
    for _ in range(int(PATIENCE / 0.05)):
        if found := what():
            return found
        pulse.wait(0.05)
    raise AssertionError(said)


def in_utc(**ahead: float) -> str:
    """A time as `--at` takes it, so far ahead; to the second, because tests are in a hurry."""
    return f"{datetime.now(UTC) + timedelta(**ahead):%Y-%m-%d %H:%M:%S}"


def make_due(newsroom: Newsroom, hours_ago: float) -> None:
    """As if nothing had run since then."""
    with newsroom.store() as store, store.write() as connection:
        due = datetime.now(UTC) - timedelta(hours=hours_ago)
        connection.execute(update(dispatch).values(due_at=due))


def back_date(newsroom: Newsroom, span: timedelta) -> None:
    """Date every call so far back: these processes live in the real world's time."""
    with newsroom.store() as store, store.write() as connection:
        for row in connection.execute(select(attempt)).all():
            ended = row.answered_at and row.answered_at - span
            values = {"started_at": row.started_at - span, "answered_at": ended}
            connection.execute(update(attempt).where(attempt.c.id == row.id).values(**values))
