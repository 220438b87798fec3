"""What a reader's scores mean, learned from answered questions: from half of them, to be measured on the other."""

import random
from collections.abc import Sequence
from dataclasses import replace

from qa.evaluate.outcomes import Prediction
from qa.metrics import exact_match, f1
from qa.read import calibration
from qa.read.calibration import Calibration

LEAST = 100
"""Questions: with fewer, either half says next to nothing."""

ANSWERS_A_KNOT = 20


def learn(predictions: Sequence[Prediction], before: Calibration) -> tuple[Calibration, list[Prediction]]:
    """Return what half of the predictions teach, and the other half, to measure it on; the same halves each time.

    What ``before`` says of retrieval stays. Raises ValueError if there are too few questions, or no unanswerable ones.
    """
    check(len(predictions), sum(not prediction.gold for prediction in predictions))
    shuffled = random.Random(13).sample(list(predictions), len(predictions))
    taught, held_out = shuffled[::2], shuffled[1::2]
    found = fit(taught, bins=min(24, len(taught) // ANSWERS_A_KNOT))
    return replace(found, retrieval_weight=before.retrieval_weight, ceiling=before.ceiling), held_out


def check(questions: int, unanswerable: int) -> None:
    """Raise ValueError if so many questions, so many of them unanswerable, cannot teach what a score means."""
    if questions < LEAST or unanswerable in (0, questions):
        raise ValueError(
            f"--calibrate needs {LEAST} questions or more, some of which the documents do not answer: there are "
            f"{questions}, {unanswerable} of them unanswerable."
        )


def fit(predictions: Sequence[Prediction], *, bins: int = 24) -> Calibration:
    """Return the threshold with the best SQuAD 2.0 F1, and an isotonic map from score to the share that is right."""
    return calibration.fit(
        [p.score for p in predictions],
        [p.best(exact_match) if p.gold else 0.0 for p in predictions],
        [p.best(f1) if p.gold else -1.0 for p in predictions],
        bins=bins,
    )
