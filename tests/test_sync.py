"""Keeping in step: what a sync reads again, what it only looks at, and what it embeds."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index import Index, Report
from index.files import Stamp, sha256, stamp, unchanged
from index.load import parsers
from index.store import Counts
from index.types import Extent, Vectors
from qa.originals import State, looked_at
from tests import pdfs
from tests.fakes import HashingEmbedder
from ui.terminal import report_lines

LONG_AGO = 1_600_000_000_000_000_000


class Counting(HashingEmbedder):
    """Writes down what it embeds."""

    def __init__(self) -> None:
        """Start with an empty list."""
        super().__init__()
        self.embedded: list[str] = []

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Embed the texts, and write them down."""
        self.embedded += texts
        return super().encode_parts(texts, parts)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Write two files that were last changed long ago."""
    folder = tmp_path / "docs"
    folder.mkdir()
    old(folder / "minutes.txt", "Ada Lovelace led the meeting.")
    old(folder / "leave.md", "Sixteen weeks are paid.")
    return folder


@pytest.fixture
def embedder() -> Counting:
    """Make an embedder that counts."""
    return Counting()


@pytest.fixture
def index(tmp_path: Path, embedder: Counting) -> Iterator[Index]:
    """Make an empty index."""
    with Index.open(tmp_path / "index", embedder=embedder, create=True) as made:
        yield made


def old(path: Path, text: str, at: int = LONG_AGO) -> None:
    """Write a file as it was at a time."""
    path.write_text(text)
    os.utime(path, ns=(at, at))


def counts(report: Report) -> dict[str, int]:
    """Return what a report counts, zeros left out."""
    names = ("added", "replaced", "unchanged", "moved", "removed")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def test_a_rename_is_a_row_and_embeds_nothing(index: Index, docs: Path, embedder: Counting) -> None:
    """The document keeps its id and its passages; it is found under its new name, by its words too."""
    index.sync([docs])
    before = index.find(docs / "minutes.txt")
    embedder.embedded.clear()
    (docs / "minutes.txt").rename(docs / "protocol.txt")
    assert counts(index.sync([docs])) == {"moved": 1, "unchanged": 1}
    after = index.find(docs / "protocol.txt")
    assert before is not None
    assert after is not None
    assert (after.id, after.title, after.path) == (before.id, "protocol", str((docs / "protocol.txt").resolve()))
    assert index.find(docs / "minutes.txt") is None
    assert embedder.embedded == []
    assert index.search("protocol", 1)[0].passage.document.path == after.path
    assert index.check() == []


def test_a_renamed_document_is_cited_under_its_new_name_by_a_process_that_read_it_before(
    index: Index, docs: Path
) -> None:
    """What is kept in memory for the next search is the text, not the name."""
    index.sync([docs])
    assert index.search("who led?", 1)[0].passage.document.path.endswith("minutes.txt")
    (docs / "minutes.txt").rename(docs / "protocol.txt")
    index.sync([docs])
    document = index.search("who led?", 1)[0].passage.document
    assert (Path(document.path).name, document.title) == ("protocol.txt", "protocol")


def test_a_folder_that_moved_embeds_nothing(index: Index, docs: Path, tmp_path: Path, embedder: Counting) -> None:
    """Given both places, or their parent, each file is a row."""
    index.sync([docs])
    embedder.embedded.clear()
    docs.rename(tmp_path / "archive")
    assert counts(index.sync([docs, tmp_path / "archive"])) == {"moved": 2}
    assert embedder.embedded == []
    assert index.check() == []


def test_a_copy_is_a_row_and_one_of_two_can_go(index: Index, docs: Path, embedder: Counting) -> None:
    """Both paths lead to one document, which stays until the last of them goes."""
    index.sync([docs])
    embedder.embedded.clear()
    old(docs / "copy.txt", (docs / "minutes.txt").read_text())
    assert counts(index.sync([docs])) == {"added": 1, "unchanged": 2}
    assert embedder.embedded == []
    assert index.counts() == Counts(documents=2, files=3, passages=2)
    document = index.search("who led?", 1)[0].passage.document
    assert [Path(path).name for path in (document.path, *document.copies)] == ["copy.txt", "minutes.txt"]
    (docs / "copy.txt").unlink()
    assert counts(index.sync([docs])) == {"removed": 1, "unchanged": 2}
    assert index.counts() == Counts(documents=2, files=2, passages=2)
    assert index.check() == []


def test_the_same_bytes_of_another_kind_are_another_document(index: Index, docs: Path) -> None:
    """What a text means depends on who reads it."""
    index.sync([docs])
    old(docs / "minutes.md", (docs / "minutes.txt").read_text())
    assert counts(index.sync([docs])) == {"added": 1, "unchanged": 2}
    assert index.counts().documents == 3


def test_an_unchanged_file_costs_a_look(index: Index, docs: Path) -> None:
    """Size and time as they were: the bytes are not read, as a change that keeps both shows."""
    index.sync([docs])
    old(docs / "minutes.txt", "Ida Lovelace led the meeting.")
    assert counts(index.sync([docs])) == {"unchanged": 2}
    assert "Ada" in index.search("who led?", 1)[0].passage.text
    old(docs / "minutes.txt", "Ida Lovelace led the meeting.", LONG_AGO + 1)
    assert counts(index.sync([docs])) == {"replaced": 1, "unchanged": 1}


def test_what_could_not_be_read_of_a_file_is_noted(index: Index, docs: Path) -> None:
    """It is stored all the same, and the report says what is missing: once, when it is read."""
    (docs / "scan.pdf").write_bytes(pdfs.make([pdfs.text(72, 700, "Seven boats came in."), pdfs.IMAGE]))
    report = index.sync([docs])
    assert [(Path(note.path).name, note.message) for note in report.noted] == [
        ("scan.pdf", "1 of 2 pages is an image: run OCR on it")
    ]
    assert (counts(report), report.failed) == ({"added": 3}, ())
    assert index.sync([docs]).noted == ()
    assert "1 of 2 pages is an image" in report_lines(report)[0]


def test_a_file_from_the_far_future_stops_nobody(index: Index, docs: Path) -> None:
    """A clock that was wrong once: the whole folder ended in an OverflowError."""
    os.utime(docs / "minutes.txt", (15_000_000_000, 15_000_000_000))
    assert counts(index.sync([docs])) == {"added": 2}
    assert counts(index.sync([docs])) == {"unchanged": 2}
    (entry,) = [entry for entry in index.documents() if entry.path.endswith("minutes.txt")]
    assert looked_at(entry) is State.CURRENT


def test_a_file_changed_just_now_is_read_again(index: Index, docs: Path) -> None:
    """Within a clock's tick it may have changed once more without a trace in size or time."""
    (docs / "minutes.txt").write_text("Ada Lovelace led the meeting.")
    index.sync([docs])
    now = (docs / "minutes.txt").stat().st_mtime_ns
    old(docs / "minutes.txt", "Ida Lovelace led the meeting.", now)
    assert counts(index.sync([docs])) == {"replaced": 1, "unchanged": 1}


