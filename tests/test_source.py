"""A document at a place, as data: windows, blocks, tables, what is found in it, and the file itself."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index import Index
from index.load.document import load
from index.load.parsed import ParseError
from index.load.picture import Words, picture
from qa import Document, Engine, Kind, Mark
from qa.originals import State, original, state
from tests.fakes import HashingEmbedder, PatternReader
from ui import app, source

HERE = "http://127.0.0.1:7860"
SAMPLES = Path(__file__).parent.parent / "index" / "samples"
PRICES = """# Firing prices

For members and guests.

| Kiln   | Volume | Price |
|--------|--------|-------|
| Wren   | 40 l   | €18   |
| Plover |        | €31   |

## Clay

Bags are not delivered. \U0001f9f1 \u202etxt.exe
"""
HOSTILE = (
    """<script>window.pwned = 1</script> <img src=x onerror=alert(1)> ${1} {{2}} $$x$$ \u0007\u200b </mark></div>"""
)


def written(folder: Path) -> Path:
    """Some files of several kinds, all of them short."""
    folder.mkdir()
    (folder / "prices.md").write_text(PRICES, encoding="utf-8")
    (folder / "hostile.txt").write_text(HOSTILE, encoding="utf-8")
    (folder / "page.html").write_text(
        "<h1>Fares</h1><p>Ring <b>091 555</b>.</p><script>evil()</script>", encoding="utf-8"
    )
    (folder / "walk.pdf").write_bytes((SAMPLES / "ridge-walk.pdf").read_bytes())
    return folder


def engine_over(folder: Path) -> Engine:
    """An engine over files, with an embedder and a reader that need no weights."""
    where = folder.with_name("index")
    index = Index.open(where, create=True, embedder=HashingEmbedder())
    index.sync([folder])
    return Engine(where, reader=PatternReader("Ann"), index=index)


def client_of(engine: Engine) -> TestClient:
    """The whole server over an engine."""

    async def built() -> FastAPI:
        return app.application(engine)

    return TestClient(asyncio.run(built()), base_url=HERE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over files that nobody changes, one of them long."""
    folder = written(tmp_path_factory.mktemp("source") / "docs")
    (folder / "long.txt").write_text("".join(f"Line {n} of the long log.\n" for n in range(6_000)), encoding="utf-8")
    engine = engine_over(folder)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def asked(shared: Engine) -> Iterator[TestClient]:
    """The server over those."""
    with client_of(shared) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of the test's own."""
    return written(tmp_path / "docs")


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    """The engine over them."""
    engine = engine_over(folder)
    yield engine
    engine.close()


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    """The server over them."""
    with client_of(engine) as client:
        yield client


def named(engine: Engine, name: str) -> Document:
    """The document that was read from a file of that name."""
    entry = next(entry for entry in engine.documents() if Path(entry.path).name == name)
    found = engine.document(entry.id)
    assert found is not None
    return found


