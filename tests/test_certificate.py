"""qa.certificate: the JSON objects, and whether they hold."""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Hit
from qa.certificate import examine, hits_to_json, parse, to_json, verify
from qa.types import Answer, Citation, Claim, Reason
from tests.fakes import document, lines

HITS = [Hit(lines(document("Anna led it.", "/a.txt", sha256="ab"))[0], 0.75)]
TEXT = "The lamp was lit in May. The lighthouse was built by Edda Holm in 1871."

Row = dict[str, Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is quoted."""
    path = tmp_path / "note.txt"
    path.write_text(TEXT)
    return path


def row_of(path: Path, quote: str = "Edda Holm") -> Row:
    """Return an answer from that file, as ``ask --json`` prints it."""
    start, first = TEXT.index(quote), TEXT.index("The lighthouse")
    hashed = sha256(path.read_bytes()).hexdigest()
    citation = Citation(str(path), "note", None, "", start, start + len(quote), quote, TEXT[first:], first, hashed)
    answer = Answer("who?", "who?", Reason.ANSWERED, 0.75, (Claim(quote, (citation,), 0.75),))
    made: Row = json.loads(json.dumps(to_json(answer)))
    return made


def test_an_answer_is_the_object_that_the_design_promises() -> None:
    """Field for field: scripts rely on it."""
    cited = Citation("/a.txt", "Notes", None, "", 0, 4, "Anna", "Anna led it.", 0, "ab")
    answer = Answer("who?", "who?", Reason.ANSWERED, 0.75, (Claim("Anna", (cited,), 0.75),), hits=tuple(HITS))
    citation = {"path": "/a.txt", "title": "Notes", "page": None, "heading": "", "start": 0, "end": 4, "quote": "Anna",
                "sentence": "Anna led it.", "sentence_start": 0, "sha256": "ab", "place": "",
                "last_page": None, "modified": ""}  # fmt: skip
    assert json.loads(json.dumps(to_json(answer))) == {
        "question": "who?",
        "searched": "who?",
        "reason": "answered",
        "text": "Anna",
        "confidence": 0.75,
        "citations": [citation],
        "claims": [{"text": "Anna", "citations": [citation], "confidence": 0.75}],
        "hits": [{"path": "/a.txt", "page": None, "start": 0, "end": 12, "score": 0.75, "text": "Anna led it."}],
        "missing": [],
    }


def test_hits_are_a_list_best_first() -> None:
    """The order of the search is kept."""
    assert [row["score"] for row in hits_to_json([*HITS, Hit(HITS[0].passage, 0.5)])] == [0.75, 0.5]


def test_what_was_answered_holds(file: Path) -> None:
    """Without an index."""
    assert examine(row_of(file)).problems == examine(row_of(file)).notes == ()


def test_an_answer_of_an_earlier_version_holds(file: Path) -> None:
    """It has neither claims nor sentences."""
    row = row_of(file)
    del row["claims"], row["citations"][0]["sentence"], row["citations"][0]["sentence_start"]
    assert verify(row) == []


def test_a_changed_text_does_not_hold(file: Path) -> None:
    """It was called sound, for its citation still was."""
    assert "which is not the quote of its first citation" in verify({**row_of(file), "text": "Odd Berg"})[0]


@pytest.mark.parametrize("key", ["citations", "claims"])
def test_an_answer_without_citations_does_not_hold(file: Path, key: str) -> None:
    """It was called sound, for none of its citations was wrong."""
    assert verify({**row_of(file), "citations": [], "claims": []}) == ["The answer has no citation."]
    assert verify({**row_of(file), key: None})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda c: c.update(quote="Odd Berg"), "does not hold the quote there"),
        (lambda c: c.update(start=c["start"] - 1), "does not hold the quote there"),
        (lambda c: c.update(end=1 << 50), "does not hold the quote there"),
        (lambda c: c.update(sentence="Edda Holm never built it."), "does not hold the sentence there"),
        (lambda c: c.update(sentence=TEXT[:24], sentence_start=0), "does not stand in its sentence"),
        (lambda c: c.update(start=-3), "has no start"),
        (lambda c: c.update(start=True), "has no start"),
        (lambda c: c.update(start=10**5000), "has no start"),
        (lambda c: c.update(end=1.5), "has no end"),
        (lambda c: c.update(sentence_start=None), "has no sentence_start"),
        (lambda c: c.pop("sentence"), "only one of sentence"),
        (lambda c: c.pop("path"), "has no path"),
        (lambda c: c.update(path=c["path"] + "x.txt"), "does not exist"),
        (lambda c: c.update(path="/dev/zero"), "kind that cannot be read"),
        (lambda c: c.update(path="a\0b.txt"), "cannot be reached"),
        (lambda c: c.update(path="\ud800.txt"), "not valid Unicode"),
        (lambda c: c.update(sha256=""), "was not read from a file"),
        (lambda c: c.update(quote="", end=c["start"]), "quotes nothing"),
    ],
)
def test_what_is_wrong_with_a_citation_is_a_line_and_the_rest_is_checked(
    file: Path, change: Callable[[Row], object], problem: str
) -> None:
    """The second citation is found to be wrong too."""
    row = row_of(file)
    del row["claims"]
    row["citations"].append({**row["citations"][0], "quote": "Edda Helm"})
    change(row["citations"][0])
    problems = verify(row)
    assert any(problem in line for line in problems)
    assert any("does not hold the quote there" in line for line in problems)


def test_a_file_that_changed_elsewhere_still_holds_and_says_so(file: Path) -> None:
    """The hash alone proves nothing against a quote."""
    row = row_of(file)
    file.write_text(TEXT + " It is red.")
    assert examine(row).problems == ()
    assert examine(row).notes == (f"{file} has changed since, but still holds the quote.",)


def test_a_pipe_in_the_file_s_place_does_not_hang(file: Path) -> None:
    """It is never opened."""
    row = row_of(file)
    file.unlink()
    os.mkfifo(file)
    assert "not a regular file" in verify(row)[0]


def test_a_large_file_is_read(tmp_path: Path) -> None:
    """Files over 32 MB could be added and quoted, but not verified."""
    file = tmp_path / "large.txt"
    file.write_text(TEXT + "\n" + ("x" * 99 + "\n") * 340_000)
    assert verify(row_of(file)) == []


def test_an_answer_without_a_reason_is_no_abstention() -> None:
    """It said that the reason is “NoneType”, and that there is nothing to hold."""
    found = examine({"text": "", "citations": []})
    assert found.problems[0].startswith("There is no reason: expected one of answered, ")
    assert found.notes == ()


def test_an_abstention_has_nothing_to_hold() -> None:
    """Unless it brings words after all."""
    row = to_json(Answer("who?", "who?", Reason.NOTHING_FOUND, 0.0))
    assert examine(row).problems == ()
    assert "nothing to hold" in examine(row).notes[-1]
    assert verify({**row, "text": "Anna"}) == ["It is no answer by its reason, and yet has text."]
    assert "expected one of answered" in verify({**row, "reason": "sure"})[0]


@pytest.mark.parametrize("written", ["", "{", "[" * 100_000, "[]", "7", "null", "{}", '{"text": "Anna"}', "9" * 5000])
def test_what_is_no_answer_at_all_is_refused_in_a_sentence(written: str) -> None:
    """Four kinds of it gave tracebacks."""
    with pytest.raises(ValueError, match=r"^This is not .*: expected"):
        parse(written)


@pytest.mark.parametrize("depth", [500, 100_000])
def test_what_is_nested_deeply_is_a_line(depth: int) -> None:
    """Comparing the text of an answer with that of its claim raised RecursionError."""

    def nest() -> list[object]:
        nested: list[object] = []
        for _ in range(depth):
            nested = [nested]
        return nested

    citation = {"path": nest(), "quote": nest(), "start": nest(), "sha256": nest()}
    claim = {"text": nest(), "citations": [citation, nest()]}
    problems = verify({"reason": "answered", "text": nest(), "citations": [citation], "claims": [claim, nest()]})
    assert problems[0] == "The answer has no text."
    assert "Claim 1, citation 2 is not an object." in problems
    assert "The reason is “list”" in verify({"reason": nest(), "text": ""})[0]


KEYS = st.sampled_from("reason text citations claims path quote start end sentence sentence_start sha256 hits".split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["answered", "/a.txt"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner, max_size=6),
)


@given(JSON)
def test_no_value_makes_it_raise(value: object) -> None:
    """Whatever JSON can say: nothing holds that is not an answer."""
    assert all(isinstance(line, str) for line in verify(value))
    assert verify({"reason": "answered", "text": value, "citations": value, "claims": value})
    assert verify({"reason": "answered", "text": "a", "citations": [value], "claims": [{"citations": [value]}]})
