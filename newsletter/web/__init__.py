"""Pages in a browser: the preview for now; public pages, studio and webhooks join it."""

from newsletter.web.preview import create_preview, preview_server, run_preview, workshop_of
from newsletter.web.serving import Served

__all__ = ["Served", "create_preview", "preview_server", "run_preview", "workshop_of"]
