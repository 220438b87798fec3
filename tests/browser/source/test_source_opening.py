"""Opening the source, stepping through citations, closing it; links to it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from qa import Engine
from tests import chromium
from tests.browser.source.cited import PRICES, cite, source
from tests.chromium import opened

pytestmark = chromium.MARKS


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 620, "light"), (390, 844, "dark"), (800, 480, "light")])
@pytest.mark.parametrize("name", ["long.txt", "prices.md", "changing.txt"])
def test_the_quote_is_in_view_and_marked(
    browser: Browser, address: str, engine: Engine, width: int, height: int, scheme: str, name: str
) -> None:
    """Wherever in the document it stands, it is marked, within its tinted passage, and on the screen."""
    quote = {"long.txt": "Line 2017 of", "prices.md": "31", "changing.txt": "87 metres"}[name]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = opened(context, address)
    expect(source(page)).to_be_hidden()
    cite(page, engine, name, quote).dispatch_event("click")
    mark = source(page).locator("mark")
    expect(mark).to_have_text(quote)
    expect(mark).to_be_in_viewport(ratio=1)
    expect(source(page).locator(".sq-tint mark")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = source(page).bounding_box()
    assert box is not None
    assert box["x"] + box["width"] == width
    context.close()


def test_escape_closes_and_gives_the_focus_back(page: Page, engine: Engine) -> None:
    """And so does the button; the address is what it was."""
    before = page.url
    button = cite(page, engine, "prices.md", "31")
    for key in ("Escape", "Enter"):  # the latter on the button
        button.focus()
        page.keyboard.press("Enter")
        expect(source(page)).to_be_visible()
        expect(source(page).get_by_role("group", name="Text of prices.md")).to_be_focused()
        if key == "Enter":
            page.get_by_role("button", name="Close source").focus()
        page.keyboard.press(key)
        expect(source(page)).to_be_hidden()
        expect(button).to_be_focused()
        expect(page).to_have_url(before)


def test_back_closes_the_source_and_keeps_the_page(page: Page, engine: Engine) -> None:
    """One step, however many citations were looked at; forward opens it again."""
    cite(page, engine, "prices.md", "31").click()
    cite(page, engine, "long.txt", "Line 7 of").click()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    page.evaluate("window.same = 1")
    page.go_back()
    expect(source(page)).to_be_hidden()
    page.go_forward()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    assert page.evaluate("window.same") == 1


def test_on_a_phone_the_page_behind_is_out_of_reach(browser: Browser, address: str, engine: Engine) -> None:
    """The view covers everything: the focus must not wander under it."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = opened(context, address)
    cite(page, engine, "prices.md", "31").dispatch_event("click")
    expect(source(page)).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = "document.querySelector('#sq-source').contains(document.activeElement)"
        assert page.evaluate(f"{inside} || document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(page.locator("[inert]")).to_have_count(0)
    context.close()


def test_the_citations_of_an_answer_follow_each_other(page: Page, engine: Engine) -> None:
    """Next and previous go round; the focus returns to the one that was looked at last."""
    first = cite(page, engine, "prices.md", "31")
    last = cite(page, engine, "long.txt", "Line 7 of")
    first.click()
    expect(source(page).locator(".sq-steps")).to_contain_text("1 of 2")
    page.get_by_role("button", name="Next citation").click()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    expect(source(page).locator(".sq-steps")).to_contain_text("2 of 2")
    page.get_by_role("button", name="Next citation").click()
    expect(source(page).locator("mark")).to_have_text("31")
    page.get_by_role("button", name="Previous citation").click()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    page.keyboard.press("Escape")
    expect(last).to_be_focused()


def test_the_link_opens_the_same_place_after_a_rename(
    context: BrowserContext, address: str, page: Page, engine: Engine, folder: Path
) -> None:
    """It names the bytes, so another name of the file is no matter."""
    cite(page, engine, "prices.md", "31").click()
    expect(source(page).locator("mark")).to_be_visible()
    link = page.get_by_role("link", name="Link").get_attribute("href")
    (folder / "prices.md").rename(folder / "renamed.md")
    try:
        engine.add([folder])
        again = opened(context, f"{address}/{link}")
        expect(source(again).locator("mark")).to_have_text("31")
        expect(source(again).locator("h2")).to_have_text("renamed.md")
        again.keyboard.press("Escape")
        expect(source(again)).to_be_hidden()
        expect(again).to_have_url(f"{address}/")
    finally:
        (folder / "renamed.md").rename(folder / "prices.md")
        engine.add([folder])


def test_a_link_to_what_is_gone_says_so(context: BrowserContext, address: str) -> None:
    """Removed, or read again: a sentence, and no other document in its place."""
    page = opened(context, f"{address}/#source={'ab' * 32}&start=0&end=5")
    expect(source(page)).to_contain_text("not in the index any more")
    page.keyboard.press("Escape")
    expect(source(page)).to_be_hidden()


def test_the_original_opens_beside_the_page(page: Page, engine: Engine) -> None:
    """In a tab of its own, or as a download; the conversation stays."""
    cite(page, engine, "prices.md", "31").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Open original").click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == PRICES
    expect(source(page)).to_be_visible()
