"""The room "Documents" in a real browser: adding, finding, confining, removing, whoever changes the index."""

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from bench.browser import ready, served
from index import Index, IndexLocked
from index.types import Part, Vectors
from qa import Engine
from qa.api import SAMPLES
from tests import chromium
from tests.fakes import HashingEmbedder, PatternReader
from ui import app

NASTY = (
    '"><img src=x onerror=window.pwned=1>.txt',
    "<script>window.pwned=1<!--.txt",
    "![p](http:__evil.example_b.png) **x** $$x$$.txt",
    "gnp\u202e.exe\u200b.txt",
    "a&amp;b{{7*7}}${7*7}.txt",
    "e" + "\u0301" * 60 + ".txt",
    "שלום עולם (final).txt",
)

pytestmark = [
    pytest.mark.slow,
    chromium.NEEDED,
]


class Paced(HashingEmbedder):
    """Embeds at once, or one slice for each time that it is let."""

    def __init__(self) -> None:
        """Let everything through."""
        super().__init__()
        self.held = False
        self.turns = threading.Semaphore(0)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Part]]) -> tuple[Vectors, list[Vectors]]:
        """Wait for a turn if it is held, then embed."""
        if self.held:
            assert self.turns.acquire(timeout=30)
        return super().encode_parts(texts, parts)

    def release(self) -> None:
        """Hold nothing any more."""
        self.held = False
        self.turns.release(10_000)
        self.turns = threading.Semaphore(0)


@dataclass(frozen=True, slots=True)
class Server:
    """A server with an index of its own, and what it works with."""

    address: str
    engine: Engine
    embedder: Paced

    @property
    def folder(self) -> Path:
        """Where its index is."""
        return self.engine.folder


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real page over a real index, with an embedder that takes no time."""
    embedder, folder = Paced(), tmp_path_factory.mktemp("served") / "index"
    index = Index.open(folder, embedder=embedder, create=True)
    engine = Engine(folder, reader=PatternReader(r"\d+ euros"), index=index)

    with served(lambda: app.application(engine)) as address:
        yield Server(address, engine, embedder)
        embedder.release()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The same server with nothing in it."""
    yield running
    running.embedder.release()
    json = {"Content-Type": "application/json"}
    for path in ("stop", "clear"):
        urlopen(Request(f"{running.address}/api/documents/{path}", b"{}", json)).close()
    time.sleep(0.1)
    while entries := running.engine.documents():
        with suppress(IndexLocked):
            running.engine.remove([Path(entry.path) for entry in entries])
    shutil.rmtree(running.folder / "files", ignore_errors=True)


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page, with its list of documents."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page, faults = context.new_page(), list[Error]()
    page.on("pageerror", lambda fault: faults.append(fault))
    yield opened(page, server)
    assert faults == []
    context.close()


def opened(page: Page, server: Server) -> Page:
    """Open the page, and the drawer where the room is in one."""
    ready(page, server.address)
    page.evaluate("document.documentElement.classList.add('sq-drawn')")
    page.evaluate("import('/rooms.js').then(({ scope }) => { window.where = () => scope.where(); })")
    expect(room(page).get_by_role("button", name="Add files")).to_be_visible()
    return page


def room(page: Page) -> Locator:
    """The region of the documents."""
    return page.get_by_role("region", name="Documents", exact=True)


def names(page: Page) -> Locator:
    """The names in the list."""
    return room(page).locator(".sq-files .sq-file-name")


def add(page: Page, *paths: Path) -> None:
    """Choose files as a person does."""
    with page.expect_file_chooser() as choosing:
        room(page).get_by_role("button", name="Add files").click()
    choosing.value.set_files([os.fspath(path) for path in paths])


