"""Stage 6, for two readers: when the quick one's answer stands, and what the scores of both together mean.

python -m qa.train.cascade PREPARED QUICK BETTER [--questions N] [--among N] [--folders DIR …] [--log FILE]

Held-out questions are asked as a user asks: those of PREPARED over all its held-out paragraphs together, and once more
among many others, those of papers over the papers of their file, those of folders (as ``bench.answers`` takes them)
over the folder's documents. Each is answered twice, by the quick reader alone and with everything read again; from that
follow the scale between the two, what retrieval counts beside the better one, the score from which on nothing is read
again, the threshold and the confidences.
Written into BETTER's config.json; ``--log`` keeps what was asked, so that it is not asked again.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.evaluate.calibrate import fit
from qa.evaluate.outcomes import Prediction
from qa.evaluate.summary import reading, table
from qa.metrics import f1
from qa.read import Cascade, OnnxReader
from qa.read.cascade import Scale
from qa.read.remembering import remembering
from qa.train.asked import Asked, of_folders, of_papers, of_prepared, read_row
from qa.train.papers import PAPERS

ALWAYS = Scale(1.0, 0.0, float("inf"))
"""Everything is read again, and the quick reader has no share in it."""

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Shares of the quick reader that are tried."""

WEIGHTS = (0.0, 15.0, 30.0, 45.0, 60.0, 90.0, 120.0)
"""What retrieval may count: so much a passage loses for being a whole score behind."""

LEARNT_WITH = 15.0
"""What retrieval counted when the better reader learnt to choose among passages."""

WORTH = 0.002
"""The share of F1 that is given for reading less, and for hearing less of the quick reader."""

WRONG = 0.5
"""What a wrong answer costs where there is a right one; what has none costs 1, and a right one gives 1.

What is held back is still shown as the closest, so holding back costs less than misleading.
"""

UNANSWERABLE = 1 / 3
"""The share of questions without an answer for which the threshold is learnt, as in SQuAD 2.0's training set.

Of the sets asked here it is a quarter to a half: what is asked to teach is not what people ask.
"""

WIDTH = 1.5
"""Over how much of the scores what an answer gives is averaged: the standard deviation of a normal curve."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the questions taught: the scale, what retrieval counts, and the threshold of both together."""

    scale: Scale
    weight: float
    threshold: float

    def joined(self, asked: Asked) -> Prediction:
        """Return what the cascade says."""
        return asked.joined(self.scale, self.weight, self.threshold)


