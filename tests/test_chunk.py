"""Passages: exact, complete, within the budget, and where a reader would cut."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.chunk import TokenCounter, chunk
from index.load import sheet
from index.types import Document, Kind, Mark, Passage
from index.view import EMBEDDED, View

MODEL = Path(__file__).parents[1] / "index" / "models" / "all-MiniLM-L6-v2" / "tokenizer.json"


Heading = tuple[int, str]


def document(
    text: str,
    *,
    headings: Sequence[Heading] = (),
    pages: Sequence[int] = (),
    asides: Sequence[tuple[int, int]] = (),
) -> Document:
    """A document of that text; a section ends where the next begins."""
    ends = [start for start, _ in headings[1:]] + [len(text)]
    marks = [Mark(start, end, Kind.HEADING, words) for (start, words), end in zip(headings, ends, strict=False)]
    for number, (start, end) in enumerate(zip(pages, [*pages[1:], len(text)], strict=False), 1):
        marks.append(Mark(start, end, Kind.PAGE, str(number)))
    marks += [Mark(start, end, Kind.ASIDE, "") for start, end in asides]
    ordered = tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))
    return Document(id=0, path="/a.txt", title="a", text=text, marks=ordered, sha256="")


def count_words(texts: Sequence[str]) -> list[int]:
    """Count words and marks: additive over sentences, as WordPiece is."""
    return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


def count_pairs(texts: Sequence[str]) -> list[int]:
    """Count what is not additive: a whole weighs more than its parts."""
    return [len(text) // 3 + len(text) ** 2 // 100 for text in texts]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """The default embedder's."""
    loaded = Tokenizer.from_file(str(MODEL))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def check(passages: Sequence[Passage], text: str, asides: Sequence[Mark] = ()) -> None:
    """Hold what every list of passages promises."""
    covered = bytearray(len(text))
    for aside in asides:
        assert not any(passage.start < aside.end and aside.start < passage.end for passage in passages)
        covered[aside.start : aside.end] = b"\1" * (aside.end - aside.start)
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    assert all(done or character.isspace() for done, character in zip(covered, text, strict=True))
    starts, ends = [p.start for p in passages], [p.end for p in passages]
    assert starts == sorted(set(starts))
    assert ends == sorted(set(ends))


