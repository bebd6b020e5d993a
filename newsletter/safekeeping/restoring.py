"""Let a backup take the database's place.

A backup is the past, and the world went on. So the restored site: takes another name in its
mails, does again every no and erasing that is known of, hands every unended dispatch to a person,
calls uncertain whoever may have been mailed since, and sends nothing until the provider was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from newsletter.dispatching.restoring import Reviewed, hold_until_asked, suppose_sent_since
from newsletter.dispatching.ticking import last_tick
from newsletter.errors import NewsletterError, UsageError
from newsletter.safekeeping.archive import Archive
from newsletter.safekeeping.journal import Noted, read_journal
from newsletter.safekeeping.reapplying import Reapplied, reapply, steps_since
from newsletter.store import Store
from newsletter.store.connecting import database_file, parse_url, public_url
from newsletter.store.copying import copy_database, renew_site_id
from newsletter.store.store import REPLACED
from newsletter.store.tables import consent, site
from newsletter.subscribing import Reception

# Clocks of several machines differ a little; a step that is done twice changes nothing.
_EARLIER = timedelta(minutes=5)
_BESIDE = ("-wal", "-shm")


@dataclass(frozen=True)
class Ground:
    """What a restore works on.

    Attributes:
        url: of the site's database.
        open_store: opens a database by its address, also one that was moved elsewhere.
        reception: the use cases of readers, on an open store.
        journals: files that keep what readers did; those that do not exist are left out.
        can_ask: whether there is a provider whose log can be asked.
        instead_of: address of a database elsewhere whose place the backup takes; or empty.
    """

    url: str
    open_store: Callable[[str], Store]
    reception: Callable[[Store], Reception]
    journals: Sequence[Path]
    can_ask: bool
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it.

    Attributes:
        made_at: the moment the backup shows, aware, UTC; in place, one not after it.
        site_id: that mails carry from now on.
        set_aside: where the database is that was there before; None when there was none.
        unread: why its noes could not be read; empty when they were, or there was none.
    """

    made_at: datetime
    site_id: str
    reviewed: Reviewed
    reapplied: Reapplied
    set_aside: Path | None
    unread: str


def restore(archive: Archive, ground: Ground) -> Restored:
    """Put a backup in the database's place. Cut short at any point, it can be done again.

    Raises:
        UsageError: the backup is damaged, or the server's database is not empty.
        DatabaseRefused: a backup of a newer version, or made with another secret key.
        DatabaseUnreachable: of what it takes the place of.
    """
    _require_two_places(ground)
    file = database_file(parse_url(ground.url))
    if file is None:
        return _into_server(archive, ground)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.restoring")
    _forget(draft)
    archive.extract_database(draft)
    made_at = archive.manifest.made_at
    with closing(ground.open_store(f"sqlite:///{draft}")) as fresh:
        places = [f"sqlite:///{file}"] if file.exists() else []
        steps, unread = _retire(places, ground, made_at)
        with fresh.write() as connection:
            site_id = renew_site_id(connection, fresh.now(connection))
        reviewed, reapplied = _settle(fresh, ground, made_at, steps)
    return Restored(made_at, site_id, reviewed, reapplied, _swap(draft, file), unread)


def _into_server(archive: Archive, ground: Ground) -> Restored:
    """Into an empty database of a server; what was there before keeps its data."""
    made_at = archive.manifest.made_at
    draft = Path.cwd() / f".{archive.path.name}.restoring"
    _forget(draft)
    archive.extract_database(draft)
    try:
        with (
            closing(ground.open_store(f"sqlite:///{draft}")) as source,
            closing(ground.open_store(ground.url)) as target,
        ):
            name = public_url(ground.url)
            copied = copy_database(source, target, name=name, told=lambda *_: None)
            steps, unread = _retire([], ground, made_at)
            reviewed, reapplied = _settle(target, ground, made_at, steps)
    finally:
        _forget(draft)
    return Restored(made_at, copied.site_id, reviewed, reapplied, None, unread)


