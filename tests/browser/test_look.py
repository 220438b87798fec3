"""How the page looks, as far as it can be measured: widths, whole words, what is seen of a ring, a row, a way back."""

import os
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

NOTE = "It is fired on Mondays only, and never in the two weeks around Christmas when the gas is cut off for repairs."
KILNS = f"""# Kilns

Each is fired by another person.

| Kiln name | Depth | Fired by | Note |
|---|---|---|---|
| Wren | 18 metres | Ada Holt | {NOTE} |
| Robin | 22 metres | Ben Ruiz | {NOTE} |
| Heron | 31 metres | Carla Moss | out of order |
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over a table and a long list of others, on a server in a thread."""
    work = tmp_path_factory.mktemp("look")
    folder = work / "docs"
    folder.mkdir()
    (folder / "kilns.md").write_text(KILNS, encoding="utf-8")
    for number in range(12):
        (folder / f"note-{number}.txt").write_text(f"Bridge {number} was painted by nobody.", encoding="utf-8")
    index = Index.open(work / "index", create=True, embedder=HashingEmbedder())
    index.sync([folder])
    with (
        closing(Engine(work / "index", reader=PatternReader(r"18 metres"), index=index)) as engine,
        served(lambda: app.application(engine)) as address,
    ):
        yield address


