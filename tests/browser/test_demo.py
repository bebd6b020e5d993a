"""The main job, as a person sees it after `make demo`."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.processes import newsletter

ROOT = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r"nl[0-9a-f]{10}\d+x")
PAGES = 1_000

pytestmark = pytest.mark.browser


@dataclass
class Demo:
    """A demo that keeps serving."""

    told: dict[str, Any]
    inbox: str
    preview: str


def copy_site(folder: Path) -> Path:
    """The site of this repository, with a `var/` of its own."""
    for part in ("issues", "templates"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "newsletter.toml", folder)
    return folder


def start(*words: str, cwd: Path = ROOT, **environ: str) -> subprocess.Popen[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", "demo", "--port", "0", "--sandbox-port", "0", *words],
        cwd=cwd,
        env=environment | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_document(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The JSON document of a process that goes on."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == "}\n":
            return dict(json.loads("".join(lines)))
    raise AssertionError(process.communicate()[1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    site = copy_site(tmp_path_factory.mktemp("site"))
    process = start("--json", "--site", str(site))
    try:
        told = first_document(process)
        yield Demo(told, told["urls"]["inbox"], told["urls"]["preview"])
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 130
    finally:
        process.kill()
        process.communicate()


def test_a_thousand_readers_have_a_mail_of_their_own(demo: Demo) -> None:
    """The sandbox holds 1,000 distinct mails, each to one reader, no merge tag left in any."""
    assert demo.told["accepted"] == 1_000
    assert demo.told["unknown"] == demo.told["rejected"] == demo.told["excluded"] == 0
    mails = httpx.get(f"{demo.inbox}/_sandbox/messages?limit={PAGES}", timeout=60).json()
    assert len({str(mail["to"]) for mail in mails}) == 1_000
    links = [mail["headers"]["List-Unsubscribe"] for mail in mails]
    assert len(set(links)) == 1_000
    for mail, link in zip(mails, links, strict=True):
        whole = mail["subject"] + mail["html"] + mail["text"]
        assert not TOKEN.search(whole)
        assert link.strip("<>") in mail["html"]
        assert link.strip("<>") in mail["text"]
        assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_inbox_shows_each_reader_their_mail(demo: Demo, page: Page) -> None:
    """Search, open, and see: own name, own interests, pictures loaded, no tag left."""
    page.goto(demo.inbox)
    expect(page.get_by_text("1,000 mails", exact=True)).to_be_visible()
    for address, greeting in (("reader0015@", "Hello O'Connor"), ("reader0039@", "<b>Bo</b>")):
        page.get_by_role("searchbox").fill(address)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=re.compile(address)).first.click()
        mail = page.frame_locator("iframe")
        expect(mail.get_by_text(greeting)).to_be_visible()
        assert not TOKEN.search(mail.locator("body").inner_text())
        for picture in mail.locator("img").all():
            if picture.is_visible():
                picture.scroll_into_view_if_needed()
                expect(picture).to_have_js_property("complete", True)
                assert picture.evaluate("image => image.naturalWidth") > 0


def test_readers_get_what_they_chose(demo: Demo) -> None:
    """Every variant of the issue reached somebody, and nobody got a section they did not ask."""
    mails = httpx.get(f"{demo.inbox}/_sandbox/messages?limit={PAGES}", timeout=60).json()
    kinds = {
        tuple(kind for kind in ("RESOURCE", "TIP", "NEWS") if f"\n{kind}" in mail["text"].upper())
        for mail in mails
    }
    assert len(kinds) == 7


def test_the_preview_is_served_beside_it(demo: Demo, page: Page) -> None:
    """The preview's address shows the issue that was sent."""
    page.goto(demo.preview)
    expect(page.get_by_role("heading", level=1, name="Why microneedling works")).to_be_visible()


def test_a_readers_link_says_that_the_reader_is_made_up(demo: Demo, page: Page) -> None:
    """An unsubscribe link of a demo mail leads to a plain explanation."""
    mail = httpx.get(f"{demo.inbox}/_sandbox/messages?limit=1").json()[0]
    page.goto(mail["headers"]["List-Unsubscribe"].strip("<>"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("does not exist")


class Trap:
    """A port that must never be called."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.calls: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                self.calls.append(connection.recv(100))

    def close(self) -> None:
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join(5)


def test_with_a_key_set_nothing_else_is_contacted(tmp_path: Path) -> None:
    """Keys, addresses, proxies and databases of the environment and of `.env` are not used."""
    copy_site(tmp_path)
    trap = Trap()
    outside = {
        "SENDGRID_API_KEY": "SG.a-real-key",
        "SENDGRID_URL": trap.url,
        "DATABASE_URL": f"postgresql://someone@127.0.0.1:{trap.url.rpartition(':')[2]}/prod",
        "NEWSLETTER_SECRET_KEYS": "not a key at all",
    }
    (tmp_path / ".env").write_text("".join(f"{key}={value}\n" for key, value in outside.items()))
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"), trap.url)
    process = start("--once", "--json", cwd=tmp_path, **outside, **proxies)
    out, err = process.communicate(timeout=120)
    trap.close()
    assert process.returncode == 0, err
    assert json.loads(out)["accepted"] == 1_000
    assert trap.calls == []
    assert "a-real-key" not in out + err
    ledger = (tmp_path / "var" / "demo" / "newsletter.db").read_bytes()
    assert b"a-real-key" not in ledger
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["demo"]


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
def test_a_port_in_use_is_told(option: str, tmp_path: Path) -> None:
    """The message names the port and the option for another; exit code 2."""
    copy_site(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ("demo", "--port", "0", "--sandbox-port", "0", "--once", option, port)
        told = newsletter(words, tmp_path, {}).wait().require(2).err
    assert port in told
    assert option in told
