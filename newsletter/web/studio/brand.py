"""The brand: names, logo, colours, fonts and links, with the letter beside them as it would be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from newsletter.authoring.brand import Brand, BrandSheet, read_brand, save_brand, try_brand
from newsletter.authoring.media_shelf import media_shelf
from newsletter.content import issue_files, load_issue, read_headline
from newsletter.errors import Conflict, ContentError, NewsletterError, NotFound
from newsletter.model.person import Role
from newsletter.model.site import Site
from newsletter.publishing.colouring import Judged, judge_pairs, pairs_of
from newsletter.web.preview.letter import FRAME_POLICY
from newsletter.web.studio.brand_form import (
    BLANK_LINKS,
    changed_settings,
    colour_groups,
    colour_label,
    differences,
    flat,
    problems_by_field,
    ratio_words,
    ratios_of,
    tone_of,
    typed_brand,
)
from newsletter.web.studio.brand_letter import Letters, Tried, framed, shown
from newsletter.web.studio.media import row_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

HERE = "/studio/brand"
NOW = "now"
FONTS = (
    "Georgia, 'Noto Serif', 'Times New Roman', serif",
    "'Iowan Old Style', Palatino, Georgia, serif",
    "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif",
    "Verdana, Geneva, 'DejaVu Sans', sans-serif",
    "'Trebuchet MS', 'Segoe UI', Helvetica, sans-serif",
)
SAVED = (
    "Saved. Letters have it from now on; the pages for readers take it when the server starts anew."
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the page says beside the brand itself."""

    status: int = 200
    version: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    theirs: tuple[tuple[str, str, str], ...] = ()
    tried: Tried | None = None


