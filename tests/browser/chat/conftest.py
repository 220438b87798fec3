"""One server for each file of tests, and the page in a fresh profile."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chat.scripted import serving
from tests.chromium import opened


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The server, running in a thread."""

    with serving(None) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    """The page, ready to ask."""
    return opened(context, address)
