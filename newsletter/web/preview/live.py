"""Tell open pages that a file changed: server-sent events.

Each open page has its own watcher, so nothing runs while nobody looks. An event carries the
version of all files; a page that shows another one fetches itself anew. That way a change
made between loading and listening, or while the server was down, is not missed either.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from watchfiles import awatch

from newsletter.web.preview.desk import Desk

DEBOUNCE_MS = 60
STEP_MS = 20
LOOK_ANYWAY_MS = 250
RETRY_MS = 800


async def changes(desk: Desk, closing: threading.Event) -> AsyncIterator[str]:
    """Events in the form of the HTML standard (9.2.5), the present version first.

    Args:
        closing: set when the server stops; the stream then ends.
    """
    seen = await run_in_threadpool(desk.version)
    yield f"retry: {RETRY_MS}\ndata: {seen}\n\n"
    # The settings file stands outside the folders, and network drives send no notice:
    # so the files are looked at every now and then in any case.
    async for _ in awatch(
        *desk.watched,
        debounce=DEBOUNCE_MS,
        step=STEP_MS,
        rust_timeout=LOOK_ANYWAY_MS,
        yield_on_timeout=True,
        watch_filter=None,
    ):
        if closing.is_set():
            return
        version = await run_in_threadpool(desk.version)
        if version != seen:
            yield f"data: {version}\n\n"
        seen = version
