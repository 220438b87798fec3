"""Compares the embedder's numeric formats: ``python -m bench.embedder SQUAD.json`` (needs the [train] extra).

For each format of ``index/models/export.py``: its size, what it costs to load and to run, how near its rows
are to fp32's, and how often a question's own paragraph is among its nearest. Every format runs in a process
of its own; speeds are texts a second of CPU time, which a busy machine changes less than wall time.
"""

import argparse
import gzip
import json
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed.packaged import OnnxEmbedder, _cut
from index.types import Vectors

PAPERS = Path(__file__).parent.parent / "qa" / "train" / "papers"
"""The texts that the weights in 8 bits were rounded by."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Paragraphs, questions, and for each question the number of its own paragraph."""

    paragraphs: list[str]
    questions: list[str]
    gold: list[int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one format did."""

    megabytes: float
    load_ms: float
    resident_mb: float
    paragraphs_per_s: float
    question_ms: float
    paragraphs: Vectors
    questions: Vectors
    batched_per_s: float
    batched: Vectors


def read(path: Path, limit: int | None) -> Questions:
    """Read a SQuAD file, gzipped or not, and keep at most ``limit`` questions, spread evenly."""
    data = json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())["data"]
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    asked = [(qa["question"], number) for number, paragraph in enumerate(paragraphs) for qa in paragraph["qas"]]
    kept = asked[:: max(1, -(-len(asked) // limit))] if limit else asked
    return Questions(
        [paragraph["context"] for paragraph in paragraphs],
        [question for question, _ in kept],
        [number for _, number in kept],
    )


def folder_with(name: str, place: Path) -> Path:
    """Make a model folder in one format, beside the packaged model's small files."""
    import onnx

    from index.models import export

    folder = place / name
    folder.mkdir()
    for side in ("config.json", "sentence_bert_config.json", "tokenizer.json"):
        (folder / side).write_bytes((export.FOLDER / side).read_bytes())
    texts = export.read(sorted(PAPERS.glob("*.jsonl")))
    onnx.save(export.export(name, texts), folder / "model.onnx")
    digest = export.sha256(folder / "model.onnx")
    (folder / "model.onnx.sha256").write_text(f"{digest}  model.onnx\n")
    return folder


def measure(folder: Path, data: Questions) -> Measured:
    """Load a folder's model and embed the paragraphs and the questions."""
    embedder = OnnxEmbedder(folder)
    start = time.process_time()
    embedder.encode(["warm"])
    load = time.process_time() - start
    waits = [clock(embedder, question) for question in data.questions[:100]]
    start = time.process_time()
    paragraphs = embedder.encode(data.paragraphs)
    spent = time.process_time() - start
    resident = peak_resident_mb()  # before the batches, which take more
    start = time.process_time()
    in_batches = batched(embedder, data.paragraphs[:256])
    spent_in_batches = time.process_time() - start
    return Measured(
        megabytes=(folder / "model.onnx").stat().st_size / 1e6,
        load_ms=load * 1e3,
        resident_mb=resident,
        paragraphs_per_s=len(paragraphs) / spent,
        question_ms=float(np.median(waits)) * 1e3,
        paragraphs=paragraphs,
        questions=embedder.encode(data.questions),
        batched_per_s=len(in_batches) / spent_in_batches,
        batched=in_batches,
    )


def peak_resident_mb() -> float:
    """Read this process's peak from Linux: getrusage's is its parent's where that was higher."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) / 1024 for row in status if row.startswith("VmHWM"))


def clock(embedder: OnnxEmbedder, question: str) -> float:
    """Time one question, in seconds of CPU time."""
    start = time.process_time()
    embedder.encode([question])
    return time.process_time() - start


def batched(embedder: OnnxEmbedder, texts: Sequence[str]) -> Vectors:
    """Embed texts in padded batches of 16, sorted by length, as OnnxEmbedder does not: what would that change?"""
    tokenizer, session = embedder._load()
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    rows = np.empty((len(texts), embedder.dimension), np.float32)
    for start in range(0, len(texts), 16):
        numbers = order[start : start + 16]
        cut = [_cut(tokenizer.encode(texts[number]).ids, embedder.max_tokens) for number in numbers]
        ids = np.zeros((len(cut), max(map(len, cut))), np.int64)
        for row, tokens in enumerate(cut):
            ids[row, : len(tokens)] = tokens
        rows[numbers] = session.run(None, {"input_ids": ids, "attention_mask": (ids != 0).astype(np.int64)})[0]
    return rows


def ranks(questions: Vectors, paragraphs: Vectors, gold: Sequence[int]) -> NDArray[np.int64]:
    """Return the place of each question's own paragraph, from 1."""
    found = []
    for start in range(0, len(gold), 500):
        scores = questions[start : start + 500] @ paragraphs.T
        own = scores[np.arange(len(scores)), gold[start : start + 500]]
        found.append(1 + (scores > own[:, None]).sum(axis=1))
    return np.concatenate(found)


def mixed(found: Measured, former: Measured) -> Vectors:
    """Return every other paragraph as another format has it: an index that was begun with that one."""
    rows = found.paragraphs.copy()
    rows[::2] = former.paragraphs[::2]
    return rows


def line(name: str, found: Measured, reference: Measured, gold: Sequence[int]) -> str:
    """One row of the table."""
    rank = ranks(found.questions, found.paragraphs, gold)
    beside = ranks(found.questions, mixed(found, reference), gold)
    near = (found.paragraphs * reference.paragraphs).sum(axis=1)
    neighbours = (found.batched * found.paragraphs[: len(found.batched)]).sum(axis=1)
    recalls = " | ".join(f"{(rank <= k).mean():.4f}" for k in (1, 5, 20))
    return (
        f"| {name} | {found.megabytes:.1f} | {found.load_ms:.0f} | {found.resident_mb:.0f} "
        f"| {found.paragraphs_per_s:.1f} ({found.paragraphs_per_s / reference.paragraphs_per_s:.2f}) "
        f"| {found.batched_per_s:.1f} "
        f"| {found.question_ms:.1f} | {recalls} | {(1 / rank).mean():.4f} | {(beside <= 5).mean():.4f} "
        f"| {near.min():.4f} / {near.mean():.4f} | {neighbours.min():.4f} |"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table as Markdown."""
    from index.models.export import NAMES  # not above: the processes that measure must not hold onnx and torch

    parser = argparse.ArgumentParser(prog="python -m bench.embedder", description=__doc__)
    parser.add_argument("squad", type=Path, help="questions in SQuAD's format, .json or .json.gz")
    parser.add_argument("--formats", nargs="+", choices=NAMES, default=NAMES, help="the first is the reference")
    parser.add_argument("--limit-questions", type=int, metavar="N", help="use N of the questions at most")
    arguments = parser.parse_args(argv)
    data = read(arguments.squad, arguments.limit_questions)
    print(f"{len(data.paragraphs)} paragraphs, {len(data.questions)} questions, {arguments.squad.name}\n")
    print(
        "| format | MB | load, CPU ms | peak RSS, MB | paragraphs per CPU s (ratio) | in batches of 16 "
        "| question, CPU ms | R@1 | R@5 | R@20 | MRR | R@5, half of the paragraphs as in the first row "
        "| cosine to the first row, min / mean | cosine alone to batched, min |"
    )
    print("|" + "---|" * 14)
    reference = None
    with tempfile.TemporaryDirectory() as place:
        for name in arguments.formats:
            folder = folder_with(name, Path(place))
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                found = pool.apply(measure, (folder, data))
            reference = reference or found
            print(line(name, found, reference, data.gold), flush=True)


if __name__ == "__main__":
    main()
