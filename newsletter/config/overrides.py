"""`NEWSLETTER_<SECTION>__<KEY>`: variables that stand in for lines of the file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from newsletter.config.lines import Keys
from newsletter.config.schema import SECTIONS
from newsletter.config.sources import Sources, Variable, read_sources
from newsletter.errors import Problem, nearest

PREFIX = "NEWSLETTER_"
METRICS_TOKEN = "NEWSLETTER_METRICS_TOKEN"  # noqa: S105 - the variable's name, not its value
ALONE = ("NEWSLETTER_PUBLIC_URL", "NEWSLETTER_SECRET_KEYS", "NEWSLETTER_SITE", METRICS_TOKEN)
SECRET = "NEWSLETTER_SMTP__PASSWORD"  # noqa: S105 - the variable's name, not its value


def apply_overrides(sources: Sources) -> Iterator[Problem]:
    """Put the variables' values into the tree; yields what names no setting."""
    for name, variable in sources.variables.items():
        if not name.startswith(PREFIX) or name == SECRET:
            continue
        if name == "NEWSLETTER_PUBLIC_URL":
            _put(sources, ["site", "public_url"], variable)
        elif "__" in name:
            yield from _override(sources, variable)
        elif name not in ALONE and get_close_matches(name, ALONE, cutoff=0.8):
            yield sources.variable_problem(name, f"is no setting. {nearest(name, ALONE)}")


def fixed_by_variables(root: Path, environ: Mapping[str, str]) -> Mapping[Keys, str]:
    """The settings that the file does not decide: key -> the name of the variable that does.

    Raises:
        ContentError: a file can not be read as such.
    """
    sources = read_sources(root, environ)
    for _ in apply_overrides(sources):
        pass  # what names no setting is told when the settings are loaded
    return {keys: variable.name for keys, variable in sources.overrides.items()}


def _override(sources: Sources, variable: Variable) -> Iterator[Problem]:
    parts = variable.name.removeprefix(PREFIX).lower().split("__")
    if parts[0] not in SECTIONS:
        yield sources.variable_problem(
            variable.name, f"names no section. {nearest(parts[0], SECTIONS)}"
        )
    elif not _put(sources, parts, variable):
        yield sources.variable_problem(variable.name, "names no setting.")


def _put(sources: Sources, parts: list[str], variable: Variable) -> bool:
    """Set the value at `parts`, in the file's spelling of keys; False when it leads nowhere."""
    table: Any = sources.tree
    keys: list[str] = []
    for part in parts:
        if not part or not isinstance(table, dict):
            return False
        key = next((key for key in table if key.lower() == part), part)
        keys.append(key)
        if len(keys) == len(parts):
            table[key] = _value(variable.value)
        else:
            table = table.setdefault(key, {})
    sources.overrides[tuple(keys)] = variable
    return True


def _value(text: str) -> Any:
    """A list or table as TOML writes it, or the text itself."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