def main(argv: Sequence[str] | None = None) -> None:
    """Ask, fit, write; print how well it holds on the half not fitted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("quick", type=Path, help="the quick reader's folder")
    parser.add_argument("better", type=Path, help="the better reader's folder")
    parser.add_argument("--papers", type=Path, default=PAPERS, help="the folder of papers; ours if left out")
    parser.add_argument("--files", default="*.jsonl", help="which of its files; of all, only papers that are held out")
    parser.add_argument("--questions", type=int, default=500, help="of the prepared ones, at most")
    parser.add_argument("--among", type=int, default=0, help="ask those once more among so many paragraphs")
    parser.add_argument("--each", type=int, default=3, help="with an answer, and without, of each paper at most")
    parser.add_argument("--folders", type=Path, nargs="*", default=[], help="folders of folders with questions.json")
    parser.add_argument("--log", type=Path)
    options = parser.parse_args(argv)
    if options.log and options.log.exists():
        found = [read_row(line) for line in options.log.read_text().splitlines()]
    else:
        quick = remembering(OnnxReader(options.quick))
        better = OnnxReader(options.better)
        better.calibration = replace(better.calibration, retrieval_weight=0.0)
        both = Cascade(quick, better, ALWAYS)
        both.bears_out = False
        found = [*of_prepared(options.prepared, quick, both, options.questions, options.among)]
        found += of_papers(options.papers, options.files, quick, both, options.each)
        for root in options.folders:
            found += of_folders(root, quick, both)
        if options.log:
            options.log.write_text("".join(json.dumps(asdict(each)) + "\n" for each in found))
    random.Random(13).shuffle(found)  # with an answer and without come in turn: halves have to be alike
    both_learned = learned(found)
    scale, weight = both_learned.scale, both_learned.weight
    again = np.mean([each.quick.score < scale.settled for each in found])
    print(f"{len(found)} questions; {scale}; retrieval counts {weight:g}; {again:.0%} are read again")
    joined = [both_learned.joined(each) for each in found]
    print("fitted on one half, measured on the other:")
    check = fit(joined[::2])
    alone = replace(ALWAYS, slope=scale.slope, shift=scale.shift)
    kinds = {"quick": [e.quick for e in found], "better": [e.better(alone, weight) for e in found], "both": joined}
    sections = {name: reading(rows[1::2], fit(rows[::2])) for name, rows in kinds.items()}
    for source in dict.fromkeys(each.source for each in found):
        rows = [p for each, p in zip(found[1::2], joined[1::2], strict=True) if each.source == source]
        sections[f"both, {source}"] = reading(rows, check)
    print("\n".join(table(sections)))
    write(options.better / "config.json", joined, both_learned)


def learned(found: Sequence[Asked]) -> Learned:
    """Return the quick reader's scale and share beside the better one, and from where on nothing is read again.

    The scale is a line through both, by least squares of the questions that both answer alike. The quick one's share is
    the lowest of those that are good, and what retrieval counts the good one that is nearest to LEARNT_WITH. Good is
    what is within WORTH of the best, each on the mean over all of the other: the best pair of the two would be the one
    that chance likes best. Of the scores from which on nothing is read again, the lowest that is good is taken.
    """
    pairs = [(each.quick, each.better(ALWAYS, 0.0)) for each in found]
    alike = [(q.score, b.score) for q, b in pairs if np.isfinite(q.score + b.score) and f1(q.text, b.text) > 0.9]
    line = np.polyfit([quick for quick, _ in alike], [better for _, better in alike], 1)
    slope, shift = float(line[0]), float(line[1])
    always = {share: Scale(slope, shift, float("inf"), share) for share in SHARES}
    gains = {(share, weight): _gain(found, always[share], weight) for share in SHARES for weight in WEIGHTS}
    for share in SHARES:
        row = ", ".join(f"{100 * gains[share, weight]:.2f} at {weight:g}" for weight in WEIGHTS)
        print(f"a share of {share}: {row}")
    share = min(_good({share: [gains[share, weight] for weight in WEIGHTS] for share in SHARES}))
    weights = _good({weight: [gains[share, weight] for share in SHARES] for weight in WEIGHTS})
    weight = min(weights, key=lambda each: abs(each - LEARNT_WITH))
    quantiles = np.quantile([each.quick.score for each in found], np.linspace(0.3, 1, 36))
    tried = [Scale(slope, shift, score, share) for score in [*quantiles.tolist(), float("inf")]]
    settling = [(scale, _gain(found, scale, weight)) for scale in tried]
    best = max(gain for _, gain in settling)
    scale = next(scale for scale, gain in settling if gain >= best - WORTH)
    threshold = 0.0
    for _step in range(2):  # which passage leads, and what the others lose by it, depends on the threshold itself
        threshold = _threshold([(each.kind, each.joined(scale, weight, threshold)) for each in found])
    return Learned(scale, weight, threshold)


def _good(gains: Mapping[float, Sequence[float]]) -> list[float]:
    means = {each: float(np.mean(values)) for each, values in gains.items()}
    return [each for each, mean in means.items() if mean >= max(means.values()) - WORTH]


def _gain(found: Sequence[Asked], scale: Scale, weight: float) -> float:
    """Return the mean of two F1, of all, what is below the best threshold being "no answer", and of the answerable.

    Encyclopaedias, papers and folders count the same, however many of their questions were asked.
    """
    joined = [(each.kind, each.joined(scale, weight)) for each in found]
    answerable = [(kind, said) for kind, said in joined if said.gold]
    best = np.array([said.best(f1) for _, said in answerable])
    return (_best_f1(joined) + float(best @ _evenly([kind for kind, _ in answerable]))) / 2


def _best_f1(joined: Sequence[tuple[str, Prediction]]) -> float:
    """Return SQuAD 2.0's F1 at the threshold that is best for it, every kind counting the same."""
    ordered = sorted(joined, key=lambda each: -each[1].score)
    without = np.array([float(not said.gold) for _, said in ordered])
    given = np.array([said.best(f1) if said.gold else 0.0 for _, said in ordered])
    shares = _evenly([kind for kind, _ in ordered])
    return float(without @ shares) + max(0.0, float(np.cumsum((given - without) * shares).max()))


def _threshold(joined: Sequence[tuple[str, Prediction]]) -> float:
    """Return the score from which on an answer gives more than it costs, as may be expected.

    Kinds count the same, and in each the questions without an answer together count UNANSWERABLE.

    What is expected at a score is the mean over all, weighed by how near their scores are (Nadaraya 1964, Watson 1964).
    Over a wide range the F1 is flat, and which threshold is the best of these questions is chance: drawn anew from
    the same ones, the best one varies more than this does.
    """
    finite = [(kind, said) for kind, said in joined if np.isfinite(said.score)]
    scores = np.array([said.score for _, said in finite])
    right = np.array([said.best(f1) if said.gold else 0.0 for _, said in finite])
    gains = np.where([bool(said.gold) for _, said in finite], right - WRONG * (1 - right), -1.0)
    shares = _evenly([(kind, bool(said.gold)) for kind, said in finite])
    shares *= np.where([bool(said.gold) for _, said in finite], 1 - UNANSWERABLE, UNANSWERABLE)
    tried = np.arange(scores.min(), scores.max() + 0.05, 0.05)
    nearness = np.exp(-(((scores - tried[:, None]) / WIDTH) ** 2) / 2) * shares
    losing = tried[nearness @ gains < 0]
    return float(losing.max() if len(losing) else tried[0])


def _evenly(kinds: Sequence[Hashable]) -> NDArray[np.float64]:
    """Return what each question counts, so that kinds count the same and all together 1. **Shape:** (len(kinds),)."""
    times = Counter(kinds)
    return np.array([1 / times[kind] / len(times) for kind in kinds])


def write(path: Path, joined: Sequence[Prediction], learned: Learned) -> None:
    """Put what was learned into a reader's config."""
    config = json.loads(path.read_text())
    found = replace(fit(joined), threshold=round(learned.threshold, 4), retrieval_weight=learned.weight)
    config["calibration"] = found.to_json()
    config["cascade"] = {name: round(value, 4) for name, value in asdict(learned.scale).items()}
    path.write_text(json.dumps(config, indent=2) + "\n")
    print(f"threshold {found.threshold:.3f}, from {len(joined)} questions")


if __name__ == "__main__":
    main()
