"""Whether this machine is fit to work on the site: database, workers, clock, key, disk, backups."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter.config import Settings
from newsletter.errors import LedgerError, UsageError
from newsletter.publishing.examining import Examined, Health
from newsletter.scheduling.watch import SILENCE
from newsletter.store.connecting import conninfo, public_url
from newsletter.store.meeting import Met, meet_database
from newsletter.store.revisions import newest
from newsletter.tokens import Signer

BACKUPS = "backups"
"""The folder in `var/` into which `newsletter backup` writes."""

WORKERS = "procrastinate"
_OLD = timedelta(hours=36)  # one backup a night, and one that failed
_SKEWED, _WRONG = timedelta(seconds=2), timedelta(minutes=1)
_LITTLE, _TOO_LITTLE = 1_000_000_000, 100_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Machine:
    """What is looked at.

    Attributes:
        now: this machine's time, aware.
        count_workers: how many workers live; asked only where the site has some.
    """

    settings: Settings
    now: Callable[[], datetime]
    count_workers: Callable[[], int | None]


def examine_machine(machine: Machine) -> Iterator[Examined]:
    """Look at everything around the site, change nothing, ask nobody but the database."""
    has_workers = machine.settings.site.dispatch.engine == WORKERS
    try:
        met = meet_database(machine.settings.database_url, machine.now)
    except (LedgerError, UsageError) as problem:
        yield Examined("database", Health.BAD, str(problem))
        met = None
    else:
        yield _database(machine.settings, met)
    if met is not None:
        yield _clock(met)
        yield from _key(machine.settings, met)
    if has_workers:
        yield _queue(machine, met)
    if met is not None and met.fingerprint:
        yield _scheduler(met, machine.now())
    yield _disk(machine.settings.var)
    if met is not None and met.revision:
        yield _backups(machine.settings.var / BACKUPS, machine.now())


def _database(settings: Settings, met: Met | None) -> Examined:
    where = public_url(settings.database_url)
    if met is None:
        return Examined("database", Health.GOOD, f"{where} will be made when it is needed.")
    if met.moved_to:
        told = f"It was moved: {met.moved_to}. Set DATABASE_URL to the new one."
        return Examined("database", Health.BAD, told)
    told = f"{met.server} answers: {where}"
    if met.revision and met.revision < newest():
        told = f"{told}; of revision {met.revision}, any command upgrades it to {newest()}."
        return Examined("database", Health.WEAK, told)
    if met.revision > newest():
        told = f"{told}; a newer program upgraded it. Upgrade this machine, too."
        return Examined("database", Health.WEAK, told)
    return Examined("database", Health.GOOD, f"{told}.")


def _clock(met: Met) -> Examined:
    seconds = abs(met.ahead.total_seconds())
    if seconds < _SKEWED.total_seconds():
        return Examined("clock", Health.GOOD, "As the database's, within two seconds.")
    way = "behind" if met.ahead > timedelta(0) else "ahead of"
    told = f"This machine is {seconds:,.0f} seconds {way} the database. Keep both by NTP."
    return Examined("clock", Health.BAD if seconds >= _WRONG.total_seconds() else Health.WEAK, told)


def _key(settings: Settings, met: Met) -> Iterator[Examined]:
    """Whether links of this machine are links of the site."""
    what = "key and database"
    keys = [key.get_secret_value() for key in settings.secret_keys]
    if not met.fingerprint:
        return
    if not keys or met.fingerprint not in Signer(keys).fingerprints:
        told = (
            "This machine has another secret key than the database was made with. Give every "
            "machine the same NEWSLETTER_SECRET_KEYS; of one machine it is in var/secret.key."
        )
        yield Examined(what, Health.BAD, told)
    elif settings.site.dispatch.engine == WORKERS and (settings.var / "secret.key").is_file():
        told = "They fit. The other machines need the same key: NEWSLETTER_SECRET_KEYS."
        yield Examined(what, Health.GOOD, told)
    else:
        yield Examined(what, Health.GOOD, "They fit.")


def _queue(machine: Machine, met: Met | None) -> Examined:
    """Whether what schedulers ring for is heard."""
    try:
        conninfo(machine.settings.database_url)
        alive = machine.count_workers() if met is not None else 0
    except UsageError as problem:
        return Examined("workers", Health.BAD, str(problem))
    except ImportError as problem:
        told = f'{problem.name} is not installed: pip install "newsletters-as-files[postgres]".'
        return Examined("workers", Health.BAD, told)
    if met is None:
        return Examined("workers", Health.UNKNOWN, "The database does not say.")
    if not alive:
        told = "None lives, so nothing goes out. Start `newsletter worker`."
        return Examined("workers", Health.BAD, told)
    return Examined("workers", Health.GOOD, f"{alive} live.")


def _scheduler(met: Met, now: datetime) -> Examined:
    since = now + met.ahead - met.last_tick if met.last_tick else None
    if since is not None and since <= SILENCE:
        return Examined("scheduler", Health.GOOD, f"One looked {since.seconds} seconds ago.")
    when = f"{met.last_tick:%Y-%m-%d %H:%M} UTC" if met.last_tick else "never"
    told = f"The last look: {when}. Start `newsletter serve` or `python scheduler.py`."
    return Examined("scheduler", Health.WEAK, told)


def _disk(var: Path) -> Examined:
    folder = var if var.is_dir() else var.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        told = f"This account may not write {folder}: see who owns it."
        return Examined("var/", Health.BAD, told)
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:,.1f} GB are free."
    if free < _TOO_LITTLE:
        return Examined("var/", Health.BAD, f"{told} Make room.")
    return Examined("var/", Health.WEAK if free < _LITTLE else Health.GOOD, told)


def _backups(folder: Path, now: datetime) -> Examined:
    made = [each.stat().st_mtime for each in folder.glob("*.backup")] if folder.is_dir() else []
    if not made:
        told = f"None in var/{BACKUPS}. Make one every night: newsletter backup"
        return Examined("backups", Health.WEAK, told)
    newest_one = datetime.fromtimestamp(max(made), UTC)
    told = f"The newest in var/{BACKUPS} is of {newest_one:%Y-%m-%d %H:%M} UTC."
    if now - newest_one > _OLD:
        return Examined("backups", Health.WEAK, f"{told} Make one every night: newsletter backup")
    return Examined("backups", Health.GOOD, told)
