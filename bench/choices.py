"""What retrieval's settings rest on: passage size, titles, the two lists' shares, the close look, bits of vectors.

python -m bench.choices SQUAD.json[.gz] [--limit N] [--budgets 160 220] [--titles]

Each article of the set becomes a document and is cut as the index cuts it. A question counts as found at k if one of
the first k passages holds its answer at its place. Run it on questions that nothing is reported on.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench import corpus
from index import Document, Embedder, Index, Mode, Passage, load_embedder
from index.chunk import chunk
from index.search.fuse import DENSE_SHARE, Scored, fuse
from index.search.lexical import Words
from index.search.rerank import HEAD, Asked, centred, coverage, proximity
from index.store import Store, residues
from index.store.blobs import Kept
from index.types import Vectors
from qa import squad
from qa.squad import Question

SHARES = (0.2, 0.3, 0.4, 0.5, 0.6)
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Look:
    """A passage's shares, 0 to 1; proximity by width of the stretch and weight of pairs."""

    whole: float
    """How near by meaning it is on the whole."""
    sentence: float
    """How near its nearest sentence is."""
    coverage: float
    proximity: Mapping[tuple[int, float], float]
    otherwise: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """The first two, of vectors that are kept otherwise."""

    def score(self, *, whole: float = 1, sentence: float = 1, coverage: float = 1, proximity: float = 1) -> float:
        """Add the shares that the index adds, weighed."""
        near = whole * self.whole + sentence * self.sentence
        return near + coverage * self.coverage + proximity * self.proximity[OURS]


EXACT = "whole and sentence as they are embedded, 32 bits a number"
BITS = {4: "sentence in 4 bits a number", 1: "sentence in 1 bit a number"}
OURS = (20, 0.5)
PROXIMITY = (OURS, (10, 0.5), (40, 0.5), (20, 0.0), (20, 1.0))
SCORES: dict[str, Callable[[Look], float]] = {
    "whole + sentence + coverage + proximity (ours)": Look.score,
    "no sentence, twice the whole": lambda look: look.score(whole=2, sentence=0),
    "no whole, twice the sentence": lambda look: look.score(whole=0, sentence=2),
    "no proximity": lambda look: look.score(proximity=0),
    "no coverage": lambda look: look.score(coverage=0),
    "neither whole nor sentence": lambda look: look.score(whole=0, sentence=0),
    "half of whole and of sentence": lambda look: look.score(whole=0.5, sentence=0.5),
    "twice whole and sentence": lambda look: look.score(whole=2, sentence=2),
    "twice coverage": lambda look: look.score(coverage=2),
    "twice proximity": lambda look: look.score(proximity=2),
    **{
        f"ours, stretch of {width}, pairs {beside}": lambda look, at=(width, beside): (  # type: ignore[misc]
            look.score(proximity=0) + look.proximity[at]
        )
        for width, beside in PROXIMITY[1:]
    },
    **{
        f"ours, {name}": lambda look, at=name: look.score(whole=0, sentence=0) + sum(look.otherwise[at])  # type: ignore[misc]
        for name in (EXACT, *BITS.values())
    },
}


@dataclass(frozen=True, slots=True)
class Found:
    """What both searches found for a question, a close look at the head of the list, and which passages are right."""

    dense: Scored
    lexical: Scored
    looks: Mapping[int, Look]
    right: frozenset[int]

    def rank(self, share: float) -> float:
        """Return the place, from 1, of the first right passage in the fused list; infinity if none is in it."""
        return self._place([number for number, _ in fuse(self.dense, self.lexical, weight=share)])

    def reranked(self, score: Callable[[Look], float]) -> float:
        """Return its place in the head of the list, ordered by a score."""
        return self._place(sorted(self.looks, key=lambda number: (-score(self.looks[number]), number)))

    def _place(self, ordered: Sequence[int]) -> float:
        return next((place for place, number in enumerate(ordered, 1) if number in self.right), np.inf)


