"""What shards cost, and whether they find what one index finds: made passages, as in ``bench.scale``.

python -m bench.shards [--passages N] [--shards N…] [--questions N] [--askers N…] [--json]

The same passages are stored in one index and in each number of shards, and every question is asked of both. It fails if
a hit, its place or its score (to 1e-6) differs. Times are milliseconds of a whole search, its embedding apart.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.scale import fill, settle, spread, together
from bench.synthetic import Synthetic, World
from index import Hit, Index, Mode

Figures = dict[str, Any]
CLOSE = 1e-6
"""How far apart two scores may be that are the same."""


def main(argv: Sequence[str] | None = None) -> int:
    """Make the indexes, compare them, measure, print; return 1 if one finds something else."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--shards", type=int, nargs="+", default=[1, 3, 8])
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--askers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder), options.passages, options.shards, options.questions, options.askers)
    print(json.dumps(rows, indent=2) if options.json else table(rows))
    return 1 if any(row["different"] for row in rows) else 0


def measured(
    folder: Path, passages: int, shards: Sequence[int], questions: int, askers: Sequence[int] = (1,)
) -> list[Figures]:
    """Return a row for one index that is not in shards, and one for each number of shards."""
    world = World(passages)
    asked = [*world.questions(questions), *world.common(max(1, questions // 10))]
    with Index.open(folder / "one", embedder=Synthetic(passages), create=True) as one:
        fill(folder / "one", world)
        settle(one)
        rows = [{"shards": 0, "different": 0, **times(one, asked, askers)}]
        for count in shards:
            where = folder / f"{count}"
            with Index.open(where, embedder=Synthetic(passages), create=True, shards=count) as many:
                took = spread_out(where, world)
                row = {"shards": count, "different": differences(one, many, asked), **took}
                rows.append({**row, **times(many, asked, askers)})
    return rows


def spread_out(folder: Path, world: World) -> Figures:
    """Store all documents in shards, without waiting for the disk at each; return the seconds, and the CPU's."""
    began, processor = time.perf_counter(), time.process_time()
    fill(folder, world)
    took, used = time.perf_counter() - began, time.process_time() - processor
    return {"build, s": round(took, 1), "build, cpu s": round(used, 1)}


def differences(one: Index, many: Index, asked: Sequence[str]) -> int:
    """Count the searches, in each mode, that do not give both indexes the same hits in the same order."""
    return sum(
        not same(one.search(question, k=10, mode=mode), many.search(question, k=10, mode=mode))
        for question in asked
        for mode in Mode
    )


def same(one: Sequence[Hit], other: Sequence[Hit]) -> bool:
    """Tell whether two lists of hits have the same passages in the same order, with the same scores."""
    places, there = ([(hit.passage.document.path, hit.passage.start) for hit in hits] for hits in (one, other))
    return places == there and np.allclose([h.score for h in one], [h.score for h in other], rtol=0, atol=CLOSE)


def times(index: Index, asked: Sequence[str], askers: Sequence[int]) -> Figures:
    """Return what a question takes, and how many a second so many askers have answered."""
    figures = spread(lambda question: index.search(question, k=10), asked)
    return figures | {f"{count} askers": together(index, asked, count) for count in askers}


def table(rows: Sequence[Figures]) -> str:
    """Write rows as lines; the first is the index that is not in shards."""
    lines = []
    for row in rows:
        name = f"{row['shards']} shards" if row["shards"] else "one index"
        told = [f"{key} {value}" for key, value in row.items() if key != "shards"]
        lines.append(f"{name}: {'; '.join(told)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
