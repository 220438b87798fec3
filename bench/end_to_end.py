"""From question to quote over whole corpora: the set's own paragraphs, then with distractors of other sets added.

python -m bench.end_to_end SQUAD.json [--distractors SET.json.gz … --sizes 5000 20000] [--limit N]

Every paragraph is one passage, uncut; ``--readers`` are asked one after the other over the same index. ``gap`` is what
finding costs: F1 of reading the gold passage less F1 end to end.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import corpus
from bench.corpus import Corpus
from index import Index
from qa.evaluate.outcomes import BEST_OF, Prediction, read_gold
from qa.metrics import exact_match, f1, interval
from qa.read import Reader, load_reader
from qa.read.alone import borne_out
from qa.read.in_order import read
from qa.speech import stands_in

HEAD = (
    "| passages | reader | R@1 | R@5 | F1, gold passage | EM | F1 | gap | best of 10, F1 | p50 ms | p95 ms | p99 ms |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Index, ask, and print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, help="SQuAD format, plain or gzipped")
    parser.add_argument("--distractors", type=Path, nargs="+", default=[], help="sets whose paragraphs are added")
    parser.add_argument("--sizes", type=int, nargs="+", default=[], help="passages in all, ascending")
    parser.add_argument("--limit", type=int, help="ask this many questions, evenly spread")
    parser.add_argument("--read", type=int, default=10, help="passages read for each question, at most (default: 10)")
    parser.add_argument(
        "--readers",
        metavar="NAME_OR_PATH",
        nargs="+",
        default=["both"],
        help="both, small, base, or others (default: both)",
    )
    options = parser.parse_args(argv)
    readers = {name: load_reader(name) for name in options.readers}
    largest = corpus.read(
        options.questions, limit=options.limit, distractors=options.distractors, size=max(options.sizes, default=0)
    )
    gold = {
        name: 100 * np.array([read_gold(reader, question).best(f1) for question, _ in largest.questions])
        for name, reader in readers.items()
    }
    print(f"{len(largest.questions)} questions, {options.read} passages read at most\n\n{HEAD}")
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        done = 0
        for size in [largest.own, *(min(size, len(largest.passages)) for size in options.sizes if size > largest.own)]:
            corpus.stored(Path(folder), largest.passages[done:size], first=done)
            done = size
            asked = replace(largest, passages=largest.passages[:size])
            for name, reader in readers.items():
                print(row(index, asked, name, reader, options.read, gold[name]), flush=True)


def row(index: Index, asked: Corpus, name: str, reader: Reader, count: int, gold: NDArray[np.float64]) -> str:
    """Ask the questions of one reader; return a line of the table."""
    index.search("warm up", 1)
    ranks, ems, f1s, bests, seconds = [], [], [], [], []
    for question, place in asked.questions:
        began = time.perf_counter()
        hits = index.search(question.question, 20)
        candidates = read(reader, question.question, hits[:count])
        ordered = borne_out(reader, question.question, candidates, line_of=stands_in)
        seconds.append(time.perf_counter() - began)
        found = [hit.passage.document.path for hit in hits]
        ranks.append(found.index(f"/{place}") + 1 if f"/{place}" in found else np.inf)
        texts = [each.quote for each in ordered[:BEST_OF]]
        answers = [Prediction(text, 0.0, tuple(question.gold())) for text in texts]
        ems.append(100 * answers[0].best(exact_match) if answers else 0.0)
        f1s.append(100 * answers[0].best(f1) if answers else 0.0)
        bests.append(100 * max((a.best(f1) for a in answers), default=0.0))
    rank, times, top = np.array(ranks), 1000 * np.array(seconds), np.array(f1s)
    cells = [
        f"{len(asked.passages):,}",
        name,
        *(f"{np.mean(rank <= k):.3f}" for k in (1, 5)),
        f"{gold.mean():.1f}",
        f"{np.mean(ems):.1f}",
        f"{top.mean():.1f} ± {interval(top):.1f}",
        f"{gold.mean() - top.mean():.1f}",
        f"{np.mean(bests):.1f}",
        *(f"{np.percentile(times, percent):.0f}" for percent in (50, 95, 99)),
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