class BrandPages:
    """What each address answers."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side
        self.letters = Letters(side.secrets)

    def addresses(self) -> list[Address]:
        """Where they are."""
        return [
            Address("/brand", get=self.page, post=self.posted, may=Role.ADMIN),
            Address("/brand/letter/{mark}", get=self.letter, may=Role.ADMIN),
            Address("/brand/picture/{mark}/{file}", get=self.picture, may=Role.ADMIN),
        ]

    def page(self, visit: Visit) -> Response:
        """The brand as it is."""
        sheet = self._sheet()
        return self._draw(visit, sheet, sheet.brand, _Told())

    def posted(self, visit: Visit) -> Response:
        """Measure what is being picked, try it on a letter, or save it, by the field `act`."""
        sheet = self._sheet()
        brand = typed_brand(visit.form, sheet)
        match visit.form.one("act"):
            case "measure":
                return JSONResponse(self._measured(sheet, brand))
            case "look":
                return self._look(visit, sheet, brand)
        return self._save(visit, sheet, brand)

    def letter(self, visit: Visit) -> Response:
        """A letter for the frame: one that was tried, or one as it is `now`.

        That one is printed when the frame asks, so that the page need not wait for it.
        """
        mark = visit.named["mark"]
        try:
            return framed(self._now(visit) if mark == NOW else self._marked(mark))
        except NewsletterError as problem:
            headers = {"Content-Security-Policy": FRAME_POLICY.format(images="'none'")}
            lost = mark != NOW and isinstance(problem, NotFound)
            return PlainTextResponse(str(problem), 404 if lost else 200, headers)

    def picture(self, visit: Visit) -> Response:
        """A picture of such a letter."""
        file = visit.named["file"]
        found = self.letters.find_picture(file)
        if found is None:
            made = self._marked(visit.named["mark"]).pictures
            found = next((each for each in made if each.filename == file), None)
        if found is None:
            raise NotFound("There is no such picture in this letter.")
        return shown(found)

    def _now(self, visit: Visit) -> Tried:
        sheet = self._sheet()
        return self.letters.try_out(sheet.site, visit.query.get("issue", ""), sheet.brand)

    def _marked(self, mark: str) -> Tried:
        """The letter of a mark; printed again when another process did that before."""
        if kept := self.letters.find(mark):
            return kept
        sheet = self._sheet()
        slug, brand = self.letters.read(mark, sheet.brand)
        return self._print(sheet, brand, slug)

    def _print(self, sheet: BrandSheet, brand: Brand, slug: str) -> Tried:
        site = try_brand(sheet, self.side.environ, brand)
        return self.letters.try_out(site, slug, brand)

    def _look(self, visit: Visit, sheet: BrandSheet, brand: Brand) -> Response:
        told = self._tried(visit, sheet, brand)
        if not visit.part:
            return self._draw(visit, sheet, brand, told)
        tried = told.tried
        said = {
            "letter": tried.address if tried else "",
            "findings": [each.message for each in tried.findings] if tried else [],
            "problems": told.problems,
        }
        return JSONResponse({**self._measured(sheet, brand), **said})

    def _save(self, visit: Visit, sheet: BrandSheet, brand: Brand) -> Response:
        root, environ = self.side.root, self.side.environ
        try:
            save_brand(root, environ, brand, visit.form.one("version"))
        except Conflict as conflict:
            theirs = tuple(differences(brand, sheet.brand))
            told = _Told(409, conflict.version, theirs=theirs)
            return self._draw(visit, sheet, brand, told)
        except ContentError as problem:
            told = _Told(400, visit.form.one("version"), problems=flat(problems_by_field(problem)))
            return self._draw(visit, sheet, brand, told)
        changed = changed_settings(brand, sheet.brand)
        if not changed:
            return self.side.went(HERE, "Nothing was changed.")
        self.side.record(visit, "brand.changed", "newsletter.toml", settings=", ".join(changed))
        return self.side.went(HERE, SAVED)

    def _sheet(self) -> BrandSheet:
        return read_brand(self.side.root, self.side.environ)

    def _tried(self, visit: Visit, sheet: BrandSheet, brand: Brand) -> _Told:
        version = visit.form.one("version") or sheet.version
        slug = self._issue(visit, sheet)
        try:
            if not slug:
                try_brand(sheet, self.side.environ, brand)
            return _Told(version=version, tried=self._print(sheet, brand, slug) if slug else None)
        except ContentError as problem:
            return _Told(version=version, problems=flat(problems_by_field(problem)))
        except NewsletterError as problem:
            return _Told(version=version, problems={"": str(problem)})

    def _issue(self, visit: Visit, sheet: BrandSheet) -> str:
        slugs = [path.stem for path in issue_files(sheet.site)]
        wanted = visit.form.one("issue")
        if wanted in slugs:
            return wanted
        sound = (slug for slug in reversed(slugs) if _is_sound(sheet.site, slug))
        return next(sound, slugs[-1] if slugs else "")

    def _measured(self, sheet: BrandSheet, brand: Brand) -> dict[str, Any]:
        judged = self._judged(sheet, brand)
        ratios = {
            name: {"words": ratio.words, "tone": ratio.tone}
            for name, ratio in ratios_of(judged).items()
        }
        return {"ratios": ratios, "summary": _summary(judged)}

    def _judged(self, sheet: BrandSheet, brand: Brand) -> tuple[Judged, ...]:
        try:
            return judge_pairs(pairs_of(sheet.site), brand.colours)
        except NewsletterError:  # a template that can not be printed is told by the letter itself
            return ()

    def _draw(self, visit: Visit, sheet: BrandSheet, brand: Brand, told: _Told) -> Response:
        judged = self._judged(sheet, brand)
        pictures = [row_of(each) for each in media_shelf(sheet.site) if not each.trouble]
        values = {
            "brand": brand,
            "sheet": sheet,
            "version": told.version or sheet.version,
            "groups": colour_groups(brand, sheet),
            "ratios": ratios_of(judged),
            "summary": _summary(judged),
            "pairs": [_pair_row(each, brand) for each in judged],
            "links": (*brand.social, *[("", "")] * BLANK_LINKS),
            "pictures": pictures,
            "fonts": FONTS,
            "issues": [read_headline(sheet.site, path) for path in issue_files(sheet.site)],
            "issue": self._issue(visit, sheet),
            "scheme": "dark" if visit.form.one("scheme") == "dark" else "light",
            "width": "phone" if visit.form.one("width") == "phone" else "desktop",
            "tried": told.tried,
            "problems": told.problems,
            "theirs": told.theirs,
        }
        return self.side.draw(visit, "brand", values, told.status)


def _is_sound(site: Site, slug: str) -> bool:
    """Whether an issue can be read: a broken one shows nothing of a brand."""
    try:
        load_issue(site, slug)
    except NewsletterError:
        return False
    return True


def _summary(judged: tuple[Judged, ...]) -> dict[str, str]:
    faint = sum(not each.enough for each in judged)
    lost = sum(each.enough and not each.survives for each in judged)
    if faint:
        words = f"{faint} of {len(judged)} pairs of colours are too faint to read."
        return {"words": words, "tone": "error"}
    if lost:
        words = f"{lost} of {len(judged)} pairs get faint where clients darken the letter."
        return {"words": words, "tone": "warning"}
    return {"words": f"All {len(judged)} pairs of colours can be read.", "tone": "fine"}


def _pair_row(judged: Judged, brand: Brand) -> dict[str, Any]:
    pair = judged.pair
    return {
        "ink": brand.colours[pair.ink],
        "ground": brand.colours[pair.ground],
        "words": f"{colour_label(pair.ink)} on {colour_label(pair.ground)}",
        "screen": "dark" if pair.dark else "light",
        "ratio": ratio_words(judged.ratio),
        "turned": "" if judged.turned is None else ratio_words(judged.turned),
        "needed": f"{pair.needed:g}:1",
        "tone": tone_of(judged),
    }
