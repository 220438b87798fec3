"""Shards on a small Ray cluster of this machine: the answers of one index, whatever dies meanwhile."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from index import Failure, Index
from index.embed import load_embedder
from index.errors import ModelError
from index.search.lexical import Words
from index.search.query import Query
from index.shards.cluster import NAMESPACE, Cluster, _read, stop
from index.shards.part import Part
from index.shards.published import published
from index.shards.replicas import Replicas
from index.sync.ahead import Task
from qa import Engine, ask
from tests.test_shards import same, write

ray: Any = pytest.importorskip("ray", reason="Ray is not installed: pip install 'seedqa[ray]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # Ray's own
]
MACHINE = {"num_cpus": 1, "object_store_memory": 80 << 20, "node_ip_address": "127.0.0.1"}
PATIENT = {
    "PYTHONPATH": str(Path(__file__).parent.parent),  # actors and tasks run what is tested here
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_prestart_worker_first_driver": "0",
    "RAY_raylet_start_wait_time_s": "120",
    "RAY_worker_register_timeout_seconds": "300",
}
"""For a machine that is busy with other things."""
ASKED = ["banik orel?", "dulta forel", "who is gimo?", "lanik or besti", "timo", "vulta nesti banik"]
MANY = 200
"""Questions asked while something dies."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Yield a cluster of three machines that are processes of this one."""
    from ray.cluster_utils import Cluster as Machines

    with pytest.MonkeyPatch.context() as patch:
        for name, value in PATIENT.items():
            patch.setenv(name, value)
        machines = Machines(initialize_head=True, head_node_args=MACHINE)
        for _ in range(2):
            machines.add_node(**MACHINE)
        ray.init(machines.address, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
        yield machines
        ray.shutdown()
        machines.shutdown()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of made files, one of which cannot be read."""
    folder = write(tmp_path_factory.mktemp("files"), 8)
    (folder / "torn.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    return folder


@pytest.fixture(scope="module")
def one(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Yield an index of them without Ray."""
    with Index.open(tmp_path_factory.mktemp("one"), create=True) as index:
        index.sync([files])
        yield index


@pytest.fixture(scope="module")
def many(cluster: Any, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Yield an index of them in two shards, read and embedded by tasks, held by actors."""
    del cluster
    folder = tmp_path_factory.mktemp("many")
    with Index.open(folder, create=True, shards=2, ray="auto") as index:
        report = index.sync([files])
        assert report.added == 8
        assert [Path(failure.path).name for failure in report.failed] == ["torn.pdf"]
        settle(index)
        yield index
    stop(folder, 2)


def settle(index: Index, *, within: float = 60) -> None:
    """Wait until both actors of each shard hold what was published last."""
    assert isinstance(index, Cluster)
    until = time.monotonic() + within
    while time.monotonic() < until:
        wanted = published(index.folder)
        held = [[ray.get(actor.copy.remote()) for actor in replicas(part)] for part in index._parts]
        if wanted and held == [[copy, copy] for copy in wanted]:
            return
        [[ray.get(actor.ask.remote("generation")) for actor in replicas(part)] for part in index._parts]
        time.sleep(0.3)
    pytest.fail("the actors did not load what was published")


def home(actor: Any) -> str:
    """Return which machine an actor is on."""
    found: str = ray.get(actor.__ray_call__.remote(lambda _: ray.get_runtime_context().get_node_id()))
    return found


def replicas(part: Part) -> list[Any]:
    """Return the actors of a shard."""
    assert isinstance(part, Replicas)
    return part._actors


def test_hits_and_scores_are_those_of_one_index(one: Index, many: Index) -> None:
    """Read by tasks, stored once, found through actors: nothing of that shows."""
    assert many.counts() == one.counts()
    assert same(one, many, ASKED, k=10)


@pytest.mark.usefixtures("cluster")
def test_what_was_added_is_found_at_once(tmp_path: Path) -> None:
    """The actors, which were started on an empty index, have loaded it when adding ends."""
    (tmp_path / "a.txt").write_text("The harbour fee is 40 euros.")
    with Index.open(tmp_path / "many", create=True, shards=2, ray="auto") as index:
        index.sync([tmp_path / "a.txt"])
        assert [hit.passage.text for hit in index.search("harbour fee")] == ["The harbour fee is 40 euros."]
    stop(tmp_path / "many", 2)


def test_a_question_is_asked_by_the_clusters_name(many: Index) -> None:
    """``ask`` needs no more than where the shards are."""
    local = Engine(many.folder).ask("Who is gimo?")
    remote = ask("Who is gimo?", index=f"ray://auto{many.folder}")
    assert (remote.text, remote.reason, remote.claims) == (local.text, local.reason, local.claims)


def test_no_question_fails_while_actors_die(one: Index, many: Index) -> None:
    """One actor of each shard is killed, then the other: whichever is left answers, the same."""
    assert isinstance(many, Cluster)
    for number, question in enumerate(islice(cycle(ASKED), MANY)):
        if number in (40, 120):
            for part in many._parts:
                ray.kill(replicas(part)[number // 120], no_restart=False)
        if number == 119:
            settle(many)
        assert same(one, many, [question])


def test_no_question_fails_while_a_machine_dies(cluster: Any, one: Index, many: Index) -> None:
    """A machine that stops answering is waited for no longer than the deadline."""
    assert isinstance(many, Cluster)
    settle(many)
    here = ray.get_runtime_context().get_node_id()  # the tests' own machine is not to die
    homes = {home(actor) for part in many._parts for actor in replicas(part)} - {here}
    victim = next(node for node in cluster.worker_nodes if node.node_id in homes)
    for number, question in enumerate(islice(cycle(ASKED), MANY)):
        if number == 40:
            cluster.remove_node(victim, allow_graceful=False)
        assert same(one, many, [question])
    cluster.add_node(**MACHINE)
    settle(many)
    assert victim.node_id not in {home(actor) for part in many._parts for actor in replicas(part)}


@pytest.mark.usefixtures("cluster")
def test_what_is_added_while_workers_die_is_there_once(tmp_path: Path) -> None:
    """Processes that read files are killed; their files are read again, and stored once."""
    files = write(tmp_path / "files", 12, seed=5)
    stopped = threading.Event()
    killed: list[int] = []

    def kill() -> None:
        while not stopped.wait(1.5) and len(killed) < 3:
            readers = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"ray::prepared" in contents(path)]
            for path in readers[:1]:
                os.kill(int(path.parent.name), signal.SIGKILL)
                killed.append(int(path.parent.name))

    told: list[str] = []
    thread = threading.Thread(target=kill)
    with Index.open(tmp_path / "many", create=True, shards=2, ray="auto") as index:
        thread.start()
        report = index.sync([files], on_file=lambda outcome: told.append(outcome.path))
        stopped.set()
        thread.join()
        assert killed
        assert report.failed == tuple[Failure, ...]()
        assert sorted(told) == sorted(str(path) for path in files.iterdir())
        assert index.sync([files]).unchanged == report.added == 12
    with Index.open(tmp_path / "many") as stored:
        assert len(stored.documents()) == 12
        assert not stored.check()
    stop(tmp_path / "many", 2)


def contents(path: Path) -> bytes:
    """Read a file that may be gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_an_actor_that_hangs_is_waited_for_once(one: Index, many: Index) -> None:
    """The other one answers after the deadline, and is asked first from then on."""
    assert isinstance(many, Cluster)
    settle(many)
    actor = replicas(many._parts[0])[0]
    frozen = ray.get(actor.__ray_call__.remote(lambda _: os.getpid()))
    os.kill(frozen, signal.SIGSTOP)
    try:
        assert same(one, many, ASKED)
        assert many._parts[0]._avoided[0] > time.monotonic()  # type: ignore[attr-defined]
    finally:
        os.kill(frozen, signal.SIGCONT)


def test_an_error_of_an_actor_or_a_task_is_ours_and_says_no_more(many: Index, tmp_path: Path) -> None:
    """Ray's own is a traceback of another machine; and other weights there are no fault of a file."""
    assert isinstance(many, Cluster)
    with pytest.raises(ValueError, match=r"^expected a question's vector"):
        many._parts[0].scored(Query(None, Words((), {}, {}, 0), 0.0, 1), [1])
    file = tmp_path / "a.txt"
    file.write_text("The harbour fee is 40 euros.")
    other = replace(many.origin, fingerprint="0" * 64)
    with pytest.raises(ModelError, match=rf"^{many.origin.name} has other weights on this machine"):
        _read(other, 1 << 20, Task(0, str(file), file, None, None))


def test_every_question_of_a_shard_can_be_asked_of_its_actors() -> None:
    """An actor answers whatever ``Part`` does, and nothing else."""
    shard = Replicas("shard 0", [], ray)
    assert all(callable(getattr(shard, name)) for name in vars(Part) if name[0] != "_")
    with pytest.raises(AttributeError):
        shard.delete_everything  # noqa: B018


def test_actors_use_the_embedder_that_the_index_was_made_with(many: Index) -> None:
    """The one that is packaged here."""
    assert many.origin.fingerprint == load_embedder().fingerprint
