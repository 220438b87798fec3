"""What each rule between a reader's spans and an answer gives, or costs: all of them, all but one, none.

python -m bench.rules SET.json [--limit N] [--only RULE …] [--reader DIR]

Asks N questions of a set in SQuAD's format end to end, over the set's own articles, once for each row of the table.
What the reader said of a passage is remembered, so a row costs a search and no second reading.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import Index, Shape
from qa import about, compose, engine, extent, headings, squad, table
from qa.evaluate.corpus import write_articles
from qa.evaluate.outcomes import Prediction, best_spans
from qa.metrics import f1
from qa.read import load_reader
from qa.read.remembering import remembering


def _same_extent(*given: Any) -> Any:
    return given[1]


def _same_start(*given: Any) -> Any:
    return given[1]


def _same_ends(*given: Any, bounds: object = None) -> Any:
    del bounds
    return given[1:]


RULES: dict[str, tuple[tuple[object, str, Any], ...]] = {
    "headings, rows and speakers read": ((engine, "READ", Shape()),),
    "behind what is about the question": ((about.Asked, "is_subject_of", lambda *_: True),),
    "whole words": ((extent, "whole_words", _same_ends),),
    "units": ((extent, "_with_unit", _same_extent),),
    "numbers in words and figures": ((extent, "_written_twice", _same_extent),),
    "negation kept in": ((extent, "with_negation", _same_extent),),
    "no number of an item": (
        (extent, "after_marker", _same_start),
        (compose, "after_marker", _same_start),
        (headings, "is_label", lambda *_: False),
    ),
    "no echoes": ((about.Asked, "echoes", lambda *_: False),),
    "no headings": ((compose, "names_only", lambda *_: False),),
    "who speaks": ((compose, "speaker_of", lambda *_: None),),
    "roles in brackets": ((compose, "party_of", lambda *_: None), (compose, "holder_of", lambda *_: None)),
    "the cell asked for": ((compose, "cell_asked_for", lambda *_: None),),
    "the column of an asking word": ((table, "suits", lambda *_: False),),
    "the row that is named": ((table, "is_named", lambda *_: False),),
    "not of the opposite": ((compose, "OPPOSITE_WEIGHT", 0.0),),
    "empty cells": ((compose, "EMPTY_WEIGHT", 0.0),),
    "the end of a stretch": ((extent, "right_end", _same_extent),),
    "whole lists": ((compose, "asks_for_several", lambda _: False),),
    "yes or no by a sentence": ((compose, "is_yes_no", lambda _: False),),
    "the line's own words": ((compose, "LINE_WEIGHT", 0.0),),
    "codes": ((compose, "CODE_WEIGHT", 0.0),),
    "unheard words": ((compose, "UNHEARD_WEIGHT", 0.0),),
    "borne out by its line": ((engine, "borne_out", lambda _reader, _question, shown, **_: shown),),
    "the kind of thing": ((compose, "KIND_WEIGHT", 0.0),),
    "unknown names": ((engine, "unknown", lambda *_: []),),
    "slips mended": ((engine, "mended", lambda question, *_: question),),
}
"""Each rule, and what stands in its place when it is off: module or class, name, value."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table, in percent: F1 with abstention, how much is answered, F1 of the best span if answerable."""

    f1: float
    given: float
    best: float


@contextmanager
def off(*names: str) -> Iterator[None]:
    """Switch rules off."""
    with ExitStack() as stack:
        for name in names:
            for owner, attribute, value in RULES[name]:
                stack.callback(setattr, owner, attribute, owner.__dict__[attribute])
                setattr(owner, attribute, value)
        yield


def measure(asked: engine.Engine, questions: Sequence[squad.Question]) -> Row:
    """Ask all the questions."""
    texts, predictions = [], []
    for question in questions:
        answer = asked.ask(question.question)
        texts.append(Prediction(answer.text, 0.0, tuple(question.gold())))
        predictions.append(best_spans(answer, tuple(question.gold()))[0])
    overlaps = [each.best(f1) for each in texts]
    best = [each.best(f1) for each in predictions if each.gold]
    return Row(*(100 * float(np.mean(values)) for values in (overlaps, [bool(each.text) for each in texts], best)))


def main(argv: Sequence[str] | None = None) -> None:
    """Print a Markdown table, a row for each rule that is off."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, help="questions in SQuAD's JSON, plain or gzipped")
    parser.add_argument("--limit", type=int, default=600, help="how many, spread evenly over the set")
    parser.add_argument("--only", nargs="*", choices=[*RULES], help="these rules alone")
    parser.add_argument("--reader", default=None, help="a folder with another reader than the packaged one")
    options = parser.parse_args(argv)
    every = list(squad.read(options.set))
    questions = every[:: max(1, len(every) // options.limit)][: options.limit]
    with tempfile.TemporaryDirectory() as work:
        write_articles(every, Path(work) / "documents")
        with Index.open(Path(work) / "index", create=True) as index:
            index.sync([Path(work) / "documents"])
            reader = remembering(load_reader(options.reader))
            asked = engine.Engine(Path(work) / "index", reader=reader, index=index)
            _print_table(lambda *names: _measured(asked, questions, names), options.only or [*RULES])


def _measured(asked: engine.Engine, questions: Sequence[squad.Question], names: Sequence[str]) -> Row:
    with off(*names):
        return measure(asked, questions)


def _print_table(row: Callable[..., Row], names: Sequence[str]) -> None:
    print("| off | F1 with abstention | answered, % | F1 of the best span, answerable |\n|---|---|---|---|", flush=True)
    for label, without in (("nothing", ()), *((name, (name,)) for name in names), ("all of these", tuple(names))):
        found = row(*without)
        print(f"| {label} | {found.f1:.2f} | {found.given:.1f} | {found.best:.2f} |", flush=True)


if __name__ == "__main__":
    main()
