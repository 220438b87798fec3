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
    Embedder,
    Entry,
    Hit,
    Index,
    IndexNotFound,
    Outcome,
    Progress,
    Report,
    Watch,
    Where,
    load_embedder,
    walk,
)
from index.embed import PACKAGED
from index.load import SUFFIXES
from index.onnx import encodable
from qa import compose, followup
from qa.about import Asked, is_code, stands_for, unknown
from qa.by_words import sentence_for
from qa.language import is_english
from qa.location import located
from qa.originals import unless_changed
from qa.read import Cascade, LibraryReader, Reader, load_reader
from qa.read.alone import borne_out
from qa.read.in_order import READ, OnRead, read
from qa.speech import stands_in
from qa.spelling import Lexicon, is_close, mended
from qa.types import Answer, Reason, Turn

AT_ONCE = 2
"""Questions that are read at the same time: each uses every core, so more would only wait for each other."""


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
        self,
        folder: Path,
        *,
        reader: Reader | None = None,
        index: Index | None = None,
        device: str | None = None,
        ray: str = "",
    ) -> None:
        """``folder`` is where the index is (see :func:`located`); our readers are used unless another one is given.

        ``device`` is "cpu", "cuda" or "mps", for an embedder that is not the packaged one; None takes what there is.
        The index is asked and filled through the ``ray`` cluster with that address, if one is given.
        """
        self.folder, address = located(folder)
        self._ray = ray or address
        self._device = device
        self._reader = reader
        self._index = index
        self._openings = 0
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
        searched = encodable(followup.standalone(question, turns))
        if not len(self.index):
            return Answer(question, searched, Reason.EMPTY_INDEX, 0.0)
        # 2  passages that may hold the answer
        hits = self.index.search(searched, k, where=where)
        if (better := self._mended(searched, hits)) != searched:
            searched, hits = better, self.index.search(better, k, where=where)
        asked = Asked.of(searched, self.index.vocabulary.words(searched), self.index.vocabulary.stems)
        if missing := self._missing(asked, hits):
            return Answer(question, searched, Reason.UNKNOWN_NAME, 0.0, hits=tuple(hits), missing=tuple(missing))
        # 3  spans in them
        with self._reading:
            candidates = read(
                self.reader,
                searched,
                hits,
                shape=READ,
                is_about=asked.is_subject_of,
                as_shown=lambda found: compose.shape(found, asked),
                on_read=on_read or (lambda _done, _of: None),
            )
            shown = borne_out(self.reader, searched, compose.shape(candidates, asked), line_of=stands_in)
        # 4  what they claim, or that nothing is sure
        answer = compose.answer(question, hits, shown, self.reader.calibration, searched=searched)
        if not answer.claims and self.reader.is_english and not is_english(searched):
            answer = self._by_words(answer)
        return unless_changed(answer)

    def _by_words(self, answer: Answer) -> Answer:
        """Return the answer with the sentence that has the question's words, or the reason that nothing was read."""
        calibration = self.reader.calibration
        found = sentence_for(answer.searched, answer.hits, calibration.threshold)
        if found is None:
            return replace(answer, reason=Reason.OTHER_LANGUAGE)
        claims = tuple(compose.claims([found], calibration))
        return replace(
            answer,
            reason=Reason.ANSWERED,
            confidence=claims[0].confidence,
            claims=claims,
            candidates=(found, *answer.candidates),
        )

    def _mended(self, question: str, hits: Sequence[Hit]) -> str:
        """Return the question with its slips mended by what the documents say."""
        vocabulary = self.index.vocabulary
        lexicon = Lexicon(
            stem=lambda word: "".join(vocabulary.stems(word)),
            is_indexed=lambda stem: stem in vocabulary.frequencies([stem]),
            alike=vocabulary.spellings,
            is_english=vocabulary.has_whole,
        )
        return mended(question, lexicon, lambda: [hit.passage.text for hit in hits])

    def _missing(self, asked: Asked, hits: Sequence[Hit]) -> list[str]:
        """Return the names in a question that occur nowhere in the documents, nor anything spelled like them."""
        vocabulary = self.index.vocabulary
        named = asked.names
        if not is_english(asked.question):  # in German every noun has a capital
            named = {name: parts for name, parts in named.items() if is_code(name)}
        known = vocabulary.frequencies(sorted({stem for parts in named.values() for stem in parts}))
        missing = unknown(named, known, lambda stem: is_close(stem, vocabulary.spellings(stem)))
        missing += [name for name in named if name not in missing and is_code(name) and not vocabulary.has(name)]
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
        return self._openings, index.generation()

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
        reader = self.reader
        for each in (reader.quick, reader.better) if isinstance(reader, Cascade) else (reader,):
            each.read("warm up", "warm up")

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

    @property
    def calibrated(self) -> bool:
        """Whether what the reader's scores mean was learned from questions; if not, its confidence says nothing."""
        return self.reader.calibrated

    def _open(self, *, create: bool = False, embedder: str | None = None, shards: int | None = None) -> Index:
        with self._lock:
            if self._index is not None and (embedder or shards or self._index.is_replaced()):
                self._index = None  # not closed: another thread may be searching it; it is closed when let go of
            if self._index is None:
                self._index = self._opened(create, embedder, shards)
                self._openings += 1
            return self._index

    def _opened(self, create: bool, embedder: str | None, shards: int | None) -> Index:
        if self._device is None:
            chosen = load_embedder(embedder, network=True) if embedder else None
        else:
            chosen = self._placed(embedder, self._device)
        return Index.open(self.folder, create=create, embedder=chosen, shards=shards, ray=self._ray)

    def _placed(self, embedder: str | None, device: str) -> Embedder:
        """Load the embedder for a device; the packaged one has only the CPU, and lets a reader have the device."""
        name = embedder or self._made_with()
        is_for_reader = name == PACKAGED and isinstance(self._reader, LibraryReader)
        return load_embedder(name, device=None if is_for_reader else device, network=embedder is not None)

    def _made_with(self) -> str:
        try:
            with Index.open(self.folder) as index:
                return index.origin.name
        except IndexNotFound:
            return PACKAGED
