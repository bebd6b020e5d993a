"""Jinja templates of a site, in a sandbox.

- `template_environment(folder)`: the environment; keep it, it caches compiled templates
  and notices changed files.
- `render_template(environment, name, context)`: a `ComposedSource`, which
  `mjml.compile_composed` takes; `.text` is the output.

Values in the context should be plain: text, numbers, mappings, sequences, dataclasses.
A function may stand among them; templates may call it. What is HTML already must be
`markupsafe.Markup` (or a `ComposedSource`), for everything else is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast

from jinja2 import Environment
from markupsafe import Markup

from newsletter.errors import Place
from newsletter.rendering.compiled import compiled_templates
from newsletter.rendering.composing import ComposedSource, MarkLines, Placed
from newsletter.rendering.confinement import ConfinedEnvironment, NamingUndefined
from newsletter.rendering.jail import JailedLoader
from newsletter.rendering.markup import normalised
from newsletter.rendering.template_errors import told_with_places


def template_environment(folder: Path, spare: Path | None = None) -> Environment:
    """The environment in which every template of a site is rendered.

    Args:
        folder: the site's `templates/`; nothing outside it can be read.
        spare: another such folder, for templates that the site does not have.
    """
    return ConfinedEnvironment(
        loader=JailedLoader(folder, spare),
        autoescape=True,
        undefined=NamingUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=compiled_templates(),
    )


def render_template(
    environment: Environment, name: str, context: Mapping[str, object]
) -> ComposedSource:
    """Render a template and remember where its lines come from.

    Args:
        environment: from `template_environment`, or an overlay of it.
        name: relative to the folder, with forward slashes: `layouts/classic.mjml`.
        context: the names a template may use; not changed by it.

    Raises:
        TemplateError: syntax, an unknown name, something not allowed, a missing or
            outside include; with file and line.
    """
    loader = cast("JailedLoader", environment.loader)
    template = Place(f"{loader.folder.name}/{name}")
    values = dict(context)
    text = _rendered(environment, name, values)
    return ComposedSource(text, template, lambda: _traced(environment, name, values))


def _rendered(environment: Environment, name: str, context: Mapping[str, object]) -> str:
    loader = cast("JailedLoader", environment.loader)
    with told_with_places(loader, name, [*context, *environment.globals]):
        return normalised(environment.get_template(name).render(context))


def _traced(environment: Environment, name: str, context: Mapping[str, object]) -> str:
    return _rendered(_marking(environment), name, context)


@lru_cache(maxsize=8)
def _marking(environment: Environment) -> Environment:
    """The same environment with marks; kept, for it compiles every template anew."""
    return environment.overlay(extensions=[MarkLines], finalize=_with_marks)


def _with_marks(value: object) -> object:
    """A part composed before keeps its own places, and so does what was authored."""
    if isinstance(value, Placed) and value.marked:
        return Markup(value.marked)  # noqa: S704 - it is the same markup, with marks
    if isinstance(value, ComposedSource):
        return Markup(value.trace())  # noqa: S704 - it was composed with escaping
    return value
