"""One writer at a time in a site, whichever thread or process it is."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.errors import UsageError
from newsletter.model.site import Site

FOLDER = "var/studio"


@contextmanager
def writing(site: Site) -> Iterator[None]:
    """Hold the site's lock; it is let go by the system, too, when the process dies.

    Each holder opens the file anew, so threads of one process wait for each other as well
    (flock(2)). It is held for a comparison and a rename, so nobody waits long.

    Raises:
        UsageError: `var/studio/` can not be written.
    """
    folder = site.root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("ab")
    except OSError as error:
        raise UsageError(f"{FOLDER}/ can not be written: {error.strerror}.") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
