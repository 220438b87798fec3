"""What every test may rely on."""

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from bench.browser import chromium

signal.signal(signal.SIGINT, signal.default_int_handler)  # a runner in the background starts us with Ctrl-C ignored


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with chromium() as browser:
        yield browser
