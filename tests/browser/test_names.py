"""The accessible names that checks from outside go by: they stay as they are, whatever the page looks like."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.browser import ready, served
from index import Index
from qa import Engine
from tests import chromium
from tests.fakes import HashingEmbedder, PatternReader
from ui import app

pytestmark = [pytest.mark.slow, chromium.NEEDED]

SAMPLES = Path(__file__).parents[2] / "index" / "samples"


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page over the sample documents."""
    index = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    index.sync([SAMPLES])
    with (
        closing(Engine(tmp_path / "index", reader=PatternReader(r"84 euros"), index=index)) as engine,
        served(lambda: app.application(engine)) as address,
    ):
        context = browser.new_context(viewport={"width": 1280, "height": 620})
        yield ready(context.new_page(), address)
        context.close()


def test_the_names_that_others_rely_on_are_there(page: Page) -> None:
    """Each is the whole name, of one thing; the quote in the source is a mark within its region, and in view."""
    for name in ("Ask", "Add files", "Add folder", "New conversation", "Remove samples"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(1)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)  # there is nothing to stop
    expect(page.locator("#sq-stop")).to_have_attribute("aria-label", "Stop")
    for name in ("Conversations", "Documents"):
        expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Your question", exact=True).fill("What does a plot cost?")
    page.get_by_role("button", name="Ask", exact=True).click()
    answer = page.get_by_role("group", name="Answer", exact=True)
    expect(answer.locator("mark").first).to_have_text("84 euros")
    expect(answer.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    answer.get_by_role("button", name="Open", exact=True).first.click()
    source = page.get_by_role("region", name="Source", exact=True)
    expect(source.locator("mark")).to_have_text("84 euros")
    expect(source.locator("mark")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Close source", exact=True).click()
    expect(source).to_be_hidden()
    expect(answer.get_by_role("button", name="Open", exact=True).first).to_be_focused()
