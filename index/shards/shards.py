"""Shards: several indexes as one. What each score needs of the whole is summed before it is worked out."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise
from pathlib import Path
from threading import RLock
from typing import Any, Self, TypeVar

from index.embed import load_embedder
from index.errors import IndexMismatch, IndexNotFound, StoreError
from index.index import DEPTH, Index, Mode, create_store, verified
from index.lock import WriteLock
from index.search.fuse import fuse
from index.search.lexical import Words
from index.search.query import Query
from index.search.rerank import HEAD
from index.search.searcher import Scored
from index.search.statistics import Statistics
from index.search.vocabulary import Vocabulary
from index.shards.part import Part
from index.shards.spread import Spread, place, total
from index.store import Counts, Entry, Origin, Store
from index.types import Document, Embedder, Hit, Where
from index.walk import roots

MANIFEST = "shards.json"
"""Says how many shards a folder holds; written last, so where it is, they are."""

T = TypeVar("T")


class Shards(Index):
    """Documents in several shards, found as in one index: the same hits, in the same order, with the same scores.

    A document lies in the shard that its content's hash names. Threads may share one, any number of processes may read
    while one writes; a search sees each shard as it is when it is asked.
    """

    def __init__(self, folder: Path, parts: Sequence[Part], embedder: Embedder | None = None) -> None:
        """Take over open shards; ``Index.open`` is the way in."""
        self.folder = folder
        self.origin = parts[0].origin()
        self._embedder = verified(embedder, self.origin, folder) if embedder else None
        self._loading, self._writing = RLock(), RLock()
        self._parts = list(parts)
        self._pool = ThreadPoolExecutor(max(len(parts), os.cpu_count() or 1), thread_name_prefix="shard")
        self.vocabulary: ShardVocabulary = ShardVocabulary(self.origin, self._each, self._lazy_embedder)

    @classmethod
    def in_folder(
        cls, folder: Path, *, embedder: Embedder | None = None, create: bool = False, shards: int | None = None
    ) -> Self:
        """Open the shards in a folder; see ``Index.open``. ``shards`` is how many a new one has."""
        count = held(folder)
        if count is None:
            if not (create and shards):
                raise IndexNotFound(f"there are no shards in {folder}: make them with `seedqa add PATH --shards 8`")
            _make(folder, shards, embedder or load_embedder())
        elif shards not in (None, count):
            raise IndexMismatch(f"the index in {folder} has {count} shards, not {shards}: leave --shards out")
        with ExitStack() as opened:
            parts = [Part(Store.open(path)) for path in databases(folder)]
            for part in parts:
                opened.callback(part.close)
            made = cls(folder, parts, embedder)
            opened.pop_all()
        return made

    # What is in it

    def counts(self) -> Counts:
        """Tell how many documents, files and passages there are."""
        return total(iter(self._each(lambda part: part.counts())))

    def generation(self) -> int:
        """Count the changes so far, in all shards."""
        return sum(self._each(lambda part: part.generation()))

    def documents(self) -> list[Entry]:
        """List the files by path, without their texts."""
        found = [entry for entries in self._each(lambda part: part.documents()) for entry in entries]
        return sorted(found, key=lambda entry: entry.path)

    def document(self, key: int | str) -> Document | None:
        """Return a document by its id, or by the SHA-256 of the bytes it was read from; None if it is not there."""
        if isinstance(key, str):
            return self._parts[place(key, len(self._parts))].document(key)
        return self._first(lambda part: part.document(key))

    def passage_around(self, document_id: int, start: int, end: int) -> tuple[int, int] | None:
        """Tell where the passage starts and ends that holds ``text[start:end]`` of a document; None if none does."""
        return self._first(lambda part: part.passage_around(document_id, start, end))

    def find(self, path: Path | str) -> Document | None:
        """Return the document that was read from a file; None if it is not there."""
        written = list(roots([Path(path)]))
        return self._first(lambda part: part.find(written))

    def check(self) -> list[str]:
        """Return the faults found in the shards, one sentence each; none if they are sound."""
        found = [problem for problems in self._each(lambda part: part.check()) for problem in problems]
        paths = [entry.path for entry in self.documents()]
        twice = {path for path, next_ in pairwise(paths) if path == next_}
        return found + [f"{path} is in two shards: run `seedqa add` again" for path in sorted(twice)]

    def is_replaced(self) -> bool:
        """Tell whether the folder no longer holds the shards that were opened here."""
        return any(part.is_replaced() for part in self._parts)

    # Search

    def settle(self) -> None:
        """Make the segments now that are otherwise made in the background."""
        for part in self._parts:
            part.settle()

    def search(self, question: str, k: int = 10, *, mode: Mode = Mode.FUSED, where: Where | None = None) -> list[Hit]:
        """Return the k passages that fit a question best, as ``Index.search`` does, with the same scores."""
        question = question.encode(errors="replace").decode()  # half characters are no text
        if k < 1 or not question.strip() or not len(self):
            return []
        # 1  the question's vector and words, and what the scores need of the whole
        vector = None if mode is Mode.LEXICAL else self._lazy_embedder().encode_question(question)
        cut = self.vocabulary.cut(question)
        stems = [*cut.content]
        whole = sum(self._each(lambda part: part.statistics(stems, vector)), Statistics())
        depth = DEPTH if mode is Mode.FUSED else max(DEPTH, k)
        query = Query(vector, cut.among(whole), whole.average, depth, by_words=mode is not Mode.DENSE, where=where)
        # 2  each shard's nearest; the nearest of all are among them
        found = self._each(lambda part: part.candidates(query))
        near, worded = (_best(lists, depth) for lists in zip(*found, strict=True))
        homes = {i: number for number, lists in enumerate(found) for each in lists for i, _ in each}
        if mode is not Mode.FUSED:
            return self._passages((near or worded)[:k], homes, where)
        # 3  one list, scored anew where the passages are
        fused = [i for i, _ in fuse(near, worded)]
        scores = self._scored(query, fused[: -(-k // HEAD) * HEAD], homes)
        # 4  forty at a time: the first forty are the same whatever k is
        ranked: Scored = []
        for start in range(0, min(k, len(fused)), HEAD):
            block = [(i, scores[i]) for i in fused[start : start + HEAD] if i in scores]
            most = ranked[-1][1] if ranked else float("inf")
            ranked += [(i, min(score, most)) for i, score in _best([block], HEAD)]
        return self._passages(ranked[:k], homes, where)

    def _scored(self, query: Query, ids: Sequence[int], homes: dict[int, int]) -> dict[int, float]:
        scored = self._at_home(ids, homes, lambda part, own: part.scored(query, own))
        return {number: score for each in scored for number, score in each}

    def _passages(self, scored: Scored, homes: dict[int, int], where: Where | None) -> list[Hit]:
        found = self._at_home([i for i, _ in scored], homes, lambda part, own: part.hits(own, where))
        passages = {hit.passage.id: hit.passage for hits in found for hit in hits}
        return [Hit(passages[i], score) for i, score in scored if i in passages]

    def _at_home(self, ids: Sequence[int], homes: dict[int, int], ask: Callable[[Part, list[int]], T]) -> list[T]:
        """Ask each shard about those of the passages that are its own."""
        own: dict[int, list[int]] = {}
        for number in ids:
            own.setdefault(homes[number], []).append(number)
        return list(self._pool.map(lambda home: ask(self._parts[home], own[home]), own))

    def _each(self, ask: Callable[[Part], T]) -> list[T]:
        """Ask all shards at once; return what they say in their order."""
        return list(self._pool.map(ask, self._parts))

    def _first(self, ask: Callable[[Part], T | None]) -> T | None:
        return next((found for found in self._each(ask) if found is not None), None)

    # Keeping

    def close(self) -> None:
        """Close the files."""
        self._pool.shutdown()
        for part in self._parts:
            part.close()

    @contextmanager
    def _writer(self) -> Iterator[Store]:
        """Write through connections of its own, all shards under one lock."""
        with self._writing, WriteLock(self.folder / "write.lock"), closing(Spread(databases(self.folder))) as spread:
            yield spread


class ShardVocabulary(Vocabulary):
    """The words of all shards together. Texts are cut here: that needs no shard."""

    def __init__(
        self, origin: Origin, each: Callable[[Callable[[Part], Any]], list[Any]], embedder: Callable[[], Embedder]
    ) -> None:
        """``each`` asks all shards."""
        self._cutter, self._cutting = Store.create(Path(":memory:"), origin), RLock()  # it holds nothing
        self._each, self._embedder = each, embedder

    def cut(self, question: str) -> Words:
        """Cut a question as passages were cut."""
        with self._cutting:
            return Words.cut(self._cutter, question)

    def words(self, question: str) -> Words:
        """Return a question's words as the whole index knows them."""
        words = self.cut(question.encode(errors="replace").decode())
        stems = [*words.content]
        return words.among(sum(self._each(lambda part: part.statistics(stems, None)), Statistics()))

    def stems(self, text: str) -> list[str]:
        """Cut a text into stems, as passages were cut."""
        with self._cutting:
            return self._cutter.stems(text)

    def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """Map each stem that occurs to the number of passages that hold it, in all shards."""
        found = self._each(lambda part: part.frequencies(stems))
        return {stem: sum(each.get(stem, 0) for each in found) for stem in sorted(set().union(*found))}

    def has(self, words: str) -> bool:
        """Tell whether a passage has these words one behind the other, as "MP-50" has two."""
        return any(self._each(lambda part: part.has(words)))

    def spellings(self, stem: str) -> list[str]:
        """Return the stems in any shard that begin with the same letter as this one and are about as long."""
        return sorted(set().union(*self._each(lambda part: part.spellings(stem))))


def held(folder: Path) -> int | None:
    """Return how many shards a folder holds; None if it holds none."""
    try:
        return int(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["shards"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{folder / MANIFEST} cannot be read ({error})"
        raise StoreError(f'{problem}: it should say {{"shards": N}}, the number of shard folders beside it') from error


def databases(folder: Path) -> list[Path]:
    """List the shards' files, in order."""
    return _paths(folder, held(folder) or 0)


def _paths(folder: Path, count: int) -> list[Path]:
    return [folder / f"shard-{number:03}" / "index.db" for number in range(count)]


def _make(folder: Path, count: int, embedder: Embedder) -> None:
    if (folder / "index.db").exists():
        raise IndexMismatch(f"the index in {folder} is not in shards: choose another folder with --index")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what it holds is nobody else's business
    for path in _paths(folder, count):
        create_store(path, embedder).close()
    made = folder / f"{MANIFEST}.new"
    made.write_text(json.dumps({"shards": count}), encoding="utf-8")
    made.replace(folder / MANIFEST)


def _best(lists: Sequence[Scored], depth: int) -> Scored:
    return sorted((each for scored in lists for each in scored), key=lambda each: (-each[1], each[0]))[:depth]
