"""Who sends batches and does other work: threads of this process, or workers elsewhere.

What workers need is of the extra `postgres`, which a site on one machine does not have: so it
is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from newsletter.config import Settings
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.running import GRACE
from newsletter.dispatching.sending import send_batch
from newsletter.engines.inline import InlineEngine
from newsletter.errors import DatabaseRefused, UsageError
from newsletter.model.ports import Engine, Work
from newsletter.store.connecting import conninfo

Works = Mapping[Work, Callable[[], None]]


def open_engine(settings: Settings, desk: Desk, works: Works) -> Engine:
    """The engine of `[dispatch] engine`."""
    if not has_workers(settings):
        return InlineEngine(partial(send_batch, desk), works)
    from newsletter.engines.procrastinate import ProcrastinateEngine

    return ProcrastinateEngine(conninfo(settings.database_url))


def require_workers(settings: Settings) -> None:
    """Raise UsageError where a worker has nothing to do."""
    if not has_workers(settings):
        raise UsageError(
            "This site sends in its scheduling process and has no workers. "
            'Set engine = "procrastinate" under [dispatch] in newsletter.toml.'
        )
    conninfo(settings.database_url)


def work_at(
    settings: Settings, desk: Desk, works: Works, stopping: Callable[[], bool], slots: int
) -> None:
    """Do what is rung for, so many batches at once, until `stopping`.

    Raises:
        DatabaseRefused: the database was moved, or this program became too old for it: going on
            would only take from others what they could do.
    """
    from newsletter.engines.worker import Worker, work

    def ends() -> bool:
        return stopping() or desk.store.refusal is not None

    def send(batch: int) -> None:
        with suppress(DatabaseRefused):  # told once, at the end
            send_batch(desk, batch)

    worker = Worker(desk.roster.name, send, works, slots=slots, grace=GRACE)
    work(conninfo(settings.database_url), worker, ends)
    if desk.store.refusal is not None:
        raise desk.store.refusal


def count_workers(settings: Settings) -> int | None:
    """How many workers live; None where the site's engine has none."""
    if not has_workers(settings):
        return None
    from newsletter.engines.queue import count_workers as count

    return count(conninfo(settings.database_url))


def has_workers(settings: Settings) -> bool:
    """Whether others send for the scheduling process."""
    return settings.site.dispatch.engine != "inline"
