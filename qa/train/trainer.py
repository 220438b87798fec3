"""What a run learns with: half-precision weights, exact ones in float32, a rate that rises and falls; kept on disk."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from qa.train.across import Grouped, across_loss
from qa.train.features import Feature, padded, retold
from qa.train.model import SpanModel, span_loss
from qa.train.rounding import Rounding

TAUGHT = 0.5
"""The teacher's share, if none is told, in what a passage teaches by itself; the rest is the annotators'."""


class Trainer:
    """Half-precision weights for the arithmetic, exact ones in float32 for the updates."""

    def __init__(
        self,
        model: SpanModel,
        *,
        peak: float,
        total: int,
        dtype: torch.dtype,
        device: str,
        teacher: SpanModel | None = None,
        taught: float = TAUGHT,
        seconds: float = math.inf,
        frozen: int = 0,
        rounded: bool = False,
    ) -> None:
        """``total`` counts examples; the rate climbs over the first 6 % and falls to zero in a straight line.

        The ``frozen`` lowest layers stay as they are. With ``seconds``, the rate has fallen to zero when they are over,
        however many examples are left.

        With ``rounded``, the arithmetic sees the matrices as 4 bits will give them.

        In ``step``, what a ``teacher`` says counts ``taught`` beside the labels (distillation, Hinton et al. 2015), so
        that a model that learns something new from groups keeps what it knew; of groups the labels alone count.
        """
        model.freeze(frozen)
        self.model = model.to(device)
        self.device, self.peak, self.total, self.done = device, peak, total, 0
        self.seconds, self.spent = seconds, 0.0
        self.exact = {name: p.detach().clone().float() for name, p in self.model.named_parameters()}
        linear = [f"{name}.weight" for name, layer in self.model.named_modules() if isinstance(layer, nn.Linear)]
        self.rounding = Rounding([self.exact[name] for name in linear] if rounded else [])
        self.model.to(dtype)
        self.live = {self.exact[name]: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.renew()
        self.taught = taught
        self.teacher = teacher.to(device).to(dtype).eval() if teacher else None
        groups = [
            {"params": [m for m in self.live if m.ndim > 1], "weight_decay": 0.01},
            {"params": [m for m in self.live if m.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.98), eps=1e-6, fused=True)

    def timed(self, step: Callable[[], float]) -> float:
        """Take a step, and count its time."""
        began = time.monotonic()
        loss = step()
        self.spent += time.monotonic() - began
        return loss

    def step(self, batch: Sequence[Feature]) -> float:
        """Learn from passages one at a time; return the loss."""
        logits = self._logits(self.model, batch)
        start, end, weight = self._targets(batch, logits)
        if self.teacher:
            with torch.no_grad():
                said = self._taught(self.teacher, batch, width=start.shape[1])
            start, end = start.lerp(said[0], self.taught), end.lerp(said[1], self.taught)
        return self._learn(span_loss(*logits, start, end, weight), len(batch))

    def _taught(self, teacher: SpanModel, batch: Sequence[Feature], *, width: int) -> list[Tensor]:
        """Return what a teacher says, at the places of our own sequence, though its encoder may have other marks.

        **Shape:** (len(batch), width) twice.
        """
        theirs = [retold(feature, self.model.marks, teacher.marks) for feature in batch]
        said = [one.softmax(-1) for one in self._logits(teacher, theirs)]
        by = self.model.marks.between - teacher.marks.between
        at = torch.arange(width, device=self.device).expand(len(batch), width)
        offset = torch.tensor([[feature.offset] for feature in batch], device=self.device)
        place = torch.where(at < offset, at, at - by)
        is_there = (place < said[0].shape[1]) & ((at < offset - max(0, by)) | (at >= offset))
        return [one.gather(1, place.clamp(max=one.shape[1] - 1)) * is_there for one in said]

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
        ids, types = (torch.from_numpy(a).to(self.device) for a in padded(batch, pad=model.marks.pad))
        both: tuple[Tensor, Tensor] = model(ids, (ids != model.marks.pad).long(), types)
        return both

    def _targets(self, batch: Sequence[Feature], logits: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        start, end, weight = (each.to(self.device) for each in targets(batch, logits[0].shape[1]))
        return start, end, weight

    def _learn(self, loss: Tensor, count: int) -> float:
        loss.backward()  # type: ignore[no-untyped-call]
        for exact, weight in self.live.items():
            exact.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(self.live, 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.step()
        for exact, weight in self.live.items():
            weight.data.copy_(self.rounding(exact))
        self.done += count
        return float(loss.detach())

    def renew(self) -> None:
        """Choose the scales of rounding anew, and show the model its weights."""
        self.rounding.renew()
        for name, weight in self.model.named_parameters():
            weight.data.copy_(self.rounding(self.exact[name]))

    def part(self) -> float:
        """Return how much of the run is over, by examples or by time, whichever is nearer to its end."""
        return min(1.0, max(self.done / self.total, self.spent / self.seconds))

    def rate(self) -> float:
        """Return the learning rate of the next step."""
        part = self.part()
        return self.peak * max(0.0, min(part / 0.06, (1 - part) / 0.94) + 1e-3)

    def weights(self) -> dict[str, Tensor]:
        """Return the state dict with the exact weights in place of the working copies."""
        return {name: tensor.float() for name, tensor in self.model.state_dict().items()} | self.exact

    def save(self, path: Path, **extra: int) -> None:
        """Write everything that is needed to go on, in one atomic move."""
        state = {
            "weights": self.weights(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
            "spent": self.spent,
            **extra,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def take_up(self, path: Path) -> int:
        """Go on from a saved run; return how many of its shards are done."""
        state = torch.load(path, map_location=self.device)
        for name, exact in self.exact.items():
            exact.copy_(state["weights"][name])
        self.renew()
        self.optimiser.load_state_dict(state["optimiser"])
        self.done, self.spent = state["done"], state.get("spent", 0.0)
        return int(state["shard"])


def targets(batch: Sequence[Feature], width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the annotators' start and end distributions and the weights. **Shape:** (n, width) twice, (n,)."""
    start, end = torch.zeros(len(batch), width), torch.zeros(len(batch), width)
    for row, feature in enumerate(batch):
        for first, last in feature.spans:
            start[row, first] += 1 / len(feature.spans)
            end[row, last] += 1 / len(feature.spans)
    return start, end, torch.tensor([feature.weight for feature in batch])
