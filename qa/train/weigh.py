"""Stage 7: how much a passage's retrieval score counts beside the reader's, and when reading may stop.

python -m qa.train.weigh PREPARED FOLDER [--limit N]

A span's score becomes ``reader − weight × behind``: how far its passage is behind the first in retrieval's score.
Passages are read in order until no later one could lead, if the reader gave it no more than the ceiling. Both are
chosen end to end on held-out questions, by the mean over two corpora: the paragraphs of the questions' own set, and
those among all others.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index import Document, Index
from qa.metrics import f1
from qa.read.onnx import OnnxReader
from qa.train.data import Example, answer_texts, read_jsonl

WEIGHTS = (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 100.0, 120.0)
CEILINGS = (4.0, 6.0, 8.0, 10.0, 12.0, 14.0, np.inf)
CLOSE = 0.001
"""Means this near the best are the same: the smallest such weight is taken, and the lowest such ceiling."""

READ = (5, 10)
"""How many passages are read at most; the last is what the choice is made by."""

SOURCE = "squadshifts_new_wiki"
MADE = ("lists", "contrasts")
"""No paragraphs of anything, but sentences from templates."""

Rows = list[tuple[float, float, float]]
"""For each passage found, best first: the reader's score, retrieval's, the F1 of the best span."""


def main() -> None:
    """Search, read, score every weight, write the smallest that is about as good as the best."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("folder", type=Path, help="the reader's folder")
    parser.add_argument("--limit", type=int, default=900)
    options = parser.parse_args()
    dev, train = (read_jsonl(options.prepared / f"{part}.jsonl.gz") for part in ("dev", "train"))
    held_out = once([e for e in dev if e.source == SOURCE and e.answers])
    questions = held_out[:: max(1, len(held_out) // options.limit)][: options.limit]
    corpora = parted([*dev, *train])
    found = read_all(corpora, questions, OnnxReader(options.folder))
    for count in READ:
        cut = [rows[:count] for rows in found]
        weight = best_weight(cut)
        ceiling = best_ceiling(cut, weight)
    print(f"weight {weight}, ceiling {ceiling}")
    path = options.folder / "config.json"
    config = json.loads(path.read_text())
    config["calibration"]["retrieval_weight"] = weight
    config["calibration"].pop("ceiling", None)
    if np.isfinite(ceiling):
        config["calibration"]["ceiling"] = ceiling
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


def best_weight(found: Sequence[Rows]) -> float:
    """Print top-1 F1 at every weight; return the smallest that is about as good as the best."""
    means = {weight: float(np.mean([top_f1(rows, weight, np.inf)[0] for rows in found])) for weight in WEIGHTS}
    for weight, mean in means.items():
        print(f"{max(map(len, found))} passages, weight {weight:4.1f}: top-1 F1 {100 * mean:.2f}")
    return min(weight for weight in WEIGHTS if means[weight] >= max(means.values()) - CLOSE)


def best_ceiling(found: Sequence[Rows], weight: float) -> float:
    """Print top-1 F1 and passages read at every ceiling; return the lowest that costs nothing."""
    means = {}
    for ceiling in CEILINGS:
        f1s, counts = zip(*(top_f1(rows, weight, ceiling) for rows in found), strict=True)
        means[ceiling] = float(np.mean(f1s))
        print(f"weight {weight}, ceiling {ceiling}: top-1 F1 {100 * means[ceiling]:.2f}, {np.mean(counts):.2f} read")
    return min(ceiling for ceiling in CEILINGS if means[ceiling] >= means[np.inf] - CLOSE)


def read_all(corpora: Sequence[Sequence[str]], questions: Sequence[Example], reader: OnnxReader) -> list[Rows]:
    """Ask all questions each time that a corpus has been added; return what the passages found gave."""
    found = []
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        for part, contexts in enumerate(corpora):
            for number, context in enumerate(tqdm(contexts, desc="adding")):
                index.add(Document(0, f"{folder}/{part}/{number}.txt", "", context, (), f"{part}{number:063}"))
            found += [read_one(index, question, reader) for question in tqdm(questions, desc="asking")]
    return found


def read_one(index: Index, question: Example, reader: OnnxReader) -> Rows:
    """Return (reader score, retrieval score, F1) of the best span in each passage found."""
    rows = []
    for hit in index.search(question.question, max(READ)):
        text = hit.passage.text
        for span in reader.read(question.question, text):
            right = max(f1(text[span.start : span.end], gold) for gold in answer_texts(question))
            rows.append((span.score, float(hit.score), right))
    return rows


def top_f1(rows: Rows, weight: float, ceiling: float) -> tuple[float, int]:
    """Return the F1 of the span that leads, and how many passages were read for it."""
    best, right, count = -np.inf, 0.0, 0
    for reader, retrieval, measure in rows:
        if best >= ceiling + weight * (retrieval - 1):
            break
        count += 1
        if reader + weight * (retrieval - 1) > best:
            best, right = reader + weight * (retrieval - 1), measure
    return right, count


if __name__ == "__main__":
    main()
