"""Scratch sites: the whole case is visible in the test that makes one."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from newsletter.config import load_settings
from newsletter.model.site import Site

TOML = """\
[site]
name = "Test Letter"
public_url = "https://news.test"

[sender]
name = "Test Letter"
email = "letters@news.test"
postal_address = "1 Test Street, 10115 Berlin"

[attributes.clinic]
label = "Your clinic"
choices = ["berlin", "hamburg"]

[audiences]
berlin = { clinic = ["berlin"] }
"""

ISSUE = """\
---
number: 1
subject: Hello
preheader: A first letter
snippets:
  - skin/collagen
---
Hello {{ subscriber.first_name | default("there") }},
"""

SNIPPET = """\
---
title: About collagen
kind: tip
link: https://example.com/collagen
---
Collagen is a protein.
"""

LAYOUT = """\
<mjml>
  <mj-body>
    {% for section in sections %}
    {% include section.template %}
    {% endfor %}
  </mj-body>
</mjml>
"""

LOOK = """\
<mj-section>
  <mj-column>
    <mj-text>
      {% if section.heading %}<h2>{{ section.heading }}</h2>{% endif %}
      {{ section.body }}
      {% if section.link %}<a href="{{ section.link }}">{{ section.link_text }}</a>{% endif %}
    </mj-text>
  </mj-column>
</mj-section>
"""

KINDS = ("tip", "resource", "news", "cta", "divider", "image")


def picture(width: int = 8, height: int = 4, form: str = "PNG") -> bytes:
    """A small picture's bytes."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "#8a3f4d").save(file, form)
    return file.getvalue()


def site_files() -> dict[str, str | bytes]:
    """A site of one issue and one snippet, as files; every kind has a look."""
    return {
        "newsletter.toml": TOML,
        "issues/first.md": ISSUE,
        "issues/topics/skin/collagen.md": SNIPPET,
        "issues/media/drop.png": picture(),
        "templates/layouts/classic.mjml": LAYOUT,
        **{f"templates/snippets/{kind}.mjml": LOOK for kind in KINDS},
    }


def write_site(root: Path, files: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write a site's files.

    Args:
        root: the folder; made when it is not there.
        files: beside or instead of `site_files()`; None takes a file away.

    Returns:
        The folder.
    """
    for name, content in (site_files() | dict(files or {})).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def make_site(
    root: Path,
    files: Mapping[str, str | bytes | None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Site:
    """Write a site's files and read its settings; arguments as for `write_site`."""
    return load_settings(write_site(root, files), environ or {}).site
