"""The list: right whoever changes the index, searched, ticked, removed from, whatever the names."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from index import Index
from qa.api import SAMPLES
from tests import chromium
from tests.browser.documents.room import Server, add, names, opened, room, until, written
from tests.fakes import HashingEmbedder

pytestmark = chromium.MARKS


NASTY = (
    '"><img src=x onerror=window.pwned=1>.txt',
    "<script>window.pwned=1<!--.txt",
    "![p](http:__evil.example_b.png) **x** $$x$$.txt",
    "gnp\u202e.exe\u200b.txt",
    "a&amp;b{{7*7}}${7*7}.txt",
    "e" + "\u0301" * 60 + ".txt",
    "שלום עולם (final).txt",
)


def test_the_list_is_right_soon_whoever_changes_the_index(page: Page, server: Server, tmp_path: Path) -> None:
    """Another process adds and removes files; the page is told by an event too."""
    written(tmp_path / "docs")
    expect(room(page).get_by_text("No documents yet.")).to_be_visible()
    page.evaluate("document.addEventListener('seedqa:changed', () => { window.heard = (window.heard ?? 0) + 1; })")
    with Index.open(server.folder, embedder=HashingEmbedder()) as other:
        other.sync([tmp_path / "docs"])
        expect(names(page)).to_have_count(3)
        other.remove([tmp_path / "docs" / "report-1.txt"])
        expect(names(page)).to_have_text(["report-0.txt", "report-2.txt"])
    assert page.evaluate("window.heard") == 2


def test_ticked_documents_confine_questions(page: Page, server: Server, tmp_path: Path) -> None:
    """The ids go with each question, a chip by the box names them, and one click asks all again."""
    written(tmp_path / "docs")
    server.engine.add([tmp_path / "docs"])
    expect(names(page)).to_have_count(3)
    assert page.evaluate("window.where()") is None
    room(page).get_by_role("checkbox", name="report-1.txt").check()
    ids = {Path(entry.path).name: entry.id for entry in server.engine.documents()}
    assert page.evaluate("window.where()") == {"documents": [ids["report-1.txt"]]}
    expect(page.locator("#sq-scope")).to_contain_text("Only in report-1.txt")
    above = page.evaluate(
        "document.querySelector('#sq-scope').getBoundingClientRect().bottom"
        " <= document.querySelector('#ask').getBoundingClientRect().top + 1"
    )
    assert above
    (tmp_path / "docs" / "report-1.txt").write_text("The ticket costs 99 euros.")
    server.engine.add([tmp_path / "docs"])  # the document has another id now
    now = {Path(entry.path).name: entry.id for entry in server.engine.documents()}
    until(page, f"window.where().documents[0] === {now['report-1.txt']}")
    room(page).get_by_role("searchbox", name="Find a document").fill("report")
    room(page).get_by_role("checkbox", name="report-2.txt").check()
    expect(page.locator("#sq-scope")).to_contain_text("Only in 2 documents")
    page.get_by_role("button", name="Ask all documents").click()
    assert page.evaluate("window.where()") is None
    expect(page.locator("#sq-scope")).to_be_hidden()
    expect(room(page).get_by_role("checkbox", checked=True)).to_have_count(0)
    room(page).get_by_role("button", name="Tick all that are found").click()
    until(page, "window.where()?.documents.length === 3")


def test_a_removed_document_is_in_no_scope(page: Page, server: Server, tmp_path: Path) -> None:
    """Questions that were confined to it are confined to nothing that is not there."""
    written(tmp_path / "docs")
    server.engine.add([tmp_path / "docs"])
    room(page).get_by_role("checkbox", name="report-1.txt").check()
    server.engine.remove([tmp_path / "docs" / "report-1.txt"])
    expect(page.locator("#sq-scope")).to_be_hidden()
    assert page.evaluate("window.where()") is None


def test_a_removal_is_undone(page: Page, server: Server, tmp_path: Path) -> None:
    """One, several, and with the keyboard alone; the files stay where they are."""
    written(tmp_path / "docs")
    server.engine.add([tmp_path / "docs"])
    room(page).get_by_role("button", name="Remove report-1.txt").click()
    expect(names(page)).to_have_text(["report-0.txt", "report-2.txt"])
    expect(room(page).get_by_text("report-1.txt removed from the index.")).to_be_visible()
    room(page).get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_count(3)
    room(page).get_by_role("button", name="Tick all").click()
    room(page).get_by_role("button", name="Remove 3 ticked documents").focus()
    page.keyboard.press("Enter")
    expect(room(page).get_by_text("No documents yet.")).to_be_visible()
    expect(page.locator("#sq-scope")).to_be_hidden()
    undo = room(page).get_by_role("button", name="Undo")
    undo.focus()
    page.keyboard.press("Enter")
    expect(names(page)).to_have_count(3)
    assert len(list((tmp_path / "docs").iterdir())) == 3


def test_an_undo_of_what_was_added_again_says_so(page: Page, tmp_path: Path) -> None:
    """There was a complaint that it had to be added again."""
    note = tmp_path / "note.txt"
    note.write_text("The code is 4711.")
    add(page, note)
    expect(names(page)).to_have_text(["note.txt"])
    room(page).get_by_role("button", name="Remove note.txt").click()
    expect(names(page)).to_have_count(0)
    add(page, note)
    expect(names(page)).to_have_text(["note.txt"])
    room(page).get_by_role("button", name="Undo").click()
    expect(room(page).get_by_text("It has been added again already.")).to_be_visible()
    expect(names(page)).to_have_text(["note.txt"])


def test_the_samples_are_removed_together(page: Page, server: Server) -> None:
    """The button is there as long as they are."""
    button = room(page).get_by_role("button", name="Remove samples")
    expect(button).to_be_hidden()
    server.engine.add([SAMPLES])
    button.click()
    expect(room(page).get_by_text("No documents yet.")).to_be_visible()
    expect(button).to_be_hidden()


def test_a_changed_file_is_read_again_with_a_click(page: Page, server: Server, tmp_path: Path) -> None:
    """The list says that what is indexed is not what the file says now."""
    [path] = written(tmp_path / "docs", 1)
    server.engine.add([path])
    path.write_text("The ticket costs 99 euros now.")
    page.reload()
    expect(room(page).get_by_text("changed since it was read")).to_be_visible()
    room(page).get_by_role("button", name="Read again: report-0.txt").click()
    expect(room(page).get_by_text("changed since it was read")).to_have_count(0)
    assert server.engine.ask("What does the ticket cost?").text == "99 euros"


def test_hostile_names_are_shown_and_do_nothing(page: Page, server: Server, tmp_path: Path) -> None:
    """In the list, the queue, the chip and the undo; invisible characters are shown as what they are."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    (tmp_path / "docs").mkdir()
    for number, name in enumerate(NASTY):
        (tmp_path / "docs" / name).write_text(f"Number {number} costs {number} euros." if number else "")
    server.engine.add([path for path in (tmp_path / "docs").iterdir() if path.stat().st_size])
    expect(names(page)).to_have_count(len(NASTY) - 1)
    add(page, tmp_path / "docs" / NASTY[0])
    expect(room(page).locator(".sq-is-failed")).to_be_visible()
    room(page).get_by_role("button", name="Tick all").click()
    room(page).get_by_role("button", name="Untick all").click()
    room(page).get_by_role("checkbox").nth(1).check()
    room(page).locator(".sq-x").nth(1).click()
    expect(room(page).get_by_role("button", name="Undo")).to_be_visible()
    shown = " ".join(room(page).locator("bdi").all_text_contents())
    assert "gnp\u202e.exe\u200b.txt" in shown
    codes = room(page).locator(".sq-file-name .sq-char").evaluate_all("all => all.map((each) => each.dataset.code)")
    assert codes == ["U+202E", "U+200B"]
    assert "<script>window.pwned=1<!--.txt" in shown
    assert page.evaluate("window.pwned") is None
    assert room(page).locator("img, script, iframe, a, style").count() == 0
    assert [url for url in requests if not url.startswith((server.address, "data:", "blob:"))] == []


