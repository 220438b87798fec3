"""The source view in a real browser: opened from a citation, read, searched, linked to and closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bench.browser import ready, served
from index import Index
from qa import Document, Engine
from tests import chromium
from tests.fakes import HashingEmbedder, PatternReader
from ui import app

SAMPLES = Path(__file__).parent.parent / "index" / "samples"

pytestmark = [
    pytest.mark.slow,
    chromium.NEEDED,
]

HOSTILE = (
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "![p](http://evil.example/b.png) [l](javascript:window.pwned=1)",
    "</mark></div></section><h1>Out</h1>",
    "<iframe src='http://evil.example/f'></iframe><style>@import 'http://evil.example/e.css'</style>",
    "{{7*7}} ${1} $$\\int x$$ `x` **x** &lt;b&gt; &#60;",
    "gnp.\u202eexe\u202c a\u200bb \ufeff \u0007 e\u0301\U0001f9f1",
    "\u05e9\u05dc\u05d5\u05dd <b>mixed</b> \u05e2\u05d5\u05dc\u05dd",
)
LONG = "".join(f"Line {number} of the long log.\n" for number in range(3_000))
PRICES = "# Prices\n\n| Kiln | Glaze |\n|---|---|\n| Wren | 18 |\n| Plover | 31 |\n\nHalf loads cost 60 % of it.\n"

OPEN = """async ([id, start, end, path]) => {
    const { make } = await import("/make.js");
    const answer = document.querySelector(".sq-reply")
        ?? make("div", { className: "sq-reply", style: "position: fixed; top: 0; left: 40%; z-index: 999" },
            document.body);
    const made = make("button", { className: "sq-open", textContent: "Open" }, answer);
    Object.assign(made.dataset, { document: id, start, end, path });
}"""
"""Put the button into the page that an answer has for each of its citations."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents."""
    folder = tmp_path_factory.mktemp("browser") / "docs"
    folder.mkdir()
    (folder / "long.txt").write_text(LONG, encoding="utf-8")
    (folder / "prices.md").write_text(PRICES, encoding="utf-8")
    (folder / "hostile.txt").write_text("\n".join(HOSTILE), encoding="utf-8")
    (folder / "a <img src=x onerror=window.pwned=1> b.txt").write_text("A name may be anything.", encoding="utf-8")
    (folder / "changing.txt").write_text("The well is 87 metres deep.", encoding="utf-8")
    (folder / "walk.pdf").write_bytes((SAMPLES / "ridge-walk.pdf").read_bytes())
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Engine]:
    """An engine over them."""
    index = Index.open(folder.with_name("index"), create=True, embedder=HashingEmbedder())
    index.sync([folder])
    engine = Engine(folder.with_name("index"), reader=PatternReader("87 metres"), index=index)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """The server, running in a thread."""
    with served(lambda: app.application(engine)) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, in a low window."""
    context = browser.new_context(viewport={"width": 1280, "height": 620})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    """The page, ready to ask."""
    return opened(context, address)


def opened(context: BrowserContext, address: str) -> Page:
    """A tab with the page."""
    return ready(context.new_page(), address)


def cite(page: Page, engine: Engine, name: str, quote: str) -> Locator:
    """Put an Open button into the page for a quote of a document."""
    document = named(engine, name)
    start = document.text.index(quote)
    page.evaluate(OPEN, [str(document.id), str(start), str(start + len(quote)), document.path])
    return page.locator(".sq-open").nth(page.locator(".sq-open").count() - 1)


def named(engine: Engine, name: str) -> Document:
    """The document that was read from a file of that name."""
    entry = next(entry for entry in engine.documents() if Path(entry.path).name == name)
    found = engine.document(entry.id)
    assert found is not None
    return found


def source(page: Page) -> Locator:
    """The region of the source view."""
    return page.get_by_role("region", name="Source")


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 620, "light"), (390, 844, "dark"), (800, 480, "light")])
@pytest.mark.parametrize("name", ["long.txt", "prices.md", "changing.txt"])
def test_the_quote_is_in_view_and_marked(
    browser: Browser, address: str, engine: Engine, width: int, height: int, scheme: str, name: str
) -> None:
    """Wherever in the document it stands, it is marked, within its tinted passage, and on the screen."""
    quote = {"long.txt": "Line 2017 of", "prices.md": "31", "changing.txt": "87 metres"}[name]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = opened(context, address)
    expect(source(page)).to_be_hidden()
    cite(page, engine, name, quote).dispatch_event("click")
    mark = source(page).locator("mark")
    expect(mark).to_have_text(quote)
    expect(mark).to_be_in_viewport(ratio=1)
    expect(source(page).locator(".sq-tint mark")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = source(page).bounding_box()
    assert box is not None
    assert box["x"] + box["width"] == width
    context.close()


def test_escape_closes_and_gives_the_focus_back(page: Page, engine: Engine) -> None:
    """And so does the button; the address is what it was."""
    before = page.url
    button = cite(page, engine, "prices.md", "31")
    for key in ("Escape", "Enter"):  # the latter on the button
        button.focus()
        page.keyboard.press("Enter")
        expect(source(page)).to_be_visible()
        expect(source(page).get_by_role("group", name="Text of prices.md")).to_be_focused()
        if key == "Enter":
            page.get_by_role("button", name="Close source").focus()
        page.keyboard.press(key)
        expect(source(page)).to_be_hidden()
        expect(button).to_be_focused()
        expect(page).to_have_url(before)


def test_back_closes_the_source_and_keeps_the_page(page: Page, engine: Engine) -> None:
    """One step, however many citations were looked at; forward opens it again."""
    cite(page, engine, "prices.md", "31").click()
    cite(page, engine, "long.txt", "Line 7 of").click()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    page.evaluate("window.same = 1")
    page.go_back()
    expect(source(page)).to_be_hidden()
    page.go_forward()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    assert page.evaluate("window.same") == 1


def test_on_a_phone_the_page_behind_is_out_of_reach(browser: Browser, address: str, engine: Engine) -> None:
    """The view covers everything: the focus must not wander under it."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = opened(context, address)
    cite(page, engine, "prices.md", "31").dispatch_event("click")
    expect(source(page)).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = "document.querySelector('#sq-source').contains(document.activeElement)"
        assert page.evaluate(f"{inside} || document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(page.locator("[inert]")).to_have_count(0)
    context.close()


def test_the_citations_of_an_answer_follow_each_other(page: Page, engine: Engine) -> None:
    """Next and previous go round; the focus returns to the one that was looked at last."""
    first = cite(page, engine, "prices.md", "31")
    last = cite(page, engine, "long.txt", "Line 7 of")
    first.click()
    expect(source(page).locator(".sq-steps")).to_contain_text("1 of 2")
    page.get_by_role("button", name="Next citation").click()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    expect(source(page).locator(".sq-steps")).to_contain_text("2 of 2")
    page.get_by_role("button", name="Next citation").click()
    expect(source(page).locator("mark")).to_have_text("31")
    page.get_by_role("button", name="Previous citation").click()
    expect(source(page).locator("mark")).to_have_text("Line 7 of")
    page.keyboard.press("Escape")
    expect(last).to_be_focused()


def test_a_table_is_a_table(page: Page, engine: Engine) -> None:
    """Headers above their columns, and the quote's cell marked."""
    cite(page, engine, "prices.md", "31").click()
    expect(source(page).locator("th")).to_have_text(["Kiln", "Glaze"])
    expect(source(page).locator("td")).to_have_text(["Wren", "18", "Plover", "31"])
    expect(source(page).locator("td mark")).to_have_text("31")


def test_a_long_document_comes_as_it_is_scrolled(page: Page, engine: Engine) -> None:
    """Only a window is there at first; both ends are reached by scrolling, and what was read stays where it was."""
    cite(page, engine, "long.txt", "Line 1500 of").click()
    text = source(page).locator(".sq-source-text")
    expect(source(page).locator("mark")).to_be_in_viewport()
    assert len(text.inner_text()) < 20_000
    text.evaluate("element => element.scrollTo(0, 300)")
    expect(text).to_contain_text("Line 900 of")
    scrolled(text, "0", "Line 0 of")
    scrolled(text, "element.scrollHeight", "End of the document")
    lines = [line for line in text.inner_text().splitlines() if line.startswith("Line ")]
    assert lines == LONG.splitlines()


def scrolled(text: Locator, to: str, words: str) -> None:
    """Scroll to an end, again and again, until the words are there."""
    for _ in range(200):
        if words in (text.text_content() or ""):
            return
        text.evaluate(f"element => element.scrollTo(0, {to})")
        text.page.wait_for_timeout(60)
    raise AssertionError(f"scrolling never came to {words}")


def test_words_are_found_in_the_document(page: Page, engine: Engine) -> None:
    """Far from the quote too; Enter goes to the next one; what is not there is said."""
    cite(page, engine, "long.txt", "Line 7 of").click()
    box = page.get_by_label("Find in document")
    box.fill("LINE 2999")
    box.press("Enter")
    expect(source(page).locator(".sq-here")).to_have_text("Line 2999")
    expect(source(page).locator(".sq-here")).to_be_in_viewport()
    box.fill("line 8")
    box.press("Enter")
    expect(source(page).locator(".sq-find [role=status]")).to_contain_text(" of 111")
    before = source(page).locator(".sq-find [role=status]").inner_text()
    box.press("Enter")
    expect(source(page).locator(".sq-find [role=status]")).not_to_have_text(before)
    box.fill("nowhere <b>")
    box.press("Enter")
    expect(source(page).locator(".sq-find [role=status]")).to_have_text("Not found")


def test_hostile_text_is_shown_literally_and_does_nothing(
    context: BrowserContext, address: str, engine: Engine
) -> None:
    """No markup of a document becomes any, nothing is run or fetched, and every character is there."""
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = opened(context, address)
    for quote in HOSTILE:
        cite(page, engine, "hostile.txt", quote).dispatch_event("click")
        expect(source(page).locator("mark")).to_have_js_property("textContent", quote)
        assert source(page).locator(".sq-text").text_content() == "\n".join(HOSTILE)
    name = "a <img src=x onerror=window.pwned=1> b.txt"
    cite(page, engine, name, "A name").dispatch_event("click")
    expect(source(page).locator("h2")).to_have_text(name)
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None
    assert source(page).locator(":is(script, img, iframe, style, b, h1)").count() == 0
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []


def test_what_nobody_would_see_is_shown(page: Page, engine: Engine) -> None:
    """A character that turns text around shows its code point and turns nothing around; the text stays exact."""
    cite(page, engine, "hostile.txt", HOSTILE[6]).click()
    codes = source(page).locator(".sq-char").evaluate_all("all => all.map((each) => each.dataset.code)")
    assert codes == ["U+202E", "U+202C", "U+200B", "U+FEFF", "U+0007"]
    assert source(page).locator("mark").text_content() == HOSTILE[6]


def test_the_link_opens_the_same_place_after_a_rename(
    context: BrowserContext, address: str, page: Page, engine: Engine, folder: Path
) -> None:
    """It names the bytes, so another name of the file is no matter."""
    cite(page, engine, "prices.md", "31").click()
    expect(source(page).locator("mark")).to_be_visible()
    link = page.get_by_role("link", name="Link").get_attribute("href")
    (folder / "prices.md").rename(folder / "renamed.md")
    try:
        engine.add([folder])
        again = opened(context, f"{address}/{link}")
        expect(source(again).locator("mark")).to_have_text("31")
        expect(source(again).locator("h2")).to_have_text("renamed.md")
        again.keyboard.press("Escape")
        expect(source(again)).to_be_hidden()
        expect(again).to_have_url(f"{address}/")
    finally:
        (folder / "renamed.md").rename(folder / "prices.md")
        engine.add([folder])


def test_a_link_to_what_is_gone_says_so(context: BrowserContext, address: str) -> None:
    """Removed, or read again: a sentence, and no other document in its place."""
    page = opened(context, f"{address}/#source={'ab' * 32}&start=0&end=5")
    expect(source(page)).to_contain_text("not in the index any more")
    page.keyboard.press("Escape")
    expect(source(page)).to_be_hidden()


def test_a_changed_file_is_said_to_be_so(page: Page, engine: Engine, folder: Path) -> None:
    """The old words are shown as old, the new ones not at all, and the file cannot be opened for the quoted one."""
    (folder / "changing.txt").write_text("The well was never drilled.", encoding="utf-8")
    cite(page, engine, "changing.txt", "87 metres").click()
    expect(source(page).locator(".sq-source-note")).to_contain_text("has changed since it was read")
    expect(source(page).locator("mark")).to_have_text("87 metres")
    expect(source(page)).not_to_contain_text("never drilled")
    expect(page.get_by_role("link", name="Open original")).to_be_hidden()
    (folder / "changing.txt").write_text("The well is 87 metres deep.", encoding="utf-8")


@pytest.mark.parametrize(
    ("now", "said", "marked"),
    [
        ("It was measured again.\n\nThe well is 87 metres deep.", "this is what it says now", ["87 metres"]),
        ("The well was never drilled.", "the quote is not in it any more", []),
    ],
)
def test_a_changed_file_is_read_again_from_its_source(
    page: Page, engine: Engine, folder: Path, now: str, said: str, marked: list[str]
) -> None:
    """One click; then the quote is marked where it stands now, or it is said that it is gone."""
    (folder / "changing.txt").write_text(now, encoding="utf-8")
    try:
        cite(page, engine, "changing.txt", "87 metres").click()
        source(page).get_by_role("button", name="Read again").click()
        expect(source(page).locator(".sq-source-note")).to_contain_text(said, timeout=30_000)
        expect(source(page).locator(".sq-text").first).to_contain_text(now.split("\n")[0])
        expect(source(page).locator("mark")).to_have_text(marked)
        expect(source(page).get_by_role("button", name="Read again")).to_be_hidden()
    finally:
        (folder / "changing.txt").write_text("The well is 87 metres deep.", encoding="utf-8")
        engine.add([folder / "changing.txt"])


def test_the_original_opens_beside_the_page(page: Page, engine: Engine) -> None:
    """In a tab of its own, or as a download; the conversation stays."""
    cite(page, engine, "prices.md", "31").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Open original").click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == PRICES
    expect(source(page)).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 620), (390, 844)])
def test_a_pdf_is_shown_as_its_page_with_the_words_boxed(
    browser: Browser, address: str, engine: Engine, width: int, height: int
) -> None:
    """The quote is a mark on the page's picture, in view; the text is a click away; other pages come by scrolling."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = opened(context, address)
    cite(page, engine, "walk.pdf", "940 metres").dispatch_event("click")
    expect(source(page).get_by_role("img", name="Page 1 of walk.pdf")).to_be_visible(timeout=15_000)
    mark = source(page).locator("mark")
    expect(mark).to_have_text("940 metres")
    expect(mark).to_be_in_viewport(ratio=1)
    picture, box = source(page).locator("img").first.bounding_box(), source(page).locator(".sq-box").bounding_box()
    assert picture is not None
    assert box is not None
    assert picture["x"] < box["x"] < box["x"] + box["width"] < picture["x"] + picture["width"]
    source(page).locator(".sq-source-text").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(source(page).get_by_role("img", name="Page 2 of walk.pdf")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Show text").click()
    expect(source(page).locator(".sq-text mark")).to_have_text("940 metres")
    page.get_by_role("button", name="Show page").click()
    expect(source(page).locator(".sq-over mark")).to_be_in_viewport(timeout=15_000)
    context.close()
