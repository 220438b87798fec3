"""Engine: the one thing that faces see. One question goes down through search and reader, one Answer comes back."""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TypedDict, Unpack

from index import (
    Changes,
    Counts,
    Document,
    Entry,
    Hit,
    Index,
    Outcome,
    Progress,
    Report,
    Shape,
    View,
    Watch,
    Where,
    load_embedder,
    unchanged,
    walk,
)
from index.load import SUFFIXES
from qa import compose, followup
from qa.about import Asked, is_code, stands_for, unknown
from qa.language import is_english
from qa.read import Reader, load_reader
from qa.spelling import Lexicon, is_close, mended
from qa.types import Answer, Candidate, Claim, Reason, Span, Turn

READ = Shape(headings=True, rows=True, speakers=True)
"""What passages are read as."""

GIVE_UP = 0.2
"""How far behind the first passage reading goes on, in retrieval's score, while the reader has accepted none."""

AT_LEAST = 3
"""Passages that are read before that counts: in a small index the second is often far behind."""

AT_ONCE = 2
"""Questions that are read at the same time: each uses every core, so more would only wait for each other."""

OnRead = Callable[[int, int], None]
"""Is told how many passages have been read, and of how many."""


class Rules(TypedDict, total=False):
    """What a folder is added by: see :func:`index.walk.walk`."""

    exclude: Sequence[str]
    without: Collection[str]
    links: bool
    max_files: int


