"""The field's measures: SQuAD's exact match and F1, ranks, and how far a confidence can be trusted."""

import re
import string
from collections import Counter

import numpy as np
from numpy.typing import NDArray

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, no punctuation, no articles, single spaces: as SQuAD's official script does."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def held(pattern: str, text: str) -> re.Match[str] | None:
    """Return where a text holds a pattern, without regard to case; None if it does not."""
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL)


def is_little_more(text: str, expected: str) -> bool:
    """Tell whether a text that holds what is expected is no longer than thrice that and 40 characters."""
    return len(text) <= 3 * len(expected) + 40


def exact_match(prediction: str, gold: str) -> float:
    """Return 1 if both are equal once normalised, else 0."""
    return float(normalise(prediction) == normalise(gold))


def f1(prediction: str, gold: str) -> float:
    """Return the harmonic mean of word precision and recall, as SQuAD 2.0's official script does."""
    words, expected = normalise(prediction).split(), normalise(gold).split()
    if not words or not expected:
        return float(words == expected)
    shared = sum((Counter(words) & Counter(expected)).values())
    return 2 * shared / (len(words) + len(expected)) if shared else 0.0


def roc_area(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Return the chance that a positive outscores a negative, ties counting half (Mann–Whitney U)."""
    if positive.all() or not positive.any():
        return float("nan")
    order = np.argsort(scores, kind="stable")
    values = scores[order]
    _, first, counts = np.unique(values, return_index=True, return_counts=True)
    ranks = np.empty(len(scores))
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    wins = ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2
    return float(wins / (positive.sum() * (~positive).sum()))


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], *, bins: int = 15) -> float:
    """Return the expected calibration error over equally filled bins (Naeini et al. 2015; Nguyen and O'Connor 2015)."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    gaps = [len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts if len(part)]
    return float(sum(gaps) / len(confidence))


def interval(values: NDArray[np.float64]) -> float:
    """Return half the width of the 95 % interval of the mean (normal approximation)."""
    return float(1.96 * values.std() / np.sqrt(len(values)))


def risk_coverage(
    scores: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each number of questions answered, the surest first, their share and the share of wrong ones.

    El-Yaniv and Wiener 2010; the mean of the risks is the area under the curve. Questions of equal score come in the
    order given. **Shape:** both (n,).
    """
    order = np.argsort(-scores, kind="stable")
    count = np.arange(1, len(scores) + 1)
    return count / len(scores), np.cumsum(~right[order]) / count
