"""The tables of the file, as a `Site`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from newsletter.config import rules, schema
from newsletter.config.sources import Sources
from newsletter.config.tables import read_table
from newsletter.errors import Problem, nearest
from newsletter.model.audience import Audience
from newsletter.model.audience_rule import CONDITIONS, EVERYONE, read_audience
from newsletter.model.site import (
    DEFAULT_INTERESTS,
    Attribute,
    DispatchSettings,
    Interest,
    Sender,
    Site,
    Theme,
    UtmSettings,
)

T = TypeVar("T", bound=schema.Table)
# What a merge field, an audience or an override already means.
_TAKEN = (*CONDITIONS, "email", "first_name", EVERYONE)


class SiteReader:
    """Reads every table and collects what is wrong, so that all of it is told at once."""

    def __init__(self, root: Path, sources: Sources) -> None:
        self.root = root
        self.sources = sources
        self.problems: list[Problem] = []

    def read(self) -> Site | None:
        """The site, or None when `problems` says why not."""
        self._unknown_sections()
        attributes, interests = tuple(self._attributes()), tuple(self._interests())
        audiences = self._audiences(attributes)
        site = self._required("site", schema.SiteTable)
        sender = self._required("sender", schema.SenderTable)
        theme, dispatch = self._theme(), self._dispatch()
        utm = self.table("utm", schema.UtmTable)
        if site is None or sender is None or theme is None or dispatch is None or utm is None:
            return None
        if self.problems:
            return None
        return Site(
            root=self.root,
            name=site.name,
            public_url=site.public_url,
            images_url=site.images_url or f"{site.public_url}/media",
            sender=_sender(sender),
            interests=interests,
            attributes=attributes,
            audiences=MappingProxyType(audiences),
            theme=theme,
            dispatch=dispatch,
            utm=UtmSettings(utm.source or "", utm.medium or "", utm.campaign or ""),
        )

    def table(self, name: str, table: type[T]) -> T | None:
        """One section that may be left out."""
        value = self.sources.tree.get(name, {})
        return read_table(table, value, (name,), self.sources, self.problems)

    def _problem(self, keys: tuple[str, ...], message: str, hint: str = "") -> None:
        self.problems.append(self.sources.problem(keys, message, hint))

    def _unknown_sections(self) -> None:
        for name in self.sources.tree:
            if name not in schema.SECTIONS:
                self._problem((name,), "is no section.", nearest(name, schema.SECTIONS))

    def _required(self, name: str, table: type[T]) -> T | None:
        if name in self.sources.tree:
            return self.table(name, table)
        keys = [key for key, field in table.model_fields.items() if field.is_required()]
        self._problem((name,), "is missing.", f"Add [{name}] with {', '.join(keys)}.")
        return None

    def _tables(self, name: str, table: type[T]) -> Iterator[tuple[str, T]]:
        """The tables `[name.SLUG]`, those that are right."""
        value = self.sources.tree.get(name, {})
        if not isinstance(value, dict):
            self._problem((name,), "must be a table.")
            return
        for slug, each in value.items():
            read = read_table(table, each, (name, slug), self.sources, self.problems)
            if self._slug(name, slug) and read is not None:
                yield slug, read

    def _slug(self, name: str, slug: str) -> bool:
        if not rules.SLUG.fullmatch(slug):
            self._problem((name, slug), "is no name.", "Use a to z, 0 to 9 and _; begin with a-z.")
            return False
        if slug in _TAKEN:
            self._problem((name, slug), "is a name with a meaning of its own.", "Take another.")
            return False
        return True

    def _interests(self) -> Iterator[Interest]:
        if not self.sources.tree.get("interests"):
            for slug in DEFAULT_INTERESTS:
                yield Interest(slug, *schema.INTERESTS[slug])
        for slug, table in self._tables("interests", schema.InterestTable):
            yield Interest(slug, table.label, table.line or "")

    def _attributes(self) -> Iterator[Attribute]:
        for slug, table in self._tables("attributes", schema.AttributeTable):
            yield Attribute(slug, table.label, table.choices, table.ask)

    def _audiences(self, attributes: tuple[Attribute, ...]) -> dict[str, Audience]:
        audiences: dict[str, Audience] = {}
        value: Any = self.sources.tree.get("audiences", {})
        if not isinstance(value, dict):
            self._problem(("audiences",), "must be a table.")
            return audiences
        for name, rule in value.items():
            keys = ("audiences", name)
            if not isinstance(rule, dict):
                self._problem(keys, "must be conditions.", 'Write `{ clinic = ["berlin"] }`.')
                continue
            audience, faults = read_audience(rule, attributes, audiences)
            for fault in faults:
                self._problem((*keys, *fault.keys), f"is wrong: {fault.message}", fault.hint)
            if name == EVERYONE:
                self._problem(keys, "is a name with a meaning of its own.", "Take another.")
            audiences[name] = audience
        return audiences

    def _theme(self) -> Theme | None:
        table = self.table("theme", schema.ThemeTable)
        if table is None:
            return None
        for key, name in (("logo", table.logo), ("logo_dark", table.logo_dark)):
            self._logo(key, name or "")
        return Theme(
            colours=MappingProxyType(schema.COLOURS | table.colours),
            fonts=MappingProxyType(schema.FONTS | table.fonts),
            logo=table.logo or "",
            logo_dark=table.logo_dark or "",
            social=tuple(table.social.items()),
        )

    def _logo(self, key: str, name: str) -> None:
        media = (self.root / "issues" / "media").resolve()
        there = [path.relative_to(media).as_posix() for path in media.rglob("*.*")]
        if not name or (name in there and (media / name).resolve().is_relative_to(self.root)):
            return
        hint = nearest(name, there)
        hint = hint if hint.startswith("Did") else "Copy it there."
        self._problem(("theme", key), "is no file in issues/media/.", hint)

    def _dispatch(self) -> DispatchSettings | None:
        table = self.table("dispatch", schema.DispatchTable)
        return None if table is None else DispatchSettings(**table.model_dump())


def _sender(table: schema.SenderTable) -> Sender:
    return Sender(table.name, table.email, table.reply_to or "", table.postal_address)
