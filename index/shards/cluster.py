"""Shards on Ray: each held by two actors on two machines, files read and embedded by tasks. The only importer of ray.

Storage is the truth: a folder that every machine sees at the same path. One process writes there, as on one machine;
actors load what it has published, so an actor or a machine that dies takes nothing with it.
"""

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

from index.embed import load_embedder
from index.errors import IndexNotFound, LoadError, ModelError, StoreError
from index.index import fits
from index.load.document import fetch as fetch_file
from index.load.document import parse
from index.shards.own import own_folder
from index.shards.part import Part
from index.shards.published import Copy, fetch, publish, published, stamp
from index.shards.replicas import Replicas
from index.shards.shards import Shards, databases, held
from index.store import Origin, Store
from index.store.blobs import Kept
from index.sync.ahead import Elsewhere, Task
from index.sync.draft import Cut, cut
from index.sync.unfinished import smaller
from index.types import Embedder, Vectors

NAMESPACE = "seedqa"
REPLICAS = 2
_LOOK = 1.0  # seconds between two looks at whether something has been published
_TRIES = 5  # how often a file is read whose process dies
_PATIENCE = 30.0  # seconds that files wait for the one before them: a process that reads takes some ten to start
_PUBLISHING = 1800.0  # seconds that one who has stored something waits for another who publishes
_BATCH = 32


class Holder:
    """A shard in memory on some machine: the body of an actor."""

    def __init__(self, folder: str, number: int) -> None:
        """Load the shard with that number."""
        self._folder, self._number = Path(folder), number
        self._looked, self._seen = time.monotonic(), stamp(self._folder)
        self._lock = threading.Lock()
        self._copy, self._part = self._load()

    def ask(self, name: str, *arguments: object) -> object:
        """Answer as the shard does, which is loaded anew in the background when another one is published."""
        if time.monotonic() - self._looked > _LOOK:
            self._looked = time.monotonic()
            if stamp(self._folder) != self._seen and not self._lock.locked():
                threading.Thread(target=self.renew, daemon=True).start()
        return getattr(self._part, name)(*arguments)

    def copy(self) -> Copy:
        """Tell what is loaded."""
        return self._copy

    def renew(self) -> None:
        """Load what is published now, unless it is loaded."""
        with self._lock:
            seen = stamp(self._folder)
            if seen != self._seen and self._chosen() != self._copy:
                self._copy, self._part = self._load()  # the old one goes when nobody is being answered by it
            self._seen = seen

    def _load(self) -> tuple[Copy, Part]:
        chosen = self._chosen()
        with ExitStack() as stack:
            home = stack.enter_context(own_folder())
            fetch(self._folder, chosen, home / "index.db")
            part = Part(Store.open(home / "index.db"))
            weakref.finalize(part, stack.pop_all().close)  # when nobody is being answered by it
        return chosen, part

    def _chosen(self) -> Copy:
        copies = published(self._folder)
        if copies is None:
            raise IndexNotFound(f"nothing is published in {self._folder}: run `seedqa add PATH --ray ADDRESS`")
        return copies[self._number]


class Cluster(Shards):
    """Shards that actors hold. What is added is read and embedded by tasks, stored here, and then published."""

    @classmethod
    def connect(
        cls,
        folder: Path,
        address: str,
        *,
        embedder: Embedder | None = None,
        create: bool = False,
        shards: int | None = None,
    ) -> "Cluster":
        """Connect to a Ray cluster whose machines see the folder; start the actors that are not there yet.

        A new index has 4 ``shards`` unless told otherwise. Raises StoreError if there is no Ray or no cluster,
        otherwise as ``Index.open``.
        """
        ray = joined(address)
        if held(folder) is not None or create:  # else the folder is another machine's, which has published it
            made = Shards.in_folder(
                folder, embedder=embedder, create=create, shards=shards if held(folder) else shards or 4
            )
            made.close()
            try:
                publish(folder, databases(folder))
            except StoreError:  # a machine that only reads may not be allowed to
                if published(folder) is None:
                    raise
        try:
            copies = ray.get(ray.remote(num_cpus=0)(published).remote(folder))
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except ray.exceptions.RayError as error:
            raise StoreError(f"the Ray cluster at {address} does not answer ({error}): see `ray status`") from error
        if copies is None:
            raise IndexNotFound(f"nothing is published in {folder}: run `seedqa add PATH --ray {address}`")
        return cls(folder, started(folder, len(copies)), embedder)

    @contextmanager
    def _writer(self) -> Iterator[Store]:
        with super()._writer() as store:
            try:
                yield store
            finally:  # what is stored stays, whatever stopped the rest, and is found
                self._publish()
        told = [each for part in self._parts for each in cast(Replicas, part).renew()]
        joined("").wait(told, num_returns=len(told), timeout=_PATIENCE)  # what has been added is found at once

    def _publish(self) -> None:
        """Publish what is stored, once whoever is at it is done: it may have begun before the last was stored."""
        until = time.monotonic() + _PUBLISHING
        while not publish(self.folder, databases(self.folder)):
            if time.monotonic() > until:
                raise StoreError(
                    f"what was added is stored, but {self.folder} has been published by another process for"
                    f" {_PUBLISHING / 60:.0f} minutes: run the same command again when that is done"
                )
            time.sleep(0.1)

    def _elsewhere(self, max_bytes: int) -> Elsewhere:
        """Have twice as many files under way as there are cores: each waits for its successor, and not for more."""
        cores = int(joined("").cluster_resources().get("CPU", 1))
        return Elsewhere(partial(_read, self.origin, max_bytes), 2 * max(1, cores), _PATIENCE)


