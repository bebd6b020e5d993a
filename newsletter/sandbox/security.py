"""The headers that keep mails, which may hold anything, away from the sandbox's own pages."""

from __future__ import annotations

_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A sandbox without allow-same-origin and allow-scripts: a mail lives in an origin of its
# own and runs nothing. Its links may open a new tab, as in any mail program.
_MAIL = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "img-src {images}; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


def page_headers() -> dict[str, str]:
    """Return the headers of the sandbox's own pages."""
    return {
        "Content-Security-Policy": _PAGE,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def mail_headers(*, images: bool) -> dict[str, str]:
    """Return the headers of a mail's HTML, with or without pictures."""
    allowed = "http: https: data:" if images else "'none'"
    return {
        "Content-Security-Policy": _MAIL.format(images=allowed),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
