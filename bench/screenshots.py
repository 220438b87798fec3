"""The README's pictures, taken of the real page: ``python -m bench.screenshots OUTDIR`` (needs the [dev] extra).

The sample documents are indexed in a folder of its own, the page is served on a free port, and Chromium asks it one
question and opens the source, in light and in dark: OUTDIR/light.png and OUTDIR/dark.png.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, expect

import qa
from bench.browser import chromium, ready, served
from ui import app

QUESTION = "Who led the meeting?"
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")


def ask(page: Page, address: str) -> None:
    """Open the page, ask the question, and open the source of the answer."""
    ready(page, address)
    page.get_by_role("textbox", name="Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open").first.click(timeout=30_000)
    expect(page.get_by_role("region", name="Source").locator("mark")).to_be_visible(timeout=30_000)
    page.get_by_role("textbox", name="Your question").focus()
    page.wait_for_timeout(1000)  # until what fades in or scrolls has come to rest


def take(folder: Path) -> list[Path]:
    """Take a picture in each colour scheme, 1440 × 810, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        qa.ensure_samples(Path(work) / "index")
        with served(lambda: app.application(qa.Engine(Path(work) / "index"))) as address, chromium() as browser:
            return [_picture(browser, address, scheme, folder) for scheme in SCHEMES]


def _picture(browser: Browser, address: str, scheme: Literal["light", "dark"], folder: Path) -> Path:
    page = browser.new_page(viewport={"width": 1440, "height": 810}, color_scheme=scheme)
    ask(page, address)
    path = folder / f"{scheme}.png"
    page.screenshot(path=path)
    page.close()
    Image.open(path).quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)  # a third of the bytes
    return path


def main(argv: Sequence[str] | None = None) -> None:
    """Take the pictures, and say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="OUTDIR", help="where light.png and dark.png go")
    for path in take(parser.parse_args(argv).folder):
        print(f"{path}: {path.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
