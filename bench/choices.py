"""What retrieval's settings rest on: passage size, the title in what is embedded, the dense list's share.

python -m bench.choices SQUAD.json[.gz] [--limit N] [--budgets 160 220]

Each article of the set becomes a document and is cut as the index cuts it. A question counts as found at k if one of
the first k passages holds its answer at its place. Run it on questions that nothing is reported on.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index import Document, Embedder, Index, Mode, Passage, load_embedder
from index.chunk import chunk
from index.fuse import DENSE_SHARE, Scored, fuse
from index.store import Store
from qa import squad
from qa.squad import Question

SHARES = (0.2, 0.3, 0.4, 0.5, 0.6)
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What both searches found for a question, and which passages hold its answer."""

    dense: Scored
    lexical: Scored
    right: frozenset[int]

    def rank(self, share: float) -> float:
        """Return the place, from 1, of the first right passage in the fused list; infinity if none is in it."""
        ordered = fuse(self.dense, self.lexical, weight=share)
        return next((place for place, (number, _) in enumerate(ordered, 1) if number in self.right), np.inf)


def main() -> None:
    """Index every variant, ask, and print a row for each share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, help="SQuAD format, plain or gzipped")
    parser.add_argument("--limit", type=int, default=1_000, help="ask this many questions, evenly spread")
    parser.add_argument("--budgets", type=int, nargs="+", default=[160], help="tokens of a passage")
    options = parser.parse_args()
    rows = [row for row in squad.read(options.questions) if row.answers]
    asked = rows[:: max(1, len(rows) // options.limit)][: options.limit]
    embedder = load_embedder()
    print(f"{len(asked)} questions\n\n| passages of | embedded | number | dense share | R@1 | R@5 | R@10 | MRR |")
    print("|---|---|---|---|---|---|---|---|")
    for budget in options.budgets:
        passages, places = cut(rows, embedder, budget)
        for name, titled in (("text", False), ("title, text", True)):
            answers = search_all(passages, asked, places, embedder, titled=titled)
            for share in SHARES:
                rank = np.array([answer.rank(share) for answer in answers])
                cells = [f"{budget} tokens", name, f"{len(passages):,}", f"{share}{' (ours)' * (share == DENSE_SHARE)}"]
                cells += [f"{np.mean(rank <= k):.3f}" for k in (1, 5, 10)] + [f"{np.mean(1 / rank):.3f}"]
                print(f"| {' | '.join(cells)} |", flush=True)


def cut(rows: Sequence[Question], embedder: Embedder, budget: int) -> tuple[list[Passage], dict[str, tuple[str, int]]]:
    """Cut the articles; return the passages and where each paragraph stands: its article's title and its offset."""
    articles: dict[str, str] = {}
    places: dict[str, tuple[str, int]] = {}
    for row in rows:
        if row.context not in places:
            text = articles.get(row.title, "")
            places[row.context] = (row.title, len(text))
            articles[row.title] = f"{text}{row.context}\n\n"
    documents = [Document(0, f"/{t}", t.replace("_", " "), text, (), (), "") for t, text in articles.items()]
    found = [chunk(d, embedder.count_tokens, budget=budget, overlap=budget // 4) for d in documents]
    return [passage for each in found for passage in each], places


def search_all(
    passages: Sequence[Passage],
    asked: Sequence[Question],
    places: dict[str, tuple[str, int]],
    embedder: Embedder,
    *,
    titled: bool,
) -> list[Asked]:
    """Store the passages, each under an id of its own, and search them both ways."""
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        store = Store.open(Path(folder) / "index.db")
        ids: dict[str, list[tuple[int, Passage]]] = {}
        for number, passage in enumerate(tqdm(passages, desc="indexing", disable=None)):
            title = passage.document.title
            alone = Document(0, f"/{number}", title, passage.text, (), (), "")
            text = f"{title}\n{passage.text}" if titled else passage.text
            store.put(alone, [Passage(0, alone, 0, len(alone.text), alone.text, None, "")], embedder.encode([text]))
            ids.setdefault(passage.document.path, []).append((number, passage))
        store.close()
        found = []
        for question in tqdm(asked, desc="asking", disable=None):
            title, offset = places[question.context]
            right = frozenset(
                number
                for number, passage in ids[f"/{title}"]
                if any(passage.start <= offset + s and offset + e <= passage.end for s, e in question.answers)
            )
            dense, lexical = (
                [(int(h.passage.document.path[1:]), h.score) for h in index.search(question.question, DEPTH, mode=mode)]
                for mode in (Mode.DENSE, Mode.LEXICAL)
            )
            found.append(Asked(dense, lexical, right))
        return found


if __name__ == "__main__":
    main()
