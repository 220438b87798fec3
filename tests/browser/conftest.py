"""The browser of these tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.browser import chromium

expect.set_options(timeout=30_000)  # a machine may be busy; nothing here waits for so long by itself


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with chromium() as browser:
        yield browser
