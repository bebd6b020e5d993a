"""The scheduler as a part of a process: of `serve`, or of `scheduler.py` alone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from newsletter.bootstrap import App, load_app
from newsletter.cli.logs import log_quietly, logging_steadily
from newsletter.cli.output import complain, people, plain
from newsletter.cli.stopping import Stopping
from newsletter.cli.trouble import told_of_file
from newsletter.dispatching.running import Dispatcher
from newsletter.errors import NewsletterError, UsageError
from newsletter.feedback.forgetting import forget_unreadable
from newsletter.feedback.notices import write_silence
from newsletter.model.ports import Work
from newsletter.scheduling.calling import call_if_due
from newsletter.scheduling.clockwork import Job
from newsletter.store import Store
from newsletter.subscribing import keep_up

INTERRUPTED = 130
_UPKEEP_EVERY = 3_600.0
_NOTICES_EVERY = 60.0
_TELLING_EVERY = 2.0
_WATCH_EVERY = 30.0
_CALL_EVERY = {
    Work.SYSTEM_MAILS: 1.0,  # somebody waits for these mails
    Work.EVENTS: 1.0,
    Work.RECONCILE: 60.0,  # the log takes a few questions a minute
    Work.IMPORTS: 1.0,
}


@contextmanager
def dispatching(app: App, stop: Stopping) -> Iterator[Dispatcher]:
    """Everything that sends, until this is left; then what is on the wire is finished."""
    dispatcher = app.open_dispatcher(stopping=stop)
    try:
        yield dispatcher
    finally:
        dispatcher.close()


def jobs_of(app: App, dispatcher: Dispatcher) -> tuple[Job, ...]:
    """What a scheduler does: look at the ledger, ring for what is to be done, tell, tidy up."""
    store = dispatcher.desk.store
    reception = app.reception(store)
    herald = app.herald(store, dispatcher.desk.transport)
    call = partial(call_if_due, store, app.clock, dispatcher.engine)
    return (
        Job("tick", dispatcher.tick),
        *(Job(f"call {work}", partial(call, work), every) for work, every in _CALL_EVERY.items()),
        Job("notices", herald.write, every=_NOTICES_EVERY),
        Job("health", herald.write_health, every=_UPKEEP_EVERY),
        Job("telling", herald.tell, every=_TELLING_EVERY),
        Job("upkeep", partial(keep_up, reception), every=_UPKEEP_EVERY),
        Job("unreadable", partial(forget_unreadable, store), every=_UPKEEP_EVERY),
    )


def watching_jobs(app: App, store: Store) -> tuple[Job, ...]:
    """What a process does that does not schedule: say so when nobody else does."""
    try:
        herald = app.herald(store, app.open_transport())
    except UsageError:  # nothing to send with: a webhook can still be told
        herald = app.herald(store)

    def watch() -> None:
        if write_silence(store):
            herald.tell()

    return (Job("watch", watch, every=_WATCH_EVERY),)


@contextmanager
def scheduling() -> Iterator[tuple[tuple[Job, ...], Stopping]]:
    """The whole of a scheduling process around its clockwork; leaves with its exit code.

    SIGTERM is how a service manager ends a process, and ends it well: 0. Ctrl-C is 130.
    """
    log_quietly()
    try:
        with Stopping() as stop:
            app = load_app(Path.cwd(), os.environ)
            logged = logging_steadily(app.settings, "scheduler")
            with logged, dispatching(app, stop) as dispatcher:
                plain(people(json=True), f"Scheduling for {app.site.name}; Ctrl-C ends it.")
                yield jobs_of(app, dispatcher), stop
    except (NewsletterError, OSError) as problem:
        told = problem if isinstance(problem, NewsletterError) else told_of_file(problem)
        if told is None:
            raise
        complain(told)
        sys.exit(told.exit_code)
    sys.exit(exit_code(stop))


def exit_code(stop: Stopping) -> int:
    """What a process that serves until told ends with."""
    return INTERRUPTED if stop.asked == signal.SIGINT else 0
