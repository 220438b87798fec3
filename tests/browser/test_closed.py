"""A page that only reads, behind a password, with a reader whose scores nobody has looked at: all of it is said."""

from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, expect

from bench.browser import PATIENCE, served
from index import Index
from qa import Engine
from tests import chromium
from tests.fakes import HashingEmbedder, PatternReader
from ui import app, auth

pytestmark = chromium.MARKS


def test_a_closed_page_asks_for_the_password_adds_nothing_and_claims_no_certainty(
    browser: Browser, tmp_path: Path
) -> None:
    """Nothing that changes documents can be seen; no share of right answers is shown; one can log out."""
    (tmp_path / "well.txt").write_text("The well is 87 metres deep.", encoding="utf-8")
    index = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    index.sync([tmp_path / "well.txt"])
    reader = PatternReader(r"\d+ metres")
    reader.calibrated = False
    password = auth.Password.of("open sesame")
    with (
        closing(Engine(tmp_path / "index", reader=reader, index=index)) as engine,
        served(lambda: app.application(engine, read_only=True, password=password)) as address,
    ):
        page = browser.new_context().new_page()
        page.goto(address)
        page.get_by_label("Password").fill("open sesame")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Your question")).to_be_visible(timeout=PATIENCE)
        documents = page.get_by_role("region", name="Documents", exact=True)
        expect(documents.get_by_role("checkbox", name="well.txt")).to_be_visible(timeout=30_000)
        documents.get_by_role("checkbox", name="well.txt").check()
        assert documents.get_by_role("button").all_text_contents() == ["Untick all"]

        page.get_by_label("Your question").fill("How deep is the well?")
        page.keyboard.press("Enter")
        expect(page.locator(".sq-answer mark")).to_have_text("87 metres", timeout=30_000)
        expect(page.locator(".sq-facts")).to_contain_text("well.txt")
        expect(page.locator(".sq-sure")).to_be_hidden()
        expect(page.locator("#footer")).to_contain_text("this reader is not calibrated")
        (tmp_path / "well.txt").write_text("It was never drilled.", encoding="utf-8")
        page.locator(".sq-facts .sq-open").click()
        expect(page.get_by_role("region", name="Source")).to_contain_text("has changed since it was read")
        expect(page.get_by_role("region", name="Source").get_by_role("button", name="Read again")).to_be_hidden()
        page.keyboard.press("Escape")

        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Password")).to_be_visible()
        page.goto(address)
        expect(page.get_by_label("Password")).to_be_visible()
        page.context.close()
