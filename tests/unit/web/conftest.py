"""A scratch site with a picture and several variants, and its preview on a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from newsletter.bootstrap import load_app
from newsletter.web import Served, preview_server
from tests import loopback
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


def make(folder: Path) -> Path:
    """Write the site."""
    files = {
        "issues/first.md": ISSUE,
        "issues/topics/skin/hours.md": HOURS,
        "issues/media/drop.png": picture(1200, 600),
        "templates/layouts/classic.mjml": LAYOUT,
        "templates/snippets/news.mjml": LOOK,
    }
    return write_site(folder, files)


def client(served: Served) -> httpx.Client:
    """Asks as a browser on this machine would."""
    return loopback.client(served.url)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Asks a preview whose files stay as they are; one for all tests that only read."""
    root = make(tmp_path_factory.mktemp("site"))
    with preview_server(load_app(root, {}, root)) as running, client(running) as asking:
        yield asking


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a site that a test may change."""
    return make(tmp_path)


@pytest.fixture
def served(root: Path) -> Iterator[Served]:
    """The preview of `root`, running."""
    with preview_server(load_app(root, {}, root)) as running:
        yield running


@pytest.fixture
def writer(served: Served) -> Iterator[httpx.Client]:
    """Asks the preview of `root`."""
    with client(served) as asking:
        yield asking
