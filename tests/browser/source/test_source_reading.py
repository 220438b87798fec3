"""The text in the source view: tables, pages, long ones, hostile ones, and files that have changed."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from qa import Engine
from tests import chromium
from tests.browser.source.cited import HOSTILE, LONG, cite, source
from tests.chromium import opened

pytestmark = chromium.MARKS


def test_a_table_is_a_table(page: Page, engine: Engine) -> None:
    """Headers above their columns, and the quote's cell marked."""
    cite(page, engine, "prices.md", "31").click()
    expect(source(page).locator("th")).to_have_text(["Kiln", "Glaze"])
    expect(source(page).locator("td")).to_have_text(["Wren", "18", "Plover", "31"])
    expect(source(page).locator("td mark")).to_have_text("31")


def test_a_long_document_comes_as_it_is_scrolled(page: Page, engine: Engine) -> None:
    """Only a window is there at first; both ends are reached by scrolling, and what was read stays where it was."""
    cite(page, engine, "long.txt", "Line 1500 of").click()
    text = source(page).locator(".sq-source-text")
    expect(source(page).locator("mark")).to_be_in_viewport()
    assert len(text.inner_text()) < 20_000
    text.evaluate("element => element.scrollTo(0, 300)")
    expect(text).to_contain_text("Line 900 of")
    scrolled(text, "0", "Line 0 of")
    scrolled(text, "element.scrollHeight", "End of the document")
    lines = [line for line in text.inner_text().splitlines() if line.startswith("Line ")]
    assert lines == LONG.splitlines()


def scrolled(text: Locator, to: str, words: str) -> None:
    """Scroll to an end, again and again, until the words are there."""
    for _ in range(200):
        if words in (text.text_content() or ""):
            return
        text.evaluate(f"element => element.scrollTo(0, {to})")
        text.page.wait_for_timeout(60)
    raise AssertionError(f"scrolling never came to {words}")


def test_words_are_found_in_the_document(page: Page, engine: Engine) -> None:
    """Far from the quote too; Enter goes to the next one; what is not there is said."""
    cite(page, engine, "long.txt", "Line 7 of").click()
    box = page.get_by_label("Find in document")
    box.fill("LINE 2999")
    box.press("Enter")
    expect(source(page).locator(".sq-here")).to_have_text("Line 2999")
    expect(source(page).locator(".sq-here")).to_be_in_viewport()
    box.fill("line 8")
    box.press("Enter")
    expect(source(page).locator(".sq-find [role=status]")).to_contain_text(" of 111")
    before = source(page).locator(".sq-find [role=status]").inner_text()
    box.press("Enter")
    expect(source(page).locator(".sq-find [role=status]")).not_to_have_text(before)
    box.fill("nowhere <b>")
    box.press("Enter")
    expect(source(page).locator(".sq-find [role=status]")).to_have_text("Not found")


def test_hostile_text_is_shown_literally_and_does_nothing(
    context: BrowserContext, address: str, engine: Engine
) -> None:
    """No markup of a document becomes any, nothing is run or fetched, and every character is there."""
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = opened(context, address)
    for quote in HOSTILE:
        cite(page, engine, "hostile.txt", quote).dispatch_event("click")
        expect(source(page).locator("mark")).to_have_js_property("textContent", quote)
        assert source(page).locator(".sq-text").text_content() == "\n".join(HOSTILE)
    name = "a <img src=x onerror=window.pwned=1> b.txt"
    cite(page, engine, name, "A name").dispatch_event("click")
    expect(source(page).locator("h2")).to_have_text(name)
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None
    assert source(page).locator(":is(script, img, iframe, style, b, h1)").count() == 0
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []


def test_what_nobody_would_see_is_shown(page: Page, engine: Engine) -> None:
    """A character that turns text around shows its code point and turns nothing around; the text stays exact."""
    cite(page, engine, "hostile.txt", HOSTILE[6]).click()
    expect(source(page).locator("mark")).to_have_js_property("textContent", HOSTILE[6])
    codes = source(page).locator(".sq-char").evaluate_all("all => all.map((each) => each.dataset.code)")
    assert codes == ["U+202E", "U+202C", "U+200B", "U+FEFF", "U+0007"]


def test_a_changed_file_is_said_to_be_so(page: Page, engine: Engine, folder: Path) -> None:
    """The old words are shown as old, the new ones not at all, and the file cannot be opened for the quoted one."""
    (folder / "changing.txt").write_text("The well was never drilled.", encoding="utf-8")
    cite(page, engine, "changing.txt", "87 metres").click()
    expect(source(page).locator(".sq-source-note")).to_contain_text("has changed since it was read")
    expect(source(page).locator("mark")).to_have_text("87 metres")
    expect(source(page)).not_to_contain_text("never drilled")
    expect(page.get_by_role("link", name="Open original")).to_be_hidden()
    (folder / "changing.txt").write_text("The well is 87 metres deep.", encoding="utf-8")


@pytest.mark.parametrize(
    ("now", "said", "marked"),
    [
        ("It was measured again.\n\nThe well is 87 metres deep.", "this is what it says now", ["87 metres"]),
        ("The well was never drilled.", "the quote is not in it any more", []),
    ],
)
def test_a_changed_file_is_read_again_from_its_source(
    page: Page, engine: Engine, folder: Path, now: str, said: str, marked: list[str]
) -> None:
    """One click; then the quote is marked where it stands now, or it is said that it is gone."""
    (folder / "changing.txt").write_text(now, encoding="utf-8")
    try:
        cite(page, engine, "changing.txt", "87 metres").click()
        source(page).get_by_role("button", name="Read again").click()
        expect(source(page).locator(".sq-source-note")).to_contain_text(said, timeout=30_000)
        expect(source(page).locator(".sq-text").first).to_contain_text(now.split("\n")[0])
        expect(source(page).locator("mark")).to_have_text(marked)
        expect(source(page).get_by_role("button", name="Read again")).to_be_hidden()
    finally:
        (folder / "changing.txt").write_text("The well is 87 metres deep.", encoding="utf-8")
        engine.add([folder / "changing.txt"])


@pytest.mark.parametrize(("width", "height"), [(1280, 620), (390, 844)])
def test_a_pdf_is_shown_as_its_page_with_the_words_boxed(
    browser: Browser, address: str, engine: Engine, width: int, height: int
) -> None:
    """The quote is a mark on the page's picture, in view; the text is a click away; other pages come by scrolling."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = opened(context, address)
    cite(page, engine, "walk.pdf", "940 metres").dispatch_event("click")
    expect(source(page).get_by_role("img", name="Page 1 of walk.pdf")).to_be_visible(timeout=15_000)
    mark = source(page).locator("mark")
    expect(mark).to_have_text("940 metres")
    expect(mark).to_be_in_viewport(ratio=1)
    picture, box = source(page).locator("img").first.bounding_box(), source(page).locator(".sq-box").bounding_box()
    assert picture is not None
    assert box is not None
    assert picture["x"] < box["x"] < box["x"] + box["width"] < picture["x"] + picture["width"]
    source(page).locator(".sq-source-text").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(source(page).get_by_role("img", name="Page 2 of walk.pdf")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Show text").click()
    expect(source(page).locator(".sq-text mark")).to_have_text("940 metres")
    page.get_by_role("button", name="Show page").click()
    expect(source(page).locator(".sq-over mark")).to_be_in_viewport(timeout=15_000)
    context.close()
