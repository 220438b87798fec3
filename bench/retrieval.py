"""How often the right paragraph is found: ``python -m bench.retrieval SQUAD.json[.gz] [--limit N]``.

Every paragraph of a SQuAD-format set is a passage of its own. A question counts as answered at k if its own paragraph
is among the first k of all.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench import corpus
from bench.corpus import Corpus
from index import Index, Mode

CUTOFFS = (1, 5, 10, 20)


def main(argv: Sequence[str] | None = None) -> None:
    """Index the set, ask its questions in each mode, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, help="ask about this many questions, evenly spread")
    options = parser.parse_args(argv)
    read = corpus.read(options.file, limit=options.limit)
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        speed = corpus.stored(Path(folder), read.passages)
        print(f"{len(index)} passages, {len(read.questions)} questions; {speed:.1f} passages/s indexed\n")
        print("| mode | R@1 | R@5 | R@10 | R@20 | MRR | p50 ms | p95 ms |\n|---|---|---|---|---|---|---|---|")
        for mode in Mode:
            report(index, read, mode)


def report(index: Index, read: Corpus, mode: Mode) -> None:
    """Ask the questions and print a row of the table."""
    index.search(read.questions[0][0].question, mode=mode)  # loads what it needs
    ranks, seconds = [], []
    for question, place in read.questions:
        started = time.perf_counter()
        hits = index.search(question.question, max(CUTOFFS), mode=mode)
        seconds.append(time.perf_counter() - started)
        found = [hit.passage.document.path for hit in hits]
        ranks.append(found.index(f"/{place}") + 1 if f"/{place}" in found else np.inf)
    rank = np.array(ranks)
    figures = [f"{np.mean(rank <= k):.3f}" for k in CUTOFFS] + [f"{np.mean(1 / rank):.3f}"]
    figures += [f"{1000 * np.percentile(seconds, percent):.1f}" for percent in (50, 95)]
    print(f"| {mode} | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