def restore_in_place(ground: Ground) -> Restored:
    """The database itself was put back by other means: let a restore's rules hold for it too.

    Up to which moment it knows the world is read from it: a scheduler looked, a reader did
    something. That it may know a little more only means that some steps are done twice.

    Raises:
        UsageError: the database was moved elsewhere, or `instead_of` is that database itself.
        DatabaseUnreachable: one of the two.
    """
    _require_two_places(ground)
    with closing(ground.open_store(ground.url)) as store:
        made_at = _known_until(store)
        with store.write() as connection:
            site_id = renew_site_id(connection, store.now(connection))
        steps, unread = _retire([], ground, made_at)
        reviewed, reapplied = _settle(store, ground, made_at, steps)
    return Restored(made_at, site_id, reviewed, reapplied, None, unread)


def _known_until(store: Store) -> datetime:
    with store.read() as connection:
        if moved := connection.scalar(select(site.c.moved_to)):
            raise UsageError(f"This database was moved: {moved}. Set DATABASE_URL to the new one.")
        newest = connection.scalar(select(func.max(consent.c.at)))
        signs = [each for each in (newest, last_tick(connection)) if each]
        return max(signs, default=store.now(connection))


def _require_two_places(ground: Ground) -> None:
    """What the backup takes the place of can be opened, and is another database."""
    if not ground.instead_of:
        return
    if parse_url(ground.instead_of) == parse_url(ground.url):
        raise UsageError("--instead-of names the database that would be restored into.")
    ground.open_store(ground.instead_of).close()


def _settle(
    store: Store, ground: Ground, made_at: datetime, steps: Sequence[Noted]
) -> tuple[Reviewed, Reapplied]:
    with store.write() as connection:
        now = store.now(connection)
        reviewed = suppose_sent_since(connection, made_at, now)
        if ground.can_ask:
            hold_until_asked(connection, now)
    since = made_at - _EARLIER
    known = [path for path in ground.journals if path.is_file()]
    noted = [step for path in known for step in read_journal(path, since)]
    return reviewed, reapply(ground.reception(store), [*steps, *noted])


def _retire(places: Sequence[str], ground: Ground, made_at: datetime) -> tuple[list[Noted], str]:
    """Those databases take nothing more; what readers did in them since the backup."""
    steps, unread = [], []
    for url in (*places, *filter(None, [ground.instead_of])):
        try:
            steps += _retire_one(url, ground, made_at)
        except (NewsletterError, OSError) as problem:
            unread.append(str(problem))
    return steps, " ".join(unread)


def _retire_one(url: str, ground: Ground, made_at: datetime) -> list[Noted]:
    where = "" if database_file(parse_url(ground.url)) else f" in {public_url(ground.url)}"
    told = f"{REPLACED}{made_at:%Y-%m-%d %H:%M} UTC{where}"
    with closing(ground.open_store(url)) as old:
        with old.write() as connection:
            now = old.now(connection)
            connection.execute(update(site).values(moved_to=told, moved_at=now))
        return list(steps_since(old, made_at - _EARLIER))


def _swap(draft: Path, file: Path) -> Path | None:
    """The restored file gets the name; the one before keeps its data under another."""
    aside = None
    if file.exists():
        aside = next(name for name in _names(file) if not name.exists())
        file.rename(aside)
        for end in _BESIDE:
            with suppress(FileNotFoundError):
                file.with_name(file.name + end).rename(aside.with_name(aside.name + end))
    draft.rename(file)
    return aside


def _names(file: Path) -> Iterator[Path]:
    number = 1
    while True:
        yield file.with_name(f"{file.stem}.before-restore-{number}{file.suffix}")
        number += 1


def _forget(draft: Path) -> None:
    for end in ("", *_BESIDE):
        draft.with_name(draft.name + end).unlink(missing_ok=True)


def require_key(root_key: Path, archive: Archive, *, from_outside: bool) -> bool:
    """Put the backup's secret key in place where the site has none; tells whether it did.

    Raises:
        UsageError: the site has another key.
    """
    if from_outside or not archive.key:
        return False
    if not root_key.exists():
        root_key.parent.mkdir(parents=True, exist_ok=True)
        root_key.touch(mode=0o600)
        root_key.write_text(archive.key, encoding="ascii")
        return True
    if root_key.read_text(encoding="ascii").split() != archive.key.split():
        raise UsageError(
            f"{root_key.name} is another key than the backup's: links in sent mails would not "
            f"work. Move it away, and restore again."
        )
    return False
