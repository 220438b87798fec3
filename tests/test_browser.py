"""The page in a real browser: what a person sees, and what hostile documents cannot do."""

import asyncio
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import qa
from index import Document, Passage
from qa import Answer, Candidate, Counts, Entry, Hit, Reason, Turn, Where
from qa.compose import claims
from tests.fakes import PatternReader
from ui import app

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium on the PATH (Debian: apt install chromium)"),
]

MINUTES = """The meeting was led by Ada Brightwater.
It was held on 14 March 2019.

    Eleven members came."""
HOSTILE = """<script>window.pwned = 1</script> <img src="http://evil.example/a.png" onerror="window.pwned = 1">
![p](http://evil.example/b.png) [l](javascript:window.pwned=1) http://evil.example/c $$\\int x$$ `x` **x** {{value}}
${1} <a href="http://evil.example/d">d</a><style>@import "http://evil.example/e.css"</style></mark></blockquote></div>
The thief took 90,000 crowns. <iframe src="http://evil.example/f"></iframe> &lt;b&gt; \u202eesrever\u202c | - # 1."""


def hit(path: str, text: str, score: float) -> Hit:
    """A passage that is the whole of its document."""
    return Hit(Passage(1, Document(1, path, "A title", text, (), "ab" * 32), 0, len(text)), score)


def candidate(found: Hit, quote: str) -> Candidate:
    """A quote of a passage."""
    start = found.passage.text.index(quote)
    return Candidate(found, start, start + len(quote), 4.0)


TOLD = hit("/docs/trilateral-cyber-meeting.md", MINUTES, 0.9)
WICKED = hit('/docs/"><img src=x onerror=window.pwned=1>.html', HOSTILE, 0.4)
QUOTES = {
    "led": [candidate(TOLD, "Ada Brightwater"), candidate(TOLD, "Eleven members")],
    "held": [candidate(TOLD, "14 March 2019")],
    "stolen": [candidate(WICKED, "90,000 crowns")],
}


class Scripted(qa.Engine):
    """An engine that knows three quotes, takes a moment, and says which turns it was given."""

    def __init__(self) -> None:
        """It needs no index."""
        super().__init__(Path("/nowhere"))

    def ask(self, question: str, turns: Sequence[Turn] = (), *, k: int = 10, where: Where | None = None) -> Answer:
        """Quote, or abstain; a follow-up is understood as the questions so far."""
        del where
        time.sleep(0.3)
        if "broken" in question:
            raise qa.Error("The index is damaged. Re-create it with: seedqa add PATH")
        searched = " / ".join([*(turn.question for turn in turns[-1:]), question])
        abstained = Answer(question, searched, Reason.LOW_CONFIDENCE, 0.4, hits=tuple(self.retrieve(question, k=k)))
        if "Birch" in question:
            return replace(abstained, reason=Reason.UNKNOWN_NAME, missing=("Birch",))
        if "how many" in question.lower():
            return replace(abstained, candidates=(candidate(TOLD, "Eleven members"),))
        for word, quotes in QUOTES.items():
            if word in question:
                said = tuple(claims(quotes, PatternReader("").calibration))
                return replace(abstained, reason=Reason.ANSWERED, confidence=said[0].confidence, claims=said)
        return abstained

    def retrieve(self, question: str, *, k: int = 5, where: Where | None = None) -> list[Hit]:
        """Find all there is, for any question."""
        del where
        return [TOLD, WICKED][:k] if question else []

    def documents(self) -> list[Entry]:
        """List both documents."""
        paths = (found.passage.document.path for found in (TOLD, WICKED))
        return [Entry(n, path, "", 0, 1, "ab" * 32, None) for n, path in enumerate(paths)]

    def counts(self) -> Counts:
        """Count them."""
        return Counts(documents=2, files=2, passages=2)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The server, running in a thread."""

    async def built() -> FastAPI:
        return app.application(Scripted())

    listener = socket.create_server(("127.0.0.1", 0))
    with ThreadPoolExecutor() as pool:  # inside a loop: outside of one, Gradio makes loops and never closes them
        application = pool.submit(asyncio.run, built()).result()
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    """The page, ready to ask."""
    return opened(context, address)


def opened(context: BrowserContext, address: str) -> Page:
    """Another tab with the page."""
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#documents summary")).to_be_visible(timeout=30_000)
    return page


def ask(page: Page, question: str) -> None:
    """Type a question and wait for what is said."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    said(page, page.locator("#chat .sq-reply").count() + 1)


