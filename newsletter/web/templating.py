"""Our own pages as HTML: `pages/*.html`, escaped throughout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

_HERE = Path(__file__).parent


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
    return Mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
