"""The close look: what a passage says of the question, and how close together."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Hit, Index, Mode, Passage
from index.search.lexical import Words
from index.search.rerank import Asked, Similarity, centred, coverage, proximity, rerank
from index.store import Origin, Store
from index.types import Vectors
from tests.fakes import HashingEmbedder, document, lines

TEXTS = [
    "The harbour is old. Boats come and go all year, and there is much to see, and nobody asks them for a fee.",
    "The harbour fee is due in May.",
    "A fee is due for the boathouse.",
    "The weather was fine.",
]
FILLER = [f"Nothing of note happened on day {number}." for number in range(20)]

tokens = st.lists(st.sampled_from("abcxyz"), max_size=30)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Store the texts above, one passage each, ids from 1."""
    made = Store.create(tmp_path_factory.mktemp("rerank") / "index.db", Origin("hashing", 8, "1"))
    notes = document("\n".join(TEXTS + FILLER))
    made.put(notes, lines(notes), *HashingEmbedder(dimension=8).stored(lines(notes)))
    yield made
    made.close()


def ranked(store: Store, question: str, meaning: dict[int, Similarity] | None = None) -> list[tuple[int, float]]:
    """Look closely at the first four texts; return their ids and scores."""
    hits = [Hit(alone(text, number), 0.0) for number, text in enumerate(TEXTS, 1)]
    found = rerank(hits, meaning or {}, Words.of(store, question), store.stems)
    return [(hit.passage.id, hit.score) for hit in found]


def alone(text: str, number: int) -> Passage:
    """Make a passage of a whole document without a title."""
    return Passage(number, document(text, title=""), 0, len(text))


def naive(asked: Asked, tokens: Sequence[str], width: int) -> float:
    """Try every stretch, one by one."""
    whole = sum(asked.words.values()) + sum(asked.pairs.values())
    best = 0.0
    for end in range(len(tokens)):
        places = range(max(0, end - width + 1), end + 1)
        words = {tokens[p] for p in places} & asked.words.keys()
        pairs = {(tokens[p - 1], tokens[p]) for p in places if p} & asked.pairs.keys()
        best = max(best, sum(asked.words[w] for w in words) + sum(asked.pairs[p] for p in pairs))
    return best / whole


def test_words_close_together_beat_the_same_words_apart(store: Store) -> None:
    """Both passages say "harbour" and "fee"; only one says them of each other."""
    order = ranked(store, "What is the harbour fee?")
    assert [number for number, _ in order][:2] == [2, 1]
    assert order[0][1] > order[1][1] > order[2][1]


def test_scores_are_means_of_four_shares(store: Store) -> None:
    """All words, side by side, and the same by meaning: 1. Nothing of all that: 0."""
    order = ranked(store, "harbour fee", {2: Similarity(1.0, 1.0)})
    assert order[0][0] == 2
    assert order[0][1] == pytest.approx(1.0)
    assert order[-1] == (4, 0.0)
    assert dict(ranked(store, "zebra", {3: Similarity(0.6, 0.2)})) == {3: pytest.approx(0.2), 1: 0.0, 2: 0.0, 4: 0.0}


def test_meaning_counts_from_the_average_passage() -> None:
    """Between it and the question itself; a cosine below it is nothing, and so is any where all are the same."""
    assert centred(0.2, 0.6) == pytest.approx(0.5)
    assert centred(0.2, 1.0) == 1.0
    assert centred(0.2, 0.1) == centred(0.2, -1.0) == centred(1.0, 1.0) == 0.0


def test_rare_words_say_more_than_common_ones(store: Store) -> None:
    """ "Nothing" is in most passages, "boathouse" in one."""
    weights = Words.of(store, "nothing about the boathouse").weights()
    assert set(weights) == {store.stems("nothing")[0], store.stems("boathouse")[0]}
    assert weights[store.stems("boathouse")[0]] > 4 * weights[store.stems("nothing")[0]] > 0


def test_a_word_repeated_counts_once() -> None:
    """Coverage and proximity are shares of what was asked, not counts."""
    asked = Asked({"a": 2.0, "b": 1.0}, {("a", "b"): 1.5})
    assert coverage(asked, ["a", "a", "a"]) == pytest.approx(2 / 3)
    assert proximity(asked, ["a"] * 5) == pytest.approx(2 / 4.5)
    assert proximity(asked, ["a", "b", "a", "b"]) == 1.0


def test_a_stretch_has_an_end() -> None:
    """Words further apart than its width do not meet."""
    asked = Asked({"a": 1.0, "b": 1.0}, {})
    assert proximity(asked, ["a", *"x" * 18, "b"]) == 1.0
    assert proximity(asked, ["a", *"x" * 19, "b"]) == 0.5


