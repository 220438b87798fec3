"""Stage 7: how much a passage's retrieval score counts beside the reader's, and when reading may stop.

python -m qa.train.weigh PREPARED FOLDER [--limit N]

Both are numbers of the calibration, and the engine's own ``read_in_order`` is what they are tried in: end to end on
held-out questions, by the mean over two corpora, the paragraphs of the questions' own set and those among all others.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index import Document, Hit, Index
from qa.metrics import f1
from qa.read.in_order import read_in_order
from qa.read.onnx import OnnxReader
from qa.read.remembering import RememberingReader
from qa.train.data import Example, answer_texts, read_jsonl

WEIGHTS = (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 100.0, 120.0)
CEILINGS = (4.0, 6.0, 8.0, 10.0, 12.0, 14.0, np.inf)
CLOSE = 0.001
"""Means this near the best are the same: the smallest such weight is taken, and the lowest such ceiling."""

READ = (5, 10)
"""How many passages are read at most; the last is what the choice is made by."""

SOURCE = "squadshifts_new_wiki"
MADE = ("lists", "contrasts", "rows")
"""No paragraphs of anything, but sentences and rows from templates."""

Asked = tuple[Example, list[Hit]]
"""A question and what was found for it, best first."""


def main(argv: Sequence[str] | None = None) -> None:
    """Search, read, score every weight, write the smallest that is about as good as the best."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("folder", type=Path, help="the reader's folder")
    parser.add_argument("--limit", type=int, default=900)
    options = parser.parse_args(argv)
    dev, train = (read_jsonl(options.prepared / f"{part}.jsonl.gz") for part in ("dev", "train"))
    held_out = once([e for e in dev if e.source == SOURCE and e.answers])
    questions = held_out[:: max(1, len(held_out) // options.limit)][: options.limit]
    corpora = parted([*dev, *train])
    reader = RememberingReader(OnnxReader(options.folder))
    found = search_all(corpora, questions)
    for count in READ:
        cut = [(question, hits[:count]) for question, hits in found]
        weight = best_weight(reader, cut)
        ceiling = best_ceiling(reader, cut, weight)
    print(f"weight {weight}, ceiling {ceiling}")
    path = options.folder / "config.json"
    config = json.loads(path.read_text())
    config["calibration"] = replace(reader.calibration, retrieval_weight=weight, ceiling=ceiling).to_json()
    path.write_text(json.dumps(config, indent=2) + "\n")
    sizes = " and ".join(str(size) for size in accumulate(map(len, corpora)))
    print(f"from {len(questions)} questions over {sizes} paragraphs")


def once(questions: Sequence[Example]) -> list[Example]:
    """Keep one of those that ask the same of the same paragraph: New-Wiki has some eleven times over."""
    return list({(e.question.strip().lower(), e.context): e for e in questions}.values())


def parted(examples: Sequence[Example], *, most: int = 20_000, seed: int = 13) -> list[list[str]]:
    """Return the paragraphs of the questions' own set, and others to bring them to ``most``, drawn from all sets."""
    own = dict.fromkeys(e.context for e in examples if e.source == SOURCE)
    others = list(dict.fromkeys(e.context for e in examples if e.source not in MADE and e.context not in own))
    random.Random(seed).shuffle(others)
    return [list(own), others[: most - len(own)]]


def best_weight(reader: RememberingReader, found: Sequence[Asked]) -> float:
    """Print top-1 F1 at every weight; return the smallest that is about as good as the best."""
    means = {weight: score(reader, found, weight, np.inf)[0] for weight in WEIGHTS}
    for weight, mean in means.items():
        print(f"{max(len(hits) for _, hits in found)} passages, weight {weight:4.1f}: top-1 F1 {100 * mean:.2f}")
    return min(weight for weight in WEIGHTS if means[weight] >= max(means.values()) - CLOSE)


def best_ceiling(reader: RememberingReader, found: Sequence[Asked], weight: float) -> float:
    """Print top-1 F1 and passages read at every ceiling; return the lowest that costs nothing."""
    means = {}
    for ceiling in CEILINGS:
        means[ceiling], count = score(reader, found, weight, ceiling)
        print(f"weight {weight}, ceiling {ceiling}: top-1 F1 {100 * means[ceiling]:.2f}, {count:.2f} read")
    return min(ceiling for ceiling in CEILINGS if means[ceiling] >= means[np.inf] - CLOSE)


def search_all(corpora: Sequence[Sequence[str]], questions: Sequence[Example]) -> list[Asked]:
    """Ask all questions each time that a corpus has been added; return what was found."""
    found: list[Asked] = []
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        for part, contexts in enumerate(corpora):
            for number, context in enumerate(tqdm(contexts, desc="adding")):
                index.add(Document(0, f"{folder}/{part}/{number}.txt", "", context, (), ""))
            found += [(each, index.search(each.question, max(READ))) for each in tqdm(questions, desc="asking")]
    return found


def score(reader: RememberingReader, found: Sequence[Asked], weight: float, ceiling: float) -> tuple[float, float]:
    """Return the mean F1 of the span that leads, and how many passages were read for it on average."""
    before, total = reader.times, 0.0
    reader.calibration = replace(reader.calibration, retrieval_weight=weight, ceiling=ceiling)
    for question, hits in found:
        candidates = read_in_order(reader, question.question, hits, count=1)
        if candidates:
            quote = max(candidates, key=lambda each: each.score).quote
            total += max(f1(quote, gold) for gold in answer_texts(question))
    return total / len(found), (reader.times - before) / len(found)


if __name__ == "__main__":
    main()
