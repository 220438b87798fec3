"""No-answer examples: a question put to another passage that looks right and does not hold the answer."""

import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from qa.train.data import Example, answer_texts

_WORD = re.compile(r"\w+")


class Related:
    """The passages of one set, found by the rare words that they share with a question (idf overlap)."""

    def __init__(self, contexts: Sequence[str], *, most: int = 400) -> None:
        """Index the passages; a word in more than ``most`` of them finds nothing."""
        self._contexts = contexts
        postings: dict[str, list[int]] = {}
        for number, context in enumerate(contexts):
            for word in set(_words(context)):
                postings.setdefault(word, []).append(number)
        self._postings = {word: rows for word, rows in postings.items() if len(rows) <= most}

    def best(self, question: str, *, count: int) -> list[str]:
        """Return up to ``count`` passages, the most words shared first."""
        scores: Counter[int] = Counter()
        for word in set(_words(question)):
            rows = self._postings.get(word, [])
            for row in rows:
                scores[row] += math.log(len(self._contexts) / len(rows))  # type: ignore[assignment]
        return [self._contexts[row] for row, _ in scores.most_common(count)]


def related_negatives(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """Put a ``share`` of the answerable questions to a passage that ranks high and lacks every answer."""
    picked = [e for e in examples if e.answers and random.Random(f"{seed}{e.id}").random() < share]
    search = Related(list(dict.fromkeys(e.context for e in examples)))
    negatives = []
    for example in picked:
        answers = [text.casefold() for text in answer_texts(example)]
        for context in search.best(example.question, count=4):
            if context != example.context and not any(text in context.casefold() for text in answers):
                negatives.append(replace(example, id=f"{example.id}-no", context=context, answers=()))
                break
    return negatives


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if len(word) > 2]
