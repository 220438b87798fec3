"""One server for each file of tests, and the page in a low window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bench.browser import served
from index import Index
from qa import Engine
from qa.api import SAMPLES
from tests.browser.source.cited import HOSTILE, LONG, PRICES
from tests.chromium import opened
from tests.fakes import HashingEmbedder, PatternReader
from ui import app


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
