"""SQuAD-format files → examples: undo tokenised spacing, split off what is held out, mix the sets."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from qa import squad

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TOKENISED = ("qed_nq_train", "qamr", "qasrl_gs")
"""Sets whose text has a space before each punctuation mark."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a passage, and every annotated answer as (start, end) in the passage; none: unanswerable.

    ``weight`` scales the example's loss: recovered labels count less than human ones.
    """

    id: str
    source: str
    title: str
    question: str
    context: str
    answers: tuple[tuple[int, int], ...]
    weight: float = 1.0

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Read what ``asdict`` and JSON made of one."""
        return cls(**{**row, "answers": tuple(map(tuple, row["answers"]))})


def read_squad(path: Path) -> Iterator[Example]:
    """Read a set; its name is the file's. Where the text is tokenised, the spacing is undone."""
    source = path.name.split(".")[0]
    for row in squad.read(path):
        example = Example(row.id, source, row.title, row.question, row.context, row.answers)
        yield detokenised(example) if source in TOKENISED else example


_SPACE_BEFORE = re.compile(r" (?=[.,;:!?%)\]}]|n't\b|'(?:s|re|ve|ll|d|m)\b|''|--? )")
_SPACE_AFTER = re.compile(r"(?<=[(\[{$#]) |(?<=``) | (?=-- )")


def detokenised(example: Example) -> Example:
    """Take out the spaces that a tokeniser put before punctuation, and move the offsets along."""
    context, moved = _without_spaces(example.context)
    question, _ = _without_spaces(example.question)
    spans = tuple((moved[start], moved[end]) for start, end in example.answers)
    return Example(example.id, example.source, example.title, question, context, spans, example.weight)


def _without_spaces(text: str) -> tuple[str, list[int]]:
    drop = {m.start() for m in _SPACE_BEFORE.finditer(text)} | {m.start() for m in _SPACE_AFTER.finditer(text)}
    moved: list[int] = []
    kept: list[str] = []
    for position, character in enumerate(text):
        moved.append(len(kept))
        if position not in drop:
            kept.append(character)
    return "".join(kept), [*moved, len(kept)]


def is_held_out(example: Example, *, share: float) -> bool:
    """Whether the example's article (or, in sets of one article, its paragraph) is held out of training."""
    key = f"{example.source}/{example.title or example.context}"
    if example.source in ("qamr", "qasrl_gs"):
        key += example.context
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 2**32 < share


def write_jsonl(path: Path, rows: Iterable["DataclassInstance"]) -> int:
    """Write the rows, one JSON object a line, gzipped; return how many."""
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        for row in rows:
            file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            count += 1
    return count


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read back, as JSON objects, what :func:`write_jsonl` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def read_jsonl(path: Path) -> list[Example]:
    """Read the examples that :func:`write_jsonl` wrote."""
    return [Example.from_json(row) for row in read_rows(path)]


def answer_texts(example: Example) -> list[str]:
    """Return the annotated answers' strings."""
    return [example.context[start:end] for start, end in example.answers]


def by_source(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """Group the examples by the set they come from, sets in order of first appearance."""
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.source, []).append(example)
    return groups
