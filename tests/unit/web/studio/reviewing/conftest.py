"""A small site: its letter has warnings and no error, and is quick to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import SNIPPET, write_site
from tests.unit.reviewing.review import LAYOUT
from tests.unit.web.studio.reviewing.reviewed import SLUG

ISSUE = """\
---
number: 12
subject: Why microneedling works
preheader: Tiny channels, new collagen, and what your serum has to do with it
layout: classic
snippets:
  - skin/collagen
---
Hello {{ subscriber.first_name | default("there") }}, this is about tiny channels and what they do.
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of the site, to change."""
    files = {
        "issues/first.md": None,
        f"issues/{SLUG}.md": ISSUE,
        "issues/topics/skin/collagen.md": SNIPPET.replace(
            "kind: tip", "kind: tip\nlink_text: More about collagen"
        ),
        "templates/layouts/classic.mjml": LAYOUT,
    }
    return write_site(tmp_path / "site", files)