class Engine:
    """An index and a reader, opened when the first question needs them. Safe to share between threads.

    It holds nothing of a conversation: turns are an argument, so two conversations cannot mix.
    """

    def __init__(
        self, folder: Path, *, reader: Reader | None = None, index: Index | None = None, ray: str = ""
    ) -> None:
        """``folder`` is where the index is; the reader we ship is used unless another one is given.

        The index is asked and filled through the ``ray`` cluster with that address, if one is given.
        """
        self._ray = ray
        self.folder = folder
        self._reader = reader
        self._index = index
        self._lock = Lock()
        self._reading = BoundedSemaphore(AT_ONCE)

    # Questions

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = 10,
        where: Where | None = None,
        on_read: OnRead | None = None,
    ) -> Answer:
        """Answer from the documents, or abstain with a reason.

        At most ``k`` passages are read; ``on_read`` is told before each how many were, of how many there are, and may
        end it all by raising. Raises IndexNotFound if there is no index, ModelError if weights are damaged.
        """
        # 1  a follow-up is made whole
        searched = followup.standalone(question, turns).encode(errors="replace").decode()  # half characters are no text
        if not len(self.index):
            return Answer(question, searched, Reason.EMPTY_INDEX, 0.0)
        # 2  passages that may hold the answer
        hits = self.index.search(searched, k, where=where)
        if (better := self._mended(searched, hits)) != searched:
            searched, hits = better, self.index.search(better, k, where=where)
        asked = Asked.of(searched, self.index.words(searched), self.index.stems)
        if missing := self._missing(asked, hits):
            return Answer(question, searched, Reason.UNKNOWN_NAME, 0.0, hits=tuple(hits), missing=tuple(missing))
        # 3  spans in them
        with self._reading:
            candidates = read_in_order(
                self.reader,
                searched,
                hits,
                shape=READ,
                is_about=asked.is_subject_of,
                on_read=on_read or (lambda _done, _of: None),
            )
        # 4  what they claim, or that nothing is sure
        answer = compose.answer(question, hits, candidates, self.reader.calibration, searched=searched, asked=asked)
        if not answer.claims and self.reader.is_english and not is_english(searched):
            return replace(answer, reason=Reason.OTHER_LANGUAGE)
        return unless_changed(answer)

    def _mended(self, question: str, hits: Sequence[Hit]) -> str:
        """Return the question with its slips mended by what the documents say."""
        index = self.index
        lexicon = Lexicon(
            stem=lambda word: "".join(index.stems(word)),
            is_indexed=lambda stem: stem in index.frequencies([stem]),
            alike=index.spellings,
            is_english=index.has_whole,
        )
        return mended(question, lexicon, lambda: [hit.passage.text for hit in hits])

    def _missing(self, asked: Asked, hits: Sequence[Hit]) -> list[str]:
        """Return the names in a question that occur nowhere in the documents, nor anything spelled like them."""
        stems = {stem for parts in asked.names.values() for stem in parts}
        known = self.index.frequencies(sorted(stems))
        missing = unknown(asked.names, known, lambda stem: is_close(stem, self.index.spellings(stem)))
        missing += [name for name in asked.names if name not in missing and is_code(name) and not self.index.has(name)]
        texts = [f"{hit.passage.document.title}\n{hit.passage.text}" for hit in hits]
        return [name for name in missing if not stands_for(name, texts)]

    def retrieve(self, question: str, *, k: int = 5, where: Where | None = None) -> list[Hit]:
        """Return the ``k`` passages that fit the question best, best first."""
        return self.index.search(question.strip(), k, where=where)

    # Documents

    def documents(self) -> list[Entry]:
        """List what is in the index, without the texts."""
        return self.index.documents()

    def generation(self) -> tuple[int, int]:
        """Return what stays the same while the index does: which index it is, and how often it has changed."""
        index = self.index
        return id(index), index.generation()

    def document(self, key: int | str) -> Document | None:
        """Return a document by its id, or by the SHA-256 of the bytes it was read from; None if it is not there."""
        return self.index.document(key)

    def passage_around(self, document_id: int, start: int, end: int) -> tuple[int, int] | None:
        """Tell where the passage starts and ends that holds ``text[start:end]`` of a document; None if none does."""
        return self.index.passage_around(document_id, start, end)

    def counts(self) -> Counts:
        """Tell how many documents, files and passages there are."""
        return self.index.counts()

    def check(self) -> list[str]:
        """Return the faults found in the index, one sentence each; none if it is sound."""
        return self.index.check()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The suffixes of the files that can be read, such as ".pdf"."""
        return SUFFIXES

    @property
    def embedder(self) -> str:
        """The name of the embedder that the index was made with."""
        return self.index.origin.name

    def add(
        self,
        paths: Sequence[Path],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        on_file: Callable[[Outcome], None] | None = None,
        max_bytes: int = 32 << 20,
        embedder: str | None = None,
        shards: int | None = None,
        **rules: Unpack[Rules],
    ) -> Report:
        """Bring the index in line with files and folders, as ``Index.sync`` does; make one if there is none.

        ``embedder`` names the one that a new index is made with, ``shards`` is how many parts it has; raises
        IndexMismatch if there is one made otherwise.
        """
        index = self._open(create=True, embedder=embedder, shards=shards)
        return index.sync(paths, on_progress=on_progress, on_file=on_file, max_bytes=max_bytes, **rules)

    def watch(self, paths: Sequence[Path], **rules: Unpack[Rules]) -> Watch:
        """Begin to watch files and folders, by the same rules as they are added."""
        return Watch(paths, lambda there: walk(there, **rules))

    def known(self, changes: Changes) -> Changes:
        """Return changes without files that are gone and never were in the index: temporary files of editors."""
        stored = {entry.path for entry in self.documents()}
        differ = tuple(path for path in changes.differ if str(path) in stored or os.path.lexists(path))
        return Changes(differ, tuple(path for path in changes.left_out if str(path) in stored))

    def remove(self, paths: Sequence[Path]) -> int:
        """Forget files, or all that lie below folders; return how many went. No file is touched."""
        return self.index.remove(paths)

    # Keeping

    def warm(self) -> None:
        """Load the models now, so that the first question is as quick as the rest."""
        self.index.search("warm up", 1)
        self.reader.read("warm up", "warm up")

    def close(self) -> None:
        """Close the index; the engine opens it again if it is asked something more."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = None

    @property
    def index(self) -> Index:
        """The index, opened on first use, and again when another has been put in its place."""
        return self._open()

    @property
    def reader(self) -> Reader:
        """The reader, loaded on first use."""
        with self._lock:
            if self._reader is None:
                self._reader = load_reader()
            return self._reader

    def _open(self, *, create: bool = False, embedder: str | None = None, shards: int | None = None) -> Index:
        with self._lock:
            if self._index is not None and (embedder or shards or self._index.is_replaced()):
                self._index = None  # not closed: another thread may be searching it; it is closed when let go of
            if self._index is None:
                given = load_embedder(embedder, network=True) if embedder else None
                self._index = Index.open(self.folder, create=create, embedder=given, shards=shards, ray=self._ray)
            return self._index


