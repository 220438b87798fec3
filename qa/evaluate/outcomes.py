"""One record a question: ranks, what was read and what was answered, how long it took. Kept on disk, so resumable."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index import Mode
from qa.engine import Engine
from qa.evaluate.corpus import Corpus
from qa.metrics import exact_match, f1
from qa.read import Reader
from qa.squad import Question
from qa.types import Answer, Span

DEEPEST = 20
"""Ranks beyond this are not looked for."""

BEST_OF = 10


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    ``ranks`` has, for each search mode, the place of the first passage with an answer (None: not among the
    first 20; unanswerable: no entries). ``read`` is the best span on the gold passage, ``asked`` the best of
    all passages read, ``best`` the EM and F1 of the best of ten spans. ``seconds``: of retrieve and of ask.
    ``quotes`` were shown and ``held`` stand in the file on disk, read again, where they were said to.
    """

    id: str
    ranks: dict[str, int | None]
    read: Prediction
    asked: Prediction
    best: tuple[float, float]
    seconds: dict[str, float]
    quotes: int
    held: int

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Outcome":
        """Read what ``asdict`` and JSON made of one."""
        made = {**row, "best": tuple(row["best"])}
        for name in ("read", "asked"):
            made[name] = Prediction(**{**row[name], "gold": tuple(row[name]["gold"])})
        return cls(**made)


def read_gold(reader: Reader, question: Question) -> Prediction:
    """Read the question's own passage."""
    best = next(iter(reader.read(question.question, question.context)), Span(0, 0, -np.inf))
    return Prediction(question.context[best.start : best.end], best.score, tuple(question.gold()))


class Examiner:
    """Puts questions to an engine and writes down what became of them."""

    def __init__(self, engine: Engine, reader: Reader, corpus: Corpus, *, k: int) -> None:
        """Ask ``engine``, which reads with ``reader``, over the documents of ``corpus``; ``k`` passages at most."""
        self._engine, self._reader, self._corpus, self._k = engine, reader, corpus, k
        self._files: dict[str, str] = {}

    def examine(self, question: Question) -> Outcome:
        """Search in every mode, read the gold passage, ask end to end, check each quote against its file."""
        gold = self._corpus.gold(question)
        search = self._engine.index.search
        modes = Mode if question.answers else ()
        ranks = {str(mode): gold.rank(search(question.question, DEEPEST, mode=mode)) for mode in modes}
        began = time.perf_counter()
        self._engine.retrieve(question.question, k=self._k)
        retrieved = time.perf_counter()
        answer = self._engine.ask(question.question, k=self._k)
        seconds = {"retrieve": retrieved - began, "ask": time.perf_counter() - retrieved}
        asked, best = best_spans(answer, tuple(question.gold()))
        held = sum(self._holds(c.path, c.start, c.end, c.quote) for c in answer.citations)
        read = read_gold(self._reader, question)
        return Outcome(question.id, ranks, read, asked, best, seconds, len(answer.citations), held)

    def _holds(self, path: str, start: int, end: int, quote: str) -> bool:
        from index.load.document import load  # here and not above: every command imports this module

        if path not in self._files:
            self._files[path] = load(Path(path)).text
        return self._files[path][start:end] == quote


def best_spans(answer: Answer, gold: tuple[str, ...]) -> tuple[Prediction, tuple[float, float]]:
    """Return the first candidate, which is the answer or what was held back, and EM and F1 of the best of ten."""
    found = [Prediction(each.quote, each.score, gold) for each in answer.candidates]
    measures: tuple[Measure, ...] = (exact_match, f1)
    em, overlap = (max((p.best(m) for p in found[:BEST_OF]), default=0.0) for m in measures)
    return found[0] if found else Prediction("", -np.inf, gold), (em, overlap)


class Log:
    """The outcomes on disk, a JSON line each behind a line that says what was measured."""

    def __init__(self, path: Path, facts: Mapping[str, object]) -> None:
        """Take up the log at ``path`` if it is of the same ``facts``. Raises ValueError if it is of others."""
        self._path = path
        self.outcomes: dict[str, Outcome] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if not lines:
            path.write_text(json.dumps(dict(facts)) + "\n", encoding="utf-8")
        elif json.loads(lines[0]) != facts:
            raise ValueError(
                f"{path} belongs to other questions, documents or another reader: choose another --resume folder."
            )
        for line in lines[1:]:
            try:
                outcome = Outcome.from_json(json.loads(line))
            except json.JSONDecodeError:
                break  # the line that a crash cut short: asked again
            self.outcomes[outcome.id] = outcome
        if lines[1:]:
            kept = [lines[0], *(json.dumps(asdict(o)) for o in self.outcomes.values())]
            path.write_text("\n".join(kept) + "\n", encoding="utf-8")

    def add(self, outcome: Outcome) -> None:
        """Write one down."""
        self.outcomes[outcome.id] = outcome
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(outcome)) + "\n")


def pending(questions: Sequence[Question], log: Log) -> Iterator[Question]:
    """Yield the questions that have no outcome yet."""
    return (question for question in questions if question.id not in log.outcomes)
