"""What went wrong, told to people as a page and to our scripts as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from newsletter.errors import NewsletterError, NotFound, TooManyRequests, UsageError
from newsletter.web.preview.trouble import title, troubles
from newsletter.web.studio.visit import Visit

if TYPE_CHECKING:
    from newsletter.web.studio.side import StudioSide


class Refused(UsageError):
    """The studio does not do this for whoever asks.

    Attributes:
        status: of the answer.
    """

    def __init__(self, message: str, status: int = 403) -> None:
        self.status = status
        super().__init__(message)


def trouble(side: StudioSide, visit: Visit, problem: NewsletterError) -> Response:
    """Say what went wrong and what to do."""
    status = status_of(problem)
    if visit.part:
        response: Response = JSONResponse({"problem": str(problem)}, status)
    else:
        told = troubles(problem, side.app.site.root)
        values = {"title": _title(problem), "troubles": told}
        response = side.draw(visit, "problem", values, status)
    if isinstance(problem, TooManyRequests):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def status_of(problem: NewsletterError) -> int:
    """The status that says the same (RFC 9110, 15.5)."""
    if isinstance(problem, Refused):
        return problem.status
    if isinstance(problem, TooManyRequests):
        return 429
    if isinstance(problem, NotFound):
        return 404
    return 400 if isinstance(problem, UsageError) else 409


def _title(problem: NewsletterError) -> str:
    if isinstance(problem, Refused):
        return "Not possible here"
    if isinstance(problem, TooManyRequests):
        return "A little too fast"
    return title(problem)