def read_in_order(
    reader: Reader,
    question: str,
    hits: Sequence[Hit],
    *,
    count: int = 3,
    shape: Shape = READ,
    is_about: Callable[[Hit], bool] = lambda _: True,
    on_read: OnRead = lambda _done, _of: None,
) -> list[Candidate]:
    """Return up to ``count`` candidates of each passage read, best passage first.

    A passage loses for being behind the first one that the reader accepts, if that ``is_about`` what was asked: a title
    page that has all the words of the question, and no answer, is not what others are behind. Reading stops where a
    later passage could lead only with a higher score than the reader is expected to give: the bound of a threshold
    algorithm (Fagin et al. 2003), with a ceiling measured on held-out questions.
    """
    meaning = reader.calibration
    found: list[tuple[Hit, list[Candidate]]] = []
    known: dict[str, list[Span]] = {}
    first, best = None, float("-inf")
    for place, hit in enumerate(hits):
        if first is None and place >= AT_LEAST and hits[0].score - hit.score > GIVE_UP:
            break
        if first is not None and best >= meaning.combined(meaning.ceiling, first - hit.score):
            break
        on_read(place, len(hits))
        read = spans_in(reader, question, hit, count=count, shape=shape, known=known)
        found.append((hit, read))
        top = max((each.score for each in read), default=float("-inf"))
        if first is None and top >= meaning.threshold and (place == 0 or is_about(hit)):
            first = hit.score
        if first is not None:
            best = max(best, meaning.combined(top, first - hit.score))
    lead = max((hit.score for hit, _ in found), default=0.0) if first is None else first
    return [
        replace(each, score=meaning.combined(each.score, max(0.0, lead - hit.score)))
        for hit, read in found
        for each in read
    ]


def spans_in(
    reader: Reader, question: str, hit: Hit, *, count: int, shape: Shape, known: dict[str, list[Span]]
) -> list[Candidate]:
    """Return up to ``count`` candidates of one passage, with the reader's scores; what is ``known`` is not read again.

    The same words stand in many files: in copies with another first page, in forms, in mails that quote each other.
    """
    view = View.of(hit.passage, shape)
    spans = known.get(view.text)
    if spans is None:
        spans = known[view.text] = reader.read(question, view.text, count=count, breaks=view.breaks())
    # what is made of the words around the passage has no place in it, and can never be quoted
    places = ((view.origin(span.start, span.end), span.score) for span in spans)
    return [Candidate(hit, *place, score) for place, score in places if place]


def unless_changed(answer: Answer) -> Answer:
    """Return the answer with what its files still say; if that is nothing, abstain: SOURCE_CHANGED."""
    if not answer.claims:
        return answer
    files = {(c.path, c.sha256) for claim in answer.claims for c in claim.citations}
    fresh = {file for file in files if unchanged(*file)}
    kept = [_fresh(claim, fresh) for claim in answer.claims]
    claims = tuple(claim for claim in kept if claim.citations)
    return replace(answer, claims=claims) if claims else replace(answer, claims=(), reason=Reason.SOURCE_CHANGED)


def _fresh(claim: Claim, fresh: set[tuple[str, str]]) -> Claim:
    citations = tuple(c for c in claim.citations if (c.path, c.sha256) in fresh)
    return replace(claim, text=citations[0].quote if citations else "", citations=citations)
