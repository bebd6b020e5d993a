"""From the web framework to a `Visit` and back, past every check that a page relies on.

In this order: the form comes from our own pages (Origin, Sec-Fetch-Site), someone is signed in,
that person's role is enough, the body is not too large, the form carries the session's own
secret. What a handler is called for may be done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from secrets import compare_digest
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from newsletter.errors import NewsletterError
from newsletter.model.person import Role, Seat
from newsletter.web.public.bodies import BodyLimit
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.streaming import SeatedStream
from newsletter.web.studio.trouble import Refused, trouble
from newsletter.web.studio.visit import Form, Upload, Visit

Handler = Callable[[Visit], Response]
Stream = Callable[[Visit], AsyncIterator[str]]
AT_ONCE = 16
LARGEST_FORM = 512 * 1024
MOST_FIELDS = 2_000
MOST_FILES = 20
SIGN_IN = "/studio/sign-in"
_SAME = ("same-origin", "none", "")


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the studio and what it answers.

    Attributes:
        path: under `/studio`, as Starlette writes it: `/issues/{slug}`.
        get, post: its handlers; None where the method is not allowed. A handler for GET changes
            nothing.
        may: the least role; None for what nobody needs to sign in for.
        stream: answers GET with server-sent events for as long as the browser listens.
        plain: the body of a POST is handed over as it came instead of as a form.
        largest: bytes of a body.
    """

    path: str
    get: Handler | None = None
    post: Handler | None = None
    may: Role | None = Role.EDITOR
    stream: Stream | None = None
    plain: bool = False
    largest: int = LARGEST_FORM


def routes(side: StudioSide, addresses: Sequence[Address]) -> list[Route]:
    """Starlette's routes for them, each with its checks, limits and headers."""
    threads = CapacityLimiter(AT_ONCE)
    register_url_convertor("row", _RowNumber())
    return [_Door(side, address, threads).route() for address in addresses]


class _RowNumber(IntegerConvertor):
    """A number that a row can have; a longer one is no address of ours."""

    regex = "[0-9]{1,18}"


class _Door:
    """The checks before one address."""

    def __init__(self, side: StudioSide, address: Address, threads: CapacityLimiter) -> None:
        self.side = side
        self.address = address
        self.threads = threads

    def route(self) -> Route:
        """The address as the framework takes it."""
        answers = (
            ("GET", self.address.get or self.address.stream),
            ("POST", self.address.post),
        )
        return Route(
            self.address.path.replace(":int}", ":row}"),
            self.open,
            methods=[name for name, answer in answers if answer],
            middleware=[Middleware(BodyLimit, most=self.address.largest)],
        )

    async def open(self, request: Request) -> Response:
        """Check, then answer."""
        visit = await to_thread.run_sync(self._arrived, request, limiter=self.threads)
        try:
            self._check_origin(request)
            self._check_role(visit)
            if request.method == "POST":
                return await self._posted(request, visit)
        except NewsletterError as problem:
            return await to_thread.run_sync(self._refusal, request, visit, problem)
        if self.address.stream:
            return self._stream(request, self.address.stream(visit))
        return await self._answer(request, visit)

    def _arrived(self, request: Request) -> Visit:
        is_asking = self.address.stream is None  # a page that lies open asks by itself
        return _visit(self.side, request, self._seat(request, is_asking=is_asking))

    def _seat(self, request: Request, *, is_asking: bool) -> Seat | None:
        token = self.side.cookies.seat(request)
        return self.side.accounts.seat(token, is_asking=is_asking) if token else None

    def _stream(self, request: Request, events: AsyncIterator[str]) -> Response:
        def may_go_on() -> bool:
            seat = self._seat(request, is_asking=False)
            needed = self.address.may
            return needed is None or (seat is not None and seat.person.may(needed))

        return SeatedStream(events, may_go_on)

    def _check_origin(self, request: Request) -> None:
        if request.method != "POST":
            return
        origin = request.headers.get("origin", "")
        own = request.headers.get("host", "")
        foreign = origin and urlsplit(origin).netloc.lower() != own.lower()
        if foreign or request.headers.get("sec-fetch-site", "") not in _SAME:
            raise Refused("This form was sent from another site. Open the page here, and send it.")

    def _check_role(self, visit: Visit) -> None:
        needed = self.address.may
        if needed is None:
            return
        if visit.seat is None:
            raise Refused("Please sign in first.", status=401)
        if not visit.seat.person.may(needed):
            raise Refused(
                f"This is for {_PLURAL[needed]}. You are signed in as {visit.seat.person.role}."
            )

    async def _posted(self, request: Request, visit: Visit) -> Response:
        if self.address.plain:
            self._check_csrf(request, visit, "")
            filled = replace(visit, body=await request.body())
            return await self._answer(request, filled)
        try:
            async with request.form(
                max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=self.address.largest
            ) as came:
                form = _form(came.multi_items())
                self._check_csrf(request, visit, form.one("csrf"))
                return await self._answer(request, replace(visit, form=form))
        except (HTTPException, ClientDisconnect, ValueError) as problem:
            raise Refused("The form could not be read. Please try again.", status=400) from problem

    def _check_csrf(self, request: Request, visit: Visit, typed: str) -> None:
        if self.address.may is None or visit.seat is None:
            return  # what nobody signs in for is kept by its own mark
        given = typed or request.headers.get("x-csrf", "")
        if not compare_digest(given.encode(), visit.seat.csrf.encode()):
            raise Refused("This page is from an earlier sign-in. Reload it, and send it again.")

    async def _answer(self, request: Request, visit: Visit) -> Response:
        return await to_thread.run_sync(self._called, request, visit, limiter=self.threads)

    def _called(self, request: Request, visit: Visit) -> Response:
        handler = self.address.post if request.method == "POST" else self.address.get
        assert handler is not None
        try:
            response = handler(visit)
        except NewsletterError as problem:
            return trouble(self.side, visit, problem)
        if visit.told and response.headers.get("content-type", "").startswith("text/html"):
            self.side.cookies.forget_told(response)
        return response

    def _refusal(self, request: Request, visit: Visit, problem: NewsletterError) -> Response:
        wants_page = not visit.part and self.address.stream is None
        if isinstance(problem, Refused) and problem.status == 401 and wants_page:
            back = _back(request)
            response: Response = RedirectResponse(f"{SIGN_IN}{back}", 303)
            return response
        return trouble(self.side, visit, problem)


_PLURAL = {Role.EDITOR: "editors", Role.PUBLISHER: "publishers", Role.ADMIN: "admins"}


def _back(request: Request) -> str:
    """Where to go after signing in: the page asked for, when it was one to look at."""
    if request.method not in ("GET", "HEAD"):
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"?next={quote(request.url.path + query, safe='')}"


def _visit(side: StudioSide, request: Request, seat: Seat | None) -> Visit:
    headers = request.headers
    return Visit(
        method=request.method,
        path=request.url.path,
        named={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        seat=seat,
        ip=side.callers.address(
            request.client.host if request.client else "", headers.getlist("x-forwarded-for")
        ),
        user_agent=headers.get("user-agent", "")[:500],
        part=headers.get("x-part") == "1",
        told=side.cookies.told(request),
    )


def _form(items: Sequence[tuple[str, UploadFile | str]]) -> Form:
    typed = [(name, value) for name, value in items if isinstance(value, str)]
    files = [(name, _upload(value)) for name, value in items if isinstance(value, UploadFile)]
    return Form.of(typed, files)


def _upload(file: UploadFile) -> Upload:
    return Upload(file.filename or "", file.content_type or "", file.size or 0, file.file)
