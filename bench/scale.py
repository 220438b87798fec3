"""What finding costs as an index grows: passages with realistic words and vectors, none of them embedded.

python -m bench.scale --passages N [--folder FOLDER] [--questions N] [--json]

Words fall off as Zipf's law has it, vectors lie in clusters, and a passage's topic chooses both. The index is kept in
FOLDER, if one is named, and used again by the next run. Times are milliseconds; a question's include its embedding by
the packaged model in the first, and nothing of it in the others.
"""

import argparse
import ctypes
import gc
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.corpus import filling
from bench.synthetic import Synthetic, World
from index import Document, Index, Mode
from index.shards.spread import Spread
from index.store import Store

Figures = dict[str, Any]
ASKERS = 8
FIRST = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from index import Index, load_embedder
from bench.synthetic import Synthetic
load_embedder().encode_question("who led the meeting?")
embedded = time.perf_counter()
index = Index.open(Path(sys.argv[1]), embedder=Synthetic(int(sys.argv[2])))
opened = time.perf_counter()
index.search(sys.argv[3], k=10)
done = time.perf_counter()
print(json.dumps([1000 * (moment - began) for moment in (embedded, opened, done)] + [1000 * time.process_time()]))
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Make the index unless it is there, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="where the index is kept; a temporary folder otherwise")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        figures = measured(options.folder or Path(temporary), options.passages, questions=options.questions)
    print(json.dumps(figures, indent=2) if options.json else table(figures))


def measured(folder: Path, passages: int, *, questions: int = 100) -> Figures:
    """Return all figures of an index of so many passages in a folder; it is made if it is not there."""
    world = World(passages)
    figures: Figures = {"passages": passages, **built(folder, world)}
    figures |= {f"first question, {cache} cache": first(folder, world, cold=cache == "cold") for cache in CACHES}
    asked = world.questions(questions)
    with Index.open(folder, embedder=Synthetic(passages)) as index:
        settle(index)
        index.search(asked[0])
        for mode in Mode:
            figures[f"{mode}"] = spread(lambda question, mode=mode: index.search(question, k=10, mode=mode), asked)  # type: ignore[misc]
        figures["common words alone"] = spread(lambda question: index.search(question, k=10), world.common(20))
        figures["recall@10 of dense against exact"] = recall(index, folder, world, asked[:50])
        figures["memory, MB"] = memory()
        figures[f"{ASKERS} askers"] = together(index, [*asked, *asked])
        figures["next question, ms more"] = after_changes(index, world, asked)
    return figures


# Making it


