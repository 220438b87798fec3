"""Stage 2: train the reader. Checkpoints every few minutes; the same command goes on where it stopped.

python -m qa.train.fit PREPARED RUN [--init CHECKPOINT] [--teacher CHECKPOINT] [--epochs N] [--groups FILE]

On a CPU the arithmetic is bfloat16 where the processor has it (AMX, AVX-512 bf16) and the master weights are float32;
on a GPU likewise. The word embeddings stay as they are: half of the weights, and hardly worth training.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from qa.train.across import PASSAGES, Grouped, across_loss, bucketed_groups, drawn
from qa.train.data import Example, read_jsonl
from qa.train.features import Feature, Featuriser, bucketed, padded
from qa.train.mine import read_groups
from qa.train.model import SpanModel, span_loss
from qa.train.score import score_model
from qa.train.source import encoder_folder
from qa.train.weights import load_weights

SHARD = 4_096
"""Examples between two points at which a run can be taken up again."""

TAUGHT = 0.5
"""The teacher's share in what a passage teaches by itself; the rest is the annotators'. Groups have labels only."""


class Trainer:
    """Half-precision weights for the arithmetic, float32 masters for the updates."""

    def __init__(
        self,
        model: SpanModel,
        *,
        peak: float,
        total: int,
        dtype: torch.dtype,
        device: str,
        teacher: SpanModel | None = None,
    ) -> None:
        """``total`` counts examples; the rate climbs over the first 6 % and falls to zero in a straight line.

        In ``step``, what a ``teacher`` says counts beside the labels (distillation, Hinton et al. 2015), so that a
        model that learns something new from groups keeps what it knew.
        """
        model.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.model = model.to(device)
        self.device, self.peak, self.total, self.done = device, peak, total, 0
        live = [p for p in self.model.parameters() if p.requires_grad]
        self.masters = [p.detach().clone().float() for p in live]
        self.model.to(dtype)
        self.live = [p for p in self.model.parameters() if p.requires_grad]
        self.teacher = teacher.to(device).to(dtype).eval() if teacher else None
        groups = [
            {"params": [m for m in self.masters if m.ndim > 1], "weight_decay": 0.01},
            {"params": [m for m in self.masters if m.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.98), eps=1e-6, fused=True)

    def step(self, batch: Sequence[Feature]) -> float:
        """Learn from passages one at a time; return the loss."""
        logits = self._logits(self.model, batch)
        start, end, weight = self._targets(batch, logits)
        if self.teacher:
            with torch.no_grad():
                said = [one.softmax(-1) for one in self._logits(self.teacher, batch)]
            start, end = start.lerp(said[0], TAUGHT), end.lerp(said[1], TAUGHT)
        return self._learn(span_loss(*logits, start, end, weight), len(batch))

    def step_across(self, groups: Sequence[Grouped], *, retrieval_weight: float) -> float:
        """Learn from several passages of each question, one at a time and against each other; return the loss."""
        batch = [feature for group in groups for feature in group.features]
        scores = [score for group in groups for score in group.scores]
        logits = self._logits(self.model, batch)
        start, end, weight = self._targets(batch, logits)
        apart = span_loss(*logits, start, end, weight)
        across = across_loss(logits, (start, end), batch, scores, retrieval_weight=retrieval_weight)
        return self._learn(apart + across, len(batch))

    def _logits(self, model: SpanModel, batch: Sequence[Feature]) -> tuple[Tensor, Tensor]:
        ids, types = (torch.from_numpy(a).to(self.device) for a in padded(batch))
        both: tuple[Tensor, Tensor] = model(ids, (ids != 0).long(), types)
        return both

    def _targets(self, batch: Sequence[Feature], logits: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        start, end, weight = (each.to(self.device) for each in targets(batch, logits[0].shape[1]))
        return start, end, weight

    def _learn(self, loss: Tensor, count: int) -> float:
        loss.backward()  # type: ignore[no-untyped-call]
        for master, weight in zip(self.masters, self.live, strict=True):
            master.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.step()
        with torch.no_grad():
            for master, weight in zip(self.masters, self.live, strict=True):
                weight.copy_(master)
        self.done += count
        return float(loss.detach())

    def rate(self) -> float:
        """Return the learning rate of the next step."""
        part = self.done / self.total
        return self.peak * max(0.0, min(part / 0.06, (1 - part) / 0.94) + 1e-3)

    def weights(self) -> dict[str, Tensor]:
        """Return the state dict with the float32 masters in place of the working copies."""
        state = {name: tensor.float() for name, tensor in self.model.state_dict().items()}
        names = [name for name, p in self.model.named_parameters() if p.requires_grad]
        state.update(dict(zip(names, self.masters, strict=True)))
        return state

    def save(self, path: Path, **extra: int) -> None:
        """Write everything that is needed to go on, in one atomic move."""
        state = {
            "weights": self.weights(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
            **extra,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, state: dict[str, object]) -> None:
        """Take up a saved run."""
        weights = state["weights"]
        assert isinstance(weights, dict)
        names = [name for name, p in self.model.named_parameters() if p.requires_grad]
        for name, master in zip(names, self.masters, strict=True):
            master.copy_(weights[name])
        self.model.load_state_dict(weights)
        self.optimiser.load_state_dict(state["optimiser"])  # type: ignore[arg-type]
        self.done = int(state["done"])  # type: ignore[call-overload]


def targets(batch: Sequence[Feature], width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the annotators' start and end distributions and the weights. **Shape:** (n, width) twice, (n,)."""
    start, end = torch.zeros(len(batch), width), torch.zeros(len(batch), width)
    for row, feature in enumerate(batch):
        for first, last in feature.spans:
            start[row, first] += 1 / len(feature.spans)
            end[row, last] += 1 / len(feature.spans)
    return start, end, torch.tensor([feature.weight for feature in batch])


