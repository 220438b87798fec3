"""What an answer shows, what it hides until it is asked for, and what hostile documents cannot do."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests import chromium
from tests.browser.chat.scripted import HOSTILE, MINUTES
from tests.chromium import ask, opened
from ui import app

pytestmark = chromium.MARKS


def test_a_question_is_answered_with_a_marked_quote(page: Page) -> None:
    """The answer is its sentence, with the quote marked; then how sure it is and where; the card has the passage."""
    ask(page, "Who led the meeting?")
    expect(page.locator(".sq-answer")).to_have_text("The meeting was led by Ada Brightwater.")
    expect(page.locator(".sq-answer mark")).to_have_text("Ada Brightwater")
    expect(page.locator(".sq-further q")).to_have_text("Eleven members came.")
    expect(page.locator(".sq-facts")).to_have_text(
        re.compile(r"^Likely right · 90% trilateral-cyber-meeting\.md A title")
    )
    facts = page.locator(".sq-facts")
    expect(facts.get_by_role("button")).to_have_text(["Open", "Copy"])
    expect(page.locator(".sq-card mark")).to_have_text("Ada Brightwater")
    assert page.locator(".sq-card .sq-passage").text_content() == MINUTES
    expect(page.locator(".sq-card")).to_contain_text("characters 23–38")


def test_what_is_not_there_is_said_not_guessed(page: Page) -> None:
    """An abstention has its reason, and closest passages that are marked as no answer."""
    ask(page, "What is Birch's shoe size?")
    expect(page.locator(".sq-none")).to_have_text("“Birch” is not in your documents")
    expect(page.locator(".sq-label")).to_contain_text("not an answer")
    expect(page.locator("#chat mark")).to_have_count(0)
    expect(page.locator(".sq-closest .sq-passage").first).to_be_hidden()
    page.locator(".sq-closest summary").first.click()
    expect(page.locator(".sq-closest .sq-passage").first).to_be_visible()


def test_an_error_is_told_in_place_of_an_answer(page: Page) -> None:
    """With what to do, and a way to ask again."""
    page.get_by_label("Your question").fill("broken")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-notice")).to_contain_text("seedqa add PATH")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()


def test_a_search_shows_passages_only(page: Page) -> None:
    """The button stays pressed until it is pressed again."""
    page.get_by_role("button", name="Search only").click()
    ask(page, "Who led the meeting?")
    expect(page.locator(".sq-answer")).to_have_count(0)
    expect(page.locator(".sq-unused")).to_have_count(2)
    expect(page.locator(".sq-snippet").first).to_have_text("The meeting was led by Ada Brightwater.")
    expect(page.get_by_role("button", name="Search only")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Search only").click()
    ask(page, "Who led the meeting?")
    expect(page.locator(".sq-answer")).to_have_count(1)


def test_what_questions_are_confined_to_is_sent_and_shown(page: Page) -> None:
    """The list of documents says what; the answer repeats it."""
    page.evaluate("import('/rooms.js').then(({ scope }) => { scope.where = () => ({ documents: [1] }); })")
    ask(page, "Who led the meeting?")
    expect(page.locator(".sq-scope")).to_have_text("Asked only in: trilateral-cyber-meeting.md")


def test_a_quote_is_copied_with_its_place(context: BrowserContext, address: str) -> None:
    """Exactly as the document has it."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(context, address)
    ask(page, "Who led the meeting?")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#sq-news")).to_have_text("Copied.")
    place = "(trilateral-cyber-meeting.md, A title, characters 23–38)"
    assert page.evaluate("navigator.clipboard.readText()") == f"“The meeting was led by Ada Brightwater.” {place}"


def test_a_long_passage_unfolds(page: Page) -> None:
    """A sentence around the quote is in view; the rest comes at a click, and goes."""
    ask(page, "Who led the meeting?")
    far = page.locator(".sq-card .sq-far")
    expect(far).to_be_hidden()
    page.get_by_role("button", name="Show passage").click()
    expect(far).to_be_visible()
    page.get_by_role("button", name="Show less").click()
    expect(far).to_be_hidden()


def test_hostile_text_is_shown_literally_and_does_nothing(context: BrowserContext, address: str) -> None:
    """Scripts, images, links, styles and formulas of a document stay text; all requests go to this server."""
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = opened(context, address)
    ask(page, "What was stolen?")
    ask(page, HOSTILE)
    page.wait_for_timeout(500)
    assert page.locator(".sq-card .sq-passage").first.text_content() == HOSTILE
    expect(page.locator(".sq-card mark")).to_have_text("90,000 crowns")
    assert page.locator(".sq-asked > [dir]").last.text_content() == HOSTILE
    assert page.locator("#sq-list .sq-title").first.text_content() == "What was stolen?"
    page.get_by_role("button", name="New conversation").click()
    ask(page, HOSTILE)
    expect(page.locator("#sq-list .sq-title").first).to_contain_text("<script>window.pwned = 1</script>")
    page.reload()
    expect(page.locator("#chat .sq-exchange")).to_have_count(1, timeout=30_000)
    assert page.locator(".sq-asked > [dir]").last.text_content() == HOSTILE
    assert page.evaluate("window.pwned") is None
    written = ("script", "img", "a", "style", "iframe", "code", "strong", ".katex")
    places = (".sq-reply", ".sq-asked", "#sq-list")
    assert [(tag, at) for tag in written for at in places if page.locator(f"{at} {tag}").count()] == []
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []


def test_an_inline_script_cannot_run_even_if_it_got_into_the_page(page: Page) -> None:
    """The policy is a second wall: neither a handler nor a script element without a known hash runs."""
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML("beforeend", "<img src=x: onerror='window.pwned = 1'>");
            const script = document.createElement("script");
            script.textContent = "window.pwned = 1";
            document.body.append(script);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None


def test_characters_that_are_not_seen_are_shown(page: Page) -> None:
    """The bidi override of the document stands in a chip, and turns nothing round; the text is the document's."""
    ask(page, "What was stolen?")
    chip = page.locator(".sq-card .sq-char").first
    assert chip.evaluate("element => getComputedStyle(element, '::before').content") == '"U+202E"'
    assert chip.text_content() == "\u202e"
    assert chip.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"


def test_the_files_of_the_page_name_no_other_server() -> None:
    """Even unused rules could be triggered: so no address is written in them at all."""
    for file in (Path(app.__file__).parent / "page").rglob("*.[cj]s*"):
        assert not re.search(r"https?:|@import", file.read_text(encoding="utf-8")), file.name