class Made:
    """Vectors of passages and of their sentences as they are embedded, and the latter in other numbers of bits."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._rows: list[Vectors] = []
        self._inner: list[Vectors] = []
        self._packed: dict[int, list[Kept]] = {bits: [] for bits in BITS}

    def add(self, rows: Vectors, inner: Sequence[Vectors]) -> None:
        """Take the next passages' vectors."""
        self._rows += [*rows]
        self._inner += inner
        for bits, packed in self._packed.items():
            packed += [residues.packed(each, row, bits=bits) for each, row in zip(inner, rows, strict=True)]

    def otherwise(self, number: int, vector: Vectors, average: float) -> dict[str, tuple[float, float]]:
        """Return how near a passage is to a question's vector, and its nearest sentence. **Shape:** vector (width,)."""
        cosine = float(self._rows[number] @ vector)
        found = {EXACT: float((self._inner[number] @ vector).max())}
        whole = np.full(len(self._inner[number]), cosine, np.float32)
        for bits, name in BITS.items():
            found[name] = float(residues.products(self._packed[bits][number], vector[None], whole, bits=bits).max())
        return {name: (centred(average, cosine), centred(average, nearest)) for name, nearest in found.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """Index every variant, ask, and print a row for each share and each way of looking closely."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, help="SQuAD format, plain or gzipped")
    parser.add_argument("--limit", type=int, default=1_000, help="ask this many questions, evenly spread")
    parser.add_argument("--budgets", type=int, nargs="+", default=[160], help="tokens of a passage")
    parser.add_argument("--titles", action="store_true", help="also with the title before the text that is embedded")
    options = parser.parse_args(argv)
    rows = [row for row in squad.read(options.questions) if row.answers]
    asked = rows[:: max(1, len(rows) // options.limit)][: options.limit]
    embedder = load_embedder()
    print(f"{len(asked)} questions\n\n| passages of | embedded | number | order | R@1 | R@5 | R@10 | MRR |")
    print("|---|---|---|---|---|---|---|---|")
    for budget in options.budgets:
        passages, places = cut(rows, embedder, budget)
        for titled in (False, True) if options.titles else (False,):
            found = search_all(passages, asked, places, embedder, titled=titled)
            for name, ranks in orders(found):
                rank = np.array(ranks)
                cells = [f"{budget} tokens", "title, text" if titled else "text", f"{len(passages):,}", name]
                cells += [f"{np.mean(rank <= k):.3f}" for k in (1, 5, 10)] + [f"{np.mean(1 / rank):.3f}"]
                print(f"| {' | '.join(cells)} |", flush=True)


def orders(found: Sequence[Found]) -> Iterator[tuple[str, list[float]]]:
    """Yield each way of ordering with the place of the first right passage for every question."""
    for share in SHARES:
        ours = " (ours)" if share == DENSE_SHARE else ""
        yield f"fused, dense share {share}{ours}", [each.rank(share) for each in found]
    for name, score in SCORES.items():
        yield name, [each.reranked(score) for each in found]


def cut(rows: Sequence[Question], embedder: Embedder, budget: int) -> tuple[list[Passage], dict[str, tuple[str, int]]]:
    """Cut the articles; return the passages and where each paragraph stands: its article's title and its offset."""
    articles: dict[str, str] = {}
    places: dict[str, tuple[str, int]] = {}
    for row in rows:
        if row.context not in places:
            text = articles.get(row.title, "")
            places[row.context] = (row.title, len(text))
            articles[row.title] = f"{text}{row.context}\n\n"
    documents = [Document(0, f"/{t}", t.replace("_", " "), text, (), "") for t, text in articles.items()]
    found = [chunk(d, embedder.count_tokens, budget=budget, overlap=budget // 4) for d in documents]
    return [passage for each in found for passage in each], places


def search_all(
    passages: Sequence[Passage],
    asked: Sequence[Question],
    places: dict[str, tuple[str, int]],
    embedder: Embedder,
    *,
    titled: bool,
) -> list[Found]:
    """Store the passages, each under its position, and search them both ways."""
    by_article: dict[str, list[tuple[int, Passage]]] = {}
    for number, passage in enumerate(passages):
        by_article.setdefault(passage.document.path, []).append((number, passage))
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), embedder=embedder, create=True) as index:
        made = Made()
        texts = [(passage.document.title, passage.text) for passage in passages]
        corpus.stored(Path(folder), texts, titled=titled, on_embedded=made.add)
        store = Store.open(Path(folder) / "index.db")
        vectors = store.vectors(store.passage_ids())
        found = []
        for question in tqdm(asked, desc="asking", disable=None):
            title, offset = places[question.context]
            right = frozenset(
                number
                for number, passage in by_article[f"/{title}"]
                if any(passage.start <= offset + s and offset + e <= passage.end for s, e in question.answers)
            )
            dense, lexical = (
                [(int(h.passage.document.path[1:]), h.score) for h in index.search(question.question, DEPTH, mode=mode)]
                for mode in (Mode.DENSE, Mode.LEXICAL)
            )
            head = [number for number, _ in fuse(dense, lexical)[:HEAD]]
            vector = embedder.encode([question.question])[0]
            looks = looked_at(store, question.question, {n: passages[n] for n in head}, vector, vectors @ vector, made)
            found.append(Found(dense, lexical, looks, right))
        store.close()
        return found


def looked_at(
    store: Store, question: str, head: Mapping[int, Passage], vector: Vectors, cosines: Vectors, made: Made
) -> dict[int, Look]:
    """Look closely at passages, in every way; each is stored one after the number it has here.

    **Shape:** vector is (dimension,), the question's; cosines is (passages,), its with each of all passages.
    """
    words, average = Words.of(store, question), float(cosines.mean())
    stored = store.sentences([number + 1 for number in head])
    asked = {beside: Asked.of(words, beside=beside) for _, beside in PROXIMITY}
    looks: dict[int, Look] = {}
    for number, passage in head.items():
        tokens = store.stems(passage.text)
        about = store.stems(passage.document.title)
        close = {(width, beside): proximity(asked[beside], tokens, width=width) for width, beside in PROXIMITY}
        covered = coverage(asked[OURS[1]], {*tokens, *about})
        rows = stored[number + 1]
        nearest = float(residues.products(rows, vector[None], np.full(len(rows), cosines[number])).max())
        near = centred(average, float(cosines[number])), centred(average, nearest)
        looks[number] = Look(*near, covered, close, made.otherwise(number, vector, average))
    return looks


if __name__ == "__main__":
    main()
