"""The compiler to compare with; without it the tests fail, loudly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from differential import mjml_js


@pytest.fixture(scope="session")
def theirs() -> Iterator[mjml_js.Compiler]:
    """MJML's compiler, running."""
    try:
        compiler = mjml_js.start()
    except mjml_js.NotToBeHad as problem:
        pytest.exit(f"NO SECOND OPINION: {problem}", returncode=3)
    yield compiler
    compiler.close()
