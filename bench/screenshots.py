"""The README's pictures, taken of the real page: ``python -m bench.screenshots OUTDIR`` (needs the [dev] extra).

The sample documents are indexed in a folder of its own, the page is served on a free port, and Chromium asks it one
question, in light and in dark: OUTDIR/light.png and OUTDIR/dark.png.
"""

import argparse
import asyncio
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import uvicorn
from fastapi import FastAPI
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

import qa
from ui import app

QUESTION = "Who led the meeting?"
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]


@contextmanager
def served(index: Path) -> Iterator[str]:
    """Serve the page over an index, in a thread, and yield its address."""
    with ThreadPoolExecutor() as pool:  # inside a loop: outside of one, Gradio makes loops and never closes them
        application = pool.submit(asyncio.run, _built(index)).result()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(application, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


async def _built(index: Path) -> FastAPI:
    return app.application(qa.Engine(index))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a Chromium of this machine, without a window. Raises SystemExit if it has none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise SystemExit("There is no Chromium on the PATH: install one (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def ask(page: Page, address: str) -> None:
    """Open the page, ask the question and wait until the quote is marked in its passage."""
    page.goto(address)
    box = page.get_by_role("textbox", name="Your question")
    expect(box).to_be_visible(timeout=30_000)
    box.fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#chat mark").first).to_be_visible(timeout=30_000)
    page.wait_for_timeout(1000)  # until what fades in or scrolls has come to rest


def take(folder: Path) -> list[Path]:
    """Take a picture in each colour scheme, 1280 × 720, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        qa.ensure_samples(Path(work) / "index")
        with served(Path(work) / "index") as address, chromium() as browser:
            return [_picture(browser, address, scheme, folder) for scheme in SCHEMES]


def _picture(browser: Browser, address: str, scheme: Literal["light", "dark"], folder: Path) -> Path:
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    ask(page, address)
    path = folder / f"{scheme}.png"
    page.screenshot(path=path)
    page.close()
    Image.open(path).quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)  # a third of the bytes
    return path


def main() -> None:
    """Take the pictures, and say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="OUTDIR", help="where light.png and dark.png go")
    for path in take(parser.parse_args().folder):
        print(f"{path}: {path.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
