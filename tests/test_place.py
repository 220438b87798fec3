"""A place as its readers name it: slide, sheet and row, note and comment; from the file to the citation's line."""

from pathlib import Path

import pytest

from index import Document, UnsupportedFile
from index.chunk import chunk
from index.load.document import load
from index.types import Kind, Mark
from qa import Citation
from tests import office
from tests.office import p, relations, rows, shape
from ui.terminal import where


def loaded(folder: Path, name: str, data: bytes) -> Document:
    """The document that a file of that name and content becomes, in the sandbox as ever."""
    path = folder / name
    path.write_bytes(data)
    return load(path)


def place(document: Document, words: str) -> str:
    """The place of the words, which the document has once."""
    assert document.text.count(words) == 1
    return document.place(document.text.index(words))


def test_a_cell_stands_in_a_sheet_and_a_row(tmp_path: Path) -> None:
    """The row as the program numbers it; a CSV has but one sheet, without a name."""
    fees: list[list[str | float | None]] = [["Room", "Fee"], ["Hall", 40], ["Loft", 25]]
    book = loaded(tmp_path, "fees.xlsx", office.xlsx({"Costs": rows(["Tea"]), "Prices": rows(*fees, first=3)}))
    assert place(book, "25") == "sheet Prices, row 5"
    assert place(book, "Fee") == "sheet Prices"
    assert place(loaded(tmp_path, "fees.csv", b"Room,Fee\nHall,40\n"), "40") == "row 2"


def test_notes_stand_on_their_slide_and_comments_are_named(tmp_path: Path) -> None:
    """So that nobody takes what was said of a text for the text."""
    parts = {
        "slides/_rels/slide2.xml.rels": relations(("notesSlide", "../n.xml")),
        "n.xml": f"<p:notes {office.NAMES}>{shape('Smile.', role='body')}</p:notes>",
    }
    talk = loaded(tmp_path, "talk.pptx", office.pptx(shape("One"), shape("Two"), parts=parts))
    assert [place(talk, words) for words in ("One", "Two", "Smile")] == ["slide 1", "slide 2", "slide 2, notes"]
    comment = f'<w:comment w:id="0" w:author="Ann">{p("Why?")}</w:comment>'
    comments = {"c.xml": f"<w:comments {office.NAMES}>{comment}</w:comments>"}
    body = '<w:p><w:r><w:t>So.</w:t><w:commentReference w:id="0"/></w:r></w:p>'
    letter = loaded(tmp_path, "letter.docx", office.docx(body, ("comments", "c.xml"), parts=comments))
    assert place(letter, "Why") == "comment by Ann"
    assert place(letter, "So.") == ""


def test_a_table_in_a_file_in_an_archive_is_named_from_the_outside_in() -> None:
    """The file first, then its sheet, then the row; of two pointers the longer says all."""
    marks = (Mark(0, 9, Kind.PART, "a.xlsx"), Mark(0, 5, Kind.SHEET, "Costs"), Mark(2, 4, Kind.ROW, "7"))
    document = Document(0, "x.zip", "x", "012345678", marks, "")
    assert document.place(3) == "a.xlsx, sheet Costs, row 7"
    assert document.place(6) == "a.xlsx"


@pytest.mark.parametrize(
    ("place", "heading", "expected"),
    [
        ("sheet Prices, row 12", "Prices", "f.xlsx · sheet Prices, row 12 · characters 1–3"),
        ("slide 4", "Costs", "f.xlsx · slide 4 · Costs · characters 1–3"),
        ("", "Costs", "f.xlsx · Costs · characters 1–3"),
    ],
)
def test_a_citation_names_slide_sheet_and_row(place: str, heading: str, expected: str) -> None:
    """And a sheet's name once, though it heads what is on it."""
    citation = Citation("/d/f.xlsx", "f", None, heading, 1, 3, "40", "40", 1, "", place=place)
    assert where(citation) == expected


def test_no_passage_goes_over_a_slide_or_a_sheet(tmp_path: Path) -> None:
    """With a title or without one: what stands on two slides is not said together."""
    talk = loaded(tmp_path, "talk.pptx", office.pptx(shape("One"), shape("Two"), shape("Three")))
    passages = chunk(talk, lambda texts: [len(text.split()) for text in texts])
    assert [passage.text for passage in passages] == ["One", "Two", "Three"]


def test_an_old_format_says_what_to_save_it_as(tmp_path: Path) -> None:
    """Each in its own program."""
    for old, new in ((".doc", ".docx"), (".PPT", ".pptx"), (".xls", ".xlsx"), (".xlsb", ".xlsx")):
        with pytest.raises(UnsupportedFile, match=rf"binary format.*save it as \{new}\.$"):
            load(tmp_path / f"x{old}")
