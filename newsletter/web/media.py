"""Pictures at addresses that name their content, so that a copy is good for ever."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Lookup = Callable[[str], bytes | None]

A_YEAR = "public, max-age=31536000, immutable"
HEADERS = {
    "Cache-Control": A_YEAR,
    "X-Content-Type-Options": "nosniff",
    # Pictures of mails are shown by webmail and by the sandbox's inbox, both other origins.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
TYPES = {
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
_NAME = re.compile(r"[0-9a-f]{64}\.([a-z]{3,4})", re.ASCII)


def media_route(lookup: Lookup, path: str = "/media") -> Route:
    """Serve pictures under `path`.

    Args:
        lookup: `<sha256>.<extension>` -> the picture's bytes, or None.

    Returns:
        A route that answers 404 for every name of another form, before `lookup` sees it.
    """

    def media(request: Request) -> Response:
        name = request.path_params["name"]
        form = _NAME.fullmatch(name)
        kind = TYPES.get(form[1]) if form else None
        data = lookup(name) if kind else None
        if data is None:
            raise HTTPException(404)
        return Response(data, media_type=kind, headers=HEADERS)

    return Route(f"{path}/{{name}}", media)
