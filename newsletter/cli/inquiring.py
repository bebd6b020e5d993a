"""What `check` and `doctor` may find out, wired: the database there is, and the world outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from newsletter.bootstrap import App
from newsletter.checks import LinkAnswer
from newsletter.lookups import Follower, NameServer, follow_all, remembered, sender_answer
from newsletter.publishing import Asking
from newsletter.publishing.examining import sender_domain
from newsletter.store.connecting import database_file, parse_url


@contextmanager
def asking(app: App, *, network: bool = False, readers: bool = False) -> Iterator[Asking]:
    """What may be found out about issues.

    Args:
        network: follow links and ask DNS about the sender.
        readers: look through the list; makes the database when there is none.
    """
    store = app.open_store() if readers or _has_database(app) else None
    try:
        ask = Asking(app.site, store, readers=readers)
        if network:
            ask.follow = partial(_follow, app)
            ask.sender = sender_answer(sender_domain(app.site), NameServer())
        yield ask
    finally:
        if store is not None:
            store.close()


def _has_database(app: App) -> bool:
    file = database_file(parse_url(app.settings.database_url))
    return file is None or file.is_file()


def _follow(app: App, addresses: Iterable[str]) -> Mapping[str, LinkAnswer]:
    follow = partial(follow_all, follower=Follower())
    return remembered(app.site.root / "var", app.clock.now(), addresses, follow)
