"""One server for each file of tests, empty for each test, and its page."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Error, Page

from bench.browser import served
from index import Index, IndexLocked
from qa import Engine
from tests.browser.documents.room import Paced, Server, opened
from tests.fakes import PatternReader
from ui import app


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real page over a real index, with an embedder that takes no time."""
    embedder, folder = Paced(), tmp_path_factory.mktemp("served") / "index"
    index = Index.open(folder, embedder=embedder, create=True)
    engine = Engine(folder, reader=PatternReader(r"\d+ euros"), index=index)

    with served(lambda: app.application(engine)) as address:
        yield Server(address, engine, embedder)
        embedder.release()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The same server with nothing in it."""
    yield running
    running.embedder.release()
    json = {"Content-Type": "application/json"}
    for path in ("stop", "clear"):
        urlopen(Request(f"{running.address}/api/documents/{path}", b"{}", json)).close()
    time.sleep(0.1)
    while entries := running.engine.documents():
        with suppress(IndexLocked):
            running.engine.remove([Path(entry.path) for entry in entries])
    shutil.rmtree(running.folder / "files", ignore_errors=True)


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page, with its list of documents."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page, faults = context.new_page(), list[Error]()
    page.on("pageerror", lambda fault: faults.append(fault))
    yield opened(page, server)
    assert faults == []
    context.close()