def said(page: Page, count: int) -> None:
    """Wait until there are so many replies, and none is being worked on."""
    expect(page.locator("#chat .sq-reply")).to_have_count(count, timeout=10_000)
    expect(page.locator("#chat .sq-working")).to_have_count(0)


def test_a_question_is_answered_with_a_marked_quote(page: Page) -> None:
    """The answer is its sentence, with the quote marked; the card has the passage, with file and offsets."""
    ask(page, "Who led the meeting?")
    expect(page.locator(".sq-answer")).to_have_text("The meeting was led by Ada Brightwater.")
    expect(page.locator(".sq-answer mark")).to_have_text("Ada Brightwater")
    expect(page.locator(".sq-further q")).to_have_text("Eleven members came.")
    expect(page.locator(".sq-sure")).to_have_text("Very likely right · 90%")
    expect(page.locator(".sq-card mark")).to_have_text("Ada Brightwater")
    assert page.locator(".sq-card .sq-passage").text_content() == MINUTES
    expect(page.locator(".sq-card .sq-where")).to_contain_text("trilateral-cyber-meeting.md")
    expect(page.locator(".sq-card .sq-where")).to_contain_text("characters 23–38")


def test_a_busy_state_is_shown_while_it_works(page: Page) -> None:
    """The question appears at once, with a word that something is happening, and the box is free again."""
    page.get_by_label("Your question").fill("Who led the meeting?")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-working")).to_contain_text("Reading your documents")
    expect(page.locator(".sq-asked")).to_have_text("Who led the meeting?")
    expect(page.get_by_label("Your question")).to_have_value("")
    said(page, 1)


def test_hostile_text_is_shown_literally_and_does_nothing(context: BrowserContext, address: str) -> None:
    """Scripts, images, links, styles and formulas of a document stay text; all requests go to this server."""
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = opened(context, address)
    ask(page, "What was stolen?")
    ask(page, HOSTILE)
    page.locator("#documents summary").click()
    page.wait_for_timeout(500)
    assert page.locator(".sq-card .sq-passage").first.text_content() == HOSTILE
    expect(page.locator(".sq-card mark")).to_have_text("90,000 crowns")
    assert page.locator(".sq-asked").last.text_content() == HOSTILE
    assert page.evaluate("window.pwned") is None
    written = ("script", "img", "a", "style", "iframe", "code", "strong", ".katex")
    assert [tag for tag in written if page.locator(f".sq-reply {tag}, .sq-asked {tag}").count()] == []
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


def test_two_tabs_do_not_mix(context: BrowserContext, address: str) -> None:
    """Each tab follows up on its own questions, and shows only its own."""
    one, two = opened(context, address), opened(context, address)
    ask(one, "Who led the meeting?")
    ask(two, "What was stolen?")
    ask(one, "When was it held?")
    ask(two, "Why?")
    assert one.locator(".sq-asked").all_text_contents() == ["Who led the meeting?", "When was it held?"]
    assert two.locator(".sq-asked").all_text_contents() == ["What was stolen?", "Why?"]
    expect(one.locator(".sq-searched")).to_have_text("Understood as: Who led the meeting? / When was it held?")
    expect(two.locator(".sq-searched")).to_have_text("Understood as: What was stolen? / Why?")


