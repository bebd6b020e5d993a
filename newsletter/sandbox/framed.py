"""A mail's HTML as the frame shows it."""

from __future__ import annotations

import re

from starlette.responses import HTMLResponse, Response

from newsletter.sandbox.mail import Mail
from newsletter.sandbox.security import mail_headers

_after_head = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_OPENS_LINKS_OUTSIDE = '<base target="_blank">'


def framed(mail: Mail, *, images: bool) -> Response:
    """Return the HTML, changed in one way: its links open a new tab instead of the frame.

    The bytes as they were sent are in the API and in the mail's source.
    """
    head = _after_head.search(mail.html)
    at = head.end() if head else 0
    html = mail.html[:at] + _OPENS_LINKS_OUTSIDE + mail.html[at:] if head else mail.html
    return HTMLResponse(html, headers=mail_headers(images=images))
