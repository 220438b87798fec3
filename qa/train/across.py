"""One question, several passages: the loss that makes their scores comparable.

Reading one passage at a time, a model learns which span is best inside it, not in which passage it is best. Here one
softmax goes over the spans of all passages of a group: shared normalisation (Clark and Gardner 2018, section 3), on
the score that ``qa.engine`` goes by: logit minus the passage's no-answer logit, plus what retrieval says.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from qa.train.features import Feature, Featuriser, padded_length
from qa.train.mine import Group

PASSAGES = 3
"""Passages of a group that are read together: the right one, and others drawn anew each time."""

NEGATIVE = 0.25
"""The weight of each passage without the answer in the loss that reads passages one at a time."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """The features of one question's passages, the right one first, and retrieval's score of each."""

    features: list[Feature]
    scores: list[float]


def drawn(group: Group, featuriser: Featuriser, random_: random.Random) -> Grouped:
    """Draw passages from a group, those that rank high more often, and crop them; the answer stays inside."""
    example = group.example
    right = featuriser.cropped(example, random_)
    if right.spans == [(0, 0)]:
        right = featuriser.whole(example)
    order = sorted(range(len(group.others)), key=lambda rank: (rank + 1) * random_.random())
    picked = order[: PASSAGES - 1]
    while len(picked) < PASSAGES - 1:
        picked.append(random_.choice(order))
    unanswered = replace(example, answers=(), weight=example.weight * NEGATIVE)
    others = [featuriser.cropped(replace(unanswered, context=group.others[rank]), random_) for rank in picked]
    return Grouped([right, *others], [group.scores[0], *(group.scores[rank + 1] for rank in picked)])


def bucketed_groups(groups: Sequence[Grouped], *, tokens: int) -> list[list[Grouped]]:
    """Cut groups of similar length into batches of at most ``tokens`` padded tokens."""
    widest = [max(padded_length(feature) for feature in group.features) for group in groups]
    batches: list[list[Grouped]] = []
    room = 0
    for place in sorted(range(len(groups)), key=lambda place: -widest[place]):
        if not batches or len(batches[-1]) >= room:
            batches.append([])
            room = max(1, tokens // (widest[place] * PASSAGES))
        batches[-1].append(groups[place])
    return batches


def across_loss(
    logits: tuple[Tensor, Tensor],
    targets: tuple[Tensor, Tensor],
    features: Sequence[Feature],
    scores: Sequence[float],
    *,
    retrieval_weight: float,
) -> Tensor:
    """Return the mean cross entropy of both ends over all passages of a group, weighted by the right passage's weight.

    **Shape:** logits and targets are (groups × PASSAGES, sequence), the right passage first in each group.
    """
    rows, width = logits[0].shape
    place = torch.arange(width)
    bounds = torch.tensor([[f.offset, len(f.ids) - 1] for f in features])
    outside = ((place < bounds[:, :1]) | (place >= bounds[:, 1:])).to(logits[0].device)
    prior = (retrieval_weight / 2 * torch.tensor(scores)).to(logits[0].device)
    weight = torch.tensor([f.weight for f in features[::PASSAGES]]).to(logits[0].device)
    losses = torch.zeros_like(weight)
    for one, target in zip(logits, targets, strict=True):
        scored = (one - one[:, :1] + prior[:, None]).masked_fill(outside, -1e4)
        spread = scored.view(rows // PASSAGES, -1).log_softmax(-1)
        inside = target.masked_fill(outside, 0.0).view(rows // PASSAGES, -1)
        losses = losses - (inside * spread).sum(-1) / 2
    return (losses * weight).sum() / weight.sum()