def pieces(blocks: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    """Each slice of text in blocks, with its offset."""
    for block in blocks:
        if block["kind"] in ("text", "heading"):
            yield block["start"], block["text"]
        for row in block.get("rows", ()):
            yield from ((start, text) for _, start, text in row["cells"])


def test_a_quote_is_shown_in_its_document(shared: Engine) -> None:
    """What it is, where it is, the passage around, and the blocks with their places in the text."""
    document = named(shared, "prices.md")
    start = document.text.index("not delivered")
    shown = source.view(shared, document, start, start + 13)
    assert (shown["name"], shown["state"], shown["length"]) == ("prices.md", "current", len(document.text))
    assert shown["place"] == [{"kind": "heading", "label": "Firing prices"}, {"kind": "heading", "label": "Clay"}]
    first, last = shown["passage"]
    assert "not delivered" in document.text[first:last]
    kinds = [block["kind"] for block in shown["blocks"]]
    assert kinds == ["heading", "text", "table", "heading", "text"]
    assert shown["blocks"][3] == {
        "kind": "heading",
        "start": document.text.index("## Clay"),
        "text": "## Clay",
        "level": 2,
    }


@pytest.mark.parametrize("name", ["prices.md", "hostile.txt", "page.html", "long.txt", "walk.pdf"])
def test_every_piece_is_the_documents_own(shared: Engine, name: str) -> None:
    """Each slice stands in the text where it says, in order; and every letter of the window is in one of them."""
    document = named(shared, name)
    shown = source.view(shared, document, 10, 20)
    at, letters = shown["from"], ""
    for start, text in pieces(shown["blocks"]):
        assert document.text[start : start + len(text)] == text
        assert start >= at
        at, letters = start + len(text), letters + text
    whole = document.text[shown["from"] : shown["until"]]
    assert [c for c in letters if c.isalnum()] == [c for c in whole if c.isalnum()]


def test_an_empty_cell_moves_none_of_the_others(shared: Engine) -> None:
    """The marks of a table leave empty cells out: a price must not slip into the column before."""
    document = named(shared, "prices.md")
    table = source.view(shared, document, 0, 0)["blocks"][2]
    rows = [(row["header"], [(column, text) for column, _, text in row["cells"]]) for row in table["rows"]]
    assert rows == [
        (True, [(0, "Kiln"), (1, "Volume"), (2, "Price")]),
        (False, [(0, "Wren"), (1, "40 l"), (2, "€18")]),
        (False, [(0, "Plover"), (2, "€31")]),
    ]
    assert table["heads"] == []


def test_the_middle_of_a_table_says_what_its_columns_are() -> None:
    """The header is windows away; the marks of the cells know it."""
    rows = "".join(f"{n}\tTown {n}\n" for n in range(5_000))
    text = f"Rank\tName\n{rows}"
    parsed = load_text(text)
    middle = source.before(parsed, len(text))["blocks"][0]
    assert middle["kind"] == "table"
    assert middle["heads"] == ["Rank", "Name"]
    assert middle["rows"][-1]["cells"][1][::2] == [1, "Town 4999"]


def load_text(text: str, *marks: Mark) -> Document:
    """A document of marks, or one as the parser of plain text makes it."""
    from index.load.text import parse

    found = marks or parse(text.encode()).marks
    return Document(1, "/docs/a.txt", "A", text, tuple(found), "")


def test_two_tables_stay_two() -> None:
    """The second one begins with its own header, though nothing but a line parts them."""
    text = "Rank\tName\n1\tOslo\n2\tRome\n\nYear\tPlace\n1990\tBonn\n1991\tBern\n"
    tables = [block for block in source.window(load_text(text), 0, len(text))["blocks"] if block["kind"] == "table"]
    assert [[row["header"] for row in table["rows"]] for table in tables] == [[True, False, False]] * 2


def test_a_key_beside_its_value_is_two_columns() -> None:
    """`Born | 1921` and `Died | 1990`: the labels of the cells differ, and yet they stand below each other."""
    text = "Born\t1921\nDied\t1990\n"
    marks = [
        Mark(0, 9, Kind.ROW, "1"), Mark(0, 4, Kind.HEADER, "Born"), Mark(5, 9, Kind.CELL, "Born"),
        Mark(10, 19, Kind.ROW, "2"), Mark(10, 14, Kind.HEADER, "Died"), Mark(15, 19, Kind.CELL, "Died"),
    ]  # fmt: skip
    (table,) = source.window(load_text(text, *marks), 0, len(text))["blocks"]
    assert [[cell[0] for cell in row["cells"]] for row in table["rows"]] == [[0, 1], [0, 1]]


def test_parts_are_named_where_they_begin() -> None:
    """A slide, a sheet, a page or an attachment has a line of its own, empty pages too."""
    text = "One\n\nTwo"
    marks = [Mark(0, 3, Kind.PAGE, "1"), Mark(5, 5, Kind.PAGE, "2"), Mark(5, 8, Kind.PAGE, "iii")]
    blocks = source.window(load_text(text, *marks), 0, len(text))["blocks"]
    assert [(block["kind"], block.get("label", block.get("text"))) for block in blocks] == [
        ("part", "1"), ("text", "One"), ("part", "2"), ("part", "iii"), ("text", "Two"),
    ]  # fmt: skip


def test_windows_join_without_a_gap_or_an_overlap(shared: Engine) -> None:
    """From the middle of a million characters to both ends, line by line: every line once."""
    document = named(shared, "long.txt")
    middle = document.text.index("Line 3000 ")
    shown = source.view(shared, document, middle, middle + 10)
    assert shown["until"] - shown["from"] < 20_000
    first, last, steps = shown["from"], shown["until"], 0
    blocks = shown["blocks"]
    while first > 0:
        above = source.before(document, first)
        assert above["until"] == first
        first, blocks, steps = above["from"], above["blocks"] + blocks, steps + 1
    while last < len(document.text):
        below = source.after(document, last)
        assert below["from"] == last
        last, blocks, steps = below["until"], blocks + below["blocks"], steps + 1
    assert steps < 100
    assert "\n".join(text for _, text in pieces(blocks)) + "\n" == document.text


@pytest.mark.parametrize("text", ["x" * 100_000, "\n" * 100_000, "a\n" * 50_000, "\U0001f600" * 50_000])
def test_a_text_without_lines_is_shown_too(text: str) -> None:
    """Every window moves on, so that the end is reached."""
    document = load_text(text, Mark(0, len(text), Kind.HEADING, "x"))
    last, steps = 0, 0
    while last < len(text):
        last, before = source.after(document, last)["until"], last
        assert before < last <= before + source.MORE + source.LONGEST
        steps += 1
    first = len(text)
    while first > 0:
        first, before = source.before(document, first)["from"], first
        assert first < before
    assert steps < 20


def test_words_are_found_in_any_case_and_over_line_ends() -> None:
    """What is typed is no pattern."""
    document = load_text("The water\n bus. the Water Bus (.*) runs.")
    assert source.find(document, "water bus")["found"] == [[4, 14], [20, 29]]
    assert source.find(document, "(.*)")["found"] == [[30, 34]]
    assert source.find(document, "  ") == {"found": [], "more": False}
    many = source.find(load_text("a " * 3_000), "a")
    assert (len(many["found"]), many["more"]) == (1_000, True)


def test_the_route_answers_with_the_view(asked: TestClient, shared: Engine) -> None:
    """By number or by the bytes' hash, the same."""
    document = named(shared, "prices.md")
    by_number = asked.get("/api/source", params={"document": document.id, "start": 2, "end": 8})
    by_hash = asked.get("/api/source", params={"document": document.sha256, "start": 2, "end": 8})
    assert by_number.status_code == 200
    assert by_number.json() == by_hash.json() == json.loads(json.dumps(source.view(shared, document, 2, 8)))
    assert asked.get("/api/source/find", params={"document": document.id, "words": "clay"}).json()["found"]
    assert asked.get("/api/source/after", params={"document": document.id, "offset": 0}).json()["from"] == 0
    assert asked.get("/api/source/before", params={"document": document.id, "offset": 30}).json()["until"] == 30


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"document": "99"}, 404),
        ({"document": "ab" * 32}, 404),
        ({"document": "../../etc/passwd"}, 422),
        ({"document": "1", "start": "-1"}, 422),
        ({"document": "1", "start": "x"}, 422),
        ({"document": "1", "end": "99999999"}, 422),
        ({"document": "9" * 30}, 422),
        ({}, 422),
    ],
)
def test_what_is_not_there_is_said(asked: TestClient, given: dict[str, str], status: int) -> None:
    """A sentence and a status; no path is ever asked for, so none can be tried."""
    reply = asked.get("/api/source", params=given)
    assert reply.status_code == status
    assert len(reply.json()["error"]) > 10


