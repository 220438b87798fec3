"""The browser that tests of the page look with, skipped where there is none; what a person does there."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.browser import CHROMIUM, ready
from qa import Document, Engine

NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium on the PATH (Debian: apt install chromium)")
MARKS = [pytest.mark.slow, NEEDED]


def opened(context: BrowserContext, address: str) -> Page:
    """Another tab with the page."""
    return ready(context.new_page(), address)


def ask(page: Page, question: str) -> None:
    """Type a question and wait for what is said."""
    count = page.locator("#chat .sq-reply").count() + 1
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    said(page, count)


def said(page: Page, count: int) -> None:
    """Wait until there are so many replies, and none is being worked on."""
    expect(page.locator("#chat .sq-reply")).to_have_count(count, timeout=60_000)
    expect(page.locator("#chat .sq-working")).to_have_count(0)


def named(engine: Engine, name: str) -> Document:
    """The document that was read from a file of that name."""
    entry = next(entry for entry in engine.documents() if Path(entry.path).name == name)
    found = engine.document(entry.id)
    assert found is not None
    return found