def joined(address: str) -> Any:
    """Return Ray, with this process in the cluster at an address; in the one it is in already, if it is in one."""
    try:
        import ray
    except ImportError:
        raise StoreError("Ray is not installed here: run `pip install 'seedqa[ray]'`") from None
    if not ray.is_initialized():
        try:
            ray.init(address or "auto", namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise StoreError(f"there is no Ray cluster at {address} ({error}): start one with `ray start`") from error
    return ray


def started(folder: Path, shards: int) -> list[Part]:
    """Return the shards, each with its two actors, on two machines: those that are there, or new ones."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = sorted(node["NodeID"] for node in ray.nodes() if node["Alive"])
    made = []
    for number in range(shards):
        actors = [
            ray.remote(Holder)
            .options(
                name=f"{folder}#{number}.{replica}",
                namespace=NAMESPACE,
                lifetime="detached",
                get_if_exists=True,
                max_restarts=-1,
                max_concurrency=8,
                num_cpus=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(nodes[(number + replica) % len(nodes)], soft=True),
            )
            .remote(str(folder), number)
            for replica in range(REPLICAS)
        ]
        made.append(cast(Part, Replicas(f"shard {number} of {folder}", actors, ray)))
    return made


def stop(folder: Path, shards: int) -> None:
    """Stop the actors that hold a folder's shards."""
    import ray

    for number in range(shards):
        for replica in range(REPLICAS):
            with suppress(ValueError):
                ray.kill(ray.get_actor(f"{folder}#{number}.{replica}", namespace=NAMESPACE))


def _read(origin: Origin, max_bytes: int, task: Task) -> Cut:
    """Have a file read and embedded by some machine; raises LoadError if none can."""
    import ray

    place, data = fetch_file(task.file, max_bytes=max_bytes)
    remote = ray.remote(num_cpus=1, max_retries=_TRIES)(prepared)
    try:
        made = ray.get(remote.remote(task.file, place, data, origin))
    except ray.exceptions.RayTaskError as error:  # nothing to do with this file
        raise error.cause from None
    except ray.exceptions.RayError as error:
        reason = f"the process that read it died {_TRIES + 1} times ({type(error).__name__})"
        raise LoadError(f"{task.file} could not be read: {reason}; leave it out, or add it without --ray") from error
    if isinstance(made, LoadError):
        raise made
    return cast(Cut, made)


def prepared(file: Path, place: Path, data: bytes, origin: Origin) -> Cut | LoadError:
    """Read a file's bytes and embed what they say: the body of a task. The same bytes always make the same."""
    try:
        document = parse(file, place, data)
        embedder = _embedder(origin)
        made = cut(document, embedder.count_tokens, embedder.max_tokens)
    except LoadError as error:  # an outcome, and no reason to try again
        return error
    found: dict[str, tuple[Vectors, Kept]] = {}
    texts = list(made.parts)
    for start in range(0, len(texts), _BATCH):
        part = texts[start : start + _BATCH]
        rows, inner = embedder.encode_parts(part, [made.parts[text] for text in part])
        found.update(zip(part, zip(rows, smaller(rows, inner), strict=True), strict=True))
    return replace(made, found=found)


@lru_cache(maxsize=1)
def _embedder(origin: Origin) -> Embedder:
    made = load_embedder(origin.name)
    if not fits(made, origin):
        raise ModelError(f"{origin.name} has other weights on this machine than the index was made with: copy them")
    return made
