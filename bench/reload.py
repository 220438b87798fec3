"""A long conversation as its reader feels it: back after a reload, and what the last questions cost beside the first.

python -m bench.reload [--questions 200] [--reloads 5]

The sample documents are asked in the real page; needs the [dev] extra and a Chromium on the PATH.
"""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, expect

import qa
from bench.browser import chromium, ready, served
from ui import app

QUESTIONS = ("Who led the meeting?", "How much was stolen?", "What does a plot cost?", "What does the guarantee cover?")
ASK = """async ([count, questions]) => {
    const { send } = await import("/server.js");
    const { id } = await send("POST", "/api/conversations");
    const took = [];
    for (let number = 0; number < count; number += 1) {
        const began = performance.now();
        const body = { question: questions[number % questions.length], context: false };
        const text = await (await send("POST", `/api/conversations/${id}/ask`, body)).text();
        took.push([performance.now() - began, text.length]);
    }
    return { id, took };
}"""
WATCH = """(() => {
    const look = () => {
        if (!window.seen && document.querySelector("#chat .sq-exchange:last-child .sq-reply")) {
            requestAnimationFrame(() => { window.seen ??= performance.now(); });
        }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
})()"""
"""Notes when the latest answer is in the page, for the first time."""


def measured(page: Page, address: str, *, questions: int, reloads: int) -> dict[str, float]:
    """Ask, then reload; return what a question costs at both ends, and how long the latest answer is away, in ms."""
    made = page.evaluate(ASK, [questions, QUESTIONS])
    seconds, sizes = [row[0] for row in made["took"]], [row[1] for row in made["took"]]
    page.add_init_script(WATCH)
    away = [reloaded(page, f"{address}/?c={made['id']}", questions) for _ in range(reloads)]
    edge = max(1, min(20, questions // 2))
    first, last = statistics.median(seconds[:edge]), statistics.median(seconds[-edge:])
    return {
        "the last questions beside the first, times": last / first,
        "the largest answer, kB": max(sizes) / 1000,
        "reload to the latest answer, median ms": statistics.median(away),
        "reload to the latest answer, slowest ms": max(away),
    }


def reloaded(page: Page, address: str, questions: int) -> float:
    """Load the conversation; return after how many ms its latest answer was there. In the end all has to come."""
    page.goto(address)
    expect(page.locator(".sq-exchange")).to_have_count(questions, timeout=60_000)
    return float(page.evaluate("window.seen"))


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--reloads", type=int, default=5)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as work:
        index = Path(work) / "index"
        qa.ensure_samples(index)
        with served(lambda: app.application(qa.Engine(index))) as address, chromium() as browser:
            page = ready(browser.new_page(viewport={"width": 1280, "height": 800}), address)
            sizes = {"questions": options.questions, "reloads": options.reloads}
            for name, value in measured(page, address, **sizes).items():
                print(f"{name}: {value:,.1f}")


if __name__ == "__main__":
    main()
