"""Stage 6: how much a passage's retrieval score counts beside the reader's, chosen end to end on held-out questions.

python -m qa.train.weigh PREPARED FOLDER [--limit N]

A span's score becomes ``reader + weight × (retrieval − 1)``; retrieval is 1 for a passage that leads both lists.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index import Document, Index
from qa.metrics import f1
from qa.reader import OnnxReader
from qa.train.data import Example, answer_texts, read_jsonl

WEIGHTS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0)
CLOSE = 0.005
"""Means this near the best are noise; the smallest such weight is taken."""

SOURCE = "squadshifts_new_wiki"


def main() -> None:
    """Search, read, score every weight, write the smallest that is about as good as the best."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("folder", type=Path, help="the reader's folder")
    parser.add_argument("--limit", type=int, default=900)
    options = parser.parse_args()
    held_out = [e for e in read_jsonl(options.prepared / "dev.jsonl.gz") if e.source == SOURCE and e.answers]
    others = [e for e in read_jsonl(options.prepared / "train.jsonl.gz") if e.source == SOURCE]
    contexts = list(dict.fromkeys(e.context for e in held_out + others))
    questions = held_out[:: max(1, len(held_out) // options.limit)][: options.limit]
    found = read_all(contexts, questions, OnnxReader(options.folder))
    means = {w: float(np.mean([top_f1(rows, w) for rows in found])) for w in WEIGHTS}
    for weight, mean in means.items():
        print(f"weight {weight:4.1f}   top-1 F1 {100 * mean:.2f}")
    best = min(w for w in WEIGHTS if means[w] >= max(means.values()) - CLOSE)
    path = options.folder / "config.json"
    config = json.loads(path.read_text())
    config["calibration"]["retrieval_weight"] = best
    path.write_text(json.dumps(config, indent=2) + "\n")
    print(f"retrieval_weight {best}, from {len(questions)} questions over {len(contexts)} passages")


def read_all(
    contexts: Sequence[str], questions: Sequence[Example], reader: OnnxReader
) -> list[list[tuple[float, float, float]]]:
    """Return (reader score, retrieval score, F1) of the best span in each passage found, for each question."""
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        for number, context in enumerate(contexts):
            index.add(Document(0, f"{folder}/{number}.txt", "", context, (), (), f"{number:064}"))
        found = []
        for question in questions:
            hits = index.search(question.question, 5)
            spans = reader.read(question.question, [hit.passage.text for hit in hits])
            rows = []
            for span in spans:
                text = hits[span.hit].passage.text[span.start : span.end]
                right = max(f1(text, gold) for gold in answer_texts(question))
                rows.append((span.score, float(hits[span.hit].score), right))
            found.append(rows)
        return found


def top_f1(rows: Sequence[tuple[float, float, float]], weight: float) -> float:
    """Return the F1 of the span that leads at this weight."""
    return max(rows, key=lambda row: row[0] + weight * row[1], default=(0.0, 0.0, 0.0))[2]


if __name__ == "__main__":
    main()