def test_a_place_survives_a_rename(client: TestClient, engine: Engine, folder: Path) -> None:
    """The link holds the hash of the bytes, and not the name."""
    sha256 = named(engine, "prices.md").sha256
    (folder / "prices.md").rename(folder / "renamed.md")
    engine.add([folder])
    shown = client.get("/api/source", params={"document": sha256, "start": 2, "end": 8}).json()
    assert (shown["name"], shown["state"]) == ("renamed.md", "current")


def test_a_changed_file_says_so_and_shows_nothing_new(client: TestClient, engine: Engine, folder: Path) -> None:
    """The text is the one that was indexed; what was written since is nowhere, nor is the file handed out."""
    document = named(engine, "prices.md")
    (folder / "prices.md").write_text("The secret was never drilled.", encoding="utf-8")
    shown = client.get("/api/source", params={"document": document.id})
    assert shown.json()["state"] == "changed"
    assert "never drilled" not in shown.text
    refused = client.get("/api/original", params={"document": document.id})
    assert (refused.status_code, "never drilled" in refused.text) == (409, False)
    assert "has changed" in refused.json()["detail"]
    (folder / "prices.md").unlink()
    assert client.get("/api/source", params={"document": document.id}).json()["state"] == "gone"
    assert "not there any more" in client.get("/api/original", params={"document": document.id}).json()["detail"]


