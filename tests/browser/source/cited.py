"""Documents to be looked at, and what opens them."""

from playwright.sync_api import Locator, Page

from qa import Engine
from tests.chromium import named

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


def cite(page: Page, engine: Engine, name: str, quote: str) -> Locator:
    """Put an Open button into the page for a quote of a document."""
    document = named(engine, name)
    start = document.text.index(quote)
    page.evaluate(OPEN, [str(document.id), str(start), str(start + len(quote)), document.path])
    return page.locator(".sq-open").nth(page.locator(".sq-open").count() - 1)


def source(page: Page) -> Locator:
    """The region of the source view."""
    return page.get_by_role("region", name="Source")
