"""The three addresses, answered before any page: whoever watches knows no host name of ours.

`/healthz` says that the process answers, `/readyz` that due work is being done. `/metrics` is
in Prometheus' text format and is told to no one without the token of `[metrics] token`.
https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import compare_digest

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.scheduling.readiness import troubles
from newsletter.store import Store
from newsletter.store.figures import Figures, read_figures

_METHODS = ("GET", "HEAD")
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Watching:
    """What the addresses look at.

    Attributes:
        token: of `/metrics`; empty: there is no such page.
        workers: how many workers live; None where a site has none.
    """

    store: Store
    token: str = ""
    workers: Callable[[], int | None] = lambda: None


class Operations:
    """ASGI middleware: answers the three addresses, passes everything else on."""

    def __init__(self, app: ASGIApp, watching: Watching) -> None:
        self.app = app
        self._watching = watching
        self._answers = {"/healthz": healthy, "/readyz": ready, "/metrics": metrics}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        answer = self._answers.get(scope["path"]) if scope["type"] == "http" else None
        if answer is None or scope["method"] not in _METHODS:
            await self.app(scope, receive, send)
            return
        response = await run_in_threadpool(answer, self._watching, Headers(scope=scope))
        response.headers.update(_HEADERS)
        await response(scope, receive, send)


def healthy(watching: Watching, headers: Headers) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


def ready(watching: Watching, headers: Headers) -> Response:
    """Due work is being done; 503 and a line a trouble where it is not."""
    try:
        with watching.store.read() as connection:
            now = watching.store.now(connection)
            figures = read_figures(connection, now)
        found = troubles(figures, now, watching.workers)
    except SQLAlchemyError:
        found = ("the database does not answer",)
    words = "".join(f"{trouble}\n" for trouble in found)
    return PlainTextResponse(words or "ready\n", 503 if found else 200)


def metrics(watching: Watching, headers: Headers) -> Response:
    """Figures in Prometheus' text format."""
    if not watching.token:
        return PlainTextResponse("Set [metrics] token to have figures here.\n", 404)
    if not compare_digest(headers.get("authorization", ""), f"Bearer {watching.token}"):
        return PlainTextResponse(
            "The token is missing or wrong.\n", 401, {"WWW-Authenticate": "Bearer"}
        )
    return _exposed(watching)


def _exposed(watching: Watching) -> Response:
    # Of the extra `metrics`, which a site that nobody scrapes does not have.
    from newsletter.web.operations.exposing import CONTENT_TYPE, expose

    figures, now = _figures(watching)
    return Response(expose(figures, now, watching.workers()), media_type=CONTENT_TYPE)


def _figures(watching: Watching) -> tuple[Figures, float]:
    with watching.store.read() as connection:
        now = watching.store.now(connection)
        return read_figures(connection, now), now.timestamp()
