"""Draw the PNGs of `issues/media/` from the SVGs beside this file.

`python artwork/draw.py` draws all, `python artwork/draw.py collagen logo` those two.

Mail shows no SVG, so each drawing becomes a PNG at twice its size, reduced to the colours it
needs. Chromium draws (Playwright's own, or the system's when there is one); Pillow reduces.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
MEDIA = HERE.parent / "issues" / "media"
SCALE = 2
MOST_COLOURS = 128
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]


def draw(page: Page, drawing: Path) -> Image.Image:
    """One SVG as an image of twice its size; what it leaves empty stays transparent."""
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{drawing.read_text()}")
    png = page.locator("svg").screenshot(omit_background=True)
    return Image.open(io.BytesIO(png)).convert("RGBA")


def reduce(image: Image.Image) -> Image.Image:
    """The image in a palette; a logo keeps its soft edges, for it meets any background."""
    if image.getextrema()[3][0] < 255:
        return image
    return image.convert("RGB").quantize(
        MOST_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )


def main(names: list[str]) -> None:
    """Draw those named, or all."""
    drawings = [HERE / f"{name}.svg" for name in names] or sorted(HERE.glob("*.svg"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(device_scale_factor=SCALE, viewport={"width": 800, "height": 600})
        for drawing in drawings:
            target = MEDIA / f"{drawing.stem}.png"
            reduce(draw(page, drawing)).save(target, optimize=True)
            sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
