"""The built issue in a browser, live: what each reader will get, before anybody does."""

from newsletter.web.preview.app import create_preview
from newsletter.web.preview.desk import Desk, Workshop
from newsletter.web.preview.running import preview_server, run_preview, workshop_of

__all__ = ["Desk", "Workshop", "create_preview", "preview_server", "run_preview", "workshop_of"]
