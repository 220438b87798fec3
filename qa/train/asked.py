"""Questions asked of two readers, one by one and each passage apart: what ``cascade`` learns from."""

import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from index import Index
from qa.engine import Engine
from qa.evaluate.corpus import write_articles
from qa.evaluate.outcomes import Prediction, best_spans
from qa.metrics import held, is_little_more
from qa.read import Cascade, Reader
from qa.read.alone import said_of_line
from qa.read.cascade import Scale
from qa.read.in_order import best_passages
from qa.speech import stands_in
from qa.train.calibrate import balanced
from qa.train.data import Example, read_jsonl
from qa.train.papers import Paper, papers
from qa.train.weigh import MADE
from qa.types import Answer, Candidate, Turn

AMONG = " among "


@dataclass(frozen=True, slots=True)
class Put:
    """A question as it is put, with what answers it, or a pattern of that; with neither, nothing does."""

    question: str
    gold: tuple[str, ...] = ()
    pattern: str | None = None
    turns: tuple[Turn, ...] = ()

    def gold_of(self, said: Iterable[str]) -> tuple[str, ...]:
        """Return the texts that are right: of what was ``said`` all that hold the pattern, and little more."""
        if self.pattern is None:
            return self.gold
        found = {text: held(self.pattern, text) for text in dict.fromkeys(said)}
        right = tuple(text for text, match in found.items() if match and is_little_more(text, match[0]))
        return right or (self.pattern,)


@dataclass(frozen=True, slots=True)
class Again:
    """A passage read again: the better reader's best, retrieval left out; the quick one's score; retrieval's.

    ``alone`` is what the better one says of the line of its best by itself.
    """

    said: Prediction
    quick: float
    found: float
    alone: float = np.inf


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the quick reader's best, and the passages that were read again.

    ``alone`` is what the better reader says of the line of the quick one's best by itself.
    """

    source: str
    quick: Prediction
    again: tuple[Again, ...]
    alone: float = np.inf

    @property
    def kind(self) -> str:
        """The kind of documents, among however many they are."""
        return self.source.partition(AMONG)[0]

    def better(self, scale: Scale, weight: float, accepted: float = 0.0) -> Prediction:
        """Return the best of what was read again, in its passage.

        A passage loses by ``weight`` for being behind the first that has an ``accepted`` score, as in the engine.
        """
        return self._best(scale, weight, accepted)[0]

    def joined(self, scale: Scale, weight: float, accepted: float = 0.0) -> Prediction:
        """Return what the cascade says: no more than the best one's line bears out."""
        if self.quick.score >= scale.settled:
            best, alone = replace(self.quick, score=scale(self.quick.score)), self.alone
        else:
            best, alone = self._best(scale, weight, accepted)
        return replace(best, score=min(best.score, alone))

    def _best(self, scale: Scale, weight: float, accepted: float) -> tuple[Prediction, float]:
        in_order = sorted(self.again, key=lambda each: -each.found)
        leads = (each.found for each in in_order if scale.mixed(each.said.score, each.quick) >= accepted)
        lead = next(leads, in_order[0].found if in_order else 0.0)
        mixed = [
            (replace(e.said, score=scale.mixed(e.said.score - weight * max(0.0, lead - e.found), e.quick)), e.alone)
            for e in in_order
        ]
        return max(mixed, key=lambda each: each[0].score, default=(replace(self.quick, score=-np.inf), np.inf))


def of_prepared(prepared: Path, quick: Reader, both: Cascade, most: int, among: int) -> Iterator[Asked]:
    """Ask questions of the prepared sets over all their held-out paragraphs, and then ``among`` so many, if any."""
    questions = balanced(read_jsonl(prepared / "dev.jsonl.gz"), seed=13)
    put = [Put(q.question, tuple(q.gold())) for q in questions[:most]]
    with tempfile.TemporaryDirectory() as work:
        documents = Path(work) / "documents"
        write_articles(questions, documents)
        yield from _asked(documents, put, quick, both, "text")
        if among:
            count = among - len({q.context for q in questions})
            for number, other in enumerate(others(read_jsonl(prepared / "train.jsonl.gz"), count)):
                (documents / f"other-{number:05}.txt").write_text(other, encoding="utf-8")
            yield from _asked(documents, put, quick, both, f"text{AMONG}{among}")


