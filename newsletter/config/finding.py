"""Which folder is the site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from newsletter.errors import NotFound

FILE = "newsletter.toml"


def find_site(start: Path, environ: Mapping[str, str], chosen: Path | None = None) -> Path:
    """Find the site's folder: the chosen one, `NEWSLETTER_SITE`, or the nearest upward.

    Args:
        start: where to begin looking upward; usually the working directory.
        environ: the environment's variables.
        chosen: what `--site` said; beats everything.

    Returns:
        The folder with `newsletter.toml`, absolute, symbolic links resolved.

    Raises:
        NotFound: no such folder; says where it looked and how to make one.
    """
    if chosen is not None:
        return _named(start / chosen, "--site")
    if environ.get("NEWSLETTER_SITE"):
        return _named(start / environ["NEWSLETTER_SITE"], "NEWSLETTER_SITE")
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            return folder
    raise NotFound(
        f"There is no {FILE} in {start} or above it. Go to a site's folder, name one with "
        "--site DIR, or make one with `newsletter init DIR`."
    )


def _named(folder: Path, source: str) -> Path:
    site = folder.expanduser().resolve()
    if not (site / FILE).is_file():
        raise NotFound(f"{source} names {site}, but there is no {FILE} in it.")
    return site
