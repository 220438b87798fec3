"""Stage 6: the no-answer threshold and the map from score to confidence, from held-out training questions.

python -m qa.train.calibrate PREPARED FOLDER

Answerable questions come from sets labelled by people; unanswerable ones were written by people too (SQuAD 2.0's,
translated forth and back). As many of one as of the other, as in SQuAD 2.0.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from tqdm import tqdm

from qa.evaluate.outcomes import Prediction, read_gold
from qa.evaluate.summary import reading, table
from qa.metrics import exact_match, f1
from qa.read.calibration import Calibration
from qa.read.onnx import OnnxReader
from qa.squad import Question
from qa.train.data import Example, read_jsonl

ANSWERABLE = ("squadshifts_new_wiki", "qed_nq_train", "tydiqa_en_train")
UNANSWERABLE = ("squad2_backtranslated",)


def main() -> None:
    """Read the held-out questions, fit, write the config, print how well it holds on the half not fitted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("folder", type=Path, help="the reader's folder")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    questions = balanced(read_jsonl(options.prepared / "dev.jsonl.gz"), options.seed)
    reader = OnnxReader(options.folder)
    predictions = [read_gold(reader, question) for question in tqdm(questions)]
    check = fit(predictions[::2])
    print("fitted on one half, measured on the other:")
    print("\n".join(table({"held-out": reading(predictions[1::2], check)})))
    final = fit(predictions)
    path = options.folder / "config.json"
    config = json.loads(path.read_text())
    config["calibration"] |= {
        "threshold": round(final.threshold, 4),
        "scores": [round(x, 4) for x in final.scores],
        "confidences": [round(x, 4) for x in final.confidences],
    }
    path.write_text(json.dumps(config, indent=2) + "\n")
    print(f"threshold {final.threshold:.3f}, from {len(predictions)} questions")


def balanced(examples: Sequence[Example], seed: int) -> list[Question]:
    """Return as many unanswerable as answerable questions, shuffled."""
    answerable = [e for e in examples if e.answers and e.source in ANSWERABLE]
    unanswerable = [e for e in examples if not e.answers and e.source in UNANSWERABLE and not e.id.endswith("-no")]
    random_ = random.Random(seed)
    size = min(len(answerable), len(unanswerable))
    chosen = random_.sample(answerable, size) + random_.sample(unanswerable, size)
    random_.shuffle(chosen)
    return [Question(e.id, e.title, e.question, e.context, e.answers) for e in chosen]


def fit(predictions: Sequence[Prediction], *, bins: int = 24) -> Calibration:
    """Return the threshold with the best SQuAD 2.0 F1, and an isotonic map from score to the share that is right."""
    margins = np.array([p.score for p in predictions])
    right = np.array([p.best(exact_match) if p.gold else 0.0 for p in predictions])
    threshold = best_threshold(predictions, margins)
    order = np.argsort(margins, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    shares = isotonic_regression([right[part].mean() for part in parts], weights=[len(part) for part in parts]).x
    return Calibration(
        threshold,
        tuple(float(margins[part].mean()) for part in parts),
        tuple(float(share) for share in shares),
    )


def best_threshold(predictions: Sequence[Prediction], margins: NDArray[np.float64]) -> float:
    """Return the score from which on answering beats abstaining, in F1 summed over all questions."""
    gain = np.array([p.best(f1) if p.gold else -1.0 for p in predictions])
    order = np.argsort(-margins, kind="stable")
    count = int(np.argmax(np.cumsum(gain[order]))) + 1
    ranked = margins[order]
    return float((ranked[count - 1] + ranked[min(count, len(ranked) - 1)]) / 2)


if __name__ == "__main__":
    main()
