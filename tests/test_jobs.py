"""Adding in the background: one writer, removals first, and nothing lost by stopping."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index import Index
from index.lock import WriteLock
from index.types import Extent, Vectors
from qa import Engine, Fate
from tests.fakes import HashingEmbedder, PatternReader
from ui.jobs import Job, Jobs, State


class Paced(HashingEmbedder):
    """Embeds one call for each time that it is let."""

    def __init__(self) -> None:
        """Let everything through until :meth:`hold`."""
        super().__init__()
        self.turns = threading.Semaphore(0)
        self.held = False
        self.asked = threading.Event()

    def hold(self) -> None:
        """Embed nothing more without being let."""
        self.held = True

    def let(self, times: int = 1) -> None:
        """Let it embed so many times."""
        self.turns.release(times)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Wait for a turn, then embed."""
        self.asked.set()
        if self.held:
            assert self.turns.acquire(timeout=20)
        return super().encode_parts(texts, parts)


@pytest.fixture
def embedder() -> Paced:
    """Make an embedder that can be held."""
    return Paced()


@pytest.fixture
def engine(tmp_path: Path, embedder: Paced) -> Iterator[Engine]:
    """Make an engine over an empty index."""
    with Index.open(tmp_path / "index", embedder=embedder, create=True) as index:
        yield Engine(tmp_path / "index", reader=PatternReader(r"\d+"), index=index)


@pytest.fixture
def jobs(engine: Engine, embedder: Paced) -> Iterator[Jobs]:
    """Run jobs until the test is over."""
    jobs = Jobs(engine, patience=0.05)
    yield jobs
    embedder.let(1000)
    jobs.close()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Write three files."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"The {name} costs 5 euros.")
    return folder


def names(engine: Engine) -> list[str]:
    """Return the names of the files in the index."""
    return [Path(entry.path).name for entry in engine.documents()]


def job(jobs: Jobs, number: int) -> Job:
    """Return a job as it is now."""
    return next(job for job in jobs.snapshot().jobs if job.id == number)


def test_files_are_added_each_with_its_state(jobs: Jobs, engine: Engine, docs: Path) -> None:
    """A file that cannot be read has its own reason, and keeps no other from being read."""
    (docs / "b.txt").write_text("")
    added = [jobs.add([docs / f"{name}.txt"]) for name in ("a", "b", "c")]
    assert [jobs.wait(each) for each in added] == [State.DONE, State.FAILED, State.DONE]
    assert "is empty" in job(jobs, added[1]).reason
    assert names(engine) == ["a.txt", "c.txt"]


def test_a_file_that_was_sent_twice_has_two_lines_that_tell_the_same(jobs: Jobs, docs: Path, embedder: Paced) -> None:
    """The first one was told as done, with nothing behind it, though the file could not be read."""
    (docs / "empty.txt").touch()
    embedder.hold()
    jobs.add([docs / "a.txt"])
    assert embedder.asked.wait(20)  # what comes now is done in one go
    twins = [jobs.add([docs / name]) for name in ("empty.txt", "b.txt", "empty.txt", "b.txt")]
    embedder.let(1000)
    assert [jobs.wait(twin) for twin in twins] == [State.FAILED, State.DONE, State.FAILED, State.DONE]
    assert job(jobs, twins[1]).fates[Fate.ADDED] == 1


def test_a_folder_is_one_job_that_names_what_failed(jobs: Jobs, engine: Engine, docs: Path) -> None:
    """It is done, with the reasons of the files that could not be read."""
    (docs / "b.txt").write_text("")
    added = jobs.add([docs])
    assert jobs.wait(added) is State.DONE
    done = job(jobs, added)
    assert (done.fates[Fate.ADDED], done.fates[Fate.FAILED]) == (2, 1)
    assert [Path(outcome.path).name for outcome in done.failures] == ["b.txt"]
    assert names(engine) == ["a.txt", "c.txt"]


def test_what_is_not_there_fails_with_what_to_do(jobs: Jobs, tmp_path: Path) -> None:
    """A path that was mistyped is no success."""
    added = jobs.add([tmp_path / "nowhere"])
    assert jobs.wait(added) is State.FAILED
    assert "check the spelling" in job(jobs, added).reason


