"""`POST /webhooks/sendgrid`: what the provider tells by itself is verified, kept, and answered.

Nothing is understood here: the post is written down as it came, and applied afterwards. Who made
it is proved by its signature alone, so no cookie, origin or form plays a part.
"""

from __future__ import annotations

import structlog
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.model.event import EventSource
from newsletter.store.event_posts import keep_post
from newsletter.subscribing import Reception
from newsletter.web.public.bodies import BodyLimit
from newsletter.web.public.headers import PublicHeaders

PATH = "/webhooks/sendgrid"
MOST_BYTES = 5_000_000

_log = structlog.get_logger(__name__)


class Webhook:
    """Takes posts of one provider.

    Args:
        reception: lends its store and clock.
        source: tells whether a post is genuine.
    """

    def __init__(self, reception: Reception, source: EventSource, *, https: bool) -> None:
        self._reception = reception
        self._source = source
        self._https = https

    def route(self) -> Route:
        """Where it is."""
        headers = Middleware(PublicHeaders, secret=True, https=self._https)
        limit = Middleware(BodyLimit, most=MOST_BYTES)
        return Route(PATH, self._receive, methods=["POST"], middleware=[headers, limit])

    async def _receive(self, request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return _told(400, "The post ended too early.")
        return await run_in_threadpool(self._take, dict(request.headers), body)

    def _take(self, headers: dict[str, str], body: bytes) -> Response:
        if not self._source.is_genuine(headers, body):
            _log.warning("a post to the webhook was refused", path=PATH, why=self._why())
            return _told(403, "The signature is missing or wrong.")
        store = self._reception.store
        try:
            with store.write() as connection:
                keep_post(connection, body, self._reception.now)
        except OperationalError as problem:
            _log.error("a post to the webhook can not be kept", problem=str(problem.orig))
            return _told(503, "It can not be kept now. Send it again.")
        return Response(status_code=204)

    def _why(self) -> str:
        if self._source.has_keys:
            return "its signature is missing or wrong"
        return "no key is set: SENDGRID_WEBHOOK_KEYS"


def _told(status: int, words: str) -> Response:
    return PlainTextResponse(words + "\n", status)
