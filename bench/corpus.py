"""Passages and questions of SQuAD-format sets, for the benchmarks: every paragraph a passage of its own, uncut."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index import Document, Passage, load_embedder
from index.store import Store
from qa import squad
from qa.squad import Question


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages as (title, text), and questions with the position of the passage that answers each."""

    passages: list[tuple[str, str]]
    questions: list[tuple[Question, int]]


def read(path: Path, *, limit: int | None = None, distractors: Sequence[Path] = (), size: int = 0) -> Corpus:
    """Read a set's answerable questions, every nth if there is a ``limit``, and all its paragraphs.

    Paragraphs of ``distractors`` are added until there are ``size`` passages.
    """
    rows = list(squad.read(path))
    passages = {row.context: (row.title.replace("_", " "), row.context) for row in rows}
    places = {context: place for place, context in enumerate(passages)}
    asked = [(row, places[row.context]) for row in rows if row.answers]
    if limit:
        asked = asked[:: max(1, len(asked) // limit)][:limit]
    for row in (row for other in distractors for row in squad.read(other)):
        if len(passages) >= size:
            break
        passages.setdefault(row.context, (row.title.replace("_", " "), row.context))
    return Corpus(list(passages.values()), asked)


def stored(folder: Path, passages: Sequence[tuple[str, str]], *, first: int = 0) -> float:
    """Store each text as one passage of document ``/POSITION``, from ``first`` on; return the passages a second."""
    return fill(folder, [whole(place, title, text) for place, (title, text) in enumerate(passages, first)])


def whole(place: int, title: str, text: str) -> list[Passage]:
    """Return a text as the one passage of a document."""
    return [Passage(0, Document(0, f"/{place}", title, text, (), (), ""), 0, len(text), text, None, "")]


def fill(folder: Path, documents: Sequence[Sequence[Passage]]) -> float:
    """Embed and store documents, cut already; return the passages a second."""
    from tqdm import tqdm

    embedder, store = load_embedder(), Store.open(folder / "index.db")
    started, count = time.perf_counter(), 0
    for passages in tqdm(documents, desc="indexing", disable=None):
        store.put(passages[0].document, passages, embedder.encode([passage.text for passage in passages]))
        count += len(passages)
    store.close()
    return count / (time.perf_counter() - started) if count else 0.0
