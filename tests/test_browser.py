"""The page in a real browser: what a person sees, and what hostile documents cannot do."""

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import qa
from bench.browser import ready, served
from index import Document, Passage
from qa import Answer, Candidate, Counts, Entry, Hit, Reason, Turn, Where
from qa.compose import claims
from qa.read.in_order import OnRead
from tests import chromium
from tests.fakes import PatternReader
from ui import app
from ui.conversations import Conversations

pytestmark = [
    pytest.mark.slow,
    chromium.NEEDED,
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

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = 10,
        where: Where | None = None,
        on_read: OnRead | None = None,
    ) -> Answer:
        """Quote, or abstain; a follow-up is understood as the questions so far."""
        del where
        assert on_read is not None
        count = 200 if "slowly" in question else 20 if "gently" in question else 2
        for passage in range(count):
            on_read(passage, count)
            time.sleep(0.15)
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
        return [Entry(n, path, "", 0, 1, "ab" * 32, None) for n, path in enumerate(paths, 1)]

    def counts(self) -> Counts:
        """Count them."""
        return Counts(documents=2, files=2, passages=2)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The server, running in a thread."""

    with serving(None) as address:
        yield address


@contextmanager
def serving(history: Path | None, port: int = 0) -> Iterator[str]:
    """Serve the page with the conversations of a file, or of memory."""
    with (
        closing(Conversations(history)) as kept,
        served(lambda: app.application(Scripted(), conversations=kept), port=port) as address,
    ):
        yield address


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
    return ready(context.new_page(), address)


def ask(page: Page, question: str) -> None:
    """Type a question and wait for what is said."""
    count = page.locator("#chat .sq-reply").count() + 1
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    said(page, count)


def said(page: Page, count: int) -> None:
    """Wait until there are so many replies, and none is being worked on."""
    expect(page.locator("#chat .sq-reply")).to_have_count(count, timeout=20_000)
    expect(page.locator("#chat .sq-working")).to_have_count(0)


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


def test_a_busy_state_is_shown_while_it_works(page: Page) -> None:
    """The question appears at once, with a word of what is happening, and the box is free again."""
    page.get_by_label("Your question").fill("Who slowly led the meeting?")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_have_value("")
    expect(page.locator(".sq-working")).to_contain_text(re.compile(r"Reading passage \d+ of 200"))
    expect(page.locator(".sq-asked")).to_have_text(asked("Who slowly led the meeting?"))
    page.get_by_role("button", name="Stop", exact=True).click()


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


def test_two_tabs_do_not_mix(context: BrowserContext, address: str) -> None:
    """Each tab follows up on its own questions, and shows only its own."""
    one, two = opened(context, address), opened(context, address)
    ask(one, "Who led the meeting?")
    ask(two, "What was stolen?")
    ask(one, "When was it held?")
    ask(two, "Why?")
    assert one.locator(".sq-asked > [dir]").all_text_contents() == ["Who led the meeting?", "When was it held?"]
    assert two.locator(".sq-asked > [dir]").all_text_contents() == ["What was stolen?", "Why?"]
    expect(one.locator(".sq-searched bdi")).to_have_text("Who led the meeting? / When was it held?")
    expect(two.locator(".sq-searched bdi")).to_have_text("What was stolen? / Why?")


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
    summary = page.locator(".sq-closest summary").last
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".sq-closest .sq-passage").last).to_be_visible()


def test_an_example_is_asked_with_a_click(page: Page) -> None:
    """A first start has questions that the samples answer; then the box has the focus, ready for the next."""
    page.get_by_role("button", name="Who led the meeting?", exact=True).click()
    said(page, 1)
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator(".sq-answer mark")).to_have_text("Ada Brightwater")


def test_an_empty_question_gets_a_hint(page: Page) -> None:
    """No error and no message: a line under the box, read out, that goes away with the next question."""
    page.get_by_label("Your question").fill("  ")
    page.keyboard.press("Enter")
    expect(page.locator("#sq-hint[role=status]")).to_have_text("Type a question first.")
    expect(page.locator(".sq-asked")).to_have_count(0)
    page.keyboard.type("W")
    expect(page.locator("#sq-hint")).to_have_text("")  # it stayed while one typed
    page.get_by_label("Your question").fill("x" * 12_345)
    page.keyboard.press("Enter")
    expect(page.locator("#sq-hint")).to_contain_text("This has 12,345 characters; a question can have 10,000.")
    expect(page.locator(".sq-asked")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_have_value("x" * 12_345)
    ask(page, "Who led the meeting?")
    expect(page.locator("#sq-hint")).to_have_text("")


def asked(*questions: str) -> list[str]:
    """What the bubbles say, as a screen reader has it."""
    return [f"You asked: {question}" for question in questions]


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


def test_what_is_typed_after_enter_is_not_eaten(page: Page) -> None:
    """The first letters of the next question went with the one that was sent; pasted text went whole."""
    page.get_by_label("Your question").fill("Who led the meeting?")
    page.keyboard.press("Enter")
    page.keyboard.type("What does a plot cost?", delay=30)
    said(page, 1)
    expect(page.get_by_label("Your question")).to_have_value("What does a plot cost?")


def test_a_question_sent_while_another_is_read_waits_its_turn(page: Page) -> None:
    """Enter did nothing, and said nothing."""
    for question in ("Who led the meeting?", "When was it held?"):
        page.get_by_label("Your question").fill(question)
        page.keyboard.press("Enter")
    said(page, 2)
    expect(page.locator(".sq-asked")).to_have_text(asked("Who led the meeting?", "When was it held?"))
    expect(page.locator(".sq-searched bdi")).to_have_text("Who led the meeting? / When was it held?")


def test_a_question_can_be_stopped_and_asked_again(page: Page) -> None:
    """Stop is there while there is something to stop; what was stopped is no context for what comes next."""
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_hidden()
    page.get_by_label("Your question").fill("Who slowly led the meeting?")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-working")).to_contain_text("of 200")
    stop.click()
    expect(page.locator(".sq-notice")).to_contain_text("Stopped.")
    expect(stop).to_be_hidden()
    ask(page, "When was it held?")
    expect(page.locator(".sq-searched")).to_have_count(0)
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".sq-working")).to_contain_text("of 200")
    stop.click()
    expect(page.locator(".sq-notice")).to_have_count(1)


def test_an_error_is_told_in_place_of_an_answer(page: Page) -> None:
    """With what to do, and a way to ask again."""
    page.get_by_label("Your question").fill("broken")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-notice")).to_contain_text("seedqa add PATH")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()


def test_the_last_questions_come_back_with_the_arrow(page: Page) -> None:
    """As typed, then as understood: two keys to edit how a follow-up was taken. Escape gives the draft back."""
    box = page.get_by_label("Your question")
    ask(page, "Who led the meeting?")
    ask(page, "When was it held?")
    box.press("ArrowUp")
    expect(box).to_have_value("When was it held?")
    box.press("ArrowUp")
    expect(box).to_have_value("Who led the meeting? / When was it held?")
    box.press("ArrowDown")
    expect(box).to_have_value("When was it held?")
    box.press("Escape")
    expect(box).to_have_value("")
    box.fill("a draft")
    box.press("ArrowUp")
    expect(box).to_have_value("a draft")
    page.get_by_role("button", name="Edit").click()
    expect(box).to_have_value("Who led the meeting? / When was it held?")
    expect(box).to_be_focused()
    box.press("Escape")
    expect(box).to_have_value("a draft")


def test_a_follow_up_can_be_asked_without_context(page: Page) -> None:
    """One click; the draft stays."""
    ask(page, "Who led the meeting?")
    ask(page, "When was it held?")
    page.get_by_label("Your question").fill("a draft")
    page.get_by_role("button", name="Without context").click()
    said(page, 3)
    expect(page.locator(".sq-exchange").last.locator(".sq-searched")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_have_value("a draft")


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


@pytest.mark.parametrize(("width", "height"), [(320, 256), (844, 390)])
def test_a_small_window_scrolls_as_a_whole(browser: Browser, address: str, width: int, height: int) -> None:
    """At 400 % zoom, or on a phone held sideways, the conversation had one line between header and box."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = opened(context, address)
    ask(page, "Who led the meeting?")
    answer = page.locator(".sq-answer")
    answer.scroll_into_view_if_needed()
    expect(answer).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_label("Your question")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_the_whole_conversation_is_printed(page: Page) -> None:
    """Only the part in view was."""
    for _ in range(4):
        ask(page, "What is Birch's shoe size?")
    page.emulate_media(media="print")
    height = page.evaluate("document.querySelector('#sq-log').clientHeight")
    assert height >= page.evaluate("document.querySelector('#sq-log').scrollHeight")
    assert page.evaluate("document.documentElement.scrollHeight") >= height
    expect(page.get_by_label("Your question")).to_be_hidden()


