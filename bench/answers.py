"""Questions over small folders of business documents: how many answers are right, and how many mislead.

python -m bench.answers tests/quality/business [--only NAME] [-v] [--json FILE] [--reader DIR]

Each folder below the one given has ``documents/`` and ``questions.json``, a list of {question, kind, expect, turns?,
never?}. ``expect`` is a regular expression that the answer must hold, or null: the documents do not say. ``never`` is
one that it must not match, because it would mislead. Both are matched without regard to case.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from index import Embedder, Index
from qa.engine import Engine
from qa.metrics import held, is_little_more
from qa.read import Reader, load_reader
from qa.types import Turn


class Verdict(StrEnum):
    """What an answer was worth."""

    RIGHT = "right"
    MANGLED = "mangled"
    WRONG = "wrong"
    MISSED = "missed"
    DECLINED = "declined"
    FALSE = "false"
    HARMFUL = "harmful"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what its answer must hold (None: it has none), and what an answer must not be."""

    question: str
    kind: str
    expect: str | None
    turns: tuple[Turn, ...] = ()
    never: str | None = None

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Question":
        """Read one row of ``questions.json``."""
        turns = tuple(Turn(*turn) for turn in row.get("turns", ()))
        return cls(row["question"], row["kind"], row["expect"], turns, row.get("never"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question that was asked: the answer's text ("" if there was none) and what it was worth."""

    folder: str
    kind: str
    question: str
    searched: str
    expect: str | None
    text: str
    confidence: float
    reason: str
    verdict: Verdict


def judge(question: Question, text: str) -> Verdict:
    """Return what an answer's text is worth; "" is an abstention.

    An answer that holds what is expected, but is longer than thrice that and 40 characters, is mangled.
    """
    if text and question.never and held(question.never, text):
        return Verdict.HARMFUL
    if question.expect is None:
        return Verdict.FALSE if text else Verdict.DECLINED
    if not text:
        return Verdict.MISSED
    found = held(question.expect, text)
    if not found:
        return Verdict.WRONG
    return Verdict.RIGHT if is_little_more(text, found[0]) else Verdict.MANGLED


def folders(root: Path, *, only: str = "") -> list[Path]:
    """Return the folders with questions whose names hold ``only``, in order. Raises SystemExit if there are none."""
    found = sorted(path.parent for path in root.glob("*/questions.json") if only in path.parent.name)
    if not found:
        raise SystemExit(
            f"{root} has no folder with a questions.json whose name holds {only!r}: give the one above it."
        )
    return found


def questions(folder: Path) -> list[Question]:
    """Read a folder's questions."""
    return [Question.from_json(row) for row in json.loads((folder / "questions.json").read_text(encoding="utf-8"))]


def ask_all(folder: Path, reader: Reader, *, embedder: Embedder | None = None) -> Iterator[Outcome]:
    """Index a folder's documents, ask its questions and yield an outcome for each."""
    with tempfile.TemporaryDirectory() as work, Index.open(Path(work), embedder=embedder, create=True) as index:
        index.sync([folder / "documents"])
        engine = Engine(Path(work), reader=reader, index=index)
        for question in questions(folder):
            yield _asked(folder.name, question, engine)


def _asked(folder: str, question: Question, engine: Engine) -> Outcome:
    answer = engine.ask(question.question, question.turns)
    return Outcome(
        folder=folder,
        kind=question.kind,
        question=question.question,
        searched=answer.searched,
        expect=question.expect,
        text=answer.text,
        confidence=round(answer.confidence, 3),
        reason=answer.reason.value,
        verdict=judge(question, answer.text),
    )


def table(outcomes: Sequence[Outcome], *, name: str, by: Callable[[Outcome], str]) -> str:
    """Count the verdicts in a Markdown table, a row for each group in order of its first outcome."""
    lines = [f"| {name} | {' | '.join(Verdict)} |", f"|---|{'---|' * len(Verdict)}"]
    groups = dict.fromkeys(map(by, outcomes))
    lines += [row(group, [each for each in outcomes if by(each) == group]) for group in groups]
    return "\n".join(lines)


def row(name: str, outcomes: Iterable[Outcome]) -> str:
    """Return a line of the table."""
    count = Counter(each.verdict for each in outcomes)
    return f"| {name} | {' | '.join(str(count[verdict]) for verdict in Verdict)} |"


def totals(outcomes: Sequence[Outcome]) -> str:
    """Say in one line what share of the questions came out how: of the answerable ones, and of the others."""
    there = Counter(each.verdict for each in outcomes if each.expect is not None)
    absent = Counter(each.verdict for each in outcomes if each.expect is None)
    worth = (Verdict.RIGHT, Verdict.MANGLED, Verdict.WRONG, Verdict.MISSED)
    answerable = ", ".join(f"{verdict} {_percent(there, verdict)}" for verdict in worth)
    harmful = there[Verdict.HARMFUL] + absent[Verdict.HARMFUL]
    return (
        f"of {there.total()} answerable: {answerable}; "
        f"of {absent.total()} not there: declined {_percent(absent, Verdict.DECLINED)}; harmful {harmful}"
    )


def _percent(count: Counter[Verdict], verdict: Verdict) -> str:
    return f"{100 * count[verdict] / max(1, count.total()):.1f} %"


def fault(outcome: Outcome) -> str:
    """Return a line that shows an answer beside what was expected."""
    given = f"{outcome.text!r} {outcome.confidence:.2f}" if outcome.text else f"no answer ({outcome.reason})"
    asked = outcome.question
    if outcome.searched != asked:
        asked += f" [{outcome.searched}]"
    wanted = "no answer" if outcome.expect is None else repr(outcome.expect)
    return f"  {outcome.verdict:8} {outcome.kind:12} {asked} -> {given}; expected {wanted}"


def main(argv: Sequence[str] | None = None) -> None:
    """Ask each folder's questions, and print the verdicts by folder, by kind and in all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder of folders")
    parser.add_argument("--only", default="", metavar="NAME", help="only folders whose names hold this")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each answer that is not as it should be")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write each outcome here")
    parser.add_argument("--reader", metavar="NAME_OR_PATH", help="small, base, or another (default: both)")
    options = parser.parse_args(argv)
    reader = load_reader(options.reader)
    outcomes: list[Outcome] = []
    for folder in folders(options.folder, only=options.only):
        for outcome in ask_all(folder, reader):
            outcomes.append(outcome)
            if options.verbose and outcome.verdict not in (Verdict.RIGHT, Verdict.DECLINED):
                print(fault(outcome), flush=True)
    print(table(outcomes, name="folder", by=lambda each: each.folder), end="\n\n")
    print(table(outcomes, name="kind", by=lambda each: each.kind))
    print(row("all", outcomes), end="\n\n")
    print(totals(outcomes))
    if options.json:
        rows = [asdict(outcome) for outcome in outcomes]
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
