"""Typing, sending, waiting, stopping, following up."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests import chromium
from tests.browser.chat.scripted import asked
from tests.chromium import ask, opened, said

pytestmark = chromium.MARKS


def test_a_busy_state_is_shown_while_it_works(page: Page) -> None:
    """The question appears at once, with a word of what is happening, and the box is free again."""
    page.get_by_label("Your question").fill("Who slowly led the meeting?")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_have_value("")
    expect(page.locator(".sq-working")).to_contain_text(re.compile(r"Reading passage \d+ of 200"))
    expect(page.locator(".sq-asked")).to_have_text(asked("Who slowly led the meeting?"))
    page.get_by_role("button", name="Stop", exact=True).click()


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


def test_a_question_that_is_turned_away_twice_is_still_asked_in_its_place(page: Page) -> None:
    """What was asked before it stays until then, and not longer."""
    again = page.get_by_role("button", name="Ask again")
    page.get_by_label("Your question").fill("Who slowly led the meeting?")
    page.keyboard.press("Enter")
    expect(page.locator(".sq-working")).to_contain_text("of 200")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.route("**/ask", lambda route: route.fulfill(status=503, json={"error": "Too many questions are waiting."}))
    again.click()
    expect(page.locator(".sq-notice")).to_contain_text("Too many")
    page.unroute("**/ask")
    again.click()
    expect(page.locator(".sq-working")).to_contain_text("of 200")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".sq-notice")).to_contain_text("Stopped.")
    page.reload()
    expect(page.locator(".sq-notice")).to_have_count(1)


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