def built(folder: Path, world: World) -> Figures:
    """Write the passages through the store, unless they are there; return seconds and bytes."""
    noted = folder / "built.json"
    if not noted.exists():
        folder.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        with Index.open(folder, embedder=Synthetic(world.passages), create=True):
            fill(folder, world)
        noted.write_text(json.dumps({"build, s": round(time.perf_counter() - began, 1)}), encoding="utf-8")
    began, processor = time.perf_counter(), time.process_time()
    with Index.open(folder, embedder=Synthetic(world.passages)) as index:
        settle(index)
    kept: Figures = json.loads(noted.read_text(encoding="utf-8"))
    kept["segments, s"] = round(time.perf_counter() - began, 1)
    kept["segments, cpu s"] = round(time.process_time() - processor, 1)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return kept | {"megabytes": size >> 20, "bytes a passage": size // world.passages}


def fill(folder: Path, world: World) -> None:
    """Store all documents, without waiting for the disk at each: a crash here costs nothing but the run."""
    with filling(folder) as store:
        for file in store.shards if isinstance(store, Spread) else [store]:
            file.database.rows("PRAGMA synchronous = OFF")
        for document, cut, rows, inner in world.documents():
            store.put(document, cut, rows, inner)


def settle(index: Index) -> None:
    """Wait for what the index makes in the background, where it does."""
    getattr(index, "settle", lambda: None)()


# Measuring


def first(folder: Path, world: World, *, cold: bool) -> Figures:
    """Ask a first question in a new process; return its milliseconds, in all and from where the model is loaded."""
    if cold:
        forget_cached(folder)
    [question] = world.questions(1)
    arguments = [sys.executable, "-c", FIRST, str(folder), str(world.passages), question]
    ran = subprocess.run(arguments, capture_output=True, text=True, check=True)
    embedded, opened, done, processor = json.loads(ran.stdout)
    whole = {"all": round(done), "cpu of all": round(processor)}
    return whole | {"open": round(opened - embedded), "search": round(done - opened)}


def can_forget() -> bool:
    """Tell whether the system lets a file's pages be dropped from memory."""
    return hasattr(os, "posix_fadvise")


CACHES = ("cold", "warm") if can_forget() else ("warm",)


def forget_cached(folder: Path) -> None:
    """Drop a folder's files from the system's cache."""
    os.sync()
    for file in (file for file in folder.rglob("*") if file.is_file()):
        descriptor = os.open(file, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def spread(ask: Callable[[str], object], asked: Sequence[str]) -> Figures:
    """Ask each question once; return the milliseconds by the clock, and those of the processor."""
    times, processor = [], time.process_time()
    for question in asked:
        began = time.perf_counter()
        ask(question)
        times.append(1000 * (time.perf_counter() - began))
    used = 1000 * (time.process_time() - processor) / len(asked)
    return {**percentiles(times), "cpu": round(used, 1)}


def percentiles(times: Sequence[float]) -> Figures:
    """Return p50 and p95."""
    return {f"p{share}": round(float(np.percentile(times, share)), 1) for share in (50, 95)}


def together(index: Index, asked: Sequence[str], askers: int = ASKERS) -> Figures:
    """Ask from several threads at once; return the questions a second, and what each waits."""

    def ask(question: str) -> float:
        began = time.perf_counter()
        index.search(question, k=10)
        return 1000 * (time.perf_counter() - began)

    with ThreadPoolExecutor(askers) as pool:
        began = time.perf_counter()
        times = list(pool.map(ask, asked))
        took = time.perf_counter() - began
    return {"questions a second": round(len(times) / took, 1), **percentiles(times)}


def recall(index: Index, folder: Path, world: World, asked: Sequence[str]) -> float:
    """Return the share of the exact ten nearest that a dense search finds."""
    queries = np.concatenate([index_vector(world, question) for question in asked])
    exact = nearest(folder, queries)
    found = [{hit.passage.id for hit in index.search(question, k=10, mode=Mode.DENSE)} for question in asked]
    return round(float(np.mean([len(set(row) & ids) / len(row) for row, ids in zip(exact, found, strict=True)])), 4)


def index_vector(world: World, question: str) -> NDArray[np.float32]:
    """Return a question's vector. **Shape:** (1, dimension)."""
    return Synthetic(world.passages).encode_question(question)


def nearest(folder: Path, queries: NDArray[np.float32], k: int = 10) -> list[list[int]]:
    """Return the ids of the k largest inner products of each query with all that is stored, read piece by piece."""
    store = Store.open(folder / "index.db")
    best_ids, best = np.zeros((len(queries), 0), np.int64), np.zeros((len(queries), 0), np.float32)
    ids = store.passage_ids()
    for part in np.array_split(ids, max(1, len(ids) // 20_000)):
        products = queries @ store.vectors(part).T
        best_ids = np.concatenate([best_ids, np.broadcast_to(part, products.shape)], axis=1)
        best = np.concatenate([best, products], axis=1)
        order = np.argsort(-best, axis=1)[:, :k]
        best_ids, best = np.take_along_axis(best_ids, order, 1), np.take_along_axis(best, order, 1)
    store.close()
    return [[int(number) for number in row] for row in best_ids]


def memory() -> Figures:
    """Return this process's resident megabytes: in all, what is its own and no file's, and the peak. Linux only."""
    gc.collect()
    if sys.platform != "linux":
        return {}
    ctypes.CDLL(None).malloc_trim(0)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    names = {"resident": "VmRSS", "its own": "RssAnon", "peak": "VmHWM"}
    return {name: int(re.search(rf"{key}:\s+(\d+)", status)[1]) >> 10 for name, key in names.items()}  # type: ignore[index]


def after_changes(index: Index, world: World, asked: Sequence[str]) -> Figures:
    """Add, change and remove one document; return what the next question takes more than the median, and its CPU."""
    usual = spread(lambda question: index.search(question, k=10), asked[:30])
    more: Figures = {}
    for what, change in changes(index, world):
        waits, used = [], []
        for question in asked[:5]:
            change()
            began, processor = time.perf_counter(), time.process_time()
            index.search(question, k=10)
            waits.append(1000 * (time.perf_counter() - began))
            used.append(1000 * (time.process_time() - processor))
        more[what] = round(float(np.median(waits)) - usual["p50"], 1)
        more[f"{what}, cpu"] = round(float(np.median(used)) - usual["cpu"], 1)
    return more


def changes(index: Index, world: World) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield ways to change one document, the last of which leaves the index as it was."""
    numbers = iter(range(10**6))

    def write(path: str) -> None:
        index.add(Document(0, path, "Note", f"A note, the {next(numbers)}th. {' '.join(world.texts(0)[:2])}", (), ""))

    names = [f"/added/{number}.txt" for number in range(5)]
    added, changed, removed = iter(names), iter(names), iter(names)
    yield "added", lambda: write(next(added))
    yield "changed", lambda: write(next(changed))
    yield "removed", lambda: index.remove([Path(next(removed))])


def table(figures: Figures) -> str:
    """Write figures as lines."""
    lines = []
    for name, value in figures.items():
        parts = ", ".join(f"{key} {number:,}" for key, number in value.items()) if isinstance(value, dict) else value
        lines.append(f"{name}: {parts}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