def test_a_parser_that_got_better_reads_its_documents_again(
    index: Index, docs: Path, embedder: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files did not change, so nothing is counted as replaced; texts that are the same keep their vectors."""
    index.sync([docs])
    embedder.embedded.clear()
    monkeypatch.setitem(parsers.VERSIONS, "markdown", 99)
    assert counts(index.sync([docs])) == {"unchanged": 2}
    found = index.find(docs / "leave.md")
    assert found is not None
    assert found.parser == "markdown 99"
    assert embedder.embedded == []
    assert index.check() == []


def test_a_changed_document_embeds_only_the_passages_that_changed(index: Index, docs: Path, embedder: Counting) -> None:
    """A correction on the last page of a book does not embed the book."""
    parts = [f"Part {number}. " + f"word{number} " * 150 for number in range(6)]
    old(docs / "book.md", "\n\n".join(f"# {number}\n\n{part}" for number, part in enumerate(parts)))
    index.sync([docs])
    embedder.embedded.clear()
    parts[5] += " And an errata slip."
    old(docs / "book.md", "\n\n".join(f"# {number}\n\n{part}" for number, part in enumerate(parts)), LONG_AGO + 1)
    assert counts(index.sync([docs])) == {"replaced": 1, "unchanged": 2}
    assert len(embedder.embedded) == 1
    assert "errata" in embedder.embedded[0]
    assert index.check() == []


def test_a_folder_in_a_file_s_place_is_no_file(index: Index, docs: Path) -> None:
    """`a.txt` replaced by a folder of that name stayed in the index for ever."""
    index.sync([docs])
    (docs / "minutes.txt").unlink()
    (docs / "minutes.txt").mkdir()
    old(docs / "minutes.txt" / "inner.txt", "Grace spoke.")
    assert counts(index.sync([docs])) == {"added": 1, "removed": 1, "unchanged": 1}


def test_a_linked_file_goes_with_its_link(index: Index, docs: Path, tmp_path: Path) -> None:
    """It lies outside the folder, and is read if asked: nothing but the link led to it, and it stayed for ever."""
    old(tmp_path / "outside.txt", "The kettle holds two litres.")
    (docs / "link.txt").symlink_to(tmp_path / "outside.txt")
    assert counts(index.sync([docs], links=True)) == {"added": 3}
    assert counts(index.sync([docs], links=True)) == {"unchanged": 3}
    (docs / "link.txt").unlink()
    assert counts(index.sync([docs], links=True)) == {"removed": 1, "unchanged": 2}
    assert (tmp_path / "outside.txt").exists()


def test_a_link_inside_the_folder_can_go_without_its_file(index: Index, docs: Path) -> None:
    """The file is still reached by its own name."""
    (docs / "a-link.txt").symlink_to(docs / "minutes.txt")
    index.sync([docs])
    (docs / "a-link.txt").unlink()
    assert counts(index.sync([docs])) == {"unchanged": 2}


def test_a_file_is_unchanged_only_as_a_regular_file_with_its_bytes(tmp_path: Path) -> None:
    """A pipe, a folder or nothing is not opened."""
    path = tmp_path / "a.txt"
    old(path, "Ada led.")
    sha = sha256(str(path))
    assert sha is not None
    assert stamp(str(path)) == Stamp(8, LONG_AGO)
    assert unchanged(str(path), sha)
    assert not unchanged(str(path), "another")
    path.unlink()
    assert not unchanged(str(path), sha)
    os.mkfifo(path)
    assert not unchanged(str(path), sha), "to open it would wait for ever"
    assert sha256(str(path)) is None
    assert not unchanged(str(tmp_path), sha)
    assert not unchanged("a\0b", sha)
    assert unchanged("memo/1", ""), "what was not read from a file cannot have changed"


def test_the_bytes_of_a_file_are_looked_at_once(tmp_path: Path) -> None:
    """Each question hashed every file that it cited, 28 ms for 33 MB: now a look does, as a forged one shows."""
    path = tmp_path / "a.txt"
    old(path, "Ada led.")
    sha = sha256(str(path))
    assert sha is not None
    assert unchanged(str(path), sha)
    old(path, "Eva led.")
    assert unchanged(str(path), sha), "the stamp vouches: nothing is read"
    old(path, "Eva led.", LONG_AGO + 1)
    assert not unchanged(str(path), sha)
    old(path, "Ada led.", LONG_AGO + 2)
    assert unchanged(str(path), sha), "touched, and read to the same bytes"


def test_a_file_changed_just_now_is_looked_at_again(tmp_path: Path) -> None:
    """Within a clock's tick it may change once more without a trace."""
    path = tmp_path / "a.txt"
    path.write_text("Ada led.")
    sha, now = sha256(str(path)), path.stat().st_mtime_ns
    assert sha is not None
    assert unchanged(str(path), sha)
    old(path, "Eva led.", now)
    assert not unchanged(str(path), sha)
