"""One made-up reader's mail, in the forms the preview hands out.

The bytes shown are the bytes sent, with one exception: addresses of pictures lead to this
preview instead of `images_url`, where they may not be yet. `exact=1` gives them untouched. With
`client=gmail` they are changed as that client would, and the page says how.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from newsletter.model.rendition import Mail, Rendition
from newsletter.model.site import Site
from newsletter.rendering import fill

FRAME_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; img-src {images}; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_PICTURE = r"/([0-9a-f]{64}\.[a-z]{3,4})\b"


def framed(html: str, site: Site, images: bool) -> Response:
    """The HTML part for the preview's frame: no script can run, nothing foreign loads.

    Args:
        html: the HTML part as it is sent, or as a client roughly shows it.
        images: False blocks pictures in the browser, as clients do; the bytes are the same.
    """
    local = re.sub(re.escape(site.images_url) + _PICTURE, r"/media/\1", html)
    policy = FRAME_POLICY.format(images="'self' data:" if images else "'none'")
    return HTMLResponse(local, headers={"Content-Security-Policy": policy})


def exact(mail: Mail, name: str) -> Response:
    """The HTML part, byte for byte as sent, as a file to keep."""
    return HTMLResponse(mail.html, headers=_attachment(f"{name}.html"))


def plain(mail: Mail) -> Response:
    """The text part."""
    return PlainTextResponse(mail.text)


def message(eml: bytes, name: str) -> Response:
    """The whole mail as a file that a mail program opens (RFC 5322)."""
    return Response(eml, media_type="message/rfc822", headers=_attachment(f"{name}.eml"))


def filled(rendition: Rendition, reader: Mapping[str, str]) -> Mail:
    """One reader's mail."""
    return fill(rendition, reader)


def preheader(rendition: Rendition, reader: Mapping[str, str]) -> str:
    """The line an inbox shows behind the subject, with the reader's values, unescaped."""
    text = rendition.preheader
    for tag in rendition.merge_tags:
        text = text.replace(tag.token, reader.get(tag.source) or tag.default)
    return text


def _attachment(name: str) -> dict[str, str]:
    safe = re.sub(r"[^A-Za-z0-9._+-]", "-", name)
    return {"Content-Disposition": f'attachment; filename="{safe}"'}
