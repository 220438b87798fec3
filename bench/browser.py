"""The real page in a real browser: served on a free port, opened in a Chromium of this machine."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--hide-scrollbars",
]  # fmt: skip
PATIENCE = 120_000
"""Milliseconds: a machine may be busy; nothing here waits for so long by itself."""


@contextmanager
def served(build: Callable[[], FastAPI], *, port: int = 0) -> Iterator[str]:
    """Serve what ``build`` makes, in a thread, and yield its address."""

    async def built() -> FastAPI:
        return build()

    with ThreadPoolExecutor() as pool:  # inside a loop: outside of one, Gradio makes loops and never closes them
        application = pool.submit(asyncio.run, built()).result()
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = uvicorn.Server(uvicorn.Config(application, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a Chromium of this machine, without a window. Raises SystemExit if it has none."""
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium on the PATH: install one (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def ready(page: Page, address: str) -> Page:
    """Open the page and wait until a question can be asked."""
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible(timeout=PATIENCE)
    return page
