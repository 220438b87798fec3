"""Stage 1: the question sets → ``train.jsonl.gz`` and ``dev.jsonl.gz``.

python -m qa.train.prepare DATA OUT [--relabelled FILE]
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.sentences import sentences
from qa.train.contrasts import contrast_examples
from qa.train.data import Example, by_source, is_held_out, read_jsonl, read_squad, write_jsonl
from qa.train.lists import list_examples
from qa.train.negatives import related_negatives, swapped_negatives

RECOVERED = "squad2_backtranslated"

MIX = {
    "squadshifts_new_wiki": 100_000,
    "squadshifts_reddit": 5_000,
    "squadshifts_amazon": 5_000,
    "qed_nq_train": 100_000,
    "tydiqa_en_train": 100_000,
    "quoref_dev": 100_000,
    "quoref_contrast": 100_000,
    "quotesum": 100_000,
    "qamr": 6_000,
    "qasrl_gs": 4_000,
    "policyqa": 2_000,
    "fairytaleqa": 2_000,
}
"""How many questions of each set are taken, at most. QAMR asks each sentence 38 times over."""

NEGATIVE_SHARE = {
    "squadshifts_new_wiki": 0.35,
    "squadshifts_reddit": 0.15,
    "squadshifts_amazon": 0.15,
    "qed_nq_train": 0.35,
    "tydiqa_en_train": 0.35,
    "qasrl_gs": 0.1,
    "policyqa": 0.1,
    RECOVERED: 0.1,
}
"""The share of a set's questions that are also put to a passage that does not answer them."""

SWAPPED_SHARE = {
    "squadshifts_new_wiki": 0.3,
    "squadshifts_reddit": 0.15,
    "squadshifts_amazon": 0.1,
    "qed_nq_train": 0.15,
}
"""The share of a set's questions that are also asked about another name or number."""

MADE = {list_examples: 3_000, contrast_examples: 3_000}
"""How many examples are made from templates."""


def main(argv: Sequence[str] | None = None) -> None:
    """Read, split, mix, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the training sets, SQuAD JSON, gzipped")
    parser.add_argument("out", type=Path)
    parser.add_argument("--relabelled", type=Path, help="what qa.train.relabel wrote; replaces the recovered labels")
    parser.add_argument("--recovered", type=int, default=200_000, help="how many recovered questions to take, at most")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    examples = human(options.data, options.seed)
    examples += recovered(options.data, options.relabelled, options.recovered, options.seed)
    train: list[Example] = []
    dev: list[Example] = []
    for source, rows in by_source(examples).items():
        held_out = [e for e in rows if is_held_out(e, share=HELD_OUT.get(source, 0.02))]
        rest = [e for e in rows if not is_held_out(e, share=HELD_OUT.get(source, 0.02))]
        for part, out in ((held_out, dev), (rest, train)):
            out += part + related_negatives(part, share=NEGATIVE_SHARE.get(source, 0), seed=options.seed)
            out += swapped_negatives(part, share=SWAPPED_SHARE.get(source, 0), seed=options.seed)
    around = list(dict.fromkeys(e.context for e in train))
    for make, count in MADE.items():
        train += [surrounded(e, around, seed=options.seed) for e in make(count, seed=options.seed)]
    for name, part in (("train", train), ("dev", dev)):
        write_jsonl(options.out / f"{name}.jsonl.gz", part)
        for source, count in Counter(e.source + ("" if e.answers else " -") for e in part).items():
            print(f"{name:5} {source:40} {count:7}")


HELD_OUT = {"squadshifts_new_wiki": 0.15, RECOVERED: 0.04}


def surrounded(example: Example, passages: Sequence[str], *, seed: int) -> Example:
    """Put a made passage between sentences of a real one, three times out of four: its place must not tell it."""
    random_ = random.Random(f"{seed}/{example.id}")
    if random_.random() < 0.25:
        return example
    real = random_.choice(passages)
    found = [real[start:end].strip() for start, end in sentences(real)][: random_.randint(1, 5)]
    cut = random_.randint(0, len(found))
    before, after = (" ".join(part) for part in (found[:cut], found[cut:]))
    shift = len(before) + 1 if before else 0
    context = " ".join(part for part in (before, example.context, after) if part)
    return replace(example, context=context, answers=tuple((s + shift, e + shift) for s, e in example.answers))


def human(data: Path, seed: int) -> list[Example]:
    """Read the human sets, the large ones of short questions sampled down."""
    examples = []
    for source, most in MIX.items():
        rows = list(read_squad(data / f"{source}.json.gz"))
        random.Random(seed).shuffle(rows)
        examples += rows[:most]
    return examples


def recovered(data: Path, relabelled: Path | None, most: int, seed: int) -> list[Example]:
    """Read SQuAD 2.0's questions, translated forth and back: first the recovered labels, later our own."""
    rows = read_jsonl(relabelled) if relabelled else list(read_squad(data / f"{RECOVERED}.json.gz"))
    random.Random(seed).shuffle(rows)
    held_out = [e for e in rows if is_held_out(e, share=HELD_OUT[RECOVERED])]
    rest = [e for e in rows if not is_held_out(e, share=HELD_OUT[RECOVERED])]
    if relabelled:
        return held_out + rest[:most]
    return [replace(e, weight=0.6 if e.answers else 0.9) for e in held_out + rest[:most]]


if __name__ == "__main__":
    main()
