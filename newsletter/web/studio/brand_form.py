"""The brand as a form: its fields in people's words, and what was typed into them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from newsletter.authoring.brand import Brand, BrandSheet, settings_of
from newsletter.errors import ContentError
from newsletter.publishing.colouring import Judged
from newsletter.web.studio.visit import Form

DARK = "_dark"
BLANK_LINKS = 2
_SHORT = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_GROUPS = (
    ("The letter", ("background", "surface", "text", "muted", "line")),
    ("Links and buttons", ("accent", "accent_text")),
    ("Tips", ("tip_surface", "tip_ink")),
    ("Resources", ("resource_surface", "resource_ink")),
    ("News", ("news_surface", "news_ink")),
    ("The panel at the end", ("panel", "panel_text")),
)
_LABELS = {
    "background": "Around the sheet",
    "surface": "The sheet",
    "text": "Words",
    "muted": "Small print",
    "line": "Lines",
    "accent": "Links and buttons",
    "accent_text": "Words on buttons",
    "tip_surface": "Behind tips",
    "tip_ink": "Label and link of tips",
    "resource_surface": "Behind resources",
    "resource_ink": "Label and link of resources",
    "news_surface": "Behind news",
    "news_ink": "Label and link of news",
    "panel": "The panel",
    "panel_text": "Words on the panel",
}
_FIELDS = {
    "site.name": "site_name",
    "sender.name": "sender_name",
    "sender.reply_to": "reply_to",
    "sender.postal_address": "postal_address",
    "theme.logo": "logo",
    "theme.logo_dark": "logo_dark",
}
_SOCIAL = "theme.social"


@dataclass(frozen=True, slots=True)
class Ratio:
    """How well a colour is told from what it stands on, in its worst place.

    Attributes:
        words: `4.9:1 on Behind news`; empty when no words stand in this colour.
        tone: `fine`, `warning` or `error`.
    """

    words: str
    tone: str


def typed_brand(form: Form, sheet: BrandSheet) -> Brand:
    """What was typed; a field that did not come, as one that a variable decides, is as it is."""
    now = sheet.brand

    def one(name: str, value: str) -> str:
        return form.one(name) if form.has(name) else value

    return Brand(
        site_name=one("site_name", now.site_name),
        sender_name=one("sender_name", now.sender_name),
        reply_to=one("reply_to", now.reply_to),
        postal_address=one("postal_address", now.postal_address),
        logo=one("logo", now.logo),
        logo_dark=one("logo_dark", now.logo_dark),
        colours={
            name: _colour(one(f"colour.{name}", value)) for name, value in now.colours.items()
        },
        fonts={name: one(f"font.{name}", value) for name, value in now.fonts.items()},
        social=tuple(_links(form)) if form.has("social_label") else now.social,
    )


def colour_groups(brand: Brand, sheet: BrandSheet) -> list[dict[str, Any]]:
    """The colours by what they colour, each light one beside its dark one."""
    rest = dict(brand.colours)
    groups = []
    for title, names in _GROUPS:
        rows = [_row(name, rest, sheet) for name in names if name in rest]
        groups.append({"title": title, "rows": rows})
    own = [_row(name, rest, sheet) for name in tuple(rest) if name in rest]
    return [*groups, *([{"title": "Your own", "rows": own}] if own else [])]


def colour_label(name: str) -> str:
    """What a colour colours, in words."""
    base = name.removesuffix(DARK)
    return _LABELS.get(base, base.replace("_", " ").capitalize())


def ratios_of(judged: tuple[Judged, ...]) -> dict[str, Ratio]:
    """The worst place of each colour that words stand in."""
    worst: dict[str, Judged] = {}
    for each in judged:
        if (each.pair.ink.endswith(DARK) == each.pair.dark) and (
            each.pair.ink not in worst or _room(each) < _room(worst[each.pair.ink])
        ):
            worst[each.pair.ink] = each
    return {name: Ratio(_words(each), tone_of(each)) for name, each in worst.items()}


def tone_of(judged: Judged) -> str:
    """How grave a pair is: read at all, read where clients turn colours round, or fine."""
    if not judged.enough:
        return "error"
    return "fine" if judged.survives else "warning"


def ratio_words(ratio: float) -> str:
    """`4.5:1`, rounded down, so that nothing is called enough that is not."""
    return f"{int(ratio * 10 + 0.05) / 10:g}:1"


def problems_by_field(problem: ContentError) -> dict[str, list[str]]:
    """What is wrong, by the form's field; under an empty name what no field has."""
    found: dict[str, list[str]] = {}
    for each in problem.problems:
        key, _, said = each.message.partition(" ")
        field = _field(key)
        words = f"{said[:1].upper()}{said[1:]}" if field else f"{each.place}: {each.message}"
        found.setdefault(field, []).append(f"{words} {each.hint}".strip())
    return found


def differences(mine: Brand, theirs: Brand) -> Iterator[tuple[str, str, str]]:
    """(setting, as the file has it, as it was typed) where the two differ."""
    own, other = settings_of(mine), settings_of(theirs)
    for keys, value in own.items():
        if value != other.get(keys, ""):
            yield ".".join(keys), other.get(keys, ""), value
    if mine.social != theirs.social:
        yield _SOCIAL, _told(theirs.social), _told(mine.social)


def changed_settings(mine: Brand, theirs: Brand) -> list[str]:
    """The names of what differs."""
    return [name for name, _, _ in differences(mine, theirs)]


def _row(name: str, rest: dict[str, str], sheet: BrandSheet) -> dict[str, Any]:
    cells = []
    for each in (name, f"{name}{DARK}"):
        if each in rest:
            fixed = sheet.fixing(f"theme.colours.{each}")
            cells.append({"name": each, "value": rest.pop(each), "fixed": fixed})
    return {"label": colour_label(name), "cells": cells}


def _colour(typed: str) -> str:
    """`8A3F4D` and `#abc` are colours to people; the rest is left for the settings to refuse."""
    found = _SHORT.fullmatch(typed)
    if not found:
        return typed
    digits = found[1].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def _links(form: Form) -> Iterator[tuple[str, str]]:
    pairs = zip_longest(form.many("social_label"), form.many("social_link"), fillvalue="")
    return ((label, link) for label, link in pairs if label or link)


def _room(judged: Judged) -> float:
    return judged.ratio / judged.pair.needed


def _words(judged: Judged) -> str:
    where = colour_label(judged.pair.ground)
    ratio = ratio_words(judged.ratio)
    if not judged.enough:
        return f"{ratio} on “{where}”, too faint: {judged.pair.needed:g}:1 is needed"
    if not judged.survives:
        return f"{ratio} on “{where}”, but {ratio_words(judged.turned or 0)} where clients darken"
    return f"{ratio} on “{where}”"


def _field(key: str) -> str:
    if key in _FIELDS:
        return _FIELDS[key]
    for start, name in (("theme.colours.", "colour."), ("theme.fonts.", "font.")):
        if key.startswith(start):
            return name + key.removeprefix(start)
    return "social" if key.startswith(_SOCIAL) else ""


def _told(social: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{label}: {link}" for label, link in social) or "none"


def flat(problems: Mapping[str, list[str]]) -> dict[str, str]:
    """One text a field."""
    return {field: " ".join(said) for field, said in problems.items()}
