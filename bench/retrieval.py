"""How often the right paragraph is found: ``python -m bench.retrieval SQUAD.json[.gz] [--limit N]``.

Every paragraph of a SQuAD-format set is a passage of its own, every article a document. A question counts as
answered at k if its own paragraph is among the first k of all.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import Document, Index, Mode, Passage, load_embedder
from index.store import Store

CUTOFFS = (1, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the article and offset at which its paragraph starts."""

    text: str
    path: str
    start: int


def main() -> None:
    """Index the set, ask its questions in each mode, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, help="ask about this many questions, evenly spread")
    options = parser.parse_args()
    articles = [cut(number, article) for number, article in enumerate(read(options.file))]
    questions = [question for _, asked in articles for question in asked]
    step = max(1, len(questions) // (options.limit or len(questions)))
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        speed = fill(Path(folder), [passages for passages, _ in articles])
        print(f"{len(index)} articles, {len(questions[::step])} questions; {speed:.1f} passages/s indexed\n")
        print("| mode | R@1 | R@5 | R@10 | R@20 | MRR | p50 ms | p95 ms |\n|---|---|---|---|---|---|---|---|")
        for mode in Mode:
            report(index, questions[::step], mode)


def read(path: Path) -> list[dict[str, Any]]:
    """Read the articles of a question set, gzipped or not."""
    data = path.read_bytes()
    content = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    articles: list[dict[str, Any]] = content["data"]
    return articles


def cut(number: int, article: dict[str, Any]) -> tuple[list[Passage], list[Question]]:
    """Make an article's paragraphs passages of one document, and list its answerable questions."""
    path, paragraphs = f"/{number}", article["paragraphs"]
    text = "\n\n".join(paragraph["context"] for paragraph in paragraphs)
    title = article["title"].replace("_", " ")
    document = Document(0, path, title, text, (), (), "")
    passages, questions, start = [], [], 0
    for paragraph in paragraphs:
        end = start + len(paragraph["context"])
        passages.append(Passage(0, document, start, end, text[start:end], None, ""))
        asked = (each["question"] for each in paragraph["qas"] if not each.get("is_impossible"))
        questions += [Question(question, path, start) for question in asked]
        start = end + 2
    return passages, questions


def fill(folder: Path, documents: Sequence[Sequence[Passage]]) -> float:
    """Embed and store the documents; return the passages a second."""
    embedder, store = load_embedder(), Store.open(folder / "index.db")
    started = time.perf_counter()
    for passages in documents:
        store.put(passages[0].document, passages, embedder.encode([passage.text for passage in passages]))
    store.close()
    return sum(map(len, documents)) / (time.perf_counter() - started)


def report(index: Index, questions: Sequence[Question], mode: Mode) -> None:
    """Ask the questions and print a row of the table."""
    index.search(questions[0].text, mode=mode)  # loads what it needs
    ranks, seconds = [], []
    for question in questions:
        started = time.perf_counter()
        hits = index.search(question.text, max(CUTOFFS), mode=mode)
        seconds.append(time.perf_counter() - started)
        places = [(hit.passage.document.path, hit.passage.start) for hit in hits]
        gold = (question.path, question.start)
        ranks.append(places.index(gold) + 1 if gold in places else np.inf)
    rank = np.array(ranks)
    figures = [f"{np.mean(rank <= k):.3f}" for k in CUTOFFS] + [f"{np.mean(1 / rank):.3f}"]
    figures += [f"{1000 * np.percentile(seconds, percent):.1f}" for percent in (50, 95)]
    print(f"| {mode} | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
