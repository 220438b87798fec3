"""The documents that questions are asked of, and where in them the right passages are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index import Hit, Index
from qa.squad import Question

_UNSAFE = re.compile(r"[^\w-]+")


def write_articles(questions: Sequence[Question], folder: Path) -> None:
    """Write each article of a question set as a text file, its paragraphs apart by a blank line."""
    articles: dict[str, dict[str, None]] = {}
    for question in questions:
        articles.setdefault(question.title, {})[question.context] = None
    folder.mkdir(parents=True, exist_ok=True)
    for number, (title, contexts) in enumerate(articles.items()):
        name = _UNSAFE.sub("_", title)[:60]  # a title is text from a file, never a path
        (folder / f"{number:04}_{name}.txt").write_text("\n\n".join(contexts) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Gold:
    """Where the answers to a question stand: spans of documents, or, if its paragraph was not found, words alone."""

    path: str | None
    spans: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]

    def rank(self, hits: Sequence[Hit]) -> int | None:
        """Return the place, from 1, of the first hit whose passage holds an answer; None if none does."""
        return next((place for place, hit in enumerate(hits, 1) if self._in(hit)), None)

    def _in(self, hit: Hit) -> bool:
        passage = hit.passage
        if self.path is None:
            return any(text in passage.text for text in self.texts)
        if passage.document.path != self.path:
            return False
        return any(passage.start <= start and end <= passage.end for start, end in self.spans)


class Corpus:
    """An index, and the place of each question's paragraph in its documents."""

    def __init__(self, index: Index) -> None:
        """Read every document's text once: paragraphs are found by their own words, exactly."""
        found = (index.document(entry.id) for entry in index.documents())
        self._texts = {document.path: document.text for document in found if document}
        self._places: dict[str, tuple[str, int] | None] = {}

    def gold(self, question: Question) -> Gold:
        """Return where the answers stand."""
        place = self._place(question.context)
        texts = tuple(question.gold())
        if place is None:
            return Gold(None, (), texts)
        path, offset = place
        return Gold(path, tuple((offset + start, offset + end) for start, end in question.answers), texts)

    def _place(self, context: str) -> tuple[str, int] | None:
        if context not in self._places:
            found = ((path, text.find(context)) for path, text in self._texts.items())
            self._places[context] = next(((path, offset) for path, offset in found if offset >= 0), None)
        return self._places[context]
