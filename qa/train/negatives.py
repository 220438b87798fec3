"""No-answer examples: questions put to another passage that looks right, and questions about somebody else."""

import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from qa.train.data import Example, answer_texts

_WORD = re.compile(r"\w+")
_ENTITY = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w'-]*[a-z](?: [A-Z][\w'-]*[a-z])*|\d{2,4}(?![\w.,]))")
"""A name or a number inside a sentence."""


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


def swapped_negatives(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """Ask a ``share`` of the answerable questions about another name or number, taken from the passage or its article.

    As in SQuAD 2.0 (Rajpurkar et al. 2018, section 4): the passage is about the right things and does not say it.
    """
    articles: dict[str, list[str]] = {}
    for example in examples:
        articles.setdefault(example.title or example.context, []).append(example.context)
    negatives = []
    for example in examples:
        random_ = random.Random(f"swap/{seed}/{example.id}")
        if not example.answers or random_.random() >= share:
            continue
        near = [example.context, random_.choice(articles[example.title or example.context])]
        found = [m for m in _ENTITY.finditer(example.question) if m[0] in example.context]
        pool = [m[0] for m in _ENTITY.finditer(random_.choice(near))]
        taken = {example.question, *(text for text in answer_texts(example))}
        if not found or not pool:
            continue
        old, new = random_.choice(found), random_.choice(pool)
        same_kind = old[0][0].isdigit() == new[0].isdigit()
        if same_kind and not any(new in text or text in new for text in taken):
            question = example.question[: old.start()] + new + example.question[old.end() :]
            negatives.append(replace(example, id=f"{example.id}-swap", question=question, answers=(), weight=0.8))
    return negatives


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if len(word) > 2]