def test_lines_of_what_failed_are_kept_up_to_a_number_too(
    jobs: Jobs, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watched file that cannot be read failed with each change, and the page got slower with each, for ever."""
    monkeypatch.setattr("ui.jobs.writer._KEPT", 2)
    done = jobs.add([docs / "a.txt"])
    assert jobs.wait(done) is State.DONE
    failed = [jobs.add([docs / f"missing {number}.txt"]) for number in range(4)]
    assert jobs.wait(failed[-1]) is State.FAILED
    last = jobs.add([docs / "b.txt"])
    assert jobs.wait(last) is State.DONE
    assert [each.id for each in jobs.snapshot().jobs] == [done, *failed[2:], last]


def test_stopping_keeps_what_was_read_and_retrying_goes_on(
    jobs: Jobs, engine: Engine, docs: Path, embedder: Paced
) -> None:
    """The first file stays, the second never comes; a retry adds the rest."""
    embedder.hold()
    added = jobs.add([docs])
    embedder.let()
    while names(engine) != ["a.txt"]:
        assert job(jobs, added).state in (State.WAITING, State.RUNNING)
    jobs.stop()
    embedder.let()
    assert jobs.wait(added) is State.STOPPED
    assert jobs.wait(jobs.remove([docs / "a.txt"])) is State.DONE  # the worker has let go
    embedder.let(10)
    again = jobs.retry(added)
    assert again is not None
    assert jobs.wait(again) is State.DONE
    assert names(engine) == ["a.txt", "b.txt", "c.txt"]


def test_what_runs_is_not_tried_again(jobs: Jobs, docs: Path, embedder: Paced) -> None:
    """With one file failed it was: its line went, so that nobody could stop it, and the folder was read twice."""
    (docs / "a.txt").write_text("")
    embedder.hold()
    added = jobs.add([docs])
    while not job(jobs, added).failures:
        assert job(jobs, added).state in (State.WAITING, State.RUNNING)
    assert jobs.retry(added) is None
    assert not job(jobs, added).can_retry
    embedder.let(10)
    assert jobs.wait(added) is State.DONE
    assert job(jobs, added).can_retry
    assert jobs.retry(added) is not None


def test_a_removal_waits_for_one_file_and_not_for_the_folder(
    jobs: Jobs, engine: Engine, docs: Path, embedder: Paced
) -> None:
    """It goes between two files; the folder then goes on where it was."""
    jobs.wait(jobs.add([docs / "c.txt"]))
    embedder.hold()
    embedder.asked.clear()
    added = jobs.add([docs / "a.txt"]), jobs.add([docs / "b.txt"])
    assert embedder.asked.wait(20)
    removed = jobs.remove([docs / "c.txt"])
    embedder.let(2)  # the file's, and what is embedded while it is stored
    assert jobs.wait(removed) is State.DONE
    assert names(engine) == ["a.txt"]
    embedder.let(10)
    assert [jobs.wait(each) for each in added] == [State.DONE, State.DONE]
    assert names(engine) == ["a.txt", "b.txt"]


def test_a_removal_can_be_undone_once(jobs: Jobs, engine: Engine, docs: Path) -> None:
    """The files are read again; a second undo has nothing to do."""
    jobs.wait(jobs.add([docs]))
    removed = jobs.remove([docs / "a.txt", docs / "b.txt"])
    assert jobs.wait(removed) is State.DONE
    assert names(engine) == ["c.txt"]
    undone = jobs.undo(removed)
    assert undone is not None
    assert jobs.wait(undone) is State.DONE
    assert names(engine) == ["a.txt", "b.txt", "c.txt"]
    assert jobs.undo(removed) is None


def test_what_is_wanted_again_is_given_up_no_more(jobs: Jobs, docs: Path) -> None:
    """The minute of an undo ended, and a file that had been sent again meanwhile was deleted."""
    a, b = docs / "a.txt", docs / "b.txt"
    both, one = jobs.remove([a, b]), jobs.remove([a])
    jobs.reclaim([a])
    assert jobs.removed(both) == (b,)
    assert jobs.undo(one) is None
    assert jobs.forget(both) == (b,)
    assert jobs.forget(both) == ()


def test_a_removal_that_waits_is_known(jobs: Jobs, docs: Path, embedder: Paced) -> None:
    """What it takes out is in the index until then."""
    jobs.wait(jobs.add([docs / "a.txt"]))
    embedder.hold()
    embedder.asked.clear()
    jobs.add([docs / "b.txt"])
    assert embedder.asked.wait(20)
    removal = jobs.remove([docs / "a.txt"])
    assert jobs.is_going(docs / "a.txt")
    assert not jobs.is_going(docs / "b.txt")
    embedder.let(10)
    assert jobs.wait(removal) is State.DONE
    assert not jobs.is_going(docs / "a.txt")


def test_while_another_process_writes_it_waits_and_says_so(jobs: Jobs, engine: Engine, docs: Path) -> None:
    """It goes on by itself when the other has finished."""
    with WriteLock(engine.folder / "write.lock"):
        added = jobs.add([docs])
        while "is being written to" not in job(jobs, added).reason:
            assert job(jobs, added).state in (State.WAITING, State.RUNNING)
    assert jobs.wait(added) is State.DONE
    assert len(names(engine)) == 3


def test_an_error_that_nobody_foresaw_is_told_without_details(
    jobs: Jobs, docs: Path, embedder: Paced, caplog: pytest.LogCaptureFixture
) -> None:
    """The queue goes on after it."""

    def broken(texts: Sequence[str]) -> list[int]:
        raise RuntimeError(texts[0])

    good = embedder.count_tokens
    embedder.count_tokens = broken  # type: ignore[method-assign]
    failed = jobs.add([docs])
    assert jobs.wait(failed) is State.FAILED
    assert job(jobs, failed).reason.startswith("Something went wrong here")
    assert "a job failed" in caplog.text
    embedder.count_tokens = good  # type: ignore[method-assign]
    assert jobs.wait(jobs.add([docs])) is State.DONE


def test_asking_works_while_files_are_added(jobs: Jobs, engine: Engine, docs: Path, embedder: Paced) -> None:
    """A question is answered from what is stored so far."""
    jobs.wait(jobs.add([docs / "a.txt"]))
    embedder.hold()
    embedder.asked.clear()
    jobs.add([docs])
    assert embedder.asked.wait(20)
    assert engine.ask("What does the a cost?").text == "5 euros"
    assert jobs.snapshot().total == 1


def test_the_progress_has_passages(jobs: Jobs, docs: Path, embedder: Paced) -> None:
    """A large file is told passage by passage, and what is done is told of all that waits."""
    (docs / "a.txt").write_text("\n\n".join(f"Paragraph {n}. " + "word " * 150 for n in range(80)))
    embedder.hold()
    first, second = jobs.add([docs / "a.txt"]), jobs.add([docs / "b.txt"])
    embedder.let()
    while not (progress := jobs.snapshot().progress):
        assert job(jobs, first).state in (State.WAITING, State.RUNNING)
    assert progress.file_passages[0] == 32
    assert progress.file_passages[1] >= 80
    embedder.let(10)
    assert (jobs.wait(first), jobs.wait(second)) == (State.DONE, State.DONE)
    assert (jobs.snapshot().done, jobs.snapshot().total) == (2, 2)