def opened(browser: Browser, address: str, width: int, height: int, *, forced: bool = False) -> Page:
    """The page in a window of its own, after one answer out of the table."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if width < 600 else "light",
        forced_colors="active" if forced else "none",
        reduced_motion="reduce",
    )
    page = ready(context.new_page(), address)
    page.get_by_label("Your question").fill("How deep is the Wren kiln?")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-answer mark")).to_have_text("18 metres")
    expect(page.locator("#chat .sq-working")).to_have_count(0)
    return page


SPLIT = """element => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const split = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const { 0: word, index } of node.data.matchAll(/\\S+/g)) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            if (lines.size > 1 && !word.includes("-")) split.push(word);
        }
    }
    return split;
}"""
"""The words of an element that are cut in two by the end of a line."""

FINISHED = """async () => {
    const { queue } = await (await fetch("/api/documents/state")).json();
    return queue.jobs.length > 5 && queue.done === queue.total;
}"""
"""Whether all six files have been read, or have failed."""


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (390, 844), (320, 640)])
def test_an_answer_out_of_a_table_is_readable_in_every_window(
    browser: Browser, address: str, width: int, height: int
) -> None:
    """The card around it was plain text with bars; narrow columns cut "Depth" into "Dep" and "th"."""
    page = opened(browser, address, width, height)
    card = page.locator(".sq-card")
    expect(card.locator("td mark")).to_have_text("18 metres")
    expect(card.locator("th")).to_have_text(["Kiln name", "Depth", "Fired by", "Note"])
    expect(card.locator("td").filter(has_text="Robin")).to_be_visible()
    expect(card.locator("td").filter(has_text="Heron")).to_be_hidden()
    for table in page.locator(".sq-exchange table").all():
        assert table.evaluate(SPLIT) == []
    page.get_by_role("button", name="Show passage").click()
    expect(card.locator("td").filter(has_text="Heron")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("width", [1280, 1600, 2200])
def test_the_chat_is_at_most_760_wide(browser: Browser, address: str, width: int) -> None:
    """Gradio's own width for large windows won: lines of 972 points, at 1280."""
    page = opened(browser, address, width, 860)
    for part in ("#ask", ".sq-card", "#top"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert 700 < box["width"] <= 760
    page.context.close()


def test_nothing_cuts_the_ring_around_the_question(browser: Browser, address: str) -> None:
    """Its left and right end were cut off: what holds it did not let it be seen."""
    page = opened(browser, address, 1280, 860)
    expect(page.get_by_label("Your question")).to_be_focused()
    cut = """() => {
        const ring = document.querySelector("#ask").getBoundingClientRect();
        let found = [];
        for (let above = document.querySelector("#ask").parentElement; above; above = above.parentElement) {
            const box = above.getBoundingClientRect();
            const isCut = box.left > ring.left - 2 || box.right < ring.right + 2;
            if (getComputedStyle(above).overflowX !== "visible" && isCut) found.push(above.id || above.className);
        }
        return found;
    }"""
    assert page.evaluate(cut) == []
    page.context.close()


def test_the_focus_is_seen_where_colours_are_forced(browser: Browser, address: str) -> None:
    """The ring around the question is a shadow, and shadows are not drawn then; the open conversation was only bold."""
    page = opened(browser, address, 1280, 860, forced=True)
    style = "element => getComputedStyle(element).outlineStyle"
    expect(page.get_by_label("Your question")).to_be_focused()
    assert page.locator("#ask").evaluate(style) == "solid"
    assert page.locator("#sq-list li:has([aria-current])").evaluate(style) == "solid"
    page.context.close()


def test_the_way_back_to_the_chat_stays_in_view(browser: Browser, address: str) -> None:
    """On a phone it was scrolled away with the conversations."""
    page = opened(browser, address, 390, 600)
    page.get_by_role("button", name="Conversations and documents").click()
    page.locator("#sq-side").evaluate("side => side.scrollTo(0, side.scrollHeight)")
    assert page.locator("#sq-side").evaluate("side => side.scrollTop") > 50
    page.get_by_role("button", name="Back to the chat").click()
    expect(page.get_by_role("button", name="Conversations and documents")).to_be_focused()
    page.context.close()


def test_what_is_said_at_the_start_gives_way_to_the_answer(browser: Browser, address: str) -> None:
    """On a phone the foot took two lines of every answer; wide, there is room for it."""
    narrow, wide = opened(browser, address, 390, 844), opened(browser, address, 1280, 860)
    expect(narrow.locator("#footer .sq-footer")).to_be_hidden()
    expect(wide.locator("#footer .sq-footer")).to_be_visible()
    narrow.get_by_role("button", name="Conversations and documents").click()
    narrow.get_by_role("button", name="New conversation").click()
    expect(narrow.locator("#footer .sq-footer")).to_be_visible()
    for page in (narrow, wide):
        page.context.close()


def test_the_source_is_set_in_the_page_s_own_letters(browser: Browser, address: str) -> None:
    """It had those of Gradio's page, for want of its own."""
    page = opened(browser, address, 1280, 860)
    page.locator(".sq-facts .sq-open").click()
    region = page.get_by_role("region", name="Source")
    expect(region.locator("mark")).to_have_text("18 metres")
    family = "element => getComputedStyle(element).fontFamily"
    assert region.locator("td").first.evaluate(family) == page.locator(".sq-answer").evaluate(family)
    assert region.evaluate(family) == page.locator("#sq-side").evaluate(family)
    page.context.close()


def test_what_is_read_stands_above_what_waits(browser: Browser, address: str, tmp_path: Path) -> None:
    """The newest line was on top, and the one that moves at the end, out of sight; each button stands apart."""
    page = opened(browser, address, 1280, 860)
    for number in range(6):
        (tmp_path / f"f{number}.txt").write_text(f"Gate {number} is shut." if number else "", encoding="utf-8")
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Add files").click()
    choosing.value.set_files([os.fspath(path) for path in sorted(tmp_path.iterdir())])
    page.wait_for_function(FINISHED)
    first = page.locator(".sq-jobs > li").first
    expect(first).to_contain_text("f0.txt")
    expect(first).to_contain_text("Not read")
    expect(page.locator("#sq-documents .sq-said")).not_to_contain_text("to send")
    again, name = (first.get_by_role("button", name="Try again: f0.txt"), first.locator(".sq-state"))
    (one, two) = (again.bounding_box(), name.bounding_box())
    assert one is not None
    assert two is not None
    assert one["y"] >= two["y"] + two["height"] or one["x"] >= two["x"] + two["width"] + 6
    page.context.close()
