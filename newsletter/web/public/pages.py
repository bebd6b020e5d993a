"""The site's own pages: `templates/pages/`, in the sandbox that mails are rendered in.

A page that a site does not have, as one from before that page was thought of, is the starter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from jinja2 import Environment
from starlette.responses import HTMLResponse

from newsletter.config import starter_folder
from newsletter.errors import NewsletterError
from newsletter.model.rendition import PictureFile
from newsletter.model.site import Attribute, Site
from newsletter.rendering.pictures import Copies, copies_of_logo
from newsletter.rendering.templates import render_template, template_environment
from newsletter.rendering.views import ImageView, image_view, site_view, theme_view
from newsletter.web.public.headers import OPEN, SECRET

FOLDER = "pages"
_STYLE = f"{FOLDER}/style.css"
_STYLE_FILES = (_STYLE, "parts/palette.mjml")
_NAME_IN_ADDRESS = 12
_AT_OUR_END = (
    "Something is wrong at our end. It is written down for those who mend it; "
    "please try again in a few minutes."
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PageView:
    """What a page's frame is told about the page.

    Attributes:
        is_public: whether it may be indexed and shared; others get `noindex`.
        canonical: its one address.
        image: absolute address of a picture that stands for it, or empty.
        style: address of the style sheet.
    """

    is_public: bool
    canonical: str
    image: str
    style: str


class Pages:
    """Fills the templates of a site.

    Attributes:
        pictures: the logo's files by name, for the media route.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        spare = starter_folder() / "templates"
        self._folders = (site.root / "templates", spare)
        self._environment = template_environment(*self._folders)
        self._starter = template_environment(spare)
        self._plain = self._environment.overlay(autoescape=False)
        self._style: tuple[tuple[tuple[Path, int], ...], str, str] = ((), "", "")
        logos = [copies_of_logo(name, site.root) for name in (site.theme.logo, _dark_logo(site))]
        self.pictures: Mapping[str, PictureFile] = {
            file.filename: file for copies in logos if copies for file in copies.files
        }
        self._frame: Mapping[str, Any] = {
            "site": site_view(site),
            "theme": theme_view(site),
            "logo": _local(logos[0], site),
            "logo_dark": _local(logos[1], site),
        }

    def open_page(
        self, name: str, path: str, values: Mapping[str, Any] | None = None, image: str = ""
    ) -> HTMLResponse:
        """A page for everybody: it may be indexed, shared, and kept for some minutes.

        Args:
            name: of the template, without folder and ending.
            path: its address under the site's.
            values: what the template uses.
            image: absolute address of a picture that stands for it.
        """
        told = self._page(is_public=True, path=path, image=image)
        return HTMLResponse(self._render(name, told, values or {}), headers=OPEN)

    def page(
        self, name: str, values: Mapping[str, Any] | None = None, status: int = 200
    ) -> HTMLResponse:
        """A page for one person at one moment: not kept, not indexed."""
        told = self._page(is_public=False)
        html = self._render(name, told, values or {})
        return HTMLResponse(html, status_code=status, headers=SECRET)

    def broken(self) -> HTMLResponse:
        """What a reader sees where something of ours failed; made of what still works."""
        values = {"problem": _AT_OUR_END}
        for environment in (self._environment, self._starter):
            try:
                told = self._page(is_public=False)
                html = self._render("problem", told, values, environment)
            except NewsletterError as problem:
                tell_broken(problem)
            else:
                return HTMLResponse(html, 500, SECRET)
        return HTMLResponse(f"<!DOCTYPE html><title>Not now</title><p>{_AT_OUR_END}", 500, SECRET)

    def piece(self, name: str, values: Mapping[str, Any]) -> str:
        """A part of a page, such as the bar above a letter."""
        context = {**self._frame, **values}
        return render_template(self._environment, f"{FOLDER}/{name}.html", context).text

    def style(self) -> tuple[str, str]:
        """The style sheet, and the name of its content; rendered anew when a file changes.

        One that can not be rendered is told to the log, and the starter's stands in.
        """
        written = tuple(self._written(name) for name in _STYLE_FILES)
        if written != self._style[0]:
            css = self._css()
            name = sha256(css.encode()).hexdigest()[:_NAME_IN_ADDRESS]
            self._style = (written, css, name)
        return self._style[1:]

    def icon(self) -> str:
        """The site's mark as SVG."""
        return render_template(self._environment, f"{FOLDER}/icon.svg", self._frame).text

    @property
    def asked(self) -> tuple[Attribute, ...]:
        """The attributes that the form asks for."""
        return tuple(attribute for attribute in self.site.attributes if attribute.ask)

    def consent(self) -> str:
        """The words that a person agrees to, exactly as the form shows them.

        They are rendered as plain text and escaped once more where they are shown.
        """
        return render_template(self._plain, f"{FOLDER}/consent.txt", self._frame).text.strip()

    def _css(self) -> str:
        try:
            return render_template(self._environment, _STYLE, self._frame).text
        except NewsletterError as problem:
            tell_broken(problem)
            return render_template(self._starter, _STYLE, self._frame).text

    def _written(self, name: str) -> tuple[Path, int]:
        """Which file a template is, and when it was written last."""
        for folder in self._folders:
            path = folder / name
            with suppress(OSError):
                return path, path.stat().st_mtime_ns
        return Path(), 0

    def _page(self, *, is_public: bool, path: str = "", image: str = "") -> PageView:
        _, name = self.style()
        canonical = f"{self.site.public_url}{path}"
        return PageView(is_public, canonical, image, f"/style.css?v={name}")

    def _render(
        self,
        name: str,
        told: PageView,
        values: Mapping[str, Any],
        environment: Environment | None = None,
    ) -> str:
        context = {**self._frame, **values, "page": told}
        chosen = environment or self._environment
        return render_template(chosen, f"{FOLDER}/{name}.html", context).text


def tell_broken(problem: Exception) -> None:
    """Write down what we alone can mend; readers hear no details."""
    _log.error("a page can not be shown", problem=str(problem))


def _dark_logo(site: Site) -> str:
    return site.theme.logo_dark if site.theme.logo else ""


def _local(copies: Copies | None, site: Site) -> ImageView | None:
    """The logo at our own address, so that a page asks nobody else for anything."""
    return image_view(copies, replace(site, images_url="/media"), site.name)
