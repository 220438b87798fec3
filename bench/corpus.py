"""Passages and questions of SQuAD-format sets, for the benchmarks: every paragraph a passage of its own, uncut."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from index import Document, Passage, load_embedder
from index.lock import WriteLock
from index.shards import databases
from index.shards.spread import Spread
from index.store import Store
from index.sync.draft import embed
from index.types import Vectors
from qa import squad
from qa.squad import Question

AT_ONCE = 64
"""Passages embedded side by side."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages as (title, text), and questions with the position of the passage that answers each.

    The first ``own`` passages are those of the set itself; the rest are distractors.
    """

    passages: list[tuple[str, str]]
    questions: list[tuple[Question, int]]
    own: int


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
    own = len(passages)
    for row in (row for other in distractors for row in squad.read(other)):
        if len(passages) >= size:
            break
        passages.setdefault(row.context, (row.title.replace("_", " "), row.context))
    return Corpus(list(passages.values()), asked, own)


@contextmanager
def filling(folder: Path) -> Iterator[Store]:
    """Open the store of an index, to put passages in that no file has. Raises IndexLocked while another writes."""
    with WriteLock(folder / "write.lock"):
        paths = databases(folder)
        with closing(Spread(paths) if paths else Store.open(folder / "index.db")) as store:
            yield store


def stored(
    folder: Path,
    passages: Sequence[tuple[str, str]],
    *,
    first: int = 0,
    titled: bool = False,
    on_embedded: Callable[[Vectors, list[Vectors]], object] = lambda *_: None,
) -> float:
    """Store each text as one passage of document ``/POSITION``, from ``first`` on; return the passages a second.

    What is embedded is the text, ``titled``: the title and the text. ``on_embedded`` gets the vectors as they are made.
    """
    from tqdm import tqdm

    embedder = load_embedder()
    started = time.perf_counter()
    with filling(folder) as store:
        for begin in tqdm(range(0, len(passages), AT_ONCE), desc="indexing", unit_scale=AT_ONCE, disable=None):
            part = passages[begin : begin + AT_ONCE]
            rows, inner = embed(embedder, [f"{title}\n{text}" if titled else text for title, text in part])
            on_embedded(rows, inner)
            for place, ((title, text), row, inside) in enumerate(zip(part, rows, inner, strict=True), first + begin):
                document = Document(0, f"/{place}", title, text, (), "")
                store.put(document, [Passage(0, document, 0, len(text))], row[None], [inside])
    return len(passages) / (time.perf_counter() - started)
