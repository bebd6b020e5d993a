"""Take the pictures of the documentation anew: `python docs/pictures/take.py`.

It runs the demo on free ports and photographs its mails and pages in Chromium.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests import chromium  # noqa: E402

READER = "reader0900"


@dataclass(frozen=True)
class Shot:
    """One picture: file name, address, size in CSS pixels, scheme."""

    name: str
    url: str
    width: int
    height: int
    scheme: str = "light"
    scale: float = 1


def main() -> None:
    """Run the demo and take every picture."""
    command = [sys.executable, "-m", "newsletter", "demo", "--json"]
    command += ["--port", "0", "--sandbox-port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
        try:
            take_all(told(demo))
        finally:
            demo.terminate()


def told(demo: subprocess.Popen[str]) -> dict[str, str]:
    """The addresses the demo serves at."""
    lines: list[str] = []
    for line in demo.stdout or ():
        lines.append(line)
        if line == "}\n":
            break
    return dict(json.loads("".join(lines))["urls"])


def take_all(urls: dict[str, str]) -> None:
    """Photograph mails, inbox and preview."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(chromium.ARGUMENTS)
        )
        page = browser.new_page()
        page.goto(f"{urls['inbox']}/?q={READER}")
        mail = page.locator(f"a:has-text('{READER}')").first.get_attribute("href") or ""
        page.goto(urls["inbox"] + mail)
        frame = page.locator("iframe").get_attribute("src") or ""
        letter, inbox = urls["inbox"] + frame, urls["inbox"] + mail
        for shot in (
            Shot("mail-desktop-light", letter, 680, 1290),
            Shot("mail-phone-dark", letter, 390, 1290, "dark"),
            Shot("inbox", inbox, 1280, 820),
            Shot("preview", urls["preview"], 1280, 820),
        ):
            take(browser, shot)
        browser.close()


def take(browser: Browser, shot: Shot) -> None:
    """Write one picture as a small PNG."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        device_scale_factor=shot.scale,
    )
    page.goto(shot.url, wait_until="networkidle" if "preview" not in shot.name else "load")
    page.wait_for_timeout(800)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(128)
    picture.save(HERE / f"{shot.name}.png", optimize=True)
    page.close()


if __name__ == "__main__":
    main()