def test_thousands_of_documents_are_listed_found_and_scrolled(page: Page, server: Server, tmp_path: Path) -> None:
    """A hundred are in the page at first; the rest come as one scrolls, and the search looks at all."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(3000):
        (folder / f"n{number:04}.txt").write_text("It costs 5 euros.")
    server.engine.add([folder])
    expect(names(page)).to_have_count(100)
    room(page).locator(".sq-files").evaluate("element => { element.scrollTop = element.scrollHeight; }")
    expect(names(page)).to_have_count(200)
    room(page).get_by_role("searchbox", name="Find a document").fill("n2718")
    expect(names(page)).to_have_text(["n2718.txt"])
    room(page).get_by_role("searchbox", name="Find a document").fill("")
    room(page).get_by_role("button", name="Tick all").click()
    expect(page.locator("#sq-scope")).to_contain_text("Only in 3,000 documents")


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 860, "light"), (390, 844, "dark"), (320, 640, "light")])
def test_the_room_fits_every_window(
    browser: Browser, server: Server, tmp_path: Path, width: int, height: int, scheme: str
) -> None:
    """No sideways scrolling, whatever the names; each button can be hit and has a name."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("x" * 200, "many words " * 15, "short"):
        (folder / f"{name}.txt").write_text(f"The {name} costs 5 euros.")
    server.engine.add([folder])
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = opened(context.new_page(), server)
    expect(names(page)).to_have_count(3)
    room(page).get_by_role("checkbox").first.check()
    room(page).locator(".sq-x").nth(1).click()
    expect(room(page).get_by_role("button", name="Undo")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = "[...document.querySelectorAll('#sq-documents *')].filter((e) => e.scrollWidth > innerWidth).length"
    assert page.evaluate(wide) == 0
    unnamed = """[...document.querySelectorAll(
        "#sq-documents :is(button, input:not([hidden]), select), #sq-scope button"
    )].filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).length"""
    assert page.evaluate(unnamed) == 0
    small = """[...document.querySelectorAll("#sq-documents button")].map((e) => e.getBoundingClientRect())
        .filter((box) => box.width && (box.width < 24 || box.height < 24)).length"""
    assert page.evaluate(small) == 0
    context.close()
