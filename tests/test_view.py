"""Views: what is read is the document's own, or can never be quoted."""

from hypothesis import given
from hypothesis import strategies as st

from index.types import Document, Kind, Mark, Passage
from index.view import BARE, Shape, View

ALL = Shape(headings=True, rows=True, speakers=True, words=True)

TABLE = "Rates below.\n\nRoom\tLow\tHigh\nSingle\t€64\t€82\nSuite\t€165\t€219\n\nBreakfast is included."


def cells(text: str, rows: list[list[str]], headers: list[str]) -> list[Mark]:
    """Mark a table whose words are there once each."""
    marks = [Mark(text.index(h), text.index(h) + len(h), Kind.HEADER, h) for h in headers]
    for number, row in enumerate(rows, 1):
        places = [(text.index(cell), text.index(cell) + len(cell)) for cell in row]
        marks.append(Mark(places[0][0], places[-1][1], Kind.ROW, str(number)))
        marks += [Mark(start, end, Kind.CELL, h) for (start, end), h in zip(places, headers, strict=True)]
    return marks


def whole(text: str, marks: list[Mark]) -> Document:
    """Return a document with marks, in order."""
    ordered = tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))
    return Document(1, "/a.txt", "a", text, ordered, "")


def rates() -> Document:
    """Return a text with a table in it."""
    return whole(TABLE, cells(TABLE, [["Single", "€64", "€82"], ["Suite", "€165", "€219"]], ["Room", "Low", "High"]))


def test_a_bare_view_is_the_passage() -> None:
    """Nothing is added where nothing is asked for."""
    passage = Passage(1, rates(), 0, len(TABLE))
    view = View.of(passage)
    assert view.text == passage.text
    assert view.origin(5, 10) == (5, 10)
    assert BARE.name == ""


def test_rows_are_read_with_their_headers() -> None:
    """The header's own line and the white space between rows go; the text around the table stays."""
    view = View.of(Passage(1, rates(), 0, len(TABLE)), Shape(rows=True))
    assert view.text == (
        "Rates below.\n\n"
        "Room: Single; Low: €64; High: €82.\n"
        "Room: Suite; Low: €165; High: €219.\n\n"
        "Breakfast is included."
    )


def test_a_cell_found_in_a_view_is_the_document_s_cell() -> None:
    """The value is quoted from where it stands, without what the view put around it."""
    view = View.of(Passage(1, rates(), 0, len(TABLE)), Shape(rows=True))
    start = view.text.index("High: €219")
    place = view.origin(start, start + len("High: €219."))
    assert place is not None
    assert TABLE[slice(*place)] == "€219"


def test_a_span_over_context_is_dropped() -> None:
    """Two cells with a header's words between them stand so nowhere in the document."""
    view = View.of(Passage(1, rates(), 0, len(TABLE)), Shape(rows=True))
    start = view.text.index("€165")
    assert view.origin(start, view.text.index("€219") + 4) is None
    header = view.text.index("Room: Suite")
    assert view.origin(header, header + 4) is None, "context alone"


def test_a_passage_of_rows_alone_has_their_headers() -> None:
    """A long table is cut, and its later parts are read as its first is."""
    start = TABLE.index("Suite")
    view = View.of(Passage(1, rates(), start, TABLE.index("\n\nBreak")), Shape(rows=True))
    assert view.text == "Room: Suite; Low: €165; High: €219."


def test_what_stands_between_two_tables_is_read() -> None:
    """A table of headers alone, a sentence, a second table: all up to the second one's rows was left out."""
    text = "Name\tFee\n\nThe annual fee is 90.\n\nItem\tPrice\nTea\t3"
    marks = [
        *(Mark(text.index(head), text.index(head) + len(head), Kind.HEADER, head) for head in ("Name", "Fee")),
        *cells(text, [["Tea", "3"]], ["Item", "Price"]),
    ]
    view = View.of(Passage(1, whole(text, marks), 0, len(text)), Shape(rows=True))
    assert view.text == "Name\tFee\n\nThe annual fee is 90.\n\nItem: Tea; Price: 3."


