"""Stage 3: label the recovered questions again, with a reader that may choose only spans known to answer something.

python -m qa.train.relabel DATA CHECKPOINT OUT.jsonl.gz

For each paragraph we know which spans answer *some* question of it, but not which question. Two witnesses speak:
the reader scores every (question, span) pair, and the recovered label is right five times out of six, by other means
than reading. The assignment with the best total wins (Kuhn 1955), a span being given twice only at a price. How
sure the two are of it is the example's weight.
"""

import argparse
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from tokenizers import Tokenizer
from tqdm import tqdm

from qa.train.data import Example, read_squad, write_jsonl
from qa.train.features import Feature, Featuriser
from qa.train.model import SpanModel
from qa.train.prepare import RECOVERED
from qa.train.score import logits
from qa.train.source import encoder_folder
from qa.train.weights import load_weights

TWICE = 3.0
"""What giving a span to a second question costs, in nats."""

TRUST = 2.0
"""What the recovered label adds to its span, in nats; the reader has seen it in training, so less than its odds."""

LEAST = 0.35
"""A label less sure than this is left out."""

AT_ONCE = 400
"""Paragraphs scored together."""


def main(argv: Sequence[str] | None = None) -> None:
    """Score, assign, refine, write; print how often the label moved."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="label only this share of the paragraphs")
    options = parser.parse_args(argv)
    model = SpanModel(encoder_folder(), pretrained=False)
    model.load_state_dict(load_weights(options.checkpoint))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    featuriser = Featuriser(Tokenizer.from_file(str(encoder_folder() / "tokenizer.json")))
    groups = by_paragraph(list(read_squad(options.data / f"{RECOVERED}.json.gz")))
    spans = candidates(options.data / f"{RECOVERED}_candidates.json.gz")
    chosen = sorted(groups)[: int(len(groups) * options.share)]
    model.to(device).to(torch.bfloat16)
    counts: Counter[str] = Counter()
    labelled: list[Example] = []
    for begin in tqdm(range(0, len(chosen), AT_ONCE)):
        part = chosen[begin : begin + AT_ONCE]
        labelled += relabelled([groups[c] for c in part], [spans[c] for c in part], model, featuriser, device, counts)
    write_jsonl(options.out, labelled)
    print(dict(counts))


def by_paragraph(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """Group the questions by their passage."""
    groups: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.context].append(example)
    return groups


def candidates(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Read, for each passage, the spans (start, end) known to answer one of its questions."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = json.load(file)["data"]
    return {row["context"]: [(start, end) for start, end, _ in row["cands"]] for row in rows}


def relabelled(
    groups: Sequence[Sequence[Example]],
    spans: Sequence[Sequence[tuple[int, int]]],
    model: SpanModel,
    featuriser: Featuriser,
    device: str,
    counts: "Counter[str]",
) -> Iterator[Example]:
    """Yield the questions of some paragraphs with their new labels; unanswerable ones as they were."""
    asked = [[e for e in group if e.answers] for group in groups]
    features = [[featuriser.whole(e) for e in group] for group in asked]
    flat = iter(logits(model, [f for group in features for f in group], device=device))
    for group, rows, questions, built in zip(groups, spans, asked, features, strict=True):
        yield from (e for e in group if not e.answers)
        outputs = [next(flat) for _ in built]
        known = _token_candidates(rows, questions, built, featuriser)
        if questions and known:
            yield from _labelled(questions, built, outputs, known, featuriser, counts)


def _token_candidates(
    rows: Sequence[tuple[int, int]], questions: Sequence[Example], built: Sequence[Feature], featuriser: Featuriser
) -> list[tuple[int, int]]:
    """Return the spans as (first, last) token of the passage, as far as the model sees them."""
    if not questions:
        return []
    offsets = featuriser.tokens(questions[0].context).offsets
    seen = min(len(f.ids) - f.offset - 1 for f in built)
    found = []
    for start, end in rows:
        first = int(np.searchsorted(offsets[:, 1], start, side="right"))
        last = int(np.searchsorted(offsets[:, 0], end, side="left")) - 1
        if first <= last < seen:
            found.append((first, last))
    return found


def _labelled(
    questions: Sequence[Example],
    built: Sequence[Feature],
    outputs: Sequence[NDArray[np.float32]],
    known: Sequence[tuple[int, int]],
    featuriser: Featuriser,
    counts: "Counter[str]",
) -> Iterator[Example]:
    inside = [both[:, f.offset : -1] for both, f in zip(outputs, built, strict=True)]
    pairs = np.array([[both[0, first] + both[1, last] for first, last in known] for both in inside])
    recovered = np.array([[_overlap(e, span, featuriser) for span in known] for e in questions])
    pairs = pairs - np.logaddexp.reduce(pairs, axis=1, keepdims=True) + TRUST * recovered
    pairs = pairs - np.logaddexp.reduce(pairs, axis=1, keepdims=True)
    for row, column in zip(*linear_sum_assignment(np.hstack([-pairs, TWICE - pairs])), strict=True):
        number = int(column) % len(known)
        sure = float(np.exp(pairs[row, number]))
        if sure < LEAST:
            counts["left out"] += 1
            continue
        counts["the recovered span" if recovered[row, number] else "another span"] += 1
        yield _with_answer(questions[row], known[number], featuriser, weight=round(sure, 3))


def _overlap(example: Example, span: tuple[int, int], featuriser: Featuriser) -> bool:
    start, end = _characters(example, span, featuriser)
    return any(start < last and first < end for first, last in example.answers)


def _with_answer(example: Example, span: tuple[int, int], featuriser: Featuriser, *, weight: float) -> Example:
    return replace(example, answers=(_characters(example, span, featuriser),), weight=weight)


def _characters(example: Example, span: tuple[int, int], featuriser: Featuriser) -> tuple[int, int]:
    offsets = featuriser.tokens(example.context).offsets
    return int(offsets[span[0], 0]), int(offsets[span[1], 1])


if __name__ == "__main__":
    main()
