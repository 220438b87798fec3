"""Folders that the page keeps in step: followed, remembered, and without what was removed by hand."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import Index
from qa import Engine
from tests.fakes import HashingEmbedder
from ui.jobs import Jobs
from ui.watching import Watching


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Make an engine over an empty index."""
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        yield Engine(tmp_path / "index", index=index)


@pytest.fixture
def jobs(engine: Engine) -> Iterator[Jobs]:
    """Run jobs until the test is over."""
    jobs = Jobs(engine)
    yield jobs
    jobs.close()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Write two files."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("One.")
    (tmp_path / "docs" / "b.txt").write_text("Two.")
    return tmp_path / "docs"


def names(engine: Engine) -> list[str]:
    """Return the names of the files in the index."""
    return [Path(entry.path).name for entry in engine.documents()]


def until(fits: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(1000):
        if fits():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")


def test_a_watched_folder_is_read_and_followed(engine: Engine, jobs: Jobs, docs: Path, tmp_path: Path) -> None:
    """New files come, gone files go, and what the rules leave out goes too."""
    watching = Watching(engine, jobs, tmp_path / "watched.json")
    watching.add(docs)
    until(lambda: names(engine) == ["a.txt", "b.txt"])
    (docs / "c.txt").write_text("Three.")
    until(lambda: names(engine) == ["a.txt", "b.txt", "c.txt"])
    (docs / "a.txt").unlink()
    (docs / ".seedqaignore").write_text("b.txt\n")
    until(lambda: names(engine) == ["c.txt"])
    watching.close()


def test_the_next_start_goes_on(engine: Engine, jobs: Jobs, docs: Path, tmp_path: Path) -> None:
    """What changed meanwhile is seen; what was removed by hand stays out, until it is wanted again."""
    first = Watching(engine, jobs, tmp_path / "watched.json")
    first.add(docs)
    until(lambda: names(engine) == ["a.txt", "b.txt"])
    first.leave_out([docs / "a.txt"])
    jobs.wait(jobs.remove([docs / "a.txt"]))
    first.close()
    (docs / "c.txt").write_text("Three.")
    again = Jobs(engine)
    second = Watching(engine, again, tmp_path / "watched.json")
    assert second.folders() == [str(docs.resolve())]
    until(lambda: names(engine) == ["b.txt", "c.txt"])
    (docs / "a.txt").write_text("One and a half.")
    (docs / "d.txt").write_text("Four.")
    until(lambda: names(engine) == ["b.txt", "c.txt", "d.txt"])
    second.take_in([docs / "a.txt"])
    again.wait(again.add([docs]))
    assert names(engine) == ["a.txt", "b.txt", "c.txt", "d.txt"]
    second.close()
    again.close()


def test_a_folder_is_followed_no_more(engine: Engine, jobs: Jobs, docs: Path, tmp_path: Path) -> None:
    """What is indexed stays."""
    watching = Watching(engine, jobs, tmp_path / "watched.json")
    watching.add(docs)
    until(lambda: names(engine) == ["a.txt", "b.txt"])
    assert watching.drop(str(docs.resolve()))
    assert not watching.drop(str(docs.resolve()))
    assert names(engine) == ["a.txt", "b.txt"]
    assert Watching(engine, jobs, tmp_path / "watched.json").folders() == []


def test_a_run_that_is_read_only_leaves_the_memory_to_the_next(
    engine: Engine, jobs: Jobs, docs: Path, tmp_path: Path
) -> None:
    """It overwrote it: the next start followed its old folders no more, and brought back what was removed by hand."""
    removed = str(docs.resolve() / "a.txt")
    memory = json.dumps({"folders": ["/srv/a", "/srv/b"], "left_out": [removed, "/srv/a/old.txt"]})
    (tmp_path / "watched.json").write_text(memory)
    watching = Watching(engine, jobs, tmp_path / "watched.json", resume=False)
    watching.add(docs)
    assert watching.folders() == [str(docs.resolve())]
    until(lambda: "b.txt" in names(engine))
    assert names(engine) == ["b.txt"]
    watching.take_in([docs / "b.txt"])
    watching.drop(str(docs.resolve()))
    assert (tmp_path / "watched.json").read_text() == memory


def test_a_folder_that_is_dropped_and_added_at_once_is_followed_once(
    engine: Engine, jobs: Jobs, docs: Path, tmp_path: Path
) -> None:
    """Its first thread saw nothing of the drop and went on for good: each change was two jobs."""
    before = set(threading.enumerate())
    watching = Watching(engine, jobs, tmp_path / "watched.json")
    watching.add(docs)
    watching.drop(str(docs.resolve()))
    watching.add(docs)
    until(lambda: sum(each.name == "seedqa-watch" for each in set(threading.enumerate()) - before) == 1)
    until(lambda: names(engine) == ["a.txt", "b.txt"])
    (docs / "c.txt").write_text("Three.")
    until(lambda: names(engine) == ["a.txt", "b.txt", "c.txt"])
    assert [job.name for job in jobs.snapshot().jobs].count("c.txt") == 1
    watching.close()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"folders": 3}', '{"folders": [3, null]}', "\xff"])
def test_a_broken_memory_is_an_empty_one(engine: Engine, jobs: Jobs, tmp_path: Path, text: str) -> None:
    """The page starts all the same."""
    (tmp_path / "watched.json").write_bytes(text.encode("latin-1"))
    assert Watching(engine, jobs, tmp_path / "watched.json").folders() == []
