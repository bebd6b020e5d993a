"""From the web framework to a `Visit` and back: the one place that knows both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import NewsletterError, NotFound, TooManyRequests, UsageError
from newsletter.store.opening import CONNECTIONS
from newsletter.web.public.bodies import MOST_FIELDS, BodyLimit
from newsletter.web.public.headers import PublicHeaders
from newsletter.web.public.pages import tell_broken
from newsletter.web.public.side import PublicSide
from newsletter.web.public.visit import Form, Visit

Handler = Callable[[Visit], Response]
# As many as the store keeps connections. More threads than that wait for one another: with 40,
# whoever held the database's lock waited for a turn of the interpreter behind all who did not.
AT_ONCE = CONNECTIONS
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Address:
    """One address and what it answers.

    Attributes:
        path: as Starlette writes it: `/confirm/{token}`.
        get, post: its handlers; None where the method is not allowed. A handler for GET
            changes nothing, and HEAD is answered by it too.
        plain: the body of a POST is handed over as it came instead of as a form.
    """

    path: str
    get: Handler | None = None
    post: Handler | None = None
    plain: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether a mark stands in it."""
        return "{token}" in self.path


def routes(side: PublicSide, addresses: Sequence[Address]) -> list[Route]:
    """Starlette's routes for them, each with its limits and headers."""
    threads = CapacityLimiter(AT_ONCE)
    return [_route(side, address, threads) for address in addresses]


def _route(side: PublicSide, address: Address, threads: CapacityLimiter) -> Route:
    async def endpoint(request: Request) -> Response:
        handler = address.post if request.method == "POST" else address.get
        assert handler is not None
        visit = await _visit(side, request, plain=address.plain)
        return await to_thread.run_sync(_answer, side, handler, visit, limiter=threads)

    methods = [name for name, each in (("GET", address.get), ("POST", address.post)) if each]
    headers = Middleware(PublicHeaders, secret=address.is_secret, https=side.is_https)
    return Route(
        address.path, endpoint, methods=methods, middleware=[headers, Middleware(BodyLimit)]
    )


async def _visit(side: PublicSide, request: Request, *, plain: bool) -> Visit:
    is_post = request.method == "POST"
    headers = request.headers
    return Visit(
        method=request.method,
        path=request.url.path,
        named={name: str(value) for name, value in request.path_params.items()},
        form=await _form(request) if is_post and not plain else Form(),
        body=await request.body() if is_post and plain else b"",
        kind=headers.get("content-type", "").partition(";")[0].strip().lower(),
        origin=headers.get("origin", ""),
        ip=side.callers.address(
            request.client.host if request.client else "", headers.getlist("x-forwarded-for")
        ),
        user_agent=headers.get("user-agent", "")[:500],
    )


async def _form(request: Request) -> Form:
    """The form, or an empty one: a body that can not be read is no form.

    An unsubscribe button in a mail program must work whatever it sends.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORM_TYPES:
        await request.body()
        return Form()
    try:
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
            return Form.of(form.multi_items())
    except (HTTPException, ClientDisconnect, ValueError):
        return Form()


def _answer(side: PublicSide, handler: Handler, visit: Visit) -> Response:
    try:
        return handler(visit)
    except NewsletterError as problem:
        return trouble(side, problem)


def trouble(side: PublicSide, problem: NewsletterError) -> Response:
    """What went wrong, told to a reader; what only we can mend is told to the log instead."""
    try:
        return _told(side, problem)
    except NewsletterError as ours:
        tell_broken(ours)
        return side.pages.broken()


def _told(side: PublicSide, problem: NewsletterError) -> Response:
    if isinstance(problem, TooManyRequests):
        response = side.pages.page("too_many", status=429)
        response.headers["Retry-After"] = str(problem.retry_after)
        return response
    if isinstance(problem, NotFound):
        return side.pages.page("lost", status=404)
    if isinstance(problem, UsageError):
        return side.pages.page("problem", {"problem": str(problem)}, 400)
    raise problem
