"""The `sendgrid` package with guards: the one module that knows it.

What the package does by itself, and what is done about it here:

- it waits for ever: a timeout is set;
- it follows a 302 with a GET, and would carry the key to another host: redirects are answers;
- it takes proxies from the environment, also for loopback: not for loopback;
- it loads the authorities' certificates anew for each call (10 ms): they are loaded once;
- it writes key and payload into its DEBUG log, and formats both even when nobody logs
  (4 microseconds a reader): the log is held at WARNING and the payload does not print itself;
- headers given with a call stay in a shared dict: one client a thread, by the caller;
- one connection a call, which is left so: a kept connection that died silently would make an
  ambiguous answer out of nothing, and a handshake is little beside a thousand readers.
"""

from __future__ import annotations

import http.client
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from python_http_client.client import Client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from newsletter.errors import TransportError, UsageError
from newsletter.transports.wording import is_loopback

READY = "application/json; charset=utf-8"
PLAIN = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the vendor answered.

    Attributes:
        headers: looked up without regard to case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotConnectedError(TransportError):
    """The connection never stood: no byte of the request has left this machine."""


class NoAnswerError(TransportError):
    """The connection stood and then failed: the request may have been taken."""


class Wire:
    """One thread's line to the vendor."""

    def __init__(self, api_key: str, url: str, timeout: float) -> None:
        """See `SendGridTransport`; `checked_url` and `checked_key` have seen the arguments."""
        _quieten()
        api = SendGridAPIClient(api_key, host=url)
        api.client = _GuardedClient(_opener(url), api.client, timeout)
        self._client = api.client
        self._endpoint = api.client.mail.send

    def post(self, content: bytes | dict[str, Any]) -> Reply:
        """Send mail in one request: ready bytes as they are, a dict by the client's own JSON.

        Raises:
            NotConnectedError: no connection.
            NoAnswerError: no answer, or one that can not be read.
        """
        ready = isinstance(content, bytes)
        return _reply(
            self._endpoint.post,
            request_body=_Ready(content) if isinstance(content, bytes) else content,
            request_headers={"Content-Type": READY if ready else PLAIN},
        )

    def ask(
        self,
        method: str,
        *path: str,
        query: Mapping[str, str | int] | None = None,
        content: dict[str, Any] | None = None,
    ) -> Reply:
        """Call any other endpoint of the v3 API.

        Args:
            method: `get`, `post` or `delete`.
            path: its parts, as they are; each is quoted (RFC 3986) here.
            content: becomes JSON.

        Raises:
            NotConnectedError, NoAnswerError: as `post`.
        """
        endpoint = self._client
        for part in path:
            endpoint = endpoint._(quote(part, safe="@"))
        return _reply(
            getattr(endpoint, method),
            request_body=content,
            query_params=query,
            request_headers={"Content-Type": PLAIN},
        )


def _reply(call: Callable[..., Any], **request: Any) -> Reply:
    with _translated():
        try:
            answer = call(**request)
        except HTTPError as answered:
            return Reply(answered.status_code, answered.headers, answered.body)
        return Reply(answer.status_code, answer.headers, answer.body)


def checked_url(url: str) -> str:
    """The vendor's address, without a slash at the end.

    Raises:
        UsageError: it is no https address (http is for loopback only), or holds more than
            scheme, host and port.
    """
    parts = urlsplit(url)
    bare = not (parts.query or parts.fragment or parts.username or parts.path.strip("/"))
    secure = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not (parts.hostname and bare and secure):
        raise UsageError(
            "SENDGRID_URL must be an https address of host and port only, such as "
            "https://api.sendgrid.com: the key would travel readable otherwise. "
            "Plain http is for 127.0.0.1."
        )
    return url.rstrip("/")


def checked_key(api_key: str) -> str:
    """The key, if it can stand in a header.

    Raises:
        UsageError: it is empty or holds a blank, a line end or a non-ASCII character.
    """
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise UsageError(
            "SENDGRID_API_KEY is empty or holds blanks or line ends. Copy it again from the "
            "account's settings, under API Keys."
        )
    return api_key


@contextmanager
def _translated() -> Iterator[None]:
    """Turn every failure of the network or the vendor's package into one of ours."""
    try:
        yield
    except URLError as exc:
        if isinstance(exc.reason, _ConnectError):
            raise NotConnectedError(str(exc.reason)) from exc
        raise NoAnswerError(_words(exc.reason)) from exc
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise NoAnswerError(_words(exc)) from exc


def _words(problem: object) -> str:
    text = str(problem)
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


class _ConnectError(OSError):
    """Name lookup, connection, proxy tunnel or TLS handshake failed."""


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        with _before_the_first_byte():
            super().connect()


class _TlsConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        with _before_the_first_byte():
            super().connect()


@contextmanager
def _before_the_first_byte() -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException, UnicodeError) as exc:
        raise _ConnectError(_words(exc)) from exc


class _Http(HTTPHandler):
    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(HTTPSHandler):
    def __init__(self) -> None:
        super().__init__()
        self._authorities = ssl.create_default_context()

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(_TlsConnection, req, context=self._authorities)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is an answer like any other."""


def _opener(url: str) -> OpenerDirector:
    parts = urlsplit(url)
    web = _Https() if parts.scheme == "https" else _Http()
    proxies = ProxyHandler({}) if is_loopback(parts.hostname or "") else ProxyHandler()
    return build_opener(web, proxies, _NoRedirect())


class _GuardedClient(Client):  # type: ignore[misc]  # the vendor's package has no types
    """The vendor's client with another opener, which it passes on to what it builds."""

    def __init__(
        self, opener: OpenerDirector, like: Client, timeout: float, path: list[str] | None = None
    ) -> None:
        super().__init__(
            host=like.host,
            request_headers=like.request_headers,
            version=3,
            url_path=path,
            timeout=timeout,
        )
        self._guarded = opener

    def _build_client(self, name: str | None = None) -> _GuardedClient:
        path = [*self._url_path, name] if name else self._url_path
        return _GuardedClient(self._guarded, self, self.timeout, path)

    def _make_request(self, _: OpenerDirector, request: Request, timeout: Any = None) -> Any:
        return super()._make_request(self._guarded, request, timeout)


class _Ready:
    """Stands where the client expects a str to encode, and has the bytes already."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def encode(self, _: str) -> bytes:
        return _Unprinted(self._content)


class _Unprinted(bytes):
    """Bytes that stay out of the log lines the client formats."""

    def __format__(self, _: str) -> str:
        return f"({len(self)} bytes)"


def _quieten() -> None:
    for name in ("python_http_client", "python_http_client.client"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.addFilter(_only_warnings)  # whoever sets the level back still gets no key


def _only_warnings(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
