"""What the actors of a Ray cluster do, without one: shards that are published, loaded, asked twice, and asked again."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from index import Index, StoreError
from index.errors import LoadError
from index.lock import WriteLock
from index.shards import databases
from index.shards.cluster import Holder, prepared
from index.shards.published import fetch, publish, published
from index.shards.replicas import Replicas
from index.store import Origin
from tests.fakes import HashingEmbedder


class Dead(Exception):
    """What Ray raises for an actor that is no more."""


class Raised(Dead):
    """What Ray raises for what an actor has raised: its own error, with that as the cause."""

    def __init__(self, cause: Exception) -> None:
        """Keep it."""
        super().__init__(f"ray::Holder.ask() (pid=1)\nTraceback ...\n{cause}")
        self.cause = cause


class Futures:
    """The part of Ray that asks actors, on threads: references are futures."""

    exceptions = SimpleNamespace(RayError=Dead, RayTaskError=Raised)

    def __init__(self) -> None:
        """Start with no thread."""
        self._pool = ThreadPoolExecutor(16)

    def wait(self, references: Sequence[Future[object]], *, num_returns: int, timeout: float) -> tuple[Any, Any]:
        """Wait for the first of them, and not longer."""
        del num_returns
        done, left = wait_for(references, timeout, FIRST_COMPLETED)
        return list(done)[:1], list(left)

    def get(self, reference: Future[object]) -> object:
        """Return what an actor said; raise what Ray does for what it raised."""
        try:
            return reference.result()
        except Dead:
            raise
        except Exception as error:
            raise Raised(error) from error

    def actor(self, ask: Callable[..., object]) -> Any:
        """Make an actor of a function."""
        return SimpleNamespace(ask=SimpleNamespace(remote=lambda *given: self._pool.submit(ask, *given)))


@pytest.fixture
def ray() -> Iterator[Futures]:
    """Yield what stands in for Ray."""
    futures = Futures()
    yield futures
    futures._pool.shutdown(cancel_futures=True)


def slow(name: str) -> str:
    """Answer, but too late."""
    time.sleep(1)
    return f"{name}, late"


def dead(name: str) -> str:
    """Be no more."""
    raise Dead(name)


def test_a_slow_actor_is_not_waited_for(ray: Futures) -> None:
    """The other one is asked after the deadline; later questions go to it first."""
    shard: Any = Replicas("shard 0", [ray.actor(slow), ray.actor(str.upper)], ray, deadline=0.1)
    began = time.monotonic()
    assert [shard.counts() for _ in range(5)] == ["COUNTS"] * 5
    assert time.monotonic() - began < 0.8


def test_a_dead_actor_is_passed_over(ray: Futures) -> None:
    """Whichever of the two it is."""
    for actors in ((dead, str.upper), (str.upper, dead)):
        shard: Any = Replicas("shard 0", [ray.actor(each) for each in actors], ray)
        assert [shard.counts() for _ in range(4)] == ["COUNTS"] * 4


def test_two_dead_actors_are_waited_for_until_one_is_started_again(ray: Futures) -> None:
    """A question waits as long as that takes."""
    born = time.monotonic() + 0.4
    shard: Any = Replicas(
        "shard 0", [ray.actor(dead), ray.actor(lambda n: n if time.monotonic() > born else dead(n))], ray
    )
    assert shard.counts() == "counts"


def test_a_shard_that_nobody_holds_is_named(ray: Futures) -> None:
    """And the error says where to look."""
    shard: Any = Replicas("shard 3 of /index", [ray.actor(dead), ray.actor(dead)], ray, give_up=0.3)
    with pytest.raises(StoreError, match="shard 3 of /index has not answered"):
        shard.counts()


def test_an_error_counts_once_both_actors_have_raised_it(ray: Futures) -> None:
    """One may have a damaged copy; two, and the question or the index is at fault."""

    def damaged(_: str) -> str:
        raise StoreError("the index is damaged")

    shard: Any = Replicas("shard 0", [ray.actor(damaged), ray.actor(str.upper)], ray)
    assert [shard.counts() for _ in range(3)] == ["COUNTS"] * 3
    shard = Replicas("shard 0", [ray.actor(damaged), ray.actor(damaged)], ray)
    with pytest.raises(StoreError, match=r"^the index is damaged$"):
        shard.counts()


def test_a_fault_of_the_program_is_raised_at_once(ray: Futures) -> None:
    """The other actor would raise it too: it is neither asked nor waited for."""

    def faulty(_: str) -> str:
        asked.append("")
        raise ValueError("expected a question's vector")

    asked: list[str] = []
    shard: Any = Replicas("shard 0", [ray.actor(faulty), ray.actor(faulty)], ray, give_up=0.3)
    with pytest.raises(ValueError, match=r"^expected a question's vector$"):
        shard.counts()
    assert len(asked) == 1


def test_one_publishes_at_a_time(tmp_path: Path) -> None:
    """Whoever comes meanwhile is told so: what it has stored may have come too late for that."""
    with Index.open(tmp_path, embedder=HashingEmbedder(), create=True, shards=1):
        with WriteLock(tmp_path / "publish.lock"):
            assert not publish(tmp_path, databases(tmp_path))
            assert published(tmp_path) is None
        assert publish(tmp_path, databases(tmp_path))
        assert published(tmp_path)


def test_an_actor_loads_what_is_published_and_again_when_that_changes(tmp_path: Path) -> None:
    """What was loaded goes on answering meanwhile."""
    (tmp_path / "a.txt").write_text("The harbour fee is 40 euros.")
    where = tmp_path / "index"
    with Index.open(where, embedder=HashingEmbedder(), create=True, shards=1) as index:
        index.sync([tmp_path / "a.txt"])
        publish(where, databases(where))
        holder = Holder(str(where), 0)
        assert holder.ask("counts") == index.counts()
        (tmp_path / "b.txt").write_text("The office opens at nine.")
        index.sync([tmp_path / "b.txt"])
        assert holder.ask("counts") != index.counts()  # not published yet
        publish(where, databases(where))
        until = time.monotonic() + 30
        while holder.ask("counts") != index.counts() and time.monotonic() < until:
            time.sleep(0.1)
        assert holder.ask("counts") == index.counts()
        assert holder.copy() == (published(where) or [])[0]


def test_a_shard_is_published_once_and_a_damaged_copy_is_refused(tmp_path: Path) -> None:
    """Whole or not at all."""
    with Index.open(tmp_path, embedder=HashingEmbedder(), create=True, shards=2):
        publish(tmp_path, databases(tmp_path))
    copies = published(tmp_path) or []
    publish(tmp_path, databases(tmp_path))
    assert published(tmp_path) == copies
    fetch(tmp_path, copies[1], tmp_path / "copy")
    file = tmp_path / copies[1].name
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match="is not what was published"):
        fetch(tmp_path, copies[1], tmp_path / "copy")


def test_a_task_makes_of_bytes_what_a_sync_makes_of_a_file(tmp_path: Path) -> None:
    """All of it embedded, with the path on the machine that sent it; a file without text is an outcome."""
    with Index.open(tmp_path, create=True) as index:
        origin = Origin(index.origin.name, index.origin.dimension, index.origin.fingerprint)
    place = Path("/elsewhere/fees.txt")
    made = prepared(place, place, b"The harbour fee is 40 euros a night.", origin)
    assert not isinstance(made, LoadError)
    assert (made.document.path, made.document.title) == ("/elsewhere/fees.txt", "fees")
    assert list(made.found) == made.texts
    assert isinstance(prepared(place, place, b"  ", origin), LoadError)
