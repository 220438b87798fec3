"""Sentences: what ends one, what does not, and that nothing is lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import CRUMBLED_FROM, LUMP, _remembered, sentence_around, sentences, sentences_of
from tests.fakes import document


def cut(text: str) -> list[str]:
    """The sentences without the space around them."""
    return [text[start:end].strip() for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "SEOUL, Dec. 19 (Yonhap) — The officials met on Tuesday, the office said.",
        "U.S. Deputy National Security Adviser Anne Neuberger led it.",
        "S. Korea, U.S., Japan share information on N.K. theft.",
        "It was written by J. R. R. Tolkien in Oxford.",
        "Dr. Smith and Mrs. Jones, e.g. in Fig. 3 and No. 5, saw it.",
        "It fell by 3.5 points to 1.250,75 vs. 4.2 before.",
        "Acme Inc. Germany grew at 5 p.m. sharp.",
        '"Stop!" he said.',
        "A line that was wrapped by an old mail program ends here and\nGoes on with a name.",
        "1. First do this",
    ],
)
def test_a_sentence_stays_whole(text: str) -> None:
    """Abbreviations, initials, decimals, quoted shouts and wrapped lines end no sentence."""
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He lives in the U.S. The house is old.", ["He lives in the U.S.", "The house is old."]),
        ("It is used daily.¹² Nobody knew.", ["It is used daily.¹²", "Nobody knew."]),
        ("It grew.[3][12] Then it fell.", ["It grew.[3][12]", "Then it fell."]),
        ('"Go." (He went.) She stayed.', ['"Go."', "(He went.)", "She stayed."]),
        ("Really?! Wait… Yes.", ["Really?!", "Wait…", "Yes."]),
        ("会議は火曜日。「はい。」終わり", ["会議は火曜日。", "「はい。」", "終わり"]),
        ("A title\n\nA body", ["A title", "A body"]),
        (
            "To buy:\n- bread\n- milk, if\n  fresh\n* eggs",
            ["To buy:", "- bread", "- milk, if\n  fresh", "* eggs"],
        ),
        ("name\tage\nAnn\t3", ["name\tage", "Ann\t3"]),
        ("# Title\nText follows", ["# Title", "Text follows"]),
        ("We met in Dec. The rest is known.", ["We met in Dec.", "The rest is known."]),
    ],
)
def test_a_sentence_ends(text: str, expected: list[str]) -> None:
    """Stops with their quotes and notes, blank lines, list items, table rows and headings end a sentence."""
    assert cut(text) == expected


def test_a_short_line_among_wrapped_ones_ends_its_paragraph() -> None:
    """The next word would have fitted on the line, so the break was meant: PDF pages have no other sign."""
    text = (
        "The first paragraph is wrapped at sixty characters or so, as\n"
        "a page of a PDF is, and it stops here\n"
        "Another Paragraph follows at once, and it is wrapped just as\n"
        "the first one was"
    )
    assert cut(text) == [text[: text.index("Another")].strip(), text[text.index("Another") :]]


@given(st.text(st.sampled_from("aZ1 .!?\n\f\t。」\"')[]#-|é\u3000\u2028"), max_size=60) | st.text(max_size=60))
def test_spans_concatenate_to_the_text(text: str) -> None:
    """Whatever the text, its spans joined are the text, and each span has something in it."""
    spans = sentences(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(text[start:end].strip() for start, end in spans) or not text.strip()


@pytest.mark.parametrize("pattern", [".", " ", "\n", "a", ". ", '."', "1\n", "\n\f", "a.\t", "-\n"])
def test_time_grows_with_the_length_of_the_text_only(pattern: str) -> None:
    """Runs of one pattern, which make careless expressions take quadratic time, take none here."""
    started = time.process_time()
    sentences(pattern * (300_000 // len(pattern)))
    assert time.process_time() - started < 5


def test_a_whole_document_is_not_kept_in_memory_for_having_been_cut() -> None:
    """What is remembered are the stretches around a question's candidates: files of many megabytes were, too."""
    before = _remembered.cache_info().misses
    long = document("Ann led the meeting. " * 5_000)
    assert len(sentences_of(long, 0, len(long.text))) == 5_000
    assert _remembered.cache_info().misses == before
    assert sentence_around(long, 21, 24) == sentence_around(long, 25, 28) == (21, 41)
    assert _remembered.cache_info().misses == before + 1


@pytest.mark.parametrize("crumb", [". ", "a\n", "No. ", "一。", "\n"])
def test_a_million_crumbs_are_taken_by_the_lump(crumb: str) -> None:
    """16 MB of dots took a minute, each of them a sentence; nothing of the text is left out."""
    text = crumb * (CRUMBLED_FROM // len(crumb) + 1)
    spans = sentences_of(document(text), 0, len(text))
    assert len(spans) <= len(text) // LUMP + 1
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(text[:end].endswith(crumb[-2:]) for _, end in spans)


def test_a_long_text_of_sentences_is_cut_as_ever() -> None:
    """Short ones, too: a book of dialogue, and a list of a word a line."""
    for line in ('"No. Yes?" he said.\n\n', "- kettles\n"):
        text = line * (CRUMBLED_FROM // len(line) + 1)
        assert sentences_of(document(text), 0, len(text)) == sentences(text)
