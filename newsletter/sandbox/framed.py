"""A mail's HTML as the frame shows it."""

from __future__ import annotations

import re

from starlette.responses import HTMLResponse, Response

from newsletter.sandbox.mail import Mail
from newsletter.sandbox.security import mail_headers

_head_start = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_asks_scheme = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_OPENS_LINKS_OUTSIDE = '<base target="_blank">'
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"


def framed(mail: Mail, *, images: bool, look: str) -> Response:
    """Return the HTML as a reader's program shows it.

    It is changed in two ways, and only here: links open a new tab instead of the frame, and
    a chosen `look` (`light` or `dark`; `auto` leaves it to the browser) settles the questions
    its style sheet asks. The bytes as they were sent are in the API and in the source.
    """
    html = mail.html
    if look != "auto":
        html = _asks_scheme.sub(lambda m: _ALWAYS if m[1].lower() == look else _NEVER, html)
    if head := _head_start.search(html):
        html = html[: head.end()] + _OPENS_LINKS_OUTSIDE + html[head.end() :]
    return HTMLResponse(html, headers=mail_headers(images=images))
