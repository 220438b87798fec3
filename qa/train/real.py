"""Stage 1, for a run that goes on from the shipped weights: SQuAD's own text first, and what users' files are like.

python -m qa.train.real DATA OUT [--examples N]

Writes ``train.jsonl.gz`` and ``dev.jsonl.gz`` as ``qa.train.prepare`` does, from shares of what is asked for.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from qa.train.contrasts import contrast_examples
from qa.train.data import Example, is_held_out, read_squad, write_jsonl
from qa.train.lists import list_examples
from qa.train.negatives import related_negatives, swapped_negatives
from qa.train.prepare import RECOVERED as RECOVERED
from qa.train.prepare import surrounded
from qa.train.rows import row_examples
from qa.train.tables import table_examples

REAL = "squad_train_real"

SHARE = {
    REAL: (0.48, 0.22),
    "squadshifts_new_wiki": (0.04, 0.015),
    "qed_nq_train": (0.025, 0.005),
    "tydiqa_en_train": (0.015, 0.005),
    "cuad_passages": (0.025, 0.015),
    "selqa_devtest": (0.005, 0.0),
    "wtq_train_cells": (0.03, 0.0),
    "hybridqa_dev_table": (0.01, 0.0),
    "ottqa_dev_table": (0.005, 0.0),
}
"""Of all examples, the share that each set gives: with an answer, and without one."""

MADE = {list_examples: 0.03, contrast_examples: 0.025, row_examples: 0.115}
"""The shares of what is made from templates."""

RECOVERED_WEIGHT = 0.5
"""What a translated question with an answer counts: one in five is not where it was found."""

WHOLE = ("rows",)
"""What is made as a passage of its own: sentences around it would break its lines."""

TABLES = ("wtq_train_cells", "hybridqa_dev_table", "ottqa_dev_table")

HELD_OUT = {REAL: 0.06, "squadshifts_new_wiki": 0.15, RECOVERED: 0.04}
"""The share of the articles that are not learnt from, as in ``qa.train.prepare``; elsewhere a fiftieth."""

HEADED = 0.2
"""The share of the passages that are read with a heading above, which is no part of any answer."""

_EXPLAINS = re.compile(
    r"\s*(why\b|how (?:do|does|did|can|could|is|are|was|were|has|have)\b|explain\b|describe\b)", re.I
)
"""Questions that a whole sentence answers. To who, when or how many it would be too much."""


def main(argv: Sequence[str] | None = None) -> None:
    """Read, hold out, mix, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the training sets, SQuAD JSON, gzipped")
    parser.add_argument("out", type=Path)
    parser.add_argument("--examples", type=int, default=28_000, help="how many to learn from, about")
    parser.add_argument("--translated", type=float, default=0.0, help="the share, besides, of translated questions")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    train: list[Example] = []
    dev: list[Example] = []
    for source, shares in SHARE.items():
        held_out, rest = split(read(options.data / f"{source}.json.gz"))
        most = [round(share * options.examples) for share in shares]
        train += drawn(rest, *most, seed=options.seed)
        dev += drawn(held_out, len(held_out), len(held_out) if shares[1] else 0, seed=options.seed)
    held_out, rest = split(read_squad(options.data / f"{RECOVERED}.json.gz"))
    dev += [e for e in held_out if not e.answers]  # no label there is certain
    most = [round(part * options.translated * options.examples) for part in (1 / 3, 2 / 3)]
    train += [replace(e, weight=RECOVERED_WEIGHT) if e.answers else e for e in drawn(rest, *most, seed=options.seed)]
    around = list(dict.fromkeys(e.context for e in train if e.source not in TABLES))
    for make, share in MADE.items():
        made = make(round(share * options.examples), seed=options.seed)
        train += [e if e.source in WHOLE else surrounded(e, around, seed=options.seed) for e in made]
    for name, part in (("train", train), ("dev", dev)):
        write_jsonl(options.out / f"{name}.jsonl.gz", [headed(e, seed=options.seed) for e in part])
        for source, count in Counter(e.source + ("" if e.answers else " -") for e in part).items():
            print(f"{name:5} {source:40} {count:7}")


def read(path: Path) -> list[Example]:
    """Read of a set what can be learnt, or checked, with certainty.

    Of tables what one row answers; whole sentences only where the question asks for one; no names of parties in five
    forms, which teach no ends.
    """
    source = path.name.split(".")[0]
    if source in TABLES:
        return list(table_examples(path))
    found = list(read_squad(path))
    if source == "selqa_devtest":
        return [e for e in found if _EXPLAINS.match(e.question)]
    if source == "cuad_passages":
        return [e for e in found if len(e.answers) < 3]
    return found


def split(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """Return what is held out, by article, and the rest."""
    held_out: list[Example] = []
    rest: list[Example] = []
    for example in examples:
        share = HELD_OUT.get(example.source, 0.02)
        (held_out if is_held_out(example, share=share) else rest).append(example)
    return held_out, rest


def drawn(examples: Sequence[Example], answered: int, unanswered: int, *, seed: int) -> list[Example]:
    """Draw questions with an answer and without; where a set has none without, put some to another passage."""
    with_, without = ([e for e in examples if bool(e.answers) == kind] for kind in (True, False))
    if unanswered and not without:
        share = min(1.0, unanswered / max(1, len(with_)))
        without = related_negatives(with_, share=share, seed=seed) + swapped_negatives(with_, share=share, seed=seed)
    random_ = random.Random(seed)
    for rows in (with_, without):
        random_.shuffle(rows)
    return with_[:answered] + without[:unanswered]


def headed(example: Example, *, seed: int) -> Example:
    """Put the article's title above a share of the passages: a line and an empty one, as headings are shown."""
    if not example.title or example.source in TABLES or random.Random(f"head/{seed}/{example.id}").random() >= HEADED:
        return example
    heading = example.title.replace("_", " ").strip() + "\n\n"
    spans = tuple((start + len(heading), end + len(heading)) for start, end in example.answers)
    return replace(example, context=heading + example.context, answers=spans)


if __name__ == "__main__":
    main()
