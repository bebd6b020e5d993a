"""Checks one table against its schema and words what pydantic finds for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from newsletter.config.lines import Keys
from newsletter.config.schema import Table
from newsletter.config.sources import Sources
from newsletter.errors import Problem, nearest

T = TypeVar("T", bound=Table)

_WANTED = {
    "string_type": "must be text in quotes.",
    "int_type": "must be a whole number.",
    "int_parsing": "must be a whole number.",
    "int_from_float": "must be a whole number.",
    "float_type": "must be a number.",
    "float_parsing": "must be a number.",
    "finite_number": "must be a number.",
    "bool_type": "must be true or false.",
    "bool_parsing": "must be true or false.",
    "tuple_type": "must be a list.",
    "dict_type": "must be a table.",
    "model_type": "must be a table.",
}


def read_table(
    schema: type[T], value: Any, keys: Keys, sources: Sources, problems: list[Problem]
) -> T | None:
    """Read one table.

    Args:
        schema: what it must be.
        value: what the file and the variables say.
        keys: where it stands.
        sources: to tell places.
        problems: what is wrong is added here.

    Returns:
        The table, or None when something is wrong with it.
    """
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    problems.extend(_problems(schema, details, keys, sources))
    return None


def _problems(
    schema: type[Table], details: list[ErrorDetails], keys: Keys, sources: Sources
) -> Iterator[Problem]:
    for detail in details:
        at = (*keys, *(str(part) for part in detail["loc"] if isinstance(part, str)))
        yield sources.problem(at, *_words(schema, detail))


def _words(schema: type[Table], detail: ErrorDetails) -> tuple[str, str]:
    match detail["type"]:
        case "extra_forbidden":
            known = [field.alias or name for name, field in schema.model_fields.items()]
            return "is no setting.", nearest(str(detail["loc"][-1]), known)
        case "missing":
            return "is missing.", "Add it."
        case "value_error":
            return str(detail["ctx"]["error"]), ""
        case "greater_than_equal":
            return f"must be at least {detail['ctx']['ge']}.", ""
        case "less_than_equal":
            return f"must be at most {detail['ctx']['le']}.", ""
        case "greater_than":
            return f"must be more than {detail['ctx']['gt']}.", ""
    return _WANTED.get(detail["type"], "can not be used: " + detail["msg"] + "."), ""
