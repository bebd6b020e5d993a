"""Templates compiled once: the right code, and errors in the right file."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.errors import TemplateError
from newsletter.rendering.compiled import MOST, CompiledTemplates
from newsletter.rendering.templates import render_template, template_environment


def folder_with(root: Path, text: str) -> Path:
    """A `templates/` with one file."""
    folder = root / "templates"
    folder.mkdir(parents=True)
    (folder / "a.html").write_text(text)
    return folder


def test_the_same_text_in_two_places_tells_errors_in_its_own(tmp_path: Path) -> None:
    """What was compiled for one site is used for another, but not its file's name."""
    for name in ("one", "two"):
        environment = template_environment(folder_with(tmp_path / name, "\n{{ nobody }}\n"))
        assert environment.get_template("a.html").filename == str(
            tmp_path / name / "templates/a.html"
        )
        with pytest.raises(TemplateError, match="nobody") as told:
            render_template(environment, "a.html", {})
        assert str(told.value).startswith("templates/a.html:2")


def test_what_escapes_and_what_does_not_are_two(tmp_path: Path) -> None:
    """The same text compiled with and without escaping."""
    environment = template_environment(folder_with(tmp_path, '{{ "<" }}{{ sign }}'))
    plain = environment.overlay(autoescape=False)
    for _ in range(2):
        assert render_template(environment, "a.html", {"sign": "&"}).text.strip() == "&lt;&amp;"
        assert render_template(plain, "a.html", {"sign": "&"}).text.strip() == "<&"


def test_a_changed_file_is_compiled_anew(tmp_path: Path) -> None:
    """Another text, another code."""
    folder = folder_with(tmp_path, "before")
    assert render_template(template_environment(folder), "a.html", {}).text.strip() == "before"
    (folder / "a.html").write_text("after")
    assert render_template(template_environment(folder), "a.html", {}).text.strip() == "after"


def test_it_does_not_grow_without_end(tmp_path: Path) -> None:
    """Beyond a number the oldest go."""
    kept = CompiledTemplates()
    environment = template_environment(tmp_path)
    for number in range(MOST + 1):
        bucket = kept.get_bucket(environment, "a.html", "a.html", f"{number}")
        assert bucket.code is None
        bucket.code = compile(f"{number}", "a.html", "exec")
        kept.set_bucket(bucket)
    assert kept.get_bucket(environment, "a.html", "a.html", "0").code is None
    assert kept.get_bucket(environment, "a.html", "a.html", f"{MOST}").code is not None
