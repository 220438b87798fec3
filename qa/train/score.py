"""Score a PyTorch model on held-out examples: EM and F1 a set, no-answer told apart from an answer."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from qa.metrics import exact_match, f1, roc_area
from qa.read.decode import best_spans
from qa.train.data import Example, answer_texts
from qa.train.features import Feature, Featuriser, padded, padded_length
from qa.train.model import SpanModel


def logits(
    model: SpanModel, features: Sequence[Feature], *, device: str, tokens: int = 8_192
) -> list[NDArray[np.float32]]:
    """Run the model over the features, sorted by length. **Shape:** a (2, length) array a feature."""
    model.eval()
    results: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(features)
    order = sorted(range(len(features)), key=lambda i: len(features[i].ids))
    while order:
        width = padded_length(features[order[-1]])
        rows = [order.pop() for _ in range(min(len(order), max(1, tokens // width)))]
        ids, types = (
            torch.from_numpy(a).to(device) for a in padded([features[row] for row in rows], pad=model.marks.pad)
        )
        with torch.inference_mode():
            both = torch.stack(model(ids, (ids != model.marks.pad).long(), types), 1).float().cpu().numpy()
        for row, one in zip(rows, both, strict=True):
            results[row] = one[:, : len(features[row].ids)]
    return results


def score_model(
    model: SpanModel,
    examples: Sequence[Example],
    featuriser: Featuriser,
    *,
    device: str,
    most: int | None = None,
) -> dict[str, float]:
    """Return, for each set, EM and F1 of the best span on answerable questions; and how well the score separates.

    ``auroc`` is that of best span minus no-answer, answerable against not, over all sets.
    """
    examples = examples if most is None else examples[:: max(1, len(examples) // most)]
    features = [featuriser.whole(example) for example in examples]
    scores: defaultdict[str, list[float]] = defaultdict(list)
    answerable, margins = [], []
    for example, feature, both in zip(examples, features, logits(model, features, device=device), strict=True):
        inside = both[:, feature.offset : -1]
        best = best_spans(inside[0], inside[1])[0]
        margins.append(best.logit - float(both[:, 0].sum()))
        answerable.append(bool(example.answers))
        if example.answers:
            offsets = featuriser.tokens(example.context).offsets[feature.crop :]
            text = example.context[offsets[best.first, 0] : offsets[best.last, 1]]
            scores[f"{example.source} em"].append(max(exact_match(text, gold) for gold in answer_texts(example)))
            scores[f"{example.source} f1"].append(max(f1(text, gold) for gold in answer_texts(example)))
    result = {name: round(100 * float(np.mean(values)), 2) for name, values in scores.items() if len(values) > 20}
    return {**result, "auroc": round(100 * roc_area(np.array(margins), np.array(answerable)), 2)}
