"""Answers that go on while the browser listens, and no longer than its session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from anyio import create_task_group, sleep, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Send

LOOK_AGAIN = 20.0  # seconds; a stream ends so long after its session at the latest
_END = {"type": "http.response.body", "body": b"", "more_body": False}


class SeatedStream(StreamingResponse):
    """Server-sent events for somebody who is signed in.

    Args:
        events: in the form of the HTML standard (9.2.5).
        is_seated: whether the session still is what it was; asked again and again.
    """

    def __init__(self, events: AsyncIterator[str], is_seated: Callable[[], bool]) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._is_seated = is_seated

    async def stream_response(self, send: Send) -> None:
        """Send what there is until there is no more, or nobody who may see it."""
        is_told = False
        async with create_task_group() as tasks:
            tasks.start_soon(self._end_with_the_session, tasks.cancel_scope.cancel)
            await super().stream_response(send)
            is_told = True
            tasks.cancel_scope.cancel()
        if not is_told:
            await send(_END)

    async def _end_with_the_session(self, end: Callable[[], None]) -> None:
        while await to_thread.run_sync(self._is_seated):
            await sleep(LOOK_AGAIN)
        end()
