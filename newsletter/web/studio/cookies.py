"""The two cookies of the studio: who sits here, and what the last page has to say.

The prefix `__Host-` lets no neighbour under the same domain set ours (RFC 6265bis, 4.1.3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

SEAT = "newsletter-seat"
TOLD = "newsletter-told"
TOLD_SECONDS = 60
LONGEST_MESSAGE = 600


@dataclass(frozen=True)
class Cookies:
    """Reads and sets them.

    Attributes:
        https: whether people reach the studio by https alone.
        secrets: what messages are signed with; the last signs.
    """

    https: bool
    secrets: tuple[bytes, ...]

    def seat(self, request: Request) -> str:
        """The session's token, or empty."""
        return request.cookies.get(self._name(SEAT), "")

    def give_seat(self, response: Response, token: str, seconds: int | None = None) -> None:
        """Let the browser sit down.

        Args:
            token: the session's.
            seconds: how long the browser keeps it; None until it is closed.
        """
        self._set(response, SEAT, token, seconds)

    def take_seat(self, response: Response) -> None:
        """Have the browser forget its session."""
        self._set(response, SEAT, "", 0)

    def told(self, request: Request) -> str:
        """The message that the page before left, or empty."""
        kept = request.cookies.get(self._name(TOLD), "")
        try:
            return str(self._signed.loads(kept, max_age=TOLD_SECONDS)) if kept else ""
        except BadData:
            return ""

    def tell(self, response: Response, message: str) -> None:
        """Leave a message for the next page."""
        self._set(response, TOLD, str(self._signed.dumps(message[:LONGEST_MESSAGE])), TOLD_SECONDS)

    def forget_told(self, response: Response) -> None:
        """The message was shown."""
        self._set(response, TOLD, "", 0)

    @property
    def _signed(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(list(self.secrets), salt=TOLD)

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.https else name

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            self._name(name),
            value,
            max_age=seconds,
            path="/" if self.https else "/studio",
            secure=self.https,
            httponly=True,
            samesite="lax",
        )
