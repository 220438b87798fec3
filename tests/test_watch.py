"""Watching: what changes is told once it is left alone, together, and within two seconds."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Changes, Index, Watch, walk
from qa import Engine
from tests.fakes import HashingEmbedder


class Heard:
    """What a watch has told, in a thread of its own."""

    def __init__(self, watch: Watch) -> None:
        """Begin to listen."""
        self.told: list[Changes] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(watch,))
        self._thread.start()

    def _listen(self, watch: Watch) -> None:
        for changes in watch.changes(self._over.is_set):
            self.told.append(changes)

    def wait(self, count: int = 1, seconds: float = 20.0) -> list[Changes]:
        """Wait until so much has been told."""
        until = time.monotonic() + seconds
        while len(self.told) < count and time.monotonic() < until:
            time.sleep(0.01)
        return self.told

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        self._thread.join()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Write two files."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("One.")
    (tmp_path / "docs" / "b.txt").write_text("Two.")
    return tmp_path / "docs"


@pytest.fixture
def heard(docs: Path) -> Iterator[Heard]:
    """Watch the folder."""
    heard = Heard(Watch([docs], walk, pause=0.05, longest=1.5))
    yield heard
    heard.close()


def names(paths: tuple[Path, ...]) -> list[str]:
    """Return the files' names."""
    return [path.name for path in paths]


def test_what_changes_in_a_moment_is_told_together(heard: Heard, docs: Path) -> None:
    """A new file, a changed one and one that is gone; then nothing more."""
    (docs / "c.txt").write_text("Three.")
    (docs / "a.txt").write_text("One and a half.")
    (docs / "b.txt").unlink()
    [told] = heard.wait()
    assert (names(told.differ), told.left_out) == (["a.txt", "b.txt", "c.txt"], ())
    time.sleep(0.3)
    assert len(heard.told) == 1


def test_a_change_is_told_within_two_seconds(docs: Path) -> None:
    """With the pause that is used, and the looking counted in."""
    heard = Heard(Watch([docs], walk))
    began = time.monotonic()
    (docs / "c.txt").write_text("Three.")
    heard.wait(seconds=10)
    spent = time.monotonic() - began
    heard.close()
    assert len(heard.told) == 1
    assert spent < 2


def test_a_file_that_is_being_written_is_waited_for(heard: Heard, docs: Path) -> None:
    """It is told of once, when it rests."""
    with (docs / "c.txt").open("w") as file:
        for _ in range(10):
            file.write("More. ")
            file.flush()
            time.sleep(0.03)
        assert heard.told == []
    [told] = heard.wait()
    assert names(told.differ) == ["c.txt"]
    assert (docs / "c.txt").stat().st_size == 60


def test_a_file_that_never_rests_is_told_of_now_and_then(heard: Heard, docs: Path) -> None:
    """A log is not waited for for ever, and keeps no other file waiting."""
    over = threading.Event()

    def write() -> None:
        with (docs / "log.txt").open("w") as file:
            while not over.is_set():
                file.write("More. ")
                file.flush()
                time.sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    (docs / "c.txt").write_text("Three.")
    told = heard.wait(2)
    over.set()
    writer.join()
    assert [names(each.differ) for each in told[:2]] == [["c.txt"], ["log.txt"]]


def test_what_the_rules_leave_out_now_is_told_apart(heard: Heard, docs: Path) -> None:
    """The file is still there, so it has to be taken out and not looked for."""
    (docs / ".seedqaignore").write_text("b.txt\n")
    [told] = heard.wait()
    assert (told.differ, names(told.left_out)) == ((), ["b.txt"])


def test_a_drive_that_is_pulled_out_takes_nothing_with_it(heard: Heard, docs: Path, tmp_path: Path) -> None:
    """While the folder itself is not there, all is as it was."""
    docs.rename(tmp_path / "away")
    time.sleep(0.4)
    assert heard.told == []
    (tmp_path / "away").rename(docs)
    (docs / "a.txt").unlink()
    [told] = heard.wait()
    assert names(told.differ) == ["a.txt"]


def test_changes_since_it_was_made_are_told_first(docs: Path) -> None:
    """What changes while a folder is being read for the first time is not missed."""
    watch = Watch([docs], walk, pause=0.05)
    shutil.copy(docs / "a.txt", docs / "c.txt")
    assert names(next(watch.changes()).differ) == ["c.txt"]


def test_an_engine_follows_what_is_told(docs: Path, tmp_path: Path) -> None:
    """Files of an editor that come and go are no failures; a rename embeds nothing."""
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        engine = Engine(tmp_path / "index", index=index)
        engine.add([docs])
        os.rename(docs / "a.txt", docs / "z.txt")  # noqa: PTH104
        told = Changes((docs / "a.txt", docs / "passing.txt", docs / "z.txt"), (docs / "never.txt",))
        known = engine.known(told)
        assert (names(known.differ), known.left_out) == (["a.txt", "z.txt"], ())
        report = engine.add(known.differ)
        assert (report.moved, report.failed) == (1, ())
