"""One process is a whole system: readers' pages, the program's own mails, preview, scheduler."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from newsletter.sandbox import RunningSandbox, serve

ROOT = Path(__file__).resolve().parents[2]
SOON = 30.0


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with serve() as running:
        yield running


def start(site: Path, *more: str, **environ: str) -> subprocess.Popen[str]:
    ports = ("--port", "0", "--preview-port", "0", *more)
    command = [sys.executable, "-m", "newsletter", "serve", *ports]
    return subprocess.Popen(
        command,
        cwd=site,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def addresses(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Where readers and the preview are, as the process says."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"Readers: (\S+)\s+Preview: (\S+)", line):
            return found[1], found[2]
    raise AssertionError("".join(said))


def mails_to(sandbox: RunningSandbox, address: str, wanted: int) -> list[dict[str, Any]]:
    """The mails of an address, once there are as many as wanted."""
    ends = time.monotonic() + SOON
    while time.monotonic() < ends:
        found = httpx.get(f"{sandbox.url}/_sandbox/messages", params={"to": address}).json()
        if len(found) >= wanted:
            return list(found)
    raise AssertionError(f"{len(found)} mails instead of {wanted}")


def test_one_process_is_a_whole_system(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """A reader signs up, confirms by the mail that came, and is welcomed; drafts stay apart."""
    site = tmp_path / "site"
    for part in ("issues", "templates"):
        shutil.copytree(ROOT / part, site / part)
    shutil.copy(ROOT / "newsletter.toml", site)
    process = start(site, SENDGRID_URL=sandbox.url)
    try:
        readers, preview = addresses(process)
        assert "Get updated with" in httpx.get(readers).text
        assert "Why microneedling works" in httpx.get(preview).text
        assert httpx.get(f"{readers}/issues/").status_code == 404

        asked = {"email": "ada@example.test", "first_name": "Ada", "interests": ["tips"]}
        assert httpx.post(f"{readers}/api/subscribe", json=asked).status_code == 202
        (confirmation,) = mails_to(sandbox, "ada@example.test", 1)
        link = re.search(r"http://\S+(/confirm/\S+)", confirmation["text"])
        assert link is not None
        page = httpx.get(readers + link[1])
        assert page.status_code == 200
        assert httpx.post(readers + link[1]).status_code == 200
        mails_to(sandbox, "ada@example.test", 2)

        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def test_without_anything_to_send_with_it_serves_and_says_so(tmp_path: Path) -> None:
    """The pages are there, and a plain word says what to set."""
    site = tmp_path / "site"
    for part in ("issues", "templates"):
        shutil.copytree(ROOT / part, site / part)
    shutil.copy(ROOT / "newsletter.toml", site)
    process = start(site)
    try:
        readers, _ = addresses(process)
        assert httpx.get(readers).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("apart", [False, True], ids=["beside readers' pages", "on its own port"])
def test_the_studio_is_served_and_its_first_admin_let_in(tmp_path: Path, apart: bool) -> None:
    """The link that is printed makes an account; on a port of its own, only there."""
    site = tmp_path / "site"
    for part in ("issues", "templates"):
        shutil.copytree(ROOT / part, site / part)
    shutil.copy(ROOT / "newsletter.toml", site)
    process = start(site, *(("--studio-port", "0") if apart else ()))
    try:
        readers, _ = addresses(process)
        assert process.stdout is not None
        studio, link = (process.stdout.readline().split(": ", 1)[1].strip() for _ in range(2))
        assert studio.startswith(f"{readers}/studio/") is not apart
        assert httpx.get(f"{readers}/studio/sign-in").status_code == (404 if apart else 200)
        assert "Sign in" in httpx.get(f"{studio}sign-in").text
        page = httpx.get(link)
        assert (page.status_code, 'name="password"' in page.text) == (200, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.communicate()
