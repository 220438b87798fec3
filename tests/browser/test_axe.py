"""axe-core in each state of the page, wide and light, narrow and dark: one server, one page, its states in one flow."""

import os
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.browser import ready, served
from index import Index
from qa import Engine
from qa.api import SAMPLES
from qa.read import Calibration
from tests import chromium
from tests.chromium import ask, named
from tests.fakes import HashingEmbedder, PatternReader
from ui import app

pytestmark = [
    *chromium.MARKS,
    pytest.mark.skipif(find_spec("axe_playwright_python") is None, reason="needs axe-core (the [dev] extra has it)"),
]

MAIL = """From: Ann Novak <ann@example.org>
To: Bob <bob@example.org>
Subject: Roof repair
Content-Type: text/plain; charset=utf-8

The roof repair needs 12 metres of gutter.
"""
RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What is added: text, a table, a mail, a PDF, names in other directions, and a file that cannot be read."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "well.txt").write_text(
        "The well is 87 metres deep.\n\nThe old well was 40 metres deep.", encoding="utf-8"
    )
    (folder / "prices.md").write_text(
        "# Prices\n\n| Kiln | Depth |\n|---|---|\n| Wren | 18 metres |\n", encoding="utf-8"
    )
    (folder / "mail.eml").write_text(MAIL, encoding="utf-8")
    (folder / "שלום.txt").write_text("The mural was painted by Rosa Feld.", encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "walk.pdf").write_bytes((SAMPLES / "ridge-walk.pdf").read_bytes())
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine over nothing yet."""
    index = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    reader = PatternReader(r"\d+ metres")
    reader.calibration = Calibration(0.0, (-5.0, 5.0), (0.2, 1.0))  # what it does not find comes close
    with closing(Engine(tmp_path / "index", reader=reader, index=index)) as engine:
        yield engine


class Look:
    """A page that is looked at in both ways, and all that axe found."""

    def __init__(self, page: Page) -> None:
        """Put axe into the page: as a script of it, its policy would not let it run."""
        self.page = page
        self.found: list[str] = []
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))

    def at(self, state: str, *, side: bool = False) -> None:
        """Note what axe finds in a state; ``side`` where it is on the left, which a narrow window shows as a drawer."""
        for width, height, scheme in ((1280, 860, "light"), (390, 844, "dark")):
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            drawn = "true" if side and width < 1100 else "false"
            self.page.evaluate(f"document.documentElement.classList.toggle('sq-drawn', {drawn})")
            self.found += [f"{state}, {width} {scheme}: {fault}" for fault in self.page.evaluate(RUN)]
        self.page.set_viewport_size({"width": 1280, "height": 860})
        self.page.evaluate("document.documentElement.classList.remove('sq-drawn')")


def opened(page: Page, engine: Engine, name: str, quote: str) -> None:
    """Open a document at a quote, by its address."""
    found = named(engine, name)
    start = found.text.index(quote)
    page.evaluate(f"location.hash = '#source={found.sha256}&start={start}&end={start + len(quote)}'")
    expect(page.get_by_role("region", name="Source").locator("mark")).to_have_text(quote, timeout=60_000)


def test_axe_finds_nothing_in_any_state(browser: Browser, engine: Engine, folder: Path) -> None:
    """Empty, adding, failed, answered, not sure, searching, each kind of source, renaming, deleting, removing."""
    with served(lambda: app.application(engine)) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        page = ready(context.new_page(), address)
        look = Look(page)
        documents = page.get_by_role("region", name="Documents", exact=True)

        expect(documents.get_by_text("No documents yet.")).to_be_visible()
        look.at("no documents", side=True)
        ask(page, "How deep is the well?")
        look.at("empty index")

        with page.expect_file_chooser() as choosing:
            documents.get_by_role("button", name="Add files").click()
        choosing.value.set_files([os.fspath(path) for path in sorted(folder.iterdir())])
        expect(documents.locator(".sq-file-name")).to_have_count(5, timeout=60_000)
        expect(documents.locator(".sq-is-failed")).to_be_visible()
        documents.get_by_role("button", name="Index a folder on this computer").click()
        look.at("queue with a failure", side=True)

        ask(page, "How deep is the well?")
        expect(page.locator(".sq-further").first).to_be_visible()
        page.locator(".sq-others > summary").last.click()
        look.at("claims beside each other")
        page.get_by_role("button", name="Search only").click()
        ask(page, "roof repair")
        look.at("search")
        page.get_by_role("button", name="Search only", pressed=True).click()
        documents.get_by_role("checkbox", name="שלום.txt").check()
        ask(page, "Who repaired the mural?")
        expect(page.locator(".sq-guess")).to_be_visible()
        look.at("closest, not sure, in one document")

        for name, quote in (("well.txt", "87 metres"), ("prices.md", "18 metres"), ("mail.eml", "12 metres")):
            opened(page, engine, name, quote)
            look.at(f"source {name}")
        opened(page, engine, "walk.pdf", "940 metres")
        expect(page.get_by_role("img", name="Page 1 of walk.pdf")).to_be_visible(timeout=60_000)
        look.at("source walk.pdf")
        well = next(Path(entry.path) for entry in engine.documents() if entry.path.endswith("well.txt"))
        well.write_text("The well was never drilled. A new one is planned.", encoding="utf-8")
        opened(page, engine, "well.txt", "87 metres")
        expect(page.get_by_role("button", name="Read again", exact=True)).to_be_visible()
        look.at("source that has changed")
        page.get_by_role("button", name="Close source").click()

        documents.get_by_role("button", name="Remove mail.eml").click()
        expect(documents.get_by_role("button", name="Undo")).to_be_visible()
        look.at("removed", side=True)
        mine = page.locator("#sq-list li:has([aria-current])")
        mine.get_by_role("button", name="Rename").click()
        look.at("renaming", side=True)
        page.keyboard.press("Escape")
        page.locator("#sq-list li").first.get_by_role("button", name="Delete").click()
        expect(page.locator("#sq-list").get_by_role("button", name="Undo")).to_be_visible()
        look.at("deleted", side=True)
        context.close()
    assert look.found == []
