"""A scratch site with a picture and several variants, and its preview on a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from newsletter.bootstrap import load_app
from newsletter.web import Served, preview_server
from tests.factories import picture, write_site

ISSUE = """\
---
number: 1
subject: Hello {{ subscriber.first_name | default("you") }}
preheader: A first letter
snippets:
  - skin/collagen
  - skin/hours
---
Dear {{ subscriber.first_name | default("reader") }}, this is the opening.
"""

HOURS = """\
---
title: New hours
kind: news
image: drop.png
alt: A drop
---
We open earlier.
"""

LOOK = """\
<mj-section>
  <mj-column>
    {% if section.image %}<mj-image src="{{ section.image.src }}" alt="A drop" />{% endif %}
    <mj-text>{{ section.body }}</mj-text>
  </mj-column>
</mj-section>
"""

LAYOUT = """\
<mjml>
  <mj-body>
    <mj-section><mj-column><mj-text>{{ opening }}</mj-text></mj-column></mj-section>
    {% for section in sections %}
    {% include section.template %}
    {% endfor %}
  </mj-body>
</mjml>
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The site's folder."""
    files = {
        "issues/first.md": ISSUE,
        "issues/topics/skin/hours.md": HOURS,
        "issues/media/drop.png": picture(1200, 600),
        "templates/layouts/classic.mjml": LAYOUT,
        "templates/snippets/news.mjml": LOOK,
    }
    return write_site(tmp_path, files)


@pytest.fixture
def served(root: Path) -> Iterator[Served]:
    """The preview, running."""
    with preview_server(load_app(root, {}, root)) as running:
        yield running


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    """Asks the preview as a browser on this machine would."""
    with httpx.Client(base_url=served.url, timeout=20, trust_env=False) as client:
        yield client