def others(examples: Iterable[Example], count: int) -> list[str]:
    """Return ``count`` different paragraphs of what is learnt from, at most, drawn from those that somebody wrote."""
    found = list(dict.fromkeys(each.context for each in examples if each.source not in MADE))
    return random.Random(13).sample(found, max(0, min(count, len(found))))


def of_papers(folder: Path, files: str, quick: Reader, both: Cascade, each: int) -> Iterator[Asked]:
    """Ask questions of papers over those of their file; of all files, only of the papers that are held out."""
    for file in sorted(folder.glob(files)):
        with tempfile.TemporaryDirectory() as work:
            (Path(work) / "documents").mkdir()
            put: list[Put] = []
            for number, paper in enumerate(papers(folder, files=file.name)):
                name = f"{number}{Path(paper.document.path).suffix}"
                (Path(work) / "documents" / name).write_text(paper.written, encoding="utf-8")
                if files != "*.jsonl" or paper.is_held_out:
                    put += _drawn(paper, each)
            yield from _asked(Path(work) / "documents", put, quick, both, "papers")


def of_folders(root: Path, quick: Reader, both: Cascade) -> Iterator[Asked]:
    """Ask the questions of each folder below ``root`` over its documents."""
    for path in sorted(root.glob("*/questions.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))
        put = [
            Put(row["question"], pattern=row["expect"], turns=tuple(Turn(*turn) for turn in row.get("turns", ())))
            for row in rows
        ]
        yield from _asked(path.parent / "documents", put, quick, both, "folders")


def _drawn(paper: Paper, each: int) -> Iterator[Put]:
    random_ = random.Random(paper.written)
    for is_answered in (True, False):
        kind = [(question, place) for question, place in paper.asked if bool(place) == is_answered]
        for question, place in random_.sample(kind, min(each, len(kind))):
            yield Put(question, (paper.document.text[slice(*place)],) if place else ())


def _asked(documents: Path, put: Sequence[Put], quick: Reader, both: Cascade, source: str) -> Iterator[Asked]:
    if not put:
        return
    with tempfile.TemporaryDirectory() as work, Index.open(Path(work), create=True) as index:
        index.sync([documents])
        engines = [Engine(Path(work), reader=reader, index=index) for reader in (quick, both)]
        for each in tqdm(put, desc=source):
            alone, again = (engine.ask(each.question, each.turns) for engine in engines)
            yield _twice(each, alone, again, source, both.better)


def _twice(put: Put, alone: Answer, again: Answer, source: str, better: Reader) -> Asked:
    """Return what the quick reader said alone, and what was said of each passage that was read again."""

    def by_itself(each: Candidate) -> float:
        return said_of_line(better, again.searched, each, line_of=stands_in)

    said = {each.hit.passage.id: each.score for each in reversed(alone.candidates)}
    tops = {each.hit.passage.id: each for each in reversed(again.candidates)}
    read = [tops[hit.passage.id] for hit in best_passages(alone.candidates) if hit.passage.id in tops]
    gold = put.gold_of(each.quote for each in (*alone.candidates[:1], *read))
    return Asked(
        source,
        best_spans(alone, gold)[0],
        tuple(
            Again(Prediction(e.quote, e.score, gold), said[e.hit.passage.id], e.hit.score, by_itself(e)) for e in read
        ),
        by_itself(alone.candidates[0]) if alone.candidates else np.inf,
    )


def read_row(line: str) -> Asked:
    """Read what was asked from a line of the log."""
    found = json.loads(line)

    def made(one: dict[str, Any]) -> Prediction:
        return Prediction(one["text"], one["score"], tuple(one["gold"]))

    again = tuple(Again(made(each["said"]), each["quick"], each["found"], each["alone"]) for each in found["again"])
    return Asked(found["source"], made(found["quick"]), again, found["alone"])