def written(folder: Path, count: int = 3) -> list[Path]:
    """Write some files that can be asked about."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"report-{number}.txt" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(f"The ticket of year {number} costs {number + 10} euros.")
    return paths


def until(page: Page, script: str) -> None:
    """Wait until a script says yes; the page's policy forbids Playwright's own way of waiting."""
    for _ in range(200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came to that: {script}")


def test_files_are_added_and_listed_with_their_facts(page: Page, server: Server, tmp_path: Path) -> None:
    """They are sent, read and listed without a reload; what cannot be read says why."""
    paths = written(tmp_path / "docs")
    (tmp_path / "docs" / "empty.txt").touch()
    (tmp_path / "docs" / "photo.exe").write_bytes(b"MZ")
    add(page, *paths, tmp_path / "docs" / "empty.txt", tmp_path / "docs" / "photo.exe")
    expect(names(page)).to_have_text(["report-0.txt", "report-1.txt", "report-2.txt"])
    expect(room(page).locator(".sq-file-facts").first).to_contain_text("TXT")
    expect(room(page).locator(".sq-file-facts").first).to_contain_text("1 passage")
    failed = room(page).locator(".sq-is-failed")
    expect(failed).to_contain_text("empty.txt")
    expect(failed).to_contain_text("Is empty: write something in it")
    expect(room(page).locator(".sq-is-unsent")).to_contain_text("Files of this kind (.exe) cannot be read.")
    expect(room(page).locator(".sq-said")).to_have_text("Finished; 2 files could not be read.")
    assert (server.folder / "files" / "report-0.txt").read_text() == paths[0].read_text()


def test_a_file_is_tried_again(page: Page, server: Server, tmp_path: Path) -> None:
    """The line goes and the file is there."""
    path = tmp_path / "late.txt"
    path.touch()
    add(page, path)
    again = room(page).get_by_role("button", name="Try again: late.txt")
    expect(again).to_be_visible()
    (server.folder / "files" / "late.txt").write_text("It costs 3 euros.")
    again.click()
    expect(names(page)).to_have_text(["late.txt"])
    expect(room(page).locator(".sq-is-failed")).to_have_count(0)


def test_a_folder_is_sent_without_what_nobody_can_read(page: Page, server: Server, tmp_path: Path) -> None:
    """Hidden files, lock files of office programs and other kinds stay where they are; folders keep their names."""
    written(tmp_path / "trip" / "2024", 2)
    (tmp_path / "trip" / ".hidden.txt").write_text("No.")
    (tmp_path / "trip" / "~$report.txt").write_text("No.")
    (tmp_path / "trip" / "photo.exe").write_bytes(b"MZ")
    with page.expect_file_chooser() as choosing:
        room(page).get_by_role("button", name="Add folder").click()
    choosing.value.set_files(tmp_path / "trip")
    expect(names(page)).to_have_text(["report-0.txt", "report-1.txt"])
    expect(room(page).locator(".sq-file-folder").first).to_contain_text("trip/2024")
    expect(room(page).locator(".sq-is-unsent")).to_have_count(0)
    assert (server.folder / "files" / "trip" / "2024" / "report-0.txt").exists()


def test_files_can_be_dropped_anywhere(page: Page) -> None:
    """A veil says so while they are held; it goes when they are let go or taken away."""
    transfer = page.evaluate_handle(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["It costs 12 euros."], "dropped.txt", { type: "text/plain" }));
            return transfer;
        }"""
    )
    page.dispatch_event("#chat", "dragenter", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop files or folders to add them")).to_be_visible()
    page.dispatch_event("#chat", "dragleave", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop files or folders to add them")).to_be_hidden()
    page.dispatch_event("#chat", "dragenter", {"dataTransfer": transfer})
    page.dispatch_event("#chat", "drop", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop files or folders to add them")).to_be_hidden()
    expect(names(page)).to_have_text(["dropped.txt"])


def test_a_folder_of_this_computer_is_indexed_in_place(page: Page, server: Server, tmp_path: Path) -> None:
    """By its path, without a copy; a path that is not there says so."""
    written(tmp_path / "docs")
    room(page).get_by_role("button", name="Index a folder on this computer").click()
    box = room(page).get_by_label("Folder on this computer")
    expect(box).to_be_focused()
    box.fill(str(tmp_path / "nowhere"))
    page.keyboard.press("Enter")
    expect(room(page).get_by_role("alert")).to_contain_text("check the spelling")
    box.fill(str(tmp_path / "docs"))
    page.keyboard.press("Enter")
    expect(names(page)).to_have_count(3)
    expect(room(page).get_by_role("alert")).to_be_hidden()
    assert not (server.folder / "files").exists()


def test_progress_is_by_passage_and_stopping_keeps_what_is_done(page: Page, server: Server, tmp_path: Path) -> None:
    """While a long file is read, the bar and the words move; Stop ends it, and what was read stays."""
    [short] = written(tmp_path / "docs", 1)
    long = tmp_path / "docs" / "zz-long.txt"
    long.write_text("\n\n".join(f"Paragraph {n}. " + "word " * 150 for n in range(150)))
    server.embedder.held = True
    server.embedder.turns.release()
    add(page, short)
    expect(names(page)).to_have_text(["report-0.txt"])
    add(page, long)
    server.embedder.turns.release()
    now = room(page).locator(".sq-now")
    expect(now).to_contain_text("passage 32 of ")
    bar = room(page).get_by_role("progressbar", name="Reading the documents")
    first = float(bar.get_attribute("value") or 0)
    page.wait_for_timeout(1100)  # sooner, nobody can say how long it will take
    server.embedder.turns.release()
    expect(now).to_contain_text("passage 64 of ")
    expect(now).to_contain_text(re.compile(r"about \d+ s left"))
    assert float(bar.get_attribute("value") or 0) > first > 0
    room(page).get_by_role("button", name="Stop adding").click()
    server.embedder.release()
    expect(room(page).locator(".sq-is-stopped")).to_contain_text("what was read before is kept")
    expect(names(page)).to_have_text(["report-0.txt"])
    expect(bar).to_have_count(0)


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


def test_asking_works_while_files_are_added(page: Page, server: Server, tmp_path: Path) -> None:
    """An answer comes from what is there so far."""
    first, second, third = written(tmp_path / "docs")
    server.engine.add([first])
    server.embedder.held = True
    add(page, second, third)
    expect(room(page).get_by_role("progressbar")).to_be_visible()
    page.get_by_label("Your question").fill("What does the ticket of year 0 cost?")
    page.keyboard.press("Enter")
    expect(page.locator("#chat mark").first).to_have_text("10 euros")
    expect(room(page).get_by_role("progressbar")).to_be_visible()
    server.embedder.release()
    expect(names(page)).to_have_count(3)


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