TEXTS = st.text(max_size=400) | st.lists(
    st.sampled_from(
        [
            "One two three. ",
            "four, ",
            "Five! ",
            "\n",
            "\n\n",
            "- ",
            "𝒳é",
            "東京。",
            "x" * 50,
            " " * 40,
            "# H\n",
        ]
    )
).map("".join)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents with pages, headings and asides anywhere, the first and the last offset included."""
    text = draw(TEXTS)
    offsets = st.lists(st.integers(0, len(text)), max_size=4, unique=True).map(sorted)
    pages = [0, *(start for start in draw(offsets) if start)] if draw(st.booleans()) else []
    headings = [(start, f"heading at {start}") for start in draw(offsets)]
    edges = draw(offsets)
    asides = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False) if start < end]
    return document(text, pages=pages, headings=headings, asides=asides)


@given(documents(), st.integers(4, 30), st.integers(0, 3), st.sampled_from([count_words, count_pairs]))
def test_passages_are_exact_complete_ordered_and_within_the_budget(
    whole: Document, budget: int, overlap: int, count: TokenCounter
) -> None:
    """Over any text, pages and headings, with tokens that add up or do not."""
    passages = chunk(whole, count, budget=budget, overlap=overlap)
    check(passages, whole.text, whole.marked(Kind.ASIDE))
    assert all(count([p.text])[0] <= budget or len(p.text) == 1 for p in passages)


@given(documents())
def test_a_passage_stays_under_its_heading(whole: Document) -> None:
    """No heading starts inside a passage, unless only headings are above it; its page is that on which it starts."""
    for passage in chunk(whole, count_words, budget=20, overlap=5):
        above = [h for h in whole.marked(Kind.HEADING) if h.start < passage.end]
        assert passage.heading == (above[-1].label if above else "")
        inside = [h.start for h in above if h.start > passage.start]
        for start, end in zip([passage.start, *inside], inside, strict=False):
            assert "\n" not in re.sub(r"\n[ \t]*[=-]+$", "", whole.text[start:end].strip())
        assert passage.page == (sum(start <= passage.start for start in starts(whole, Kind.PAGE)) or None)


def starts(document: Document, kind: Kind) -> list[int]:
    """Return where the marks of a kind start."""
    return [mark.start for mark in document.marks if mark.kind is kind]


@settings(max_examples=50)
@given(TEXTS)
def test_the_real_tokenizer_never_cuts_a_passage(tokenizer: Tokenizer, text: str) -> None:
    """By the count of the embedder's own tokenizer, no passage is over the budget."""

    def count(texts: Sequence[str]) -> list[int]:
        return [len(e.ids) for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    passages = chunk(document(text), count, budget=16, overlap=4)
    check(passages, text)
    assert all(n <= 16 for n, p in zip(count([p.text for p in passages]), passages, strict=True) if len(p.text) > 1)


def test_a_short_document_is_one_passage() -> None:
    """What fits is not cut, and white space at the ends stays outside."""
    [passage] = chunk(document("\n One. Two.\n\nThree. \n"), count_words)
    assert (passage.text, passage.page, passage.heading) == ("One. Two.\n\nThree.", None, "")


def test_passages_are_whole_sentences_that_overlap() -> None:
    """Each passage after the first repeats the last sentence before it."""
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve."
    passages = chunk(document(text), count_words, budget=8, overlap=4)
    assert [p.text for p in passages] == [
        "One two three. Four five six.",
        "Four five six. Seven eight nine.",
        "Seven eight nine. Ten eleven twelve.",
    ]


def test_a_passage_rather_ends_with_its_paragraph() -> None:
    """A cut between paragraphs is better than one inside the next, if the passage is at least half full."""
    text = "One two three. Four five six.\n\nSeven eight nine. Ten eleven twelve."
    passages = chunk(document(text), count_words, budget=12, overlap=0)
    assert [p.text for p in passages] == [
        "One two three. Four five six.",
        "Seven eight nine. Ten eleven twelve.",
    ]


def test_a_passage_knows_its_heading_and_page() -> None:
    """The heading is the last one above, and the page that on which the passage starts."""
    text = "Before.\n\nA\n\nUnder A.\n\nB\n\nUnder B."
    whole = document(text, headings=[(9, "A"), (22, "B")], pages=[0, 22])
    assert [(p.text, p.heading, p.page) for p in chunk(whole, count_words)] == [
        ("Before.", "", 1),
        ("A\n\nUnder A.", "A", 1),
        ("B\n\nUnder B.", "B", 2),
    ]


def test_a_sentence_that_runs_over_the_end_of_a_page_is_not_cut() -> None:
    """Nor is a passage, which is on the page where it starts."""
    text = "One two three. The report was written by Noor Haddad. Four five six."
    [passage] = chunk(document(text, pages=[0, text.index("Noor")]), count_words)
    assert (passage.text, passage.page) == (text, 1)


def test_an_aside_is_in_no_passage() -> None:
    """It parts what is before it from what is behind it, and its own words are never found."""
    text = "Before it.\n\nHome About Contact\n\nBehind it."
    aside = (text.index("Home"), text.index("\n\nBehind"))
    assert [p.text for p in chunk(document(text, asides=[aside]), count_words)] == ["Before it.", "Behind it."]


def test_a_heading_without_a_body_leads_the_section_below_it() -> None:
    """A title right above the first heading is no passage of its own."""
    text = "# Title\n\nPart\n====\n\n## Section\n\nBody."
    headings = [(0, "Title"), (9, "Part"), (20, "Section")]
    [passage] = chunk(document(text, headings=headings), count_words)
    assert (passage.text, passage.heading) == (text, "Section")


def test_a_sentence_over_the_budget_is_cut_between_clauses() -> None:
    """A comma near the middle is a better place than a space in the middle."""
    text = "one two three four five, six seven eight nine ten eleven twelve"
    passages = chunk(document(text), count_words, budget=8, overlap=0)
    assert [p.text for p in passages] == [
        "one two three four five,",
        "six seven eight nine ten eleven twelve",
    ]


def test_a_huge_word_is_cut_by_its_length() -> None:
    """WordPiece counts a word of any length as one unknown token: base64 must not become one passage."""
    text = "A" * 100_000
    passages = chunk(document(text), lambda texts: [1 for _ in texts])
    check(passages, text)
    assert max(len(p.text) for p in passages) <= 160 * 16


def test_nothing_comes_of_nothing() -> None:
    """A document of white space has no passages."""
    assert chunk(document(""), count_words) == chunk(document(" \n\f "), count_words) == []


def test_an_overlap_that_fills_the_budget_is_refused() -> None:
    """Passages could not advance."""
    with pytest.raises(ValueError, match="less than the budget of 40"):
        chunk(document("a"), count_words, budget=40, overlap=40)


def test_a_large_document_takes_seconds_and_few_calls() -> None:
    """Tokens are counted in a handful of batches, never sentence by sentence."""
    calls = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return [len(text) // 4 for text in texts]

    started = time.process_time()
    text = "The officials met on Tuesday, Dec. 19, and agreed to work closely together. " * 26_000
    assert len(chunk(document(text), count)) > 3_000
    assert time.process_time() - started < 10
    assert len(calls) <= 4


def test_a_sentence_that_occurs_often_is_counted_once() -> None:
    """A tokenizer takes longer than all else for what is short."""
    counted: list[str] = []

    def count(texts: Sequence[str]) -> list[int]:
        counted.extend(texts)
        return [len(text.split()) for text in texts]

    chunk(document("Yes it is. No it is not. " * 5), count, budget=160, overlap=40)
    assert sorted(counted)[:2] == ["No it is not.", "Yes it is."]
    assert len(counted) == 3


def test_a_passage_of_rows_has_room_for_their_headers() -> None:
    """They are embedded with a header before each cell: 160 tokens of a wide table were 560, of which 256 are read."""
    head = "Name of the customer,Date of the delivery,Amount without tax"
    rows = [f"Customer {n},2024-03-{n % 28 + 1:02},{n * 13}" for n in range(40)]
    parsed = sheet.parse("\n".join([head, *rows]).encode())
    rows_of = Document(1, "/a.csv", "a", parsed.text, parsed.marks, "")
    passages = chunk(rows_of, count_words, budget=40, overlap=0, room=60)
    shown = [View.of(passage, EMBEDDED).text for passage in passages]
    assert max(count_words(shown)) <= 60
    assert max(count_words([passage.text for passage in passages])) <= 40
    assert sum(count_words([passage.text for passage in passages])) == sum(count_words([parsed.text]))
    alone = chunk(rows_of, count_words, budget=40, overlap=0, room=10)
    assert all("\n" not in passage.text for passage in alone[1:])  # a row that has no room is whole all the same
