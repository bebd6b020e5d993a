"""Where Chromium is, and how to get one.

`python -m tests.chromium` makes one available: it prints the one it found, or installs one
(with apt when run as root, else Playwright's own). When nothing works it says what will be
skipped, and fails when `CI` is set, for there nothing may be skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # a container's root may not make the namespaces Chromium's sandbox needs
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MISSING = (
    "No Chromium was found. Set CHROMIUM to the path of one, "
    "or run `python -m tests.chromium` to get one."
)


def find() -> Path | None:
    """Return a Chromium that can be run: `CHROMIUM`, then PATH, then Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return _runnable(shutil.which(named))
    for name in NAMES:
        if found := _runnable(shutil.which(name)):
            return found
    return _playwrights()


def _runnable(path: str | None) -> Path | None:
    return Path(path) if path and os.access(path, os.X_OK) else None


def _playwrights() -> Path | None:
    home = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or str(Path.home() / ".cache/ms-playwright")
    mac = str(Path.home() / "Library/Caches/ms-playwright")
    patterns = ("chromium-*/*/chrome", "chromium-*/*/Chromium.app/Contents/MacOS/Chromium")
    for folder in (Path(home), Path(mac)):
        for pattern in patterns:
            for path in sorted(folder.glob(pattern), reverse=True):
                if found := _runnable(str(path)):
                    return found
    return None


def _install() -> None:
    by_apt = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    apt = ("apt-get", "install", "-y", "chromium")
    if not (by_apt and _run("apt-get", "update") and _run(*apt)):
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _run(*command: str) -> bool:
    print("$", *command, flush=True)  # noqa: T201 - this is a command
    return subprocess.run(command, check=False).returncode == 0


def main() -> int:
    """Make a Chromium available; return the exit code."""
    if find() is None:
        _install()
    found = find()
    if found is not None:
        print(f"Chromium: {found}")  # noqa: T201
        return 0
    in_ci = bool(os.environ.get("CI"))
    fate = "would be skipped, which CI does not allow" if in_ci else "WILL BE SKIPPED"
    print(f"\n!!! {MISSING}\n!!! The browser tests {fate}.\n", file=sys.stderr)  # noqa: T201
    return 1 if in_ci else 0


if __name__ == "__main__":
    sys.exit(main())
