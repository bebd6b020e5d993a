"""Our own pages as HTML: `pages/*.html`, escaped throughout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
STUDIO_STYLE = "studio.css"
_AN_HOUR = "private, max-age=3600"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(name: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """Render `pages/<name>.html`.

    Args:
        name: without `.html`.
        values: what the template uses; a missing one is an error, not a gap.
        status: of the answer.
    """
    template = _environment().get_template(f"{name}.html")
    return HTMLResponse(template.render(values), status_code=status)


def static_files() -> Mount:
    """The style sheet and scripts of our pages, at `/static/`."""
    return Mount("/static", StaticFiles(directory=_STATIC), name="static")


def studio_static_files() -> list[BaseRoute]:
    """As `static_files`, with the studio's one style sheet joined from its pieces."""
    return [Route(f"/static/{STUDIO_STYLE}", _studio_style), static_files()]


def versioned(name: str) -> str:
    """The address of a file under `/static/`, with its content's name behind a `?`."""
    content = _joined() if name == STUDIO_STYLE else (_STATIC / name).read_bytes()
    return f"/static/{name}?v={sha256(content).hexdigest()[:10]}"


def _studio_style(request: Request) -> Response:
    return Response(_joined(), media_type="text/css", headers={"Cache-Control": _AN_HOUR})


def _joined() -> bytes:
    """The tokens and pieces all pages share, then the studio's, in the order of their names."""
    pieces = (_STATIC / "app.css", *sorted((_STATIC / "css").glob("*.css")))
    return b"\n".join(piece.read_bytes() for piece in pieces)
