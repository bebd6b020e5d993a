"""The site that comes with the program: new sites are copies of it."""

from __future__ import annotations

from pathlib import Path

import newsletter


def starter_folder() -> Path:
    """The starter's folder: inside the wheel, or this checkout itself."""
    package = Path(newsletter.__file__).parent
    packed = package / "starter"
    return packed if packed.is_dir() else package.parent
