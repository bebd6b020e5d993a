"""The preview of a real site, on loopback."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from newsletter.bootstrap import App, load_app
from newsletter.content import issue_files, load_issue
from newsletter.model.site import Site
from newsletter.publishing import Composition, Galley, examine, set_up
from newsletter.web.preview.app import create_preview
from newsletter.web.preview.desk import Workshop
from newsletter.web.serving import LOOPBACK, Served

PORT = 8700


def workshop_of(app: App, environ: Mapping[str, str] = os.environ) -> Workshop:
    """The preview's way to an app's site. Settings are read anew when their file changes."""
    root = app.site.root

    def load_site() -> Site:
        return load_app(root, environ, root).site

    def list_issues(site: Site) -> tuple[str, ...]:
        return tuple(Path(path).stem for path in issue_files(site))

    def examine_one(galley: Galley, between: Callable[[], None]) -> Composition:
        return examine(galley, app.evidence, between=between)

    return Workshop(root, load_site, list_issues, load_issue, set_up, examine_one)


def preview_server(app: App, port: int = 0, host: str = LOOPBACK) -> Served:
    """The preview of an app's site, with its port taken and not yet running.

    Raises:
        UsageError: the port can not be had.
    """
    closing = threading.Event()
    asgi = create_preview(workshop_of(app), closing=closing)
    return Served(asgi, host, port, before_stop=closing.set)


def run_preview(app: App, port: int = PORT, issue: str | Path | None = None) -> None:
    """Serve the preview until Ctrl-C, and say where.

    Args:
        issue: path, slug or number of the issue whose address is told.

    Raises:
        NotFound: there is no such issue.
        UsageError: the port is in use.
    """
    served = preview_server(app, port)
    told = f"/issues/{load_issue(app.site, issue).slug}" if issue else "/"
    Console().print(f"Preview: {served.url}{told}   (Ctrl-C ends it)", highlight=False)
    served.run()
