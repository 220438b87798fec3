"""How the page looks: in any window, on paper, in forced colours, to a screen reader, in light and in dark."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import chromium
from tests.chromium import ask, opened

pytestmark = chromium.MARKS


MATCHED = """() => {
    const rules = (list) => [...list].flatMap((rule) => (rule.media ? rules(rule.cssRules) : [rule.selectorText]));
    const sheet = [...document.styleSheets].find((each) => each.href?.endsWith("/gradio.css"));
    const selectors = rules(sheet.cssRules).flatMap((text) => text.split(/,(?![^(]*\\))/)).map((text) => text.trim());
    const there = (text) => document.querySelector(text.replace(/::?[a-z-]+(?![a-z(-])/g, "")) !== null;
    return Object.fromEntries(selectors.map((text) => [text, there(text)]));
}"""
"""Each selector of gradio.css, and whether it matches something now, its states and pseudo-elements aside."""


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
