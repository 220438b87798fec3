"""Question sets in SQuAD 1.1 and 2.0 JSON, plain or gzipped."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its passage, and every annotated answer as (start, end) in it; none: unanswerable."""

    id: str
    title: str
    question: str
    context: str
    answers: tuple[tuple[int, int], ...]

    def gold(self) -> list[str]:
        """Return the annotated answers' strings."""
        return [self.context[start:end] for start, end in self.answers]


def read(path: Path) -> Iterator[Question]:
    """Read a question set. Raises ValueError if it is none, or an answer is not at its offset."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        try:
            articles = json.load(file)["data"]
            yield from (_question(a, p, q) for a in articles for p in a["paragraphs"] for q in p["qas"])
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(
                f"{path} is not a SQuAD question set ({error!r}): expected data > paragraphs > qas."
            ) from error


def _question(article: dict[str, Any], paragraph: dict[str, Any], row: dict[str, Any]) -> Question:
    context = paragraph["context"]
    spans = []
    for answer in row["answers"] if not row.get("is_impossible") else ():
        start = answer["answer_start"]
        end = start + len(answer["text"])
        if context[start:end] != answer["text"]:
            raise ValueError(f"The answer to {row['id']} is not at its offset: the question set is damaged.")
        spans.append((start, end))
    return Question(row["id"], article.get("title", ""), row["question"], context, tuple(spans))