def test_a_document_that_was_replaced_is_not_shown_as_another(client: TestClient, engine: Engine, folder: Path) -> None:
    """Numbers are never given twice."""
    document = named(engine, "prices.md")
    (folder / "prices.md").write_text("Something else altogether.", encoding="utf-8")
    engine.add([folder])
    for key in (document.id, document.sha256):
        reply = client.get("/api/source", params={"document": key})
        assert reply.status_code == 404
        assert "not in the index any more" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("walk.pdf", "application/pdf", "inline"),
        ("page.html", "application/octet-stream", "attachment"),
        ("prices.md", "application/octet-stream", "attachment"),
    ],
)
def test_the_original_is_the_files_own_bytes(
    asked: TestClient, shared: Engine, name: str, kind: str, shown: str
) -> None:
    """A PDF is shown by the browser, anything else saved; and nothing in it can run or be taken for something else."""
    document = named(shared, name)
    reply = asked.get("/api/original", params={"document": document.id})
    assert reply.content == Path(document.path).read_bytes()
    assert reply.headers["content-type"] == kind
    assert reply.headers["content-disposition"] == f"{shown}; filename*=UTF-8''{name}"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"].endswith("sandbox")
    assert reply.headers["cache-control"] == "no-store"


def test_a_name_cannot_write_headers(client: TestClient, engine: Engine, folder: Path) -> None:
    """Line breaks and quotes of a name are escaped."""
    (folder / 'a"\r\nX-Evil: 1;é.txt').write_text("Nothing of note.", encoding="utf-8")
    engine.add([folder])
    entry = next(entry for entry in engine.documents() if "X-Evil" in entry.path)
    headers = client.get("/api/original", params={"document": entry.id}).headers
    assert headers["content-disposition"].endswith("''a%22%0D%0AX-Evil%3A%201%3B%C3%A9.txt")
    assert "x-evil" not in headers


def test_a_copy_stands_in_for_a_file_that_is_gone(engine: Engine, folder: Path) -> None:
    """Two files with the same bytes are one document: either will do."""
    (folder / "copy.md").write_text(PRICES, encoding="utf-8")
    engine.add([folder])
    document = named(engine, "prices.md")
    Path(document.path).unlink()
    found = original(document)
    assert found is not None
    assert found.path in document.copies
    assert state(document) is State.CURRENT


def test_what_was_not_read_from_a_file_has_no_original() -> None:
    """A text that a program added is shown, and there is nothing to open."""
    document = load_text("Given by a program.")
    assert state(document) is State.NO_FILE
    assert original(document) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_in_the_place_of_a_file_hangs_nobody(engine: Engine) -> None:
    """It is not opened."""
    document = named(engine, "hostile.txt")
    Path(document.path).unlink()
    os.mkfifo(document.path)
    assert state(document) is State.GONE
    assert original(document) is None


