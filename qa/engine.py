"""Engine.ask(): one question down through search and reader, one Answer back."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path
from threading import Lock

from index import Entry, Hit, Index
from qa import compose, followup
from qa.reader import OnnxReader, Reader
from qa.types import Answer, Citation, Reason, Span, Turn


class Engine:
    """An index and a reader, opened when the first question needs them. Safe to share between threads.

    It holds nothing of a conversation: turns are an argument, so two conversations cannot mix.
    """

    def __init__(self, folder: Path, *, reader: Reader | None = None, index: Index | None = None) -> None:
        """``folder`` is where the index is; the reader we ship is used unless another one is given."""
        self.folder = folder
        self._reader = reader
        self._index = index
        self._lock = Lock()

    def ask(self, question: str, turns: Sequence[Turn] = (), *, k: int = 10) -> Answer:
        """Answer from the documents, or abstain with a reason.

        At most ``k`` passages are read. Raises IndexNotFound if there is no index, ModelError if weights are damaged.
        """
        # 1  a follow-up is made whole
        searched = followup.standalone(question, turns)
        if not len(self.index):
            return Answer(question, searched, "", (), 0.0, Reason.EMPTY_INDEX, ())
        # 2  passages that may hold the answer
        hits = self.index.search(searched, k)
        # 3  spans in them
        spans = read_in_order(self.reader, searched, hits)
        # 4  one of them is the answer, or none is
        answer = compose.answer(question, hits, spans, self.reader.calibration, searched=searched)
        return unless_changed(answer)

    def retrieve(self, question: str, *, k: int = 5) -> list[Hit]:
        """Return the ``k`` passages that fit the question best, best first."""
        return self.index.search(question.strip(), k)

    def documents(self) -> list[Entry]:
        """List what is in the index, without the texts."""
        return self.index.documents()

    def warm(self) -> None:
        """Load the models now, so that the first question is as quick as the rest."""
        self.index.search("warm up", 1)
        self.reader.read("warm up", ["warm up"])

    def close(self) -> None:
        """Close the index; the engine opens it again if it is asked something more."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = None

    @property
    def index(self) -> Index:
        """The index, opened on first use."""
        with self._lock:
            if self._index is None:
                self._index = Index.open(self.folder)
            return self._index

    @property
    def reader(self) -> Reader:
        """The reader, loaded on first use."""
        with self._lock:
            if self._reader is None:
                self._reader = OnnxReader()
            return self._reader


def read_in_order(reader: Reader, question: str, hits: Sequence[Hit], *, count: int = 1) -> list[Span]:
    """Return up to ``count`` spans of each passage read, best passage first; ``hit`` is its place in ``hits``.

    Reading stops where a later passage could lead only with a higher score than the reader is expected to give:
    the bound of a threshold algorithm (Fagin et al. 2003), with a ceiling measured on held-out questions.
    """
    meaning = reader.calibration
    spans: list[Span] = []
    best = float("-inf")
    for place, hit in enumerate(hits):
        behind = hits[0].score - hit.score
        if best >= meaning.combined(meaning.ceiling, behind):
            break
        for span in reader.read(question, [hit.passage.text], count=count):
            spans.append(replace(span, hit=place))
            best = max(best, meaning.combined(span.score, behind))
    return spans


def unless_changed(answer: Answer) -> Answer:
    """Return the answer if its files are still those that were read; else abstain: SOURCE_CHANGED."""
    fresh = tuple(citation for citation in answer.citations if holds(citation))
    if len(fresh) == len(answer.citations):
        return answer
    if not fresh:
        return replace(answer, text="", citations=(), reason=Reason.SOURCE_CHANGED)
    return replace(answer, text=fresh[0].quote, citations=fresh)


def holds(citation: Citation) -> bool:
    """Return whether the cited file is still on disk, byte for byte as it was indexed."""
    try:
        with Path(citation.path).open("rb") as file:
            return file_digest(file, "sha256").hexdigest() == citation.sha256
    except OSError:
        return False
