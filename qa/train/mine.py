"""Stage 4: for each question, the passages that our own retrieval puts beside the right one.

python -m qa.train.mine PREPARED OUT.jsonl.gz [--limit N]

Each set's passages become an index as a user's documents would: cut, embedded, searched by meaning and by words.
A question and what was found for it is a group: the passage that answers, and those that rank high and do not.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from index import Document, Hit, Index
from qa.train.data import Example, answer_texts, by_source, read_jsonl, read_rows, write_jsonl

SHARE = {
    "squadshifts_new_wiki": 0.35,
    "squad2_backtranslated": 0.45,
    "squad_train_real": 0.45,
    "qed_nq_train": 0.12,
    "tydiqa_en_train": 0.08,
}
"""The sets that are searched, with each one's share of the groups. A mix has SQuAD once, real or translated."""

DEPTH = 12
"""How far down a passage counts as one that ranks high."""


@dataclass(frozen=True, slots=True)
class Group:
    """A question on the passage that answers it, and passages that retrieval ranks high and that do not answer it.

    ``scores`` are retrieval's, 0 to 1: first that of the right passage, then those of ``others``, best first.
    """

    example: Example
    others: tuple[str, ...]
    scores: tuple[float, ...]


def main(argv: Sequence[str] | None = None) -> None:
    """Search every set in a process of its own; write the groups."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--limit", type=int, default=12_000, help="groups in all, about")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(argv)
    sets = by_source(read_jsonl(options.prepared / "train.jsonl.gz"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(mined, sets[source], int(share * options.limit), options.seed)
            for source, share in SHARE.items()
            if source in sets
        ]
        found = [group for job in jobs for group in job.result()]
    random.Random(options.seed).shuffle(found)
    write_jsonl(options.out, found)
    print(f"{len(found)} groups, {sum(len(g.others) for g in found) / max(1, len(found)):.1f} other passages each")


def mined(examples: Sequence[Example], limit: int, seed: int) -> list[Group]:
    """Index the passages of a set; return up to ``limit`` groups, questions picked at random."""
    asked = [e for e in examples if e.answers]
    titles = {e.context: e.title.replace("_", " ") for e in examples}
    chosen = random.Random(seed).sample(asked, min(limit, len(asked)))
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        for number, (context, title) in enumerate(tqdm(titles.items(), desc=f"indexing {examples[0].source}")):
            index.add(Document(0, f"/{number}", title, context, (), f"{number:064}"))
        groups = (grouped(e, index.search(e.question, DEPTH)) for e in tqdm(chosen, desc=examples[0].source))
        return [group for group in groups if group]


def grouped(example: Example, hits: Sequence[Hit]) -> Group | None:
    """Return the group of a question, or None if the right passage was not found, or nothing beside it."""
    texts = [text.casefold() for text in answer_texts(example)]
    right, score = None, 0.0
    others = []
    for hit in hits:
        passage = hit.passage
        inside = [
            (start - passage.start, end - passage.start)
            for start, end in example.answers
            if passage.document.text == example.context and passage.start <= start and end <= passage.end
        ]
        if inside and right is None:
            right, score = (passage.text, tuple(inside)), float(hit.score)
        elif not any(text in passage.text.casefold() for text in texts):
            others.append((passage.text, float(hit.score)))
    if right is None or not others:
        return None
    fields = {**asdict(example), "context": right[0], "answers": right[1]}
    passages, scores = zip(*others, strict=True)
    return Group(Example(**fields), passages, (score, *scores))


def read_groups(path: Path) -> list[Group]:
    """Read the groups that a run wrote."""
    return [
        Group(Example.from_json(row["example"]), tuple(row["others"]), tuple(row["scores"])) for row in read_rows(path)
    ]


if __name__ == "__main__":
    main()
