"""Outcomes → named numbers, each with half the width of its 95 % interval where it is a mean over questions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import Mode
from qa.evaluate.outcomes import DEEPEST, Outcome, Prediction
from qa.metrics import calibration_error, exact_match, f1, interval, risk_coverage, roc_area
from qa.read.calibration import Calibration

CUTOFFS = (1, 5, 10, 20)

FINDING = "finding: the passage with the answer is among the first k"
READING = "reading: the gold passage is given"
ASKING = "asking: all documents are searched"
SERVING = "time and trust"


@dataclass(frozen=True, slots=True)
class Number:
    """A measured value, and half the width of its 95 % interval (None: not a mean over questions)."""

    value: float
    interval: float | None = None


Numbers = dict[str, Number]


def summarise(outcomes: Sequence[Outcome], calibration: Calibration) -> dict[str, Numbers]:
    """Return the numbers by section. Names are unique over all sections: ``--fail-under`` goes by them."""
    sections = {
        FINDING: finding(outcomes),
        READING: reading([o.read for o in outcomes], calibration),
        ASKING: {
            **{f"ask-{name}": n for name, n in reading([o.asked for o in outcomes], calibration).items()},
            **best_of([o for o in outcomes if o.asked.gold]),
        },
        SERVING: serving(outcomes),
    }
    return {title: numbers for title, numbers in sections.items() if numbers}


def finding(outcomes: Sequence[Outcome]) -> Numbers:
    """Return recall at k and mean reciprocal rank of each mode; of fused retrieval without its name."""
    asked = [o for o in outcomes if o.ranks]
    numbers: Numbers = {}
    for mode in (Mode.FUSED, Mode.DENSE, Mode.LEXICAL) if asked else ():
        rank = np.array([o.ranks[mode] or np.inf for o in asked])
        prefix = "" if mode is Mode.FUSED else f"{mode}-"
        numbers |= {f"{prefix}recall@{k}": _mean(rank <= k) for k in CUTOFFS if k <= DEEPEST}
        numbers[f"{prefix}mrr"] = _mean(1 / rank)
    return numbers


def reading(predictions: Sequence[Prediction], calibration: Calibration) -> Numbers:
    """Return EM and F1 in per cent; and how well the score tells when not to answer.

    ``f1`` is of answerable questions, the best span taken whatever its score; ``squad2-f1`` of all, as SQuAD
    2.0 counts: below the threshold the answer is none. Of those given, ``right`` are right by exact match, and
    ``ece`` is how far the confidences are from that. ``aurc`` is the area under the risk–coverage curve
    (El-Yaniv and Wiener 2010; 0 is best), ``accuracy@80`` the exact match of the surest 80 %.
    """
    answerable = [p for p in predictions if p.gold]
    numbers: Numbers = {}
    for name, measure in (("em", exact_match), ("f1", f1)):
        if answerable:
            numbers[name] = _mean([p.best(measure) for p in answerable], 100)
    traps = len(answerable) < len(predictions)
    for name, measure in (("squad2-em", exact_match), ("squad2-f1", f1)) if traps else ():
        numbers[name] = _mean([p.best(measure, threshold=calibration.threshold) for p in predictions], 100)
    score = np.array([p.score for p in predictions])
    right = _right(predictions)
    if traps and answerable:
        numbers["auroc"] = Number(roc_area(score, np.array([bool(p.gold) for p in predictions])))
    coverage, risk = risk_coverage(score, right)
    numbers["aurc"] = Number(float(risk.mean()))
    numbers["accuracy@80"] = Number(100 * float(1 - risk[np.searchsorted(coverage, 0.8)]))
    given = score >= calibration.threshold
    numbers["given"] = _mean(given, 100)
    if given.any():
        numbers["right"] = _mean(right[given], 100)
    if given.any() and not calibration.is_placeholder:
        confidence = np.array([calibration.confidence(s) for s in score[given]])
        numbers["ece"] = Number(calibration_error(confidence, right[given]))
    return numbers


def calibrated(predictions: Sequence[Prediction], calibration: Calibration) -> Numbers:
    """Return what a calibration decides: the threshold, and the numbers that go by it or by the confidences."""
    found = {"threshold": Number(calibration.threshold), **reading(predictions, calibration)}
    decided = ("threshold", "squad2-em", "squad2-f1", "given", "right", "ece")
    return {f"calibrated-{name}": found[name] for name in decided if name in found}


def best_of(outcomes: Sequence[Outcome]) -> Numbers:
    """Return EM and F1 of the best of ten spans: what a perfect choice among them would reach."""
    if not outcomes:
        return {}
    return {
        "ask-best10-em": _mean([o.best[0] for o in outcomes], 100),
        "ask-best10-f1": _mean([o.best[1] for o in outcomes], 100),
    }


def serving(outcomes: Sequence[Outcome]) -> Numbers:
    """Return milliseconds of retrieve and ask, and the share of the quotes shown that stand in their files."""
    numbers: Numbers = {}
    for verb in ("retrieve", "ask"):
        for percent in (50, 95, 99):
            value = np.percentile([1000 * o.seconds[verb] for o in outcomes], percent)
            numbers[f"{verb}-p{percent}-ms"] = Number(float(value))
    quotes = sum(o.quotes for o in outcomes)
    numbers["quotes"] = Number(quotes)
    if quotes:
        numbers["quotes-held"] = Number(sum(o.held for o in outcomes) / quotes)
    return numbers


def flat(sections: dict[str, Numbers]) -> Numbers:
    """Return all sections' numbers in one."""
    return {name: number for numbers in sections.values() for name, number in numbers.items()}