def test_what_is_not_there_is_said_not_guessed(page: Page) -> None:
    """An abstention has its reason, and closest passages that are marked as no answer."""
    ask(page, "What is Birch's shoe size?")
    expect(page.locator(".sq-none")).to_have_text("“Birch” is not in your documents")
    expect(page.locator(".sq-label")).to_contain_text("not an answer")
    expect(page.locator("#chat mark")).to_have_count(0)
    expect(page.locator(".sq-closest .sq-passage").first).to_be_hidden()
    page.locator(".sq-closest summary").first.click()
    expect(page.locator(".sq-closest .sq-passage").first).to_be_visible()


def test_the_keyboard_is_enough(page: Page) -> None:
    """Typing needs no click; Enter sends; Tab reaches a folded passage, and Enter opens it."""
    page.keyboard.type("What is the mayor's shoe size?")
    page.keyboard.press("Enter")
    said(page, 1)
    summary = page.locator(".sq-closest summary").first
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".sq-closest .sq-passage").first).to_be_visible()


def test_an_example_is_asked_with_a_click(page: Page) -> None:
    """A first start has questions that the samples answer; then the box has the focus, ready for the next."""
    page.get_by_text("Who led the meeting?").click()
    said(page, 1)
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator(".sq-answer mark")).to_have_text("Ada Brightwater")


def test_an_empty_question_gets_a_hint(page: Page) -> None:
    """No error and no message: a line under the box, read out, that goes away with the next question."""
    page.get_by_label("Your question").fill("  ")
    page.keyboard.press("Enter")
    expect(page.locator("#hint[role=status]")).to_have_text("Type a question first.")
    expect(page.locator(".sq-asked")).to_have_count(0)
    ask(page, "Who led the meeting?")
    expect(page.locator("#hint")).not_to_contain_text("Type a question first.")


def test_undo_retry_and_clear_cut_the_conversation(page: Page) -> None:
    """What was taken back is no context for what comes next."""
    ask(page, "Who led the meeting?")
    ask(page, "What was stolen?")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sq-asked")).to_have_text(["Who led the meeting?"])
    expect(page.get_by_label("Your question")).to_have_value("What was stolen?")
    ask(page, "When was it held?")
    expect(page.locator(".sq-searched")).to_have_text("Understood as: Who led the meeting? / When was it held?")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".sq-working")).to_have_count(1)
    said(page, 2)
    expect(page.locator(".sq-searched")).to_have_text("Understood as: Who led the meeting? / When was it held?")
    page.get_by_role("button", name="Clear chat").click()
    expect(page.locator(".sq-asked")).to_have_count(0)
    ask(page, "When was it held?")
    expect(page.locator(".sq-searched")).to_have_count(0)


def test_the_documents_are_counted_and_listed(page: Page) -> None:
    """The count is in view; a click lists the files and says how to add more."""
    expect(page.locator("#documents summary")).to_have_text("2 documents, 2 passages")
    page.locator("#documents summary").click()
    expect(page.locator(".sq-panel")).to_contain_text("trilateral-cyber-meeting.md")
    expect(page.locator(".sq-panel")).to_contain_text("seedqa add PATH")


