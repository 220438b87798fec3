"""What every test may rely on."""

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.browser import chromium

expect.set_options(timeout=30_000)  # a machine may be busy; nothing here waits for so long by itself
signal.signal(signal.SIGINT, signal.default_int_handler)  # a runner in the background starts us with Ctrl-C ignored


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with chromium() as browser:
        yield browser
