"""What is left out of a folder: the words of ``.gitignore``, and what they do to an index."""

import itertools
import os
import time
from pathlib import Path

import pathspec
import pytest

from index import Index, walk
from index.ignore import Rules
from tests.fakes import HashingEmbedder

PATTERNS = (
    "a.txt", "/a.txt", "*.txt", "!a.txt", "b/", "/b/", "b/a.txt", "b/*.txt", "**/a.txt", "b/**", "**/b", "b/**/a.txt",
    "[ab].txt", "[!a].txt", "[a-c].txt", "?.txt", "a*", "*a*", "*.t*t", "# a.txt", "\\#a.txt", "\\!a.txt", "a.txt  ",
    "a\\ .txt", "*", "/*", "/b/c", "c/a.txt", "**", "a.txt/", "[.txt", "*[!.]txt", "(a|b).txt", "b*/c*",
)  # fmt: skip
PATHS = (
    "a.txt", "b.txt", "c.txt", "b/a.txt", "b/c/a.txt", "b/c/d/a.txt", "c/a.txt", "c/b/a.txt", "#a.txt", "!a.txt",
    "a .txt", "[.txt", "(a|b).txt", "ab.txt", "a/b", "bb/cc/a.txt", "A.TXT", "&.txt", "a.txt/x.md",
)  # fmt: skip


def left_out(lines: list[str], path: str) -> bool:
    """Tell whether a file is left out, folder by folder, as a walk asks."""
    rules = Rules().and_of(lines, "/docs")
    parts = path.split("/")
    folders = ["/docs/" + "/".join(parts[:count]) for count in range(1, len(parts))]
    return any(rules.leave_out(folder, is_folder=True) for folder in folders) or rules.leave_out(
        f"/docs/{path}", is_folder=False
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_means_what_it_means_to_git(pattern: str) -> None:
    """Alone, and with another line that keeps or leaves out more: an independent reader of the rules agrees."""
    for lines in ([pattern], ["*.txt", f"!{pattern.removeprefix('!')}"], [pattern, "!b.txt"]):
        spec = pathspec.GitIgnoreSpec.from_lines(lines)
        assert {path: left_out(lines, path) for path in PATHS} == {path: spec.match_file(path) for path in PATHS}, lines


def test_a_class_means_nothing_that_only_python_knows() -> None:
    """Two ampersands are two characters, and no warning."""
    assert [left_out(["[a&&b--~~||].txt"], f"{char}.txt") for char in "a&~|c"] == [True, True, True, True, False]


@pytest.mark.parametrize(
    "line", ["*a" * 200, "**/" * 200 + "a", "a/**/" * 100, "[" * 400, "*" * 500 + "b", "[a-" * 100, "\\" * 499]
)
def test_a_hostile_line_takes_no_time(line: str) -> None:
    """A folder may come from anywhere, with its rules."""
    began = time.perf_counter()
    rules = Rules().and_of([line], "/docs")
    for path in ("a" * 250, "/".join(["a" * 50] * 60), "/".join(["a"] * 500)):
        rules.leave_out(f"/docs/{path}", is_folder=False)
    assert time.perf_counter() - began < 2


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Write a small tree."""
    for name in ("a.txt", "drafts/b.txt", "drafts/keep.txt", "sub/drafts/c.txt", "sub/d.md", "~$lock.txt", ".x.txt"):
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name}.")
    return tmp_path / "docs"


def found(docs: Path, **rules: list[str]) -> list[str]:
    """Return what a walk finds."""
    return [Path(path).relative_to(docs.resolve()).as_posix() for path in walk([docs], **rules).files]  # type: ignore[arg-type]


def test_hidden_files_and_lock_files_are_passed_over(docs: Path) -> None:
    """Office programs write ``~$report.docx`` beside what is open."""
    assert found(docs) == ["a.txt", "drafts/b.txt", "drafts/keep.txt", "sub/d.md", "sub/drafts/c.txt"]


def test_rules_come_from_files_and_from_whoever_asks(docs: Path) -> None:
    """Those of a folder are stronger than those above it, and those above than what was asked."""
    assert found(docs, exclude=["drafts/"]) == ["a.txt", "sub/d.md"]
    assert found(docs, exclude=["/drafts"]) == ["a.txt", "sub/d.md", "sub/drafts/c.txt"]
    (docs / ".seedqaignore").write_text("\ufeff# mine\n*.txt\r\n!a.txt\n", encoding="utf-8")
    assert found(docs) == ["a.txt", "sub/d.md"]
    (docs / "drafts" / ".seedqaignore").write_text("!keep.txt\n")
    assert found(docs) == ["a.txt", "drafts/keep.txt", "sub/d.md"]


def test_a_broken_file_of_rules_leaves_nothing_out(docs: Path) -> None:
    """A folder in its place, or bytes that are no text."""
    (docs / ".seedqaignore").mkdir()
    (docs / "sub" / ".seedqaignore").write_bytes(b"\xff\xfe\x00[[[")
    assert len(found(docs)) == 5


def test_a_pipe_for_a_file_of_rules_is_not_waited_for(docs: Path) -> None:
    """The folder may come from anywhere: to open the pipe hung whoever added it, for ever."""
    os.mkfifo(docs / ".seedqaignore")
    assert len(found(docs)) == 5


def test_what_is_left_out_later_goes_from_the_index(docs: Path, tmp_path: Path) -> None:
    """Whoever leaves a folder out does not want to be answered from it."""
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        assert index.sync([docs]).added == 5
        (docs / ".seedqaignore").write_text("drafts/\n")
        report = index.sync([docs])
        assert (report.removed, report.left_out) == (3, 2)
        assert [Path(entry.path).name for entry in index.documents()] == ["a.txt", "d.md"]
        (docs / ".seedqaignore").unlink()
        assert index.sync([docs]).added == 3
        assert index.sync([docs], without={str((docs / "a.txt").resolve())}).removed == 1


def test_links_lead_out_of_the_folder_only_if_asked(docs: Path, tmp_path: Path) -> None:
    """A link inside of it is only another name."""
    (tmp_path / "secret.txt").write_text("The code is 4711.")
    (docs / "link.txt").symlink_to(tmp_path / "secret.txt")
    (docs / "inner.txt").symlink_to(docs / "a.txt")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([docs])
        assert index.find(tmp_path / "secret.txt") is None
        assert index.sync([docs], links=True).added == 1
        assert index.find(tmp_path / "secret.txt") is not None
        assert index.sync([docs]).removed == 1


def test_too_many_files_are_a_line_and_not_a_night(docs: Path) -> None:
    """Whoever names the whole disk by mistake is told."""
    some = walk([docs], max_files=2)
    assert len(some.files) == 2
    assert [failure.message for failure in some.failed] == [
        "the folder has more than 2 files that can be read: name smaller ones, or raise --max-files"
    ]


def test_twenty_thousand_unchanged_files_are_looked_at_in_seconds(tmp_path: Path) -> None:
    """Each costs a look at the folder and one at the file. On two quiet cores: 0.6 s."""
    for folder, number in itertools.product(range(20), range(100)):
        path = tmp_path / "docs" / str(folder) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("The same.")
    began = time.process_time()
    assert len(walk([tmp_path / "docs"], exclude=["*.tmp", "/x/**/y"]).files) == 2000
    assert time.process_time() - began < 0.3
