"""What a question's words are to an index: known or not, common or rare, spelled like others."""

from collections.abc import Callable, Sequence

from index.onnx import encodable
from index.readers import Readers
from index.search.lexical import Words, quoted
from index.types import Embedder


class Vocabulary:
    """The words of an index. Threads may share it."""

    def __init__(self, readers: Readers, embedder: Callable[[], Embedder]) -> None:
        """Look words up in a store, and ask an embedder, once it is needed, which it knows."""
        self._readers = readers
        self._embedder = embedder

    def words(self, question: str) -> Words:
        """Return a question's words as the index knows them: their stems, and how rare they are."""
        with self._readers.store() as store:
            return Words.of(store, encodable(question))

    def stems(self, text: str) -> list[str]:
        """Cut a text into stems, as passages were cut."""
        with self._readers.store() as store:
            return store.stems(text)

    def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """Map each stem that occurs to the number of passages that hold it."""
        with self._readers.store() as store:
            return store.frequencies(stems)

    def has(self, words: str) -> bool:
        """Tell whether a passage has these words one behind the other, as "MP-50" has two."""
        with self._readers.store() as store:
            return bool(store.match(quoted(words), 1))

    def spellings(self, stem: str) -> list[str]:
        """Return the stems in the index that begin with the same letter as this one and are about as long."""
        with self._readers.store() as store:
            return store.spellings(stem)

    def has_whole(self, word: str) -> bool:
        """Tell whether the embedder knows a word without cutting it into pieces: it is common in its language."""
        return self._embedder().count_tokens([word]) == [1]
