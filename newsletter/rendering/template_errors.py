"""What Jinja raises, told as TemplateError with the template's file and line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from newsletter.errors import NewsletterError, Place, Problem, TemplateError, nearest
from newsletter.rendering.jail import JailedLoader, OutsideFolder

_UNKNOWN_NAME = re.compile(r"'(\w+)' is undefined")
_LOOK = "Look at what this line does with its values."


@contextmanager
def told_with_places(loader: JailedLoader, name: str, names: Collection[str]) -> Iterator[None]:
    """Turn whatever a template raises into a TemplateError.

    Args:
        loader: where the templates come from.
        name: the template being rendered.
        names: what the template may use, to offer the nearest.

    Raises:
        TemplateError: with file and line. Our own errors pass unchanged.
    """
    try:
        yield
    except NewsletterError:
        raise
    except Exception as error:
        problem = _Teller(loader, name, names).problem(error)
        raise TemplateError([problem]) from error


@dataclass(frozen=True, slots=True)
class _Teller:
    loader: JailedLoader
    name: str
    names: Collection[str]

    def problem(self, error: Exception) -> Problem:
        if isinstance(error, TemplateSyntaxError):
            place = self._file(error.name or self.name, error.lineno)
            return Problem(place, _sentence(error.message or "This is not Jinja."))
        message, hint = self._told(error)
        return Problem(self._place(error), message, hint)

    def _told(self, error: Exception) -> tuple[str, str]:
        match error:
            case OutsideFolder():
                folder = self.loader.folder.name
                return f'"{error.name}" leads out of {folder}/.', "Name a file of that folder."
            case TemplateNotFound():
                known = self.loader.list_templates()
                return f'There is no template "{error.name}".', nearest(str(error.name), known)
            case UndefinedError():
                return self._undefined(str(error))
            case SecurityError():
                return f"Not allowed in templates: {_sentence(str(error))}", ""
            case RecursionError():
                return "A template or macro uses itself without end.", "Take the circle out."
            case _:
                return _sentence(str(error) or type(error).__name__), _LOOK

    def _undefined(self, message: str) -> tuple[str, str]:
        match = _UNKNOWN_NAME.fullmatch(message)
        if match is None:
            return _sentence(message), ""
        return f'There is no "{match[1]}" here.', nearest(match[1], self.names)

    def _place(self, error: Exception) -> Place:
        """The innermost line of a template on the way to the error."""
        lines = [
            (Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)
        ]
        for path, line in reversed(lines):
            if path.is_relative_to(self.loader.folder):
                return self._file(path.relative_to(self.loader.folder).as_posix(), line)
        return self._file(self.name, 0)

    def _file(self, name: str, line: int) -> Place:
        return Place(f"{self.loader.folder.name}/{name}", line)


def _sentence(text: str) -> str:
    text = text.strip()
    end = "" if text.endswith((".", "?")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"