def table(sections: dict[str, Numbers]) -> list[str]:
    """Return the lines of a table for the terminal."""
    lines = []
    for title, numbers in sections.items():
        lines += ["", title]
        for name, number in numbers.items():
            spread = "" if number.interval is None else f" ± {_written(number.interval)}"
            lines.append(f"  {name:22} {_written(number.value):>8}{spread}")
    return lines


def below(sections: dict[str, Numbers], gates: Sequence[tuple[str, float]]) -> list[str]:
    """Return a line for each gate that is not reached. Raises ValueError if there is no such number."""
    numbers, lines = flat(sections), []
    for name, least in gates:
        if name not in numbers:
            raise ValueError(f"There is no number {name!r} here; these can be asked for: {', '.join(numbers)}.")
        if not numbers[name].value >= least:
            lines.append(f"{name} is {_written(numbers[name].value)}, under {least:g}")
    return lines


def _written(value: float) -> str:
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.2f}"


def _mean(values: Sequence[float] | NDArray[np.bool_] | NDArray[np.float64], scale: float = 1) -> Number:
    array = scale * np.asarray(values, dtype=np.float64)
    return Number(float(array.mean()), interval(array))


def bins(
    predictions: Sequence[Prediction], calibration: Calibration, *, count: int = 10
) -> list[tuple[float, float, int]]:
    """Return (mean confidence, share right, how many) of equally filled bins of the answers given."""
    given = [p for p in predictions if p.score >= calibration.threshold]
    confidence = np.array([calibration.confidence(p.score) for p in given])
    right = _right(given)
    parts = [part for part in np.array_split(np.argsort(confidence, kind="stable"), count) if len(part)]
    return [(float(confidence[part].mean()), float(right[part].mean()), len(part)) for part in parts]


def curve(predictions: Sequence[Prediction]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the risk–coverage curve. **Shape:** coverage and risk, both (questions,)."""
    return risk_coverage(np.array([p.score for p in predictions]), _right(predictions))


def _right(predictions: Sequence[Prediction]) -> NDArray[np.bool_]:
    return np.array([bool(p.gold) and p.best(exact_match) == 1 for p in predictions], dtype=np.bool_)
