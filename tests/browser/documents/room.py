"""A server with an index of its own, and the room of the documents in its page."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from bench.browser import ready
from index.types import Extent, Vectors
from qa import Engine
from tests.fakes import HashingEmbedder


class Paced(HashingEmbedder):
    """Embeds at once, or one slice for each time that it is let."""

    def __init__(self) -> None:
        """Let everything through."""
        super().__init__()
        self.held = False
        self.turns = threading.Semaphore(0)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Wait for a turn if it is held, then embed."""
        if self.held:
            assert self.turns.acquire(timeout=30)
        return super().encode_parts(texts, parts)

    def release(self) -> None:
        """Hold nothing any more."""
        self.held = False
        self.turns.release(10_000)
        self.turns = threading.Semaphore(0)


@dataclass(frozen=True, slots=True)
class Server:
    """A server with an index of its own, and what it works with."""

    address: str
    engine: Engine
    embedder: Paced

    @property
    def folder(self) -> Path:
        """Where its index is."""
        return self.engine.folder


def opened(page: Page, server: Server) -> Page:
    """Open the page, and the drawer where the room is in one."""
    ready(page, server.address)
    page.evaluate("document.documentElement.classList.add('sq-drawn')")
    page.evaluate("import('/rooms.js').then(({ scope }) => { window.where = () => scope.where(); })")
    expect(room(page).get_by_role("button", name="Add files")).to_be_visible()
    return page


def room(page: Page) -> Locator:
    """The region of the documents."""
    return page.get_by_role("region", name="Documents", exact=True)


def names(page: Page) -> Locator:
    """The names in the list."""
    return room(page).locator(".sq-files .sq-file-name")


def add(page: Page, *paths: Path) -> None:
    """Choose files as a person does."""
    with page.expect_file_chooser() as choosing:
        room(page).get_by_role("button", name="Add files").click()
    choosing.value.set_files([os.fspath(path) for path in paths])


def written(folder: Path, count: int = 3) -> list[Path]:
    """Write some files that can be asked about."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"report-{number}.txt" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(f"The ticket of year {number} costs {number + 10} euros.")
    return paths


def until(page: Page, script: str) -> None:
    """Wait until a script says yes; the page's policy forbids Playwright's own way of waiting."""
    for _ in range(200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came to that: {script}")
