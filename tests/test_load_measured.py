"""bench.reading: what it counts as found, in order and in place; and that files of each format are read as written."""

import shutil
from pathlib import Path

import pytest

from bench.reading.made import FORMATS, write_files
from bench.reading.measure import Piece, Score, compare
from bench.reading.readers import reader_of
from index.load.document import load
from index.types import Document, Kind, Mark
from tests import pdfs


def document(text: str, *marks: Mark) -> Document:
    """A document of this text."""
    return Document(id=0, path="/a.txt", title="a", text=text, marks=marks, sha256="", parser="text 1")


def test_a_word_that_is_glued_to_another_is_lost() -> None:
    """Two words that became one are neither of the two, and the phrases they stand in are lost too."""
    score = compare(document("the old harbourmaster left the town"), [Piece("The old harbour master left the town.")])
    assert (score.found_words, score.words) == (5, 7)
    assert (score.found_phrases, score.phrases) == (0, 4)


def test_order_is_the_longest_run_that_keeps_it() -> None:
    """Of two halves that changed places, only one is in order."""
    one, two = "a b c d e f g h", "i j k l m n o p"
    score = compare(document(f"{two} {one}"), [Piece(one), Piece(two)])
    assert (score.in_order, score.ordered) == (5, 10)


@pytest.mark.parametrize(("label", "right"), [("2", 1), ("3", 0)])
def test_a_place_is_right_where_a_mark_of_that_name_covers_it(label: str, right: int) -> None:
    """A phrase on page 2 is there if the reader says so."""
    found = document("one two three four", Mark(0, 18, Kind.PAGE, "2"))
    score = compare(found, [Piece("one two three four", ((Kind.PAGE, label),))])
    assert (score.right_places, score.places) == (right, 1)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs Poppler's pdftotext")
def test_a_phrase_of_a_pdf_does_not_run_from_one_block_into_another(tmp_path: Path) -> None:
    """What stands before and after a running head, or in two cells, is no phrase that anybody reads."""
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.make([pdfs.text(72, 760, "Town of Arden") + pdfs.text(72, 600, "Dues are paid in May.")]))
    reader = reader_of(".pdf")
    assert reader
    pieces = [piece for piece in reader[1](path) if piece.text.strip()]
    assert [piece.text.strip() for piece in pieces] == ["Town of Arden", "Dues are paid in May."]
    assert {piece.places for piece in pieces} == {((Kind.PAGE, "1"),)}


def test_each_format_is_read_as_it_was_written(tmp_path: Path) -> None:
    """All words, phrases and places of a report are found again, in order, in whatever format it was written."""
    total = Score()
    known = write_files(tmp_path, count=1)
    assert {path.suffix[1:] for path in known} == FORMATS.keys()
    for path, pieces in known.items():
        score = compare(load(path), pieces)
        assert (path.name, score.found_phrases) == (path.name, score.phrases)
        total.add(score)
    assert total.found_words == total.words > 4000
    assert total.in_order == total.ordered
    assert total.right_places == total.places > 400
