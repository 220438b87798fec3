"""Adding: files, folders, dropped, in place; what it says meanwhile."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests import chromium
from tests.browser.documents.room import Server, add, names, room, written

pytestmark = chromium.MARKS


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