def test_the_buttons_are_seen_where_colours_are_forced(browser: Browser, address: str) -> None:
    """The button to ask was invisible, and questions lost their bubble."""
    context = browser.new_context(forced_colors="active")
    page = opened(context, address)
    ask(page, "Who led the meeting?")
    widths = "(name) => getComputedStyle(document.querySelector(name)).borderTopWidth"
    assert [page.evaluate(widths, name) for name in ("#sq-submit", ".sq-asked")] == ["1px", "1px"]
    context.close()


def test_characters_that_are_not_seen_are_shown(page: Page) -> None:
    """The bidi override of the document stands in a chip, and turns nothing round; the text is the document's."""
    ask(page, "What was stolen?")
    chip = page.locator(".sq-card .sq-char").first
    assert chip.evaluate("element => getComputedStyle(element, '::before').content") == '"U+202E"'
    assert chip.text_content() == "\u202e"
    assert chip.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"


@pytest.mark.parametrize(("width", "height"), [(390, 800), (320, 640), (1920, 1080)])
def test_nothing_is_wider_than_the_window(browser: Browser, address: str, width: int, height: int) -> None:
    """A phone scrolls down, never sideways, whatever the documents say."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = opened(context, address)
    ask(page, "What was stolen?")
    ask(page, "x" * 500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.get_by_role("button", name="Ask", exact=True).bounding_box()
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
    matched = page.evaluate(MATCHED)
    context.close()
    assert len(matched) > 6
    assert [selector for selector in matched if not matched[selector]] == []


def test_screen_readers_get_names_and_news(page: Page) -> None:
    """One main heading, a heading for each question, names for all that can be used, and the news in a sentence."""
    ask(page, "Who led the meeting?")
    expect(page.get_by_role("heading", level=1)).to_have_text("seedqa")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="You asked: Who led the meeting?")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your question", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Conversations", exact=True)).to_be_visible()
    news = "The meeting was led by Ada Brightwater. Likely right · 90%. trilateral-cyber-meeting.md. A title."
    expect(page.locator("#sq-news[role=status]")).to_have_text(news)


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
    for file in (Path(app.__file__).parent / "page").rglob("*.[cj]s*"):
        assert not re.search(r"https?:|@import", file.read_text(encoding="utf-8")), file.name