LATE = {"squad2_backtranslated": (0.0, 0.9), "squadshifts_new_wiki": (0.1, 1.0), "lists": (0.3, 1.0)}
"""Between which parts of the run a set is seen; others between 0.05 and 1. Noisy labels first, clean ones last."""

TWICE = ("squadshifts_new_wiki",)
"""Sets seen twice in an epoch: the closest to SQuAD, and small."""


def shards(examples: Sequence[Example], epochs: float, seed: int) -> list[list[int]]:
    """Return the order of training: for each shard, positions in ``examples``."""
    random_ = random.Random(seed)
    keyed = []
    for row, example in enumerate(examples):
        low, high = LATE.get(example.source, (0.05, 1.0))
        times = epochs * (2 if example.source in TWICE else 1)
        keyed += [(random_.uniform(low, high), row) for _ in range(int(times + random_.random()))]
    order = [row for _, row in sorted(keyed)]
    return [order[i : i + SHARD] for i in range(0, len(order), SHARD)]


def main() -> None:
    """Train, score now and then, keep the last state and a log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--init", type=Path, help="checkpoint or model.onnx to start from; else all-MiniLM-L6-v2")
    parser.add_argument("--teacher", type=Path, help="checkpoint or model.onnx that is heard beside the labels")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--groups", type=Path, help="what qa.train.mine wrote: learn to choose among passages too")
    parser.add_argument("--retrieval-weight", type=float, default=8.0, help="as qa.train.weigh chose it")
    parser.add_argument("--tokens", type=int, default=4_096, help="padded tokens a batch")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--save-seconds", type=float, default=180)
    parser.add_argument("--score-shards", type=int, default=10)
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    options = parser.parse_args()
    options.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)

    folder = encoder_folder()
    featuriser = Featuriser(Tokenizer.from_file(str(folder / "tokenizer.json")))
    train, dev = (read_jsonl(options.prepared / f"{part}.jsonl.gz") for part in ("train", "dev"))
    featuriser.learn([e.context for e in train] + [e.question for e in train])
    plan = shards(train, options.epochs, options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = SpanModel(folder)
    if options.init:
        model.load_state_dict(load_weights(options.init))
    teacher = SpanModel(folder, pretrained=False) if options.teacher else None
    if teacher:
        teacher.load_state_dict(load_weights(options.teacher))
    groups = read_groups(options.groups) if options.groups else []
    random.Random(options.seed).shuffle(groups)
    featuriser.learn([text for group in groups for text in (group.example.context, *group.others)])
    total = sum(len(shard) for shard in plan) + PASSAGES * len(groups)
    dtype = getattr(torch, options.dtype)
    trainer = Trainer(model, peak=options.rate, total=total, dtype=dtype, device=device, teacher=teacher)
    state = options.run / "state.pt"
    first = 0
    if state.exists():
        saved = torch.load(state, map_location=device)
        trainer.load(saved)
        first = saved["shard"]
    saved_at = time.monotonic()
    for number in range(first, len(plan)):
        random_ = random.Random(f"{options.seed}/{number}")
        features = [featuriser.cropped(train[row], random_) for row in plan[number]]
        sets = [drawn(group, featuriser, random_) for group in groups[number :: len(plan)]]
        tokens = sum(len(f.ids) for f in features) + sum(len(f.ids) for group in sets for f in group.features)
        steps: list[Callable[[], float]] = [
            partial(trainer.step, batch) for batch in bucketed(features, tokens=options.tokens, random_=random_)
        ]
        steps += [
            partial(trainer.step_across, batch, retrieval_weight=options.retrieval_weight)
            for batch in bucketed_groups(sets, tokens=options.tokens)
        ]
        random_.shuffle(steps)
        began = time.monotonic()
        trainer.model.train()
        losses = [step() for step in steps]
        row: dict[str, object] = {
            "shard": number + 1,
            "of": len(plan),
            "loss": round(float(np.mean(losses)), 4),
            "tokens_per_second": round(tokens / (time.monotonic() - began)),
        }
        last = number + 1 == len(plan)
        if last or (number + 1) % options.score_shards == 0:
            row["dev"] = score_model(trainer.model, dev, featuriser, device=device, most=None if last else 1_200)
        if last or time.monotonic() - saved_at > options.save_seconds:
            trainer.save(state, shard=number + 1)
            saved_at = time.monotonic()
        with (options.run / "log.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
