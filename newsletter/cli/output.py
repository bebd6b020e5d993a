"""What commands print: JSON on standard output, everything for people where they look."""

from __future__ import annotations

import sys
from typing import Any

import orjson
from rich.console import Console
from rich.text import Text

from newsletter.errors import NewsletterError
from newsletter.model.finding import Finding, Severity

COLOUR_OF = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def people(json: bool) -> Console:
    """Where people's text goes: standard output, or standard error beside JSON."""
    return Console(stderr=json, highlight=False, soft_wrap=True)


def emit(document: Any) -> None:
    """One JSON document on standard output."""
    data = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def complain(problem: NewsletterError) -> None:
    """An error as a person reads it, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text("error: ", "bold red") + Text(str(problem)))


def finding_line(found: Finding) -> Text:
    """`error R03 path:line: message (variant)` in colour."""
    line = Text(f"{found.severity.value:7} ", COLOUR_OF[found.severity])
    line += Text(f"{found.rule} ", "bold")
    if found.place:
        line += Text(f"{found.place}: ")
    line += Text(found.message)
    if found.variant:
        line += Text(f" ({found.variant})", "dim")
    if found.acknowledged:
        line += Text(f" allowed: {found.acknowledged}", "green")
    return line


def sized(count: int) -> str:
    """Bytes as people say them: `41.3 KB` (1 KB is 1,024 bytes, as Gmail counts)."""
    return f"{count / 1024:.1f} KB"


def plain(console: Console, text: str, style: str = "") -> None:
    """Words as they are: brackets in them mean nothing."""
    console.print(Text(text, style))


def warn(console: Console, text: str) -> None:
    """Something to weigh, in yellow."""
    console.print(Text("warning: ", "bold yellow") + Text(text))
