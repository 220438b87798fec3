"""Conversations: kept over reloads and restarts, listed, renamed, deleted, exported."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import chromium
from tests.browser.chat.scripted import asked, serving
from tests.chromium import ask, opened

pytestmark = chromium.MARKS


def test_a_new_conversation_has_no_context(page: Page) -> None:
    """What was asked before stays in the other one, and that is a click away."""
    ask(page, "Who led the meeting?")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".sq-asked")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()
    ask(page, "When was it held?")
    expect(page.locator(".sq-searched")).to_have_count(0)
    page.locator("#sq-list").get_by_text("Who led the meeting?").first.click()
    expect(page.locator(".sq-asked")).to_have_text(asked("Who led the meeting?"))


def test_a_reload_and_back_bring_back_the_conversation_and_the_draft(page: Page) -> None:
    """Both were lost."""
    ask(page, "Who led the meeting?")
    page.get_by_label("Your question").fill("half a quest")
    page.reload()
    expect(page.locator(".sq-answer")).to_have_text("The meeting was led by Ada Brightwater.", timeout=30_000)
    expect(page.get_by_label("Your question")).to_have_value("half a quest")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".sq-exchange")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_have_value("")
    page.go_back()
    expect(page.locator(".sq-answer")).to_have_count(1)
    expect(page.get_by_label("Your question")).to_have_value("half a quest")


def test_a_draft_of_a_new_conversation_is_kept_too(page: Page) -> None:
    """Even before anything was asked; it is found in the list."""
    page.get_by_label("Your question").fill("never asked yet")
    expect(page.locator("#sq-list")).to_contain_text("Not asked yet")
    page.reload()
    expect(page.get_by_label("Your question")).to_have_value("never asked yet", timeout=30_000)


def test_a_reload_in_the_middle_of_a_question_finds_its_answer(page: Page) -> None:
    """The server goes on; the page that is opened again waits for it."""
    page.get_by_label("Your question").fill("Who gently led the meeting?")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-working")).to_contain_text("Reading passage")
    page.reload()
    expect(page.locator(".sq-answer")).to_have_text("The meeting was led by Ada Brightwater.", timeout=30_000)


def test_a_restart_of_the_server_loses_nothing(context: BrowserContext, tmp_path: Path) -> None:
    """Killed in the middle of a question, and started again: what was answered, what was not, and the draft."""
    history = tmp_path / "conversations.db"
    with serving(history) as address:
        page = opened(context, address)
        ask(page, "Who led the meeting?")
        page.get_by_label("Your question").fill("Who slowly led the meeting?")
        page.keyboard.press("Enter")
        expect(page.locator(".sq-working")).to_contain_text("of 200")
        page.get_by_label("Your question").fill("half a quest")
        page.wait_for_timeout(800)
        crashed = tmp_path / "crashed.db"  # as a kill leaves it: the server here ends in good order
        shutil.copy(history, crashed)
        shutil.copy(f"{history}-wal", f"{crashed}-wal")
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.locator(".sq-notice")).to_be_visible()
    expect(page.locator("#sq-lost")).to_be_hidden()
    with serving(crashed, int(address.rsplit(":", 1)[1])):
        page = opened(context, page.url)
        expect(page.locator(".sq-answer")).to_have_text("The meeting was led by Ada Brightwater.", timeout=10_000)
        expect(page.locator(".sq-notice")).to_contain_text("seedqa was stopped while it worked on this")
        expect(page.get_by_role("button", name="Ask again")).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_value("half a quest")
        ask(page, "When was it held?")
        expect(page.locator(".sq-searched bdi")).to_have_text("Who led the meeting? / When was it held?")


def test_a_lost_connection_is_said_and_the_question_kept(context: BrowserContext, address: str) -> None:
    """One line above the box; the question goes back into it, and the line goes when the server is there again."""
    page = opened(context, address)
    ask(page, "Who led the meeting?")
    context.set_offline(True)
    page.get_by_label("Your question").fill("When was it held?")
    page.keyboard.press("Enter")
    expect(page.locator("#sq-lost")).to_contain_text("The connection to seedqa is lost.")
    expect(page.get_by_label("Your question")).to_have_value("When was it held?")
    context.set_offline(False)
    expect(page.locator("#sq-lost")).to_be_hidden()
    expect(page.get_by_label("Your question")).to_have_value("When was it held?")
    expect(page.locator(".sq-answer")).to_have_count(1)


def test_a_conversation_is_renamed_found_deleted_and_brought_back(page: Page) -> None:
    """All at the keyboard; deleting the one that is open leaves an empty page, and Undo brings it back."""
    ask(page, "Who led the meeting?")
    mine = page.locator("#sq-list li:has([aria-current])")
    mine.get_by_role("button", name="Rename").click()
    page.keyboard.type("Zebra minutes")
    page.keyboard.press("Enter")
    expect(mine.locator(".sq-title")).to_have_text("Zebra minutes")
    page.get_by_label("Find in conversations").fill("zebra")
    expect(page.locator("#sq-list li")).to_have_count(1)
    mine.get_by_role("button", name="Delete").click()
    expect(page.locator(".sq-exchange")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".sq-answer")).to_have_count(1)
    expect(page.locator("#sq-list .sq-title")).to_have_text(["Zebra minutes"])
    page.get_by_label("Find in conversations").fill("nothing like it")
    expect(page.locator("#sq-note")).to_have_text("Nothing found.")


def test_a_title_may_be_anything(page: Page) -> None:
    """It is shown as it is, what turns text round in a chip, and does nothing."""
    ask(page, "Who led the meeting?")
    mine = page.locator("#sq-list li:has([aria-current])")
    mine.get_by_role("button", name="Rename").click()
    page.keyboard.insert_text('gnp\u202eexe <img src=x onerror="window.pwned = 1"> {{7*7}}')
    page.keyboard.press("Enter")
    expect(mine.locator(".sq-title")).to_have_text('gnp\u202eexe <img src=x onerror="window.pwned = 1"> {{7*7}}')
    assert mine.locator(".sq-char").evaluate("element => element.dataset.code") == "U+202E"
    assert page.locator("#sq-list img").count() == 0
    assert page.evaluate("window.pwned") is None


def test_a_conversation_is_exported(page: Page) -> None:
    """As a file of Markdown, named after it."""
    ask(page, "Who led the meeting?")
    with page.expect_download() as download:
        page.locator("#sq-list li:has([aria-current])").get_by_role("button", name="Export").click()
    assert download.value.suggested_filename.endswith(".md")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert "```text\nThe meeting was led by Ada Brightwater.\n```" in text


def test_the_drawer_opens_and_gives_the_focus_back(browser: Browser, address: str) -> None:
    """On a phone the conversations are a screen of their own, with a way back."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = opened(context, address)
    ask(page, "Who led the meeting?")
    menu = page.get_by_role("button", name="Conversations and documents")
    expect(page.get_by_role("region", name="Conversations", exact=True)).to_be_hidden()
    menu.click()
    expect(page.get_by_role("button", name="Back to the chat")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.get_by_role("region", name="Conversations", exact=True)).to_be_hidden()
    menu.click()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".sq-exchange")).to_have_count(0)
    expect(page.get_by_role("region", name="Conversations", exact=True)).to_be_hidden()
    page.set_viewport_size({"width": 900, "height": 800})
    menu.click()
    expect(page.get_by_role("button", name="Back to the chat")).to_be_focused()
    page.mouse.click(800, 400)  # beside it
    expect(page.get_by_role("region", name="Conversations", exact=True)).to_be_hidden()
    context.close()


def test_a_long_conversation_comes_back_at_once_and_costs_no_more(page: Page) -> None:
    """At 200 questions each cost 2.6 MB and four times the first one's time; the whole came back never."""
    started = page.evaluate(
        """async () => {
            const { send } = await import("/server.js");
            const { id } = await send("POST", "/api/conversations");
            await Promise.all([...Array(120)].map((_, n) => send("POST", `/api/conversations/${id}/ask`,
                { question: `Who led meeting ${n}?`, mode: "search" }).then((reply) => reply.text())));
            return id;
        }"""
    )
    page.goto(f"{page.url.split('?')[0]}?c={started}")
    expect(page.locator(".sq-exchange")).to_have_count(120, timeout=30_000)
    expect(page.locator(".sq-asked").last).to_be_in_viewport()
    before = page.evaluate("performance.now()")
    ask(page, "Who led the meeting?")
    assert page.evaluate("performance.now()") - before < 3000
    sizes = page.evaluate(
        """performance.getEntriesByType("resource").filter((each) => each.name.endsWith("/ask"))
            .map((each) => each.encodedBodySize)"""
    )
    assert max(sizes) < 50_000
