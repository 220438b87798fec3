"""The numbers as pictures: risk–coverage, calibration, recall at k, latency. The only importer of matplotlib."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index import Mode
from qa.evaluate.outcomes import DEEPEST, Outcome
from qa.evaluate.summary import bins, curve
from qa.read.calibration import Calibration


def draw(outcomes: Sequence[Outcome], calibration: Calibration, folder: Path) -> list[Path]:
    """Write four SVG files into the folder; return their paths. Raises ValueError if matplotlib is missing."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ValueError("--plots needs matplotlib: pip install 'seedqa[plots]'.") from error
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, title, paint in (
        ("risk-coverage", "How wrong, if only the surest are answered", _risk),
        ("calibration", "How far a confidence can be believed", _calibration),
        ("recall", "How often the answer is among the first k passages", _recall),
        ("latency", "How long a question takes", _latency),
    ):
        figure = Figure(figsize=(5.2, 3.6), layout="constrained")
        axes = figure.subplots()
        paint(axes, outcomes, calibration)
        axes.set_title(title, fontsize=11, loc="left")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False)
        paths.append(folder / f"{name}.svg")
        figure.savefig(paths[-1])
    return paths


def _risk(axes, outcomes: Sequence[Outcome], _: Calibration) -> None:  # type: ignore[no-untyped-def]
    for label, predictions in (
        ("gold passage", [o.read for o in outcomes]),
        ("all documents", [o.asked for o in outcomes]),
    ):
        coverage, risk = curve(predictions)
        axes.plot(coverage, risk, label=label)
    axes.set(xlabel="share of the questions answered", ylabel="share of wrong answers", ylim=(0, None))


def _calibration(axes, outcomes: Sequence[Outcome], calibration: Calibration) -> None:  # type: ignore[no-untyped-def]
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for label, predictions in (
        ("gold passage", [o.read for o in outcomes]),
        ("all documents", [o.asked for o in outcomes]),
    ):
        found = bins(predictions, calibration)
        axes.plot([b[0] for b in found], [b[1] for b in found], marker="o", label=label)
    axes.set(xlabel="confidence shown", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))


def _recall(axes, outcomes: Sequence[Outcome], _: Calibration) -> None:  # type: ignore[no-untyped-def]
    asked = [o for o in outcomes if o.ranks]
    cutoffs = np.arange(1, DEEPEST + 1)
    for mode in Mode if asked else ():
        rank = np.array([o.ranks[mode] or np.inf for o in asked])
        axes.plot(cutoffs, [(rank <= k).mean() for k in cutoffs], label=str(mode))
    axes.set(xlabel="k", ylabel="recall", ylim=(None, 1))


def _latency(axes, outcomes: Sequence[Outcome], _: Calibration) -> None:  # type: ignore[no-untyped-def]
    for verb in ("retrieve", "ask"):
        times = np.sort([1000 * o.seconds[verb] for o in outcomes])
        axes.plot(times, np.arange(1, len(times) + 1) / len(times), label=verb)
    axes.set(xlabel="ms", ylabel="share of questions answered by then", xscale="log")
