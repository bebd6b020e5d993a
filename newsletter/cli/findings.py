"""Findings as people read them: file by file, with the variants they were found in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from rich.console import Console
from rich.text import Text

from newsletter.cli.output import COLOUR_OF
from newsletter.model.finding import Finding, Unchecked


def tell_findings(console: Console, findings: Iterable[Finding]) -> None:
    """A heading for each file, a line for each thing to mend."""
    merged = sorted(_merged(findings), key=lambda each: (_path(each[0]), _line(each[0])))
    for path, group in groupby(merged, key=lambda each: _path(each[0])):
        console.print(Text(path or "(no file)", "underline"))
        for found, variants in group:
            console.print(_told(found, variants))


def tell_unchecked(console: Console, unchecked: Iterable[Unchecked]) -> None:
    """What nobody could judge, by its reason."""
    ordered = sorted(unchecked, key=lambda one: one.reason)
    for reason, group in groupby(ordered, key=lambda one: one.reason):
        rules = ", ".join(sorted({one.rule for one in group}))
        console.print(Text(f"not checked {rules}: {reason}", "dim"))


def _merged(findings: Iterable[Finding]) -> list[tuple[Finding, tuple[str, ...]]]:
    """Each finding once, with the variants it was found in; none means all."""
    variants: dict[Finding, list[str]] = {}
    for found in findings:
        variants.setdefault(replace(found, variant=""), []).append(found.variant)
    return [(found, tuple(name for name in names if name)) for found, names in variants.items()]


def _told(found: Finding, variants: tuple[str, ...]) -> Text:
    line = Text(f"{_line(found) or '':>5}  ", "dim")
    line += Text(f"{found.severity.value:7} ", COLOUR_OF[found.severity])
    line += Text(f"{found.rule} ", "bold") + Text(found.message)
    if variants:
        line += Text(f" ({', '.join(variants)})", "dim")
    if found.acknowledged:
        line += Text(f" allowed: {found.acknowledged}", "green")
    return line


def _path(found: Finding) -> str:
    return found.place.path if found.place else ""


def _line(found: Finding) -> int:
    return found.place.line if found.place else 0
