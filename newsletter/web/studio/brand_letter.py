"""Letters in a brand that nobody saved: really printed, kept for a while, on no disk."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

from starlette.responses import HTMLResponse, Response

from newsletter.errors import NotFound
from newsletter.model.finding import Finding
from newsletter.model.rendition import PictureFile
from newsletter.model.site import Site
from newsletter.publishing.colouring import colour_findings
from newsletter.publishing.galley import set_up
from newsletter.web.media import HEADERS, TYPES
from newsletter.web.preview.letter import FRAME_POLICY, filled
from newsletter.web.preview.personas import reader_values

MOST = 12
_PICTURE = r"/([0-9a-f]{64}\.[a-z]{3,4})\b"


@dataclass(frozen=True, slots=True)
class Tried:
    """A letter in a brand that was tried.

    Attributes:
        mark: names it in addresses.
        findings: what the checks say of its colours and logo.
    """

    mark: str
    html: str
    pictures: tuple[PictureFile, ...]
    findings: tuple[Finding, ...]


class Letters:
    """The last letters that were tried; safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Tried] = OrderedDict()
        self._lock = threading.Lock()

    def try_out(self, site: Site, slug: str) -> Tried:
        """Print an issue for a site with a brand that was not saved.

        Raises:
            NewsletterError: it can not be loaded or printed.
        """
        galley = set_up(site, slug)
        mail = filled(galley.rendition(), reader_values(site, "sample"))
        html = re.sub(re.escape(site.images_url) + _PICTURE, r"/studio/brand/picture/\1", mail.html)
        mark = blake2b(html.encode(), digest_size=12).hexdigest()
        return self._keep(Tried(mark, html, galley.pictures, colour_findings(galley)))

    def letter(self, mark: str) -> Response:
        """A letter for the frame: no script can run, nothing foreign loads.

        Raises:
            NotFound: it was let go.
        """
        with self._lock:
            tried = self._kept.get(mark)
        if tried is None:
            raise NotFound("This look was let go. Change something, and it is made again.")
        policy = FRAME_POLICY.format(images="'self' data:")
        return HTMLResponse(tried.html, headers={"Content-Security-Policy": policy})

    def picture(self, filename: str) -> Response:
        """A picture of any of the letters.

        Raises:
            NotFound: none of them has it.
        """
        with self._lock:
            known = [picture for tried in self._kept.values() for picture in tried.pictures]
        for picture in known:
            if picture.filename == filename:
                return Response(picture.data, media_type=TYPES[picture.extension], headers=HEADERS)
        raise NotFound("This picture was let go.")

    def _keep(self, tried: Tried) -> Tried:
        with self._lock:
            self._kept[tried.mark] = tried
            self._kept.move_to_end(tried.mark)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return tried
