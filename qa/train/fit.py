"""Stage 2: train the reader. Checkpoints every few minutes; the same command goes on where it stopped.

python -m qa.train.fit PREPARED RUN [--init CHECKPOINT] [--teacher CHECKPOINT] [--groups FILE] [--minutes N]

On a CPU the arithmetic is bfloat16 where the processor has it (AMX, AVX-512 bf16) and the master weights are float32;
on a GPU likewise. The word embeddings stay as they are: half of the weights, and hardly worth training.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from qa.train.across import PASSAGES, Grouped, bucketed_groups, drawn
from qa.train.data import Example, read_jsonl
from qa.train.features import Feature, Featuriser, bucketed
from qa.train.mine import read_groups
from qa.train.model import SpanModel, marks_of
from qa.train.score import score_model
from qa.train.source import BASES, SMALL, encoder_folder
from qa.train.trainer import TAUGHT, Trainer
from qa.train.weights import load_weights

LATE = {"squad2_backtranslated": (0.0, 0.9), "squadshifts_new_wiki": (0.1, 1.0), "lists": (0.3, 1.0)}
"""Between which parts of the run a set is seen; others between 0.05 and 1. Noisy labels first, clean ones last."""

RENEWED = 8
"""Shards between two choices of the scales of rounding."""

TWICE = ("squadshifts_new_wiki",)
"""Sets seen twice in an epoch: the closest to SQuAD, and small."""


def shards(examples: Sequence[Example], epochs: float, seed: int, size: int) -> list[list[int]]:
    """Return the order of training: for each shard, positions in ``examples``."""
    random_ = random.Random(seed)
    keyed = []
    for row, example in enumerate(examples):
        low, high = LATE.get(example.source, (0.05, 1.0))
        times = epochs * (2 if example.source in TWICE else 1)
        keyed += [(random_.uniform(low, high), row) for _ in range(int(times + random_.random()))]
    order = [row for _, row in sorted(keyed)]
    return [order[i : i + size] for i in range(0, len(order), size)]


def main(argv: Sequence[str] | None = None) -> None:
    """Train, score now and then, keep the last state and a log."""
    # 1  what is learnt, and in which order
    options = _parsed(argv)
    options.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    base = encoder_folder(options.base)
    featuriser = Featuriser(Tokenizer.from_file(str(base / "tokenizer.json")), marks=marks_of(base))
    train, dev = (read_jsonl(options.prepared / f"{part}.jsonl.gz") for part in ("train", "dev"))
    groups = read_groups(options.groups) if options.groups else []
    random.Random(options.seed).shuffle(groups)
    featuriser.learn([text for each in train for text in (each.context, each.question)])
    featuriser.learn([text for group in groups for text in (group.example.context, *group.others)])
    plan = shards(train, options.epochs, options.seed, options.shard)
    # 2  what learns it, from where it was left
    trainer = _trainer(options, total=sum(map(len, plan)) + PASSAGES * len(groups))
    state = options.run / "state.pt"
    first = trainer.take_up(state) if state.exists() else 0
    saved_at = time.monotonic()
    for number in range(first, len(plan)):
        if (number + 1) % RENEWED == 0:
            trainer.renew()
        # 3  a shard, cropped and batched anew
        random_ = random.Random(f"{options.seed}/{number}")
        features = [featuriser.cropped(train[row], random_) for row in plan[number]]
        sets = [drawn(group, featuriser, random_) for group in groups[number :: len(plan)]]
        steps = _steps(trainer, features, sets, options, random_)
        tokens = sum(len(f.ids) for f in [*features, *(f for group in sets for f in group.features)])
        began = time.monotonic()
        trainer.model.train()
        losses = [trainer.timed(step) for step in steps if trainer.part() < 1]
        if not losses:  # the time was over when the run was taken up
            break
        # 4  what came of it
        row: dict[str, object] = {
            "shard": number + 1,
            "of": len(plan),
            "loss": round(float(np.mean(losses)), 4),
            "tokens_per_second": round(tokens / (time.monotonic() - began)),
        }
        last = number + 1 == len(plan) or trainer.part() >= 1
        if last or time.monotonic() - saved_at > options.save_seconds:
            trainer.save(state, shard=number + 1)
            saved_at = time.monotonic()
        if options.score_shards and (last or (number + 1) % options.score_shards == 0):
            most = None if last else 1_200
            row["dev"] = score_model(trainer.model, dev, featuriser, device=trainer.device, most=most)
        with (options.run / "log.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)
        if last:
            break


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--base", choices=BASES, default=SMALL, help=f"the encoder, default {SMALL}")
    parser.add_argument("--frozen", type=int, default=0, help="so many of the lowest layers are not trained")
    parser.add_argument(
        "--rounded", action="store_true", help="learn with the matrices in 4 bits, as int4-dynamic has them"
    )
    parser.add_argument("--init", type=Path, help="checkpoint or model.onnx to start from; else the encoder as it is")
    parser.add_argument("--teacher", type=Path, help="checkpoint or model.onnx that is heard beside the labels")
    parser.add_argument("--teacher-base", choices=BASES, default=SMALL, help=f"its encoder, default {SMALL}")
    parser.add_argument("--taught", type=float, default=TAUGHT, help=f"the teacher's share, default {TAUGHT}")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end after these, the rate fallen to zero")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--groups", type=Path, help="what qa.train.mine wrote: learn to choose among passages too")
    parser.add_argument("--retrieval-weight", type=float, default=8.0, help="as qa.train.weigh chose it")
    parser.add_argument("--tokens", type=int, default=4_096, help="padded tokens a batch")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--shard", type=int, default=4_096, help="examples between two points where a run goes on")
    parser.add_argument("--save-seconds", type=float, default=180)
    parser.add_argument("--score-shards", type=int, default=10, help="shards between two scores; 0: none at all")
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    return parser.parse_args(argv)


def _trainer(options: argparse.Namespace, *, total: int) -> Trainer:
    model = SpanModel(encoder_folder(options.base))
    if options.init:
        model.load_state_dict(load_weights(options.init))
    teacher = SpanModel(encoder_folder(options.teacher_base), pretrained=False) if options.teacher else None
    if teacher:
        teacher.load_state_dict(load_weights(options.teacher))
    return Trainer(
        model,
        peak=options.rate,
        total=total,
        dtype=getattr(torch, options.dtype),
        device="cuda" if torch.cuda.is_available() else "cpu",
        teacher=teacher,
        taught=options.taught,
        seconds=60 * options.minutes,
        frozen=options.frozen,
        rounded=options.rounded,
    )


def _steps(
    trainer: Trainer,
    features: Sequence[Feature],
    sets: Sequence[Grouped],
    options: argparse.Namespace,
    random_: random.Random,
) -> list[Callable[[], float]]:
    """Return a step for each batch of passages and of groups, in random order."""
    steps: list[Callable[[], float]] = [
        partial(trainer.step, batch) for batch in bucketed(features, tokens=options.tokens, random_=random_)
    ]
    steps += [
        partial(trainer.step_across, batch, retrieval_weight=options.retrieval_weight)
        for batch in bucketed_groups(sets, tokens=options.tokens)
    ]
    random_.shuffle(steps)
    return steps


if __name__ == "__main__":
    main()
