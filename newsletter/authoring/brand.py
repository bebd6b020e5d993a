"""The site's brand, as `newsletter.toml` has it: names, logo, colours, fonts, links.

It is checked by the loader of the settings itself before a byte is written, and written only over
the file that was seen. Settings that a variable decides stay as the variable says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.authoring.brand_text import SOCIAL, Keys, with_settings
from newsletter.authoring.bytes_of_files import encoded, version_of
from newsletter.authoring.locking import writing
from newsletter.authoring.pictures import picture_path, read_picture
from newsletter.authoring.replacing import replace_file
from newsletter.authoring.uploads import check_picture
from newsletter.config import fixed_by_variables, load_settings
from newsletter.content.files import one_line_end
from newsletter.errors import Conflict, ContentError, NewsletterError, Place, Problem
from newsletter.model.site import Site

SETTINGS = "newsletter.toml"


@dataclass(frozen=True, slots=True)
class Brand:
    """What readers recognise the letter by.

    Attributes:
        site_name: the letter's name, on its pages and in its head.
        sender_name: who it comes from, in an inbox.
        reply_to: where answers go; empty means the sending address.
        postal_address: one line or several.
        logo, logo_dark: files in `issues/media/`, or empty.
        colours: name -> `#rrggbb`.
        fonts: name -> CSS font stack.
        social: (label, https link) pairs in order.
    """

    site_name: str
    sender_name: str
    postal_address: str
    reply_to: str = ""
    logo: str = ""
    logo_dark: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, str] = field(default_factory=dict)
    social: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BrandSheet:
    """The brand as it is now.

    Attributes:
        site: the whole settings of the letter that it is part of.
        version: names what the file says; saving needs it.
        fixed: settings that the file does not decide, as `theme.colours.accent` -> the name of
            the variable that does.
    """

    site: Site
    brand: Brand
    version: str
    fixed: Mapping[str, str]

    def fixing(self, name: str) -> str:
        """The variable that decides a setting such as `theme.colours.accent`, or empty."""
        parts = name.split(".")
        tops = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
        return next((self.fixed[top] for top in tops if top in self.fixed), "")


def read_brand(root: Path, environ: Mapping[str, str]) -> BrandSheet:
    """Read the brand.

    Args:
        root: the site's folder.
        environ: the environment, whose variables beat the file.

    Raises:
        ContentError: the settings can not be read; every problem at once.
    """
    data = _bytes(root)
    site = load_settings(root, environ, data).site
    fixed = {".".join(keys): name for keys, name in fixed_by_variables(root, environ).items()}
    return BrandSheet(site, brand_of(site), version_of(data), fixed)


def try_brand(sheet: BrandSheet, environ: Mapping[str, str], brand: Brand) -> Site:
    """The site as it would be with a brand; nothing is written.

    Raises:
        ContentError: a value can not be used; every problem at once, by setting.
        UsageError: the logo can not be used, or the file can not be changed here.
    """
    root = sheet.site.root
    data = _bytes(root)
    return _checked(root, environ, _edited(data, sheet, brand))


def save_brand(root: Path, environ: Mapping[str, str], brand: Brand, version: str) -> BrandSheet:
    """Write a brand into `newsletter.toml`; comments and order are kept.

    Args:
        brand: all of it; what is as before is not touched, and so defaults are not written out.
        version: of the file that was seen.

    Returns:
        The brand as it is now.

    Raises:
        Conflict: the file says something else than what was seen.
        ContentError: a value can not be used; every problem at once, by setting.
        UsageError: the logo can not be used, or the file can not be changed or written here.
    """
    sheet = read_brand(root, environ)
    with writing(sheet.site):
        data = _bytes(root)
        changed = _edited(data, sheet, brand)
        if version_of(data) != version:
            raise Conflict(SETTINGS, _text(changed), _text(data), version_of(data))
        _checked(root, environ, changed)
        if changed != data:
            replace_file(root / SETTINGS, changed)
    return read_brand(root, environ)


def brand_of(site: Site) -> Brand:
    """The brand of a site as it stands."""
    sender, theme = site.sender, site.theme
    return Brand(
        site_name=site.name,
        sender_name=sender.name,
        postal_address=sender.postal_address,
        reply_to=sender.reply_to,
        logo=theme.logo,
        logo_dark=theme.logo_dark,
        colours=dict(theme.colours),
        fonts=dict(theme.fonts),
        social=theme.social,
    )


def settings_of(brand: Brand) -> Mapping[Keys, str]:
    """Every setting of a brand but its links, by key in the file."""
    settings: dict[Keys, str] = {
        ("site", "name"): brand.site_name,
        ("sender", "name"): brand.sender_name,
        ("sender", "reply_to"): brand.reply_to,
        ("sender", "postal_address"): brand.postal_address,
        ("theme", "logo"): brand.logo,
        ("theme", "logo_dark"): brand.logo_dark,
    }
    settings.update((("theme", "colours", name), value) for name, value in brand.colours.items())
    settings.update((("theme", "fonts", name), value) for name, value in brand.fonts.items())
    return settings


def _edited(data: bytes, sheet: BrandSheet, brand: Brand) -> bytes:
    """The file with what the brand says otherwise than what is in effect."""
    now = settings_of(sheet.brand)
    changes = {
        keys: value.strip()
        for keys, value in settings_of(brand).items()
        if value.strip() != now.get(keys, "") and not sheet.fixing(".".join(keys))
    }
    social = None
    if brand.social != sheet.brand.social and not sheet.fixing(".".join(SOCIAL)):
        _check_labels(brand.social)
        social = brand.social
    if not changes and social is None:
        return data
    return encoded(with_settings(one_line_end(_text(data)), changes, social), data)


def _check_labels(social: tuple[tuple[str, str], ...]) -> None:
    problems = list(_wrong_labels(social))
    if problems:
        raise ContentError(Problem(Place(SETTINGS), message) for message in problems)


def _wrong_labels(social: tuple[tuple[str, str], ...]) -> Iterator[str]:
    seen: set[str] = set()
    for label, link in social:
        if not label:
            yield f"theme.social has a link without a name: {link}"
        elif not link:
            yield f"theme.social.{label} has no address."
        elif label in seen:
            yield f"theme.social.{label} is there twice. Give each link a name of its own."
        seen.add(label)


def _checked(root: Path, environ: Mapping[str, str], data: bytes) -> Site:
    site = load_settings(root, environ, data).site
    problems = list(_wrong_logos(site))
    if problems:
        raise ContentError(problems)
    return site


def _wrong_logos(site: Site) -> Iterator[Problem]:
    for key, name in (("logo", site.theme.logo), ("logo_dark", site.theme.logo_dark)):
        try:
            if name:
                check_picture(name, read_picture(picture_path(site, name)))
        except NewsletterError as problem:
            yield Problem(Place(SETTINGS), f"theme.{key} can not be used: {problem}")


def _bytes(root: Path) -> bytes:
    try:
        return (root / SETTINGS).read_bytes()
    except OSError as error:
        message = f"It can not be read: {error.strerror}."
        raise ContentError([Problem(Place(SETTINGS), message)]) from None


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig")
