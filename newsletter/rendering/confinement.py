"""The Jinja environment of `templates/`: it can look at values and write text, no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from newsletter.errors import nearest

MOST_CHARACTERS = 10_000
_FILTERS = (
    "abs batch capitalize count d default e escape first float forceescape groupby indent int "
    "items join last length list lower map max min reject rejectattr replace reverse round safe "
    "select selectattr slice sort string striptags sum title trim truncate unique upper "
    "urlencode wordcount"
)
_GLOBALS = frozenset({"namespace", "range"})
# Methods of str that build text by rules of their own, of any length.
_BUILDERS = ("center", "expandtabs", "format", "format_map", "ljust", "rjust", "translate", "zfill")
_PLAIN = (str, int, float, Mapping, Sequence, Set, date, Enum)
_NOT_IN_CSS = frozenset("<>{};\\")


class NamingUndefined(StrictUndefined):
    """An unknown name is an error that offers the nearest right one."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        known = _names_in(self._undefined_obj)
        if self._undefined_hint or not known:
            return str(super()._undefined_message)
        name = str(self._undefined_name)
        return f'There is no "{name}" here. {nearest(name, known)}'


class ConfinedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox, narrowed to plain values.

    Templates may read mappings, sequences, dataclasses and dates; attributes of anything
    else (a Path, a module) are refused, as are names that begin with an underscore.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.globals = {name: self.globals[name] for name in sorted(_GLOBALS)}
        self.filters = {name: self.filters[name] for name in _FILTERS.split()} | {"css": css}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read `obj.attr`."""
        if isinstance(obj, str) and attr in _BUILDERS:
            return False
        return _is_plain(obj) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Jinja would let `str.format` through, watched; so it is just not safe."""

    def is_safe_callable(self, obj: Any) -> bool:
        """Whether a template may call it; no classes but Jinja's own `namespace`."""
        is_foreign_class = isinstance(obj, type) and obj is not self.globals["namespace"]
        return not is_foreign_class and super().is_safe_callable(obj)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers, and text up to a length; nothing that grows without bound."""
        if operator == "*":
            _refuse_long(left, right)
        elif operator == "**" or not isinstance(left, (int, float)):
            raise SecurityError(f"The operator {operator} is not allowed with these values.")
        return super().call_binop(context, operator, left, right)


def css(value: str) -> Markup:
    """Write a value into `mj-style` as it is: CSS knows no character references.

    Raises:
        TemplateRuntimeError: when it could end the rule or the block it stands in.
    """
    if not _NOT_IN_CSS.isdisjoint(value):
        raise TemplateRuntimeError(
            f'"{value}" can not stand in CSS: it holds one of < > {{ }} ; \\.'
        )
    return Markup(value)  # noqa: S704 - what could end the block was refused above


def _is_plain(obj: object) -> bool:
    of_jinja = type(obj).__module__.startswith("jinja2.")  # `loop`, macros, imported templates
    return isinstance(obj, _PLAIN) or is_dataclass(obj) or of_jinja


def _refuse_long(left: object, right: object) -> None:
    for text, times in ((left, right), (right, left)):
        if not isinstance(text, Sequence) or not isinstance(times, int):
            continue
        if len(text) * times > MOST_CHARACTERS:
            raise SecurityError(f"A repetition is longer than {MOST_CHARACTERS} characters.")


def _names_in(obj: object) -> list[str]:
    if isinstance(obj, Mapping):
        return [str(key) for key in obj]
    if is_dataclass(obj):
        return [name for name in dir(obj) if not name.startswith("_")]
    return []
