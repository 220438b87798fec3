"""``seedqa eval``: how well SQuAD-format questions are answered, on the gold passage and end to end."""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index import Document, Hit, Index
from qa import squad
from qa.calibration import Calibration
from qa.engine import Engine
from qa.metrics import calibration_error, exact_match, f1, interval, roc_area
from qa.reader import OnnxReader, Reader
from qa.squad import Question
from qa.types import Span


class Measure(Protocol):
    """Compares a predicted answer with a gold one, 0 to 1."""

    def __call__(self, prediction: str, gold: str) -> float:
        """Return how close they are."""
        ...


@dataclass(frozen=True, slots=True)
class Prediction:
    """The best span for a question, as text and score, and what the annotators marked (nothing: unanswerable)."""

    text: str
    score: float
    gold: tuple[str, ...]

    def best(self, measure: Measure, *, threshold: float = -np.inf) -> float:
        """Return the best measure over the annotators; below the threshold the prediction is "no answer"."""
        text = self.text if self.score >= threshold else ""
        return max(measure(text, gold) for gold in self.gold or ("",))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``seedqa eval``."""
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.json", help="SQuAD 1.1 or 2.0 format, plain or .gz")
    parser.add_argument("--limit", type=int, metavar="N", help="every nth question only, N in all")
    parser.add_argument("--reader", type=Path, metavar="DIR", help="another reader's folder, in our layout")
    parser.add_argument("--end-to-end", action="store_true", help="also search all paragraphs for each question")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Evaluate, print a table or JSON."""
    questions = list(squad.read(options.questions))
    if options.limit:
        questions = questions[:: max(1, len(questions) // options.limit)][: options.limit]
    reader = OnnxReader(options.reader) if options.reader else OnnxReader()
    began = time.perf_counter()
    predictions = read_gold(reader, questions)
    rows = {
        "questions": len(questions),
        "unanswerable": sum(not question.answers for question in questions),
        **scores(predictions, reader.calibration),
        "gold_ms_per_question": round(1000 * (time.perf_counter() - began) / len(questions), 1),
    }
    if options.end_to_end:
        rows |= end_to_end(questions, reader)
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print("\n".join(f"{name:32} {value}" for name, value in rows.items()))
    return 0


def read_gold(reader: Reader, questions: Sequence[Question]) -> list[Prediction]:
    """Read each question's own passage."""
    predictions = []
    for question in _with_bar(questions, "reading"):
        spans = reader.read(question.question, [question.context])
        best = max(spans, key=lambda span: span.score, default=Span(0, 0, 0, -np.inf))
        text = question.context[best.start : best.end]
        predictions.append(Prediction(text, best.score, tuple(question.gold())))
    return predictions


def scores(predictions: Sequence[Prediction], calibration: Calibration) -> dict[str, Any]:
    """Return EM and F1 in per cent with 95 % intervals; where some are unanswerable, how well we abstain too.

    ``ece`` is the calibration error of the confidences of the answers given (those that pass the threshold):
    right means that the answer is one of the annotators', by exact match.
    """
    answerable = [prediction for prediction in predictions if prediction.gold]
    rows: dict[str, Any] = {
        "em, answerable": _per_cent([p.best(exact_match) for p in answerable]),
        "f1, answerable": _per_cent([p.best(f1) for p in answerable]),
    }
    given = [p for p in predictions if p.score >= calibration.threshold]
    confidence = np.array([calibration.confidence(p.score) for p in given])
    right = np.array([p.best(exact_match) == 1 for p in given])
    if len(answerable) < len(predictions):
        limit = calibration.threshold
        rows["em, squad 2"] = _per_cent([p.best(exact_match, threshold=limit) for p in predictions])
        rows["f1, squad 2"] = _per_cent([p.best(f1, threshold=limit) for p in predictions])
        margins = np.array([p.score for p in predictions])
        rows["auroc, answerable or not"] = round(roc_area(margins, np.array([bool(p.gold) for p in predictions])), 4)
    rows["answers given"] = round(len(given) / len(predictions), 4)
    rows["right among the given"] = round(float(right.mean()), 4)
    rows["ece of the given"] = round(calibration_error(confidence, right), 4)
    return rows


def end_to_end(questions: Sequence[Question], reader: Reader, *, k: int = 5) -> dict[str, Any]:
    """Put every paragraph into an index of its own, and ask each question of all of them."""
    contexts = list(dict.fromkeys(question.context for question in questions))
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), create=True) as index:
        for number, context in enumerate(_with_bar(contexts, "indexing")):
            index.add(Document(0, f"{folder}/{number}.txt", "", context, (), (), f"{number:064}"))
        engine = Engine(Path(folder), reader=reader, index=index)
        engine.warm()
        predictions, seconds = [], []
        for question in _with_bar(questions, "asking"):
            began = time.perf_counter()
            hits = engine.retrieve(question.question, k=k)
            spans = reader.read(question.question, [hit.passage.text for hit in hits])
            seconds.append(time.perf_counter() - began)
            predictions.append(_best_of(hits, spans, reader.calibration, question))
    measured = scores(predictions, reader.calibration)
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95]).round(1)
    return {
        **{f"end to end: {name}": value for name, value in measured.items()},
        "ask p50 ms": p50,
        "ask p95 ms": p95,
    }


def _best_of(hits: Sequence[Hit], spans: Sequence[Span], calibration: Calibration, question: Question) -> Prediction:
    """Return the span that leads once retrieval has had its say, as :mod:`qa.compose` chooses it."""
    scored = [
        (calibration.combined(s.score, hits[s.hit].score), hits[s.hit].passage.text[s.start : s.end]) for s in spans
    ]
    score, text = max(scored, default=(-np.inf, ""))
    return Prediction(text, score, tuple(question.gold()))


def _per_cent(values: Sequence[float]) -> str:
    array = 100 * np.array(values)
    return f"{array.mean():.2f} ± {interval(array):.2f}"


def _with_bar(items: Sequence[Any], name: str) -> Iterable[Any]:
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(items, desc=name, disable=None)
    return bar