@pytest.mark.parametrize(("width", "height"), [(390, 800), (320, 640), (1920, 1080)])
def test_nothing_is_wider_than_the_window(browser: Browser, address: str, width: int, height: int) -> None:
    """A phone scrolls down, never sideways, whatever the documents say."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = opened(context, address)
    ask(page, "What was stolen?")
    ask(page, "x" * 500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#ask .submit-button").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    assert (
        page.evaluate("[...document.querySelectorAll('#chat *')].filter(e => e.scrollWidth > innerWidth).length") == 0
    )
    context.close()


MATCHED = """() => {
    const rules = (list) => [...list].flatMap((rule) => (rule.media ? rules(rule.cssRules) : [rule.selectorText]));
    const sheet = [...document.styleSheets].find((each) => each.href?.endsWith("/gradio.css"));
    const selectors = rules(sheet.cssRules).flatMap((text) => text.split(/,(?![^(]*\\))/)).map((text) => text.trim());
    const there = (text) => document.querySelector(text.replace(/::?[a-z-]+(?![a-z(-])/g, "")) !== null;
    return Object.fromEntries(selectors.map((text) => [text, there(text)]));
}"""
"""Each selector of gradio.css, and whether it matches something now, its states and pseudo-elements aside."""


def test_what_is_said_of_gradios_parts_is_said_of_something(browser: Browser, address: str) -> None:
    """A new version of Gradio may rename them: the page would then look wrong, and no other test would see it."""
    context = browser.new_context(viewport={"width": 390, "height": 500})
    page = opened(context, address)
    expect(page.locator("#chat .sq-welcome")).to_be_visible()
    seen = [page.evaluate(MATCHED)]  # empty, with examples
    page.get_by_label("Your question").fill("Who led the meeting?")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-working")).to_be_visible()
    seen.append(page.evaluate(MATCHED))  # working
    said(page, 1)
    page.locator(".sq-others summary").first.click()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    seen.append(page.evaluate(MATCHED))  # answered, the others open, retry and undo
    ask(page, "What is Birch's shoe size?")
    page.get_by_label("Your question").fill("broken")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-notice")).to_be_visible()
    page.get_by_label("Your question").fill(" ")
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_have_text("Type a question first.")
    page.locator("#chat .bubble-wrap").evaluate("element => { element.scrollTop = 0; }")
    expect(page.locator("#chat .scroll-down-button-container")).to_be_visible()
    seen.append(page.evaluate(MATCHED))  # abstained, an error, a hint, scrolled up
    context.close()
    assert len(seen[0]) > 20
    assert [selector for selector in seen[0] if not any(matched[selector] for matched in seen)] == []


def test_screen_readers_get_names_and_news(page: Page) -> None:
    """One main heading, a named box and button, answers in a live region, and no markup read out as a label."""
    ask(page, "Who led the meeting?")
    expect(page.get_by_role("heading", level=1)).to_have_text("seedqa")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.locator("#chat [aria-live=polite] .sq-answer")).to_be_visible()
    expect(page.locator("[data-testid=bot][aria-label], [data-testid=user][aria-label]")).to_have_count(0)


def test_motion_stops_for_those_who_ask(browser: Browser, address: str) -> None:
    """With reduced motion, the busy dot does not breathe."""
    context = browser.new_context(reduced_motion="reduce")
    page = opened(context, address)
    style = """() => {
        document.querySelector("#chat").insertAdjacentHTML("beforeend", "<i class=sq-dots></i>");
        return getComputedStyle(document.querySelector(".sq-dots")).animationName;
    }"""
    assert page.evaluate(style) == "none"
    context.close()


def test_the_page_follows_light_and_dark(browser: Browser, address: str) -> None:
    """The system's choice sets the page's colours, with text far from its background in both."""
    for scheme, darker in (("light", "color"), ("dark", "background")):
        context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
        page = opened(context, address)
        heading = "getComputedStyle(document.querySelector('h1')).color"
        paper = "getComputedStyle(document.body).backgroundColor"
        ink, ground = (brightness(page.evaluate(script)) for script in (heading, paper))
        assert (ink < ground) == (darker == "color")
        assert abs(ink - ground) > 500
        context.close()


def brightness(colour: str) -> int:
    """The sum of a CSS colour's red, green and blue: 0 to 765."""
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_the_files_of_the_page_name_no_other_server() -> None:
    """Even unused rules could be triggered: so no address is written in them at all."""
    for file in (Path(app.__file__).parent / "page").glob("*.[cj]s*"):
        assert not re.search(r"https?:|@import", file.read_text(encoding="utf-8")), file.name
