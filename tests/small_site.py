"""The repository's settings and templates around one small issue: its letters print quickly."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.factories import ISSUE, SNIPPET, picture

REPOSITORY = Path(__file__).parents[1]


def write_small_site(root: Path) -> Path:
    """Write the site; gives its folder."""
    shutil.copytree(REPOSITORY / "templates", root / "templates")
    shutil.copy(REPOSITORY / "newsletter.toml", root)
    pictures = {"logo.png": (120, 40), "logo-dark.png": (120, 40), "drop.png": (80, 40)}
    files = {f"media/{name}": picture(*size) for name, size in pictures.items()}
    files |= {"first.md": ISSUE.encode(), "topics/skin/collagen.md": SNIPPET.encode()}
    for name, data in files.items():
        path = root / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root
