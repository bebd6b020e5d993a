"""Letters in a brand that nobody saved: really printed, kept for a while, on no disk.

What was tried stands, signed, in the letter's own address. So any process of the studio can print
it: the one that did before only saves the time.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import HTMLResponse, Response

from newsletter.authoring.brand import Brand
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
LETTER, PICTURE = "/studio/brand/letter", "/studio/brand/picture"
_IN_LETTER = r"/([0-9a-f]{64}\.[a-z]{3,4})\b"
_LOGOS = ("logo", "logo_dark")


@dataclass(frozen=True, slots=True)
class Tried:
    """A letter in a brand that was tried.

    Attributes:
        mark: names issue and brand in addresses.
        findings: what the checks say of its colours and logo.
    """

    mark: str
    html: str
    pictures: tuple[PictureFile, ...]
    findings: tuple[Finding, ...]

    @property
    def address(self) -> str:
        """Where a frame finds it; another one when the letter is another."""
        return f"{LETTER}/{self.mark}?v={blake2b(self.html.encode(), digest_size=8).hexdigest()}"


class Letters:
    """The last letters that were tried; safe to use from several threads.

    Args:
        secrets: what marks are signed with; the last signs, all verify.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._signed = URLSafeSerializer(list(secrets), salt="tried brand")
        self._kept: OrderedDict[str, Tried] = OrderedDict()
        self._lock = threading.Lock()

    def try_out(self, site: Site, slug: str, brand: Brand) -> Tried:
        """Print an issue for a site with a brand that was not saved.

        Args:
            site: with that brand.

        Raises:
            NewsletterError: it can not be loaded or printed.
        """
        galley = set_up(site, slug)
        mail = filled(galley.rendition(), reader_values(site, "sample"))
        found = f"{PICTURE}/{self._mark(slug, brand, _LOGOS)}/\\1"
        html = re.sub(re.escape(site.images_url) + _IN_LETTER, found, mail.html)
        mark = self._mark(slug, brand, tuple(each.name for each in fields(brand)))
        return self._keep(Tried(mark, html, galley.pictures, colour_findings(galley)))

    def read(self, mark: str, now: Brand) -> tuple[str, Brand]:
        """The issue and the brand of a mark; what it leaves out is as it is `now`.

        Raises:
            NotFound: it is none of ours.
        """
        try:
            slug, said = self._signed.loads(mark)
            if "social" in said:
                said["social"] = tuple((label, link) for label, link in said["social"])
            return slug, replace(now, **said)
        except (BadData, TypeError, ValueError) as problem:
            raise NotFound("There is no such look. Change something, and look again.") from problem

    def find(self, mark: str) -> Tried | None:
        """A letter that this process printed lately."""
        with self._lock:
            return self._kept.get(mark)

    def find_picture(self, filename: str) -> PictureFile | None:
        """A picture of any of those."""
        with self._lock:
            known = [picture for tried in self._kept.values() for picture in tried.pictures]
        return next((each for each in known if each.filename == filename), None)

    def _mark(self, slug: str, brand: Brand, names: Sequence[str]) -> str:
        """Signed, and packed where that makes it shorter."""
        said: dict[str, Any] = {name: getattr(brand, name) for name in names}
        said |= {name: dict(said[name]) for name in ("colours", "fonts") if name in said}
        return str(self._signed.dumps([slug, said]))

    def _keep(self, tried: Tried) -> Tried:
        with self._lock:
            self._kept[tried.mark] = tried
            self._kept.move_to_end(tried.mark)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return tried


def framed(tried: Tried) -> Response:
    """A letter for the frame: no script can run, nothing foreign loads."""
    policy = FRAME_POLICY.format(images="'self' data:")
    return HTMLResponse(tried.html, headers={"Content-Security-Policy": policy})


def shown(picture: PictureFile) -> Response:
    """A picture for such a letter."""
    return Response(picture.data, media_type=TYPES[picture.extension], headers=HEADERS)