def test_a_large_document_is_sent_in_windows(folder: Path) -> None:
    """Of two million characters, the answer holds what fits on some screens."""
    (folder / "huge.txt").write_text("The quick brown fox jumps over it.\n" * 60_000, encoding="utf-8")
    document = load(folder / "huge.txt")
    assert len(json.dumps(source.after(document, 1_000_000))) < 15_000


WALK = (SAMPLES / "ridge-walk.pdf").read_bytes()


def test_a_page_is_a_picture_with_the_words_boxed() -> None:
    """A box for each line, on the paper, the second below the first and at the left edge of the text."""
    made = picture(WALK, 1, Words("the\nstove, so lunch"))
    assert made.png.startswith(b"\x89PNG\r\n\x1a\n")
    assert made.width == 1400
    assert made.height == pytest.approx(1400 * 594.96 / 420, abs=2)
    first, second = made.boxes
    assert first[0] > 0.7 > 0.2 > second[0]
    assert 0 < first[1] < second[1] < 0.5
    assert all(0 < side < 1 for box in made.boxes for side in box)


def test_of_several_places_the_one_that_is_meant_is_boxed() -> None:
    """Words that stand on a page more than once are told apart by what is around them."""
    text = load(SAMPLES / "ridge-walk.pdf").text
    tops = []
    for around in ("The ferry over the lake", "at the foot of the ridge"):
        start = text.index(around) + around.rindex("the ")
        (box,) = picture(WALK, 1, Words("the", text[start - 30 : start], text[start + 3 : start + 30])).boxes
        tops.append(box[1])
    assert tops[0] < tops[1]


@pytest.mark.parametrize("words", ["", "  ", "nowhere on it", "-"])
def test_words_that_are_not_on_a_page_have_no_box(words: str) -> None:
    """The picture comes all the same."""
    assert picture(WALK, 2, Words(words)).boxes == ()


@pytest.mark.parametrize(("data", "page"), [(WALK, 3), (WALK, 2**31 - 1), (b"%PDF-1.4 rubbish", 1), (WALK[:900], 1)])
def test_what_is_no_page_is_said(data: bytes, page: int) -> None:
    """A damaged file ends with a sentence, and never with the server."""
    with pytest.raises(ParseError):
        picture(data, page, Words("x"))


def test_the_route_shows_pages_of_pdfs_only(asked: TestClient, shared: Engine) -> None:
    """And of no file that is not as it was read."""
    walk, prices = named(shared, "walk.pdf"), named(shared, "prices.md")
    start = walk.text.index("1,179 metres")
    shown = asked.get("/api/source", params={"document": walk.id, "start": start, "end": start + 12}).json()
    assert (shown["pages"], shown["page"], shown["quote"]) == (2, 2, "1,179 metres")
    query = {"document": walk.id, "page": 2, "start": start, "end": start + 12}
    reply = asked.get("/api/source/page", params=query)
    assert reply.json()["picture"].startswith("data:image/png;base64,")
    assert len(reply.json()["boxes"]) == 1
    assert asked.get("/api/source/page", params={"document": walk.id, "page": 3}).status_code == 404
    assert asked.get("/api/source/page", params={"document": prices.id, "page": 1}).status_code == 404
    assert asked.get("/api/source", params={"document": prices.id}).json()["pages"] == 0


def test_a_pdf_that_has_changed_is_not_shown_as_a_picture(client: TestClient, engine: Engine, folder: Path) -> None:
    """Its pages now are not those that were indexed."""
    walk = named(engine, "walk.pdf")
    (folder / "walk.pdf").write_bytes(WALK + b"\n%changed")
    assert client.get("/api/source/page", params={"document": walk.id, "page": 1}).status_code == 409


def test_a_sheet_is_not_named_twice() -> None:
    """Its name is the heading of what is in it as well: "Sheet Members › Members"."""
    marks = (Mark(0, 9, Kind.SHEET, "Members"), Mark(0, 9, Kind.HEADING, "Members"), Mark(2, 9, Kind.HEADING, "Old"))
    document = Document(1, "/m.xlsx", "", "Ann Brown", marks, "ab" * 32)
    assert [each["label"] for each in source.place(document, 3)] == ["Members", "Old"]
