"""Searching in some documents only: by document, folder, kind and day; scores are what they are anyway."""

import os
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from index import Index, Mode, Where
from index.walk import roots
from tests.fakes import HashingEmbedder, document

DAYS = {"a/rent.txt": date(2024, 3, 1), "a/rent.md": date(2024, 3, 2), "ab/rent.txt": date(2025, 1, 1)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write three files about rent, in two folders, changed on three days."""
    for number, (name, day) in enumerate(DAYS.items()):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"The rent of flat {number} is {number + 1}00 euros.")
        at = datetime(day.year, day.month, day.day, 23, 59).timestamp()
        os.utime(path, (at, at))
    return tmp_path


@pytest.fixture
def index(root: Path, tmp_path: Path) -> Iterator[Index]:
    """Index them, and a memo that is no file."""
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as made:
        made.sync([root / "a", root / "ab"])
        made.add(document("The rent is in this memo.", "memo/1", sha256=""))
        yield made


def found(index: Index, where: Where, mode: Mode = Mode.FUSED) -> set[str]:
    """Return the names of the files that are found, folder and all."""
    hits = index.search("what is the rent?", where=where, mode=mode)
    return {"/".join(Path(hit.passage.document.path).parts[-2:]) for hit in hits}


ALL = {*DAYS, "memo/1"}


@pytest.mark.parametrize("mode", Mode)
def test_each_field_confines_the_search(index: Index, root: Path, mode: Mode) -> None:
    """By similarity and by words alike."""
    assert found(index, Where(), mode) == ALL
    assert found(index, Where(paths=(str(root / "a"),)), mode) == {"a/rent.txt", "a/rent.md"}, "not ab"
    assert found(index, Where(paths=(str(root / "a" / "rent.md"), "memo")), mode) == {"a/rent.md", "memo/1"}
    assert found(index, Where(kinds=("TXT",)), mode) == {"a/rent.txt", "ab/rent.txt"}
    assert found(index, Where(kinds=(".md", "pdf")), mode) == {"a/rent.md"}
    assert found(index, Where(since=date(2024, 3, 2)), mode) == {"a/rent.md", "ab/rent.txt"}
    assert found(index, Where(until=date(2024, 3, 1)), mode) == {"a/rent.txt"}
    one = index.documents()[0].id
    assert found(index, Where(documents=(one,)), mode) == {"a/rent.md"}


def test_fields_join_and_nothing_is_nothing(index: Index, root: Path) -> None:
    """All that are given must fit; an empty list fits nothing, which is not the same as none."""
    both = Where(paths=(str(root / "a"),), kinds=("txt",))
    assert found(index, both) == {"a/rent.txt"}
    for nothing in (Where(paths=()), Where(documents=()), Where(kinds=()), Where(paths=("/elsewhere",))):
        assert found(index, nothing) == set()


def test_scores_do_not_depend_on_the_scope(index: Index, root: Path) -> None:
    """A passage is as good an answer among ten as among ten thousand."""
    everywhere = {hit.passage.id: hit.score for hit in index.search("what is the rent of flat 1?")}
    for hit in index.search("what is the rent of flat 1?", where=Where(paths=(str(root / "a"),))):
        assert hit.score == everywhere[hit.passage.id]


def test_a_search_can_be_confined_to_any_number_of_paths(index: Index, root: Path) -> None:
    """With 400 of them the query was "too large" for SQLite, and the index was said to be at fault."""
    others = tuple(f"{root}/other {number}" for number in range(3000))
    assert found(index, Where(paths=(*others, str(root / "a")))) == {"a/rent.txt", "a/rent.md"}
    assert found(index, Where(paths=others)) == set()
    assert found(index, Where(documents=tuple(range(1, 3000)))) == ALL
    assert found(index, Where(kinds=(*map(str, range(3000)), "txt"))) == {"a/rent.txt", "ab/rent.txt"}


def test_paths_are_looked_up_once_however_much_is_found(
    index: Index, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each was resolved again for each file of each hit: 15 ms of a search for 400 paths, times the hits."""
    resolved = []

    def noted(paths: Iterable[Path]) -> frozenset[str]:
        resolved.append(list(paths))
        return roots(resolved[-1])

    monkeypatch.setattr("index.search.where.roots", noted)
    assert found(index, Where(paths=(str(root), "memo"))) == ALL
    assert resolved == [[root, Path("memo")]] * 2, "for the query and for what it found"


def test_all_lies_below_the_root(index: Index) -> None:
    """All that is a file: a memo is not below it. What is only sorted next to a folder is not in it."""
    index.add(document("The rent, next to a folder.", "memo.d/2", sha256=""))
    index.add(document("The rent, next to it too.", "memo0", sha256=""))
    assert found(index, Where(paths=(os.sep,))) == {*DAYS}
    assert found(index, Where(paths=("memo",))) == {"memo/1"}
    assert found(index, Where(paths=("memo/1", "memo.d", "memo/"))) == {"memo/1", "memo.d/2"}


def test_a_path_is_never_a_pattern(index: Index, root: Path) -> None:
    """Signs that mean something to SQL, FTS5 or a shell are letters here."""
    for odd in (f"{root}/%", f"{root}/_", f"{root}/*", "' OR 1 --", '"', "a\0b", "\ud800", "~nosuchuser/x"):
        assert found(index, Where(paths=(odd,), kinds=("%", "'"))) == set()


def test_a_copy_outside_the_scope_is_not_cited(index: Index, root: Path) -> None:
    """The same bytes lie in both folders; asked of one, the other is not named."""
    (root / "ab" / "copy.txt").write_text((root / "a" / "rent.txt").read_text())
    index.sync([root / "a", root / "ab"])
    whole = index.search("the rent of flat 0", 1)[0].passage.document
    assert [Path(p).name for p in (whole.path, *whole.copies)] == ["rent.txt", "copy.txt"]
    inside = index.search("the rent of flat 0", 1, where=Where(paths=(str(root / "ab"),)))[0].passage.document
    assert (Path(inside.path).name, inside.copies) == ("copy.txt", ())