def test_headings_above_are_context_and_those_inside_are_not_repeated() -> None:
    """The path from the outermost on, and only what the passage does not say itself."""
    text = "Plans\n\nHeron\n\nLong text. The fee is 9 euros."
    marks = [Mark(0, len(text), Kind.HEADING, "Plans"), Mark(7, len(text), Kind.HEADING, "Heron")]
    late = Passage(1, whole(text, marks), text.index("The fee"), len(text))
    view = View.of(late, Shape(headings=True))
    assert view.text == "Plans – Heron\n\nThe fee is 9 euros."
    assert view.origin(0, 5) is None
    fee = view.text.index("9 euros")
    assert view.origin(fee, fee + 7) == (text.index("9 euros"), text.index("9 euros") + 7)
    inside = Passage(1, late.document, 7, len(text))
    assert View.of(inside, Shape(headings=True)).text.startswith("Plans\n\nHeron\n\nLong")


def test_a_turn_that_began_before_is_read_with_its_speaker() -> None:
    """Who says it stands before it, but only where the passage does not."""
    text = "ANN: First. Second.\nBOB: Third."
    marks = [Mark(0, 19, Kind.SPEAKER, "ANN"), Mark(20, len(text), Kind.SPEAKER, "BOB")]
    document = whole(text, marks)
    assert View.of(Passage(1, document, 12, len(text)), ALL).text == "ANN: Second.\nBOB: Third."
    assert View.of(Passage(1, document, 20, len(text)), ALL).text == "BOB: Third."


@st.composite
def marked(draw: st.DrawFn) -> Passage:
    """Passages of documents with any sound marks: sections, turns, rows and their cells."""
    text = draw(st.text("ab \n|\t:é🂡", min_size=1, max_size=60))
    offsets = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=16)))
    marks = []
    for start, end in zip(offsets[::2], offsets[1::2], strict=False):
        kind = draw(st.sampled_from([Kind.ROW, Kind.SPEAKER, Kind.HEADER, Kind.HEADING]))
        marks.append(Mark(start, end, kind, draw(st.sampled_from(["", "Fee", "X Y"]))))
        if kind is Kind.ROW and end > start:
            middle = draw(st.integers(start, end))
            marks += [Mark(start, middle, Kind.CELL, "Fee"), Mark(middle, end, Kind.CELL, "")]
    start = draw(st.integers(0, len(text) - 1))
    return Passage(1, whole(text, marks), start, draw(st.integers(start + 1, len(text))))


def test_a_name_that_a_program_gave_is_read_as_words() -> None:
    """Only where asked for: what is stored was embedded under the names as they are."""
    text = "unitPrice\tIPAddress\tmAh\n9\t10.0.0.7\t3"
    document = whole(text, cells(text, [["9", "10.0.0.7", "3"]], ["unitPrice", "IPAddress", "mAh"]))
    passage = Passage(1, document, 0, len(text))
    assert View.of(passage, Shape(rows=True, words=True)).text == "unit Price: 9; IP Address: 10.0.0.7; mAh: 3."
    assert View.of(passage, Shape(rows=True)).text == "unitPrice: 9; IPAddress: 10.0.0.7; mAh: 3."
    assert Shape.named(ALL.name) == ALL


@given(marked(), st.booleans(), st.booleans(), st.booleans(), st.data())
def test_every_quotable_character_is_the_document_s_at_its_offset(
    passage: Passage, headings: bool, rows: bool, speakers: bool, data: st.DataObject
) -> None:
    """Over any marks and shapes: what maps back is in the passage and reads the same; context never maps back."""
    view = View.of(passage, Shape(headings, rows, speakers, words=rows))
    for at, piece in zip(view.starts, view.pieces, strict=True):
        for step, character in enumerate(piece.text):
            place = view.origin(at + step, at + step + 1)
            if piece.start is None:
                assert place is None
            else:
                assert place == (piece.start + step, piece.start + step + 1)
                assert passage.start <= place[0] < passage.end
                assert passage.document.text[place[0]] == character
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    if place := view.origin(start, end):
        assert passage.document.text[slice(*place)] in view.text[start:end]
