"""Near by words: any question is words, never a query."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.search.lexical import STOP_WORDS, Words, quoted, rarest, search
from index.store import Origin, Store
from tests.fakes import HashingEmbedder, document, lines

EMBEDDER = HashingEmbedder(dimension=8)
TEXTS = [
    "Apple pie needs six apples.",
    "The tart is near the oven.",
    "Robert'); DROP TABLE documents;-- wrote this.",
    "Crème brûlée is served in Zürich.",
    "Смета утверждена в понедельник.",
    "The committee approved the budget of 2024.",
    "To be or not to be, that is the question.",
    "東京 タワー opened long ago.",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Store the texts above, one passage each, ids from 1."""
    made = Store.create(tmp_path_factory.mktemp("lexical") / "index.db", Origin("hashing", 8, "1"))
    notes = document("\n".join(TEXTS))
    made.put(notes, lines(notes), *EMBEDDER.stored(lines(notes)))
    yield made
    made.close()


def found(store: Store, question: str) -> list[int]:
    """List the ids that a question finds."""
    return [passage for passage, _ in search(store, Words.of(store, question), 10)]


@pytest.mark.parametrize(
    "question",
    [
        'apple "pie',
        "apple* pie^",
        "NEAR(apple pie, 2)",
        "text:apple AND NOT pie",
        "^apple - pie + ( {",
        "apple OR OR pie",
        "{about text} : apple",
        "'apple'; DELETE FROM words; --",
        'apple""pie',
        "apple\x00pie",
    ],
)
def test_query_syntax_is_words(store: Store, question: str) -> None:
    """Operators, column filters, quotes and SQL neither fail nor steer: apple pie is first."""
    assert found(store, question)[0] == 1


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("APPLES", 1),
        ("who baked the tarts?", 2),
        ("creme brulee", 4),
        ("ZURICH", 4),
        ("утверждена", 5),
        ("budgets approved", 6),
        ("in 2024", 6),
        ("東京", 8),
        ("Robert'); DROP TABLE documents;--", 3),
    ],
)
def test_case_accents_and_endings_do_not_matter(store: Store, question: str, first: int) -> None:
    """Words meet by their stems, in any script, with or without accents."""
    assert found(store, question)[0] == first


def test_stop_words_count_only_where_there_is_nothing_else(store: Store) -> None:
    """They do not bring passages that share nothing else, but a question of them alone is asked."""
    assert found(store, "is the pie to be eaten?") == [1]
    assert found(store, "to be or not to be")[0] == 7


@pytest.mark.parametrize("question", ["", "   ", "?!", "zebra", "\u0301", "🍏"])
def test_a_question_without_a_known_word_finds_nothing(store: Store, question: str) -> None:
    """Blank, marks only, or words that no passage holds."""
    assert found(store, question) == []


def test_scores_fall_and_more_shared_words_score_more(store: Store) -> None:
    """Higher is better, and the list is sorted."""
    hits = search(store, Words.of(store, "committee budget oven apple"), 10)
    assert hits[0][0] == 6
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert all(score > 0 for _, score in hits)


def test_a_long_question_is_answered(store: Store) -> None:
    """Of 10,000 characters the rarest words are taken."""
    assert found(store, "apple pie " * 1000)[0] == 1
    assert found(store, " ".join(f"word{number}" for number in range(1500)) + " oven") == [2]


def test_title_and_heading_help_less_than_the_text(tmp_path: Path) -> None:
    """A passage is found by its title's and heading's words, after those that say them."""
    store = Store.create(tmp_path / "index.db", Origin("hashing", 8, "1"))
    leave = document("Sixteen weeks are paid.", "/leave", title="Handbook", heading="Parental leave")
    travel = document("Taxis need approval, leave does not.", "/travel", title="Handbook", heading="Travel")
    store.put(leave, lines(leave), *EMBEDDER.stored(lines(leave)))
    store.put(travel, lines(travel), *EMBEDDER.stored(lines(travel)))
    assert found(store, "parental") == [1]
    assert found(store, "leave") == [2, 1]
    assert sorted(found(store, "handbook")) == [1, 2]
    store.close()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_is_a_question(store: Store, question: str) -> None:
    """No text makes SQLite complain."""
    for passage, score in search(store, Words.of(store, question.encode(errors="replace").decode()), 10):
        assert 1 <= passage <= len(TEXTS)
        assert score > 0


def test_common_words_are_left_out_of_a_large_index() -> None:
    """What is in more than a twentieth of the passages goes, except the rarest of all."""
    frequencies = {"budget": 20, "meeting": 4_999, "page": 5_001, "year": 90_000}
    assert rarest(frequencies, 100_000) == ["budget", "meeting"]
    assert rarest({"page": 60_000, "year": 90_000}, 100_000) == ["page"]
    assert rarest({}, 100_000) == []


def test_a_small_index_keeps_common_words() -> None:
    """There they cost nothing and may decide."""
    assert rarest({"page": 400, "year": 450}, 500) == ["page", "year"]


def test_the_rarest_words_are_kept() -> None:
    """At most so many, ties in alphabetical order."""
    assert rarest({"c": 2, "b": 1, "a": 1}, 10, most=2) == ["a", "b"]


def test_quotes_are_doubled() -> None:
    """The one character that means something inside quotes."""
    assert quoted('say "hi"') == '"say ""hi"""'


def test_stop_words_are_lower_case_and_hold_no_content() -> None:
    """A few that must be there, and some that must not."""
    assert {"the", "who", "what", "is"} <= STOP_WORDS
    assert not {"may", "us", "it's", "meeting", "first", "year"} & STOP_WORDS
    assert all(word == word.lower() for word in STOP_WORDS)