def test_the_title_and_heading_count_as_said() -> None:
    """A passage under "Fees" that does not repeat the word covers it all the same."""
    whole = document("It is due in May.", title="Harbour", heading="Fees")
    (passage,) = lines(whole)
    words = Words(("harbour", "fees"), {"harbour": "Harbour", "fees": "Fees"}, {"harbour": 1, "fees": 1}, 9)
    (hit,) = rerank([Hit(passage, 0.0)], {}, words, lambda text: text.lower().split())
    assert hit.score == pytest.approx(1 / 4)


def test_without_a_known_word_only_meaning_counts() -> None:
    """No share of nothing."""
    asked = Asked({}, {})
    assert coverage(asked, ["a"]) == proximity(asked, ["a"]) == 0.0


@given(tokens, st.integers(1, 8), st.sets(st.tuples(*[st.sampled_from("abc")] * 2), max_size=4))
def test_the_moving_stretch_finds_what_trying_all_finds(
    tokens: list[str], width: int, pairs: set[tuple[str, str]]
) -> None:
    """Compared with every stretch of a text, one by one."""
    asked = Asked({"a": 1.0, "b": 2.0, "c": 0.5}, dict.fromkeys(pairs, 0.75))
    assert proximity(asked, tokens, width=width) == pytest.approx(naive(asked, tokens, width))


class Planted(HashingEmbedder):
    """Knows what a few texts mean; all others mean something else."""

    MEANING: ClassVar = {"asked": (1.0, 0.0), "Boats sail.": (1.0, 0.0), "Boats, moths and rivers.": (0.6, 0.8)}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Look the texts up."""
        return np.array([self.MEANING.get(text.strip(), (0.0, 1.0)) for text in texts], np.float32)


def test_a_sentence_lifts_its_passage(tmp_path: Path) -> None:
    """No passage says a word of the question: one sentence that means it lifts a passage that does not on the whole."""
    long, short = "Clocks tick. Rivers bend. Boats sail. Moths fly.", "Boats, moths and rivers."
    other = "Nothing of the kind."
    with Index.open(tmp_path, embedder=Planted(dimension=2), create=True) as index:
        for number, text in enumerate([long, short, other]):
            index.add(document(text, f"/{number}", title=""))
        scores = {hit.passage.text: hit.score for hit in index.search("asked")}
        near = {hit.passage.text: hit.score for hit in index.search("asked", mode=Mode.DENSE)}
        assert near == {short: pytest.approx(0.6, abs=0.002), long: 0, other: 0}  # vectors are kept in 8 bits a number
        # the average cosine is 0.2, so 0.6 is half of what is possible: on the whole, and in its one sentence
        expected = {short: pytest.approx((0.5 + 0.5) / 4, abs=0.005), long: pytest.approx((0 + 1) / 4, abs=0.005)}
        assert scores == {**expected, other: 0}


class Narrow(HashingEmbedder):
    """Says the same, but all its cosines lie between 0.75 and 1, as those of some models do."""

    def __init__(self) -> None:
        """Put a direction beside the others that all texts share."""
        super().__init__(dimension=64)
        self._inner, self.dimension = HashingEmbedder(dimension=64), 65

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shrink what tells texts apart."""
        rows = self._inner.encode(texts)
        return np.hstack([rows * 0.25**0.5, np.full((len(texts), 1), 0.75**0.5, np.float32)]).astype(np.float32)


def test_where_an_embedders_cosines_lie_does_not_matter(tmp_path: Path) -> None:
    """The same passages score the same (but for the few bits of sentences) when all cosines are between 0.75 and 1."""
    scores = []
    for name, embedder in (("wide", HashingEmbedder(dimension=64)), ("narrow", Narrow())):
        with Index.open(tmp_path / name, embedder=embedder, create=True) as index:
            for number, text in enumerate(TEXTS + FILLER):
                index.add(document(text, f"/{number}", title=""))
            scores.append({hit.passage.text: hit.score for hit in index.search("what is the harbour fee?", 24)})
    wide, narrow = scores
    assert wide.keys() == narrow.keys()
    assert max(wide.values()) > 0.6
    assert narrow == pytest.approx(wide, abs=0.02)


def test_the_index_looks_closely(tmp_path: Path) -> None:
    """End to end: the passage whose words stand together leads, and scores are between 0 and 1."""
    with Index.open(tmp_path, embedder=HashingEmbedder(dimension=8), create=True) as index:
        for number, text in enumerate(TEXTS + FILLER):
            index.add(document(text, f"/{number}", title=""))
        hits = index.search("what is the harbour fee?", 24)
    assert hits[0].passage.text == TEXTS[1]
    assert all(0 <= hit.score <= 1 for hit in hits)
