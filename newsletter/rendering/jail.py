"""Reads templates from one folder, or from one that stands in for what it lacks; nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from jinja2 import BaseLoader, Environment, TemplateNotFound, TemplateSyntaxError

MOST_BYTES = 1024 * 1024


class OutsideFolder(TemplateNotFound):
    """A template name that leads out of the folder, by itself or by a symbolic link."""


class JailedLoader(BaseLoader):
    """Loads `name` from `folder`; refuses whatever leads out of it.

    Attributes:
        folder: absolute.
        spare: absolute; read where `folder` has no such file. None for none.
    """

    def __init__(self, folder: Path, spare: Path | None = None) -> None:
        self.folder = folder.absolute()
        self.spare = spare.absolute() if spare else None

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The template's text, its path, and whether it is still the same on disk.

        Raises:
            TemplateNotFound: no such file; OutsideFolder when it would not be ours.
            TemplateSyntaxError: a file that is too large or not UTF-8.
        """
        folder, path = self._find(template)
        changed = path.stat().st_mtime_ns
        text = _text(path.read_bytes(), template)
        own = self.folder / template

        def is_unchanged() -> bool:
            if folder != self.folder and own.is_file():  # the site has one of its own by now
                return False
            return path.is_file() and path.stat().st_mtime_ns == changed

        return text, str(folder / template), is_unchanged

    def list_templates(self) -> list[str]:
        """Every file of the folder, with forward slashes, sorted."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in files)

    def _find(self, template: str) -> tuple[Path, Path]:
        """The folder that has it, and its path."""
        if not _is_plain_name(template):
            raise OutsideFolder(template)
        for folder in filter(None, (self.folder, self.spare)):
            path = (folder / template).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise OutsideFolder(template)
            if path.is_file():
                return folder, path
        raise TemplateNotFound(template)


def _is_plain_name(template: str) -> bool:
    strange = any(letter in template for letter in "\\:\0")
    parts = template.split("/")
    return not strange and not PurePosixPath(template).is_absolute() and ".." not in parts


def _text(data: bytes, template: str) -> str:
    if len(data) > MOST_BYTES:
        raise TemplateSyntaxError("The file is over 1 MiB; is it a template?", 1, template)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateSyntaxError("The file is not UTF-8 here.", line, template) from error
