"""PDF by where its words stand: lines, tables, headings, running heads, fields, and what cannot be read."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.load import pdf
from index.load.document import load
from index.load.parsed import Parsed, ParseError
from index.load.pdf import mend, words
from index.load.pdf.letters import Box
from index.types import Kind
from tests import pdfs
from tests.test_load_tables import cells, check

TYPE_3 = (
    "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 1 /LastChar 3 "
    "/CharProcs << /a 11 0 R /b 11 0 R /c 11 0 R >> /Encoding << /Type /Encoding /Differences [1 /a /b /c] >> "
    "/Widths [600 600 600] %s >>"
)
SHAPE = "<< /Length 38 >>\nstream\n600 0 0 0 500 700 d1 0 0 500 700 re f  \nendstream"


def labels(parsed: Parsed, kind: Kind) -> list[str]:
    """The labels of the marks of a kind."""
    return [mark.label for mark in parsed.marks if mark.kind is kind]


def marked(parsed: Parsed, kind: Kind) -> list[str]:
    """What the marks of a kind cover."""
    return [parsed.text[mark.start : mark.end] for mark in parsed.marks if mark.kind is kind]


# lines


def test_a_page_that_is_turned_has_its_lines() -> None:
    """The second and the third row were once one: "3,400.00Cy Neal"."""
    lines = ("Ada Lane 1,200.00", "Ben Moor 3,400.00", "Cy Neal 560.00")
    shown = [f"BT /F1 12 Tf 0 1 -1 0 {100 + 16 * n} 60 Tm ({line}) Tj ET\n" for n, line in enumerate(lines)]
    assert pdf.parse(pdfs.make(["".join(shown)], page="/Rotate 90")).text == "\n".join(lines)


def test_what_is_outside_the_page_is_not_read() -> None:
    """Nobody sees it."""
    stream = pdfs.text(72, 700, "Seen.") + pdfs.text(700, 700, "Not seen.") + pdfs.text(72, -50, "Nor this.")
    assert pdf.parse(pdfs.make([stream])).text == "Seen."


def test_paragraphs_are_parted_and_their_lines_are_not() -> None:
    """A wider gap is a blank line; a sentence that goes on below it keeps its line end."""
    first = pdfs.paragraph(["The bridge was opened on a Monday.", "It rained all day."], y=720)
    second = pdfs.paragraph(["Two hundred people walked over it,"], y=680) + pdfs.paragraph(["and sang."], y=650)
    assert pdf.parse(pdfs.make([first + second])).text == (
        "The bridge was opened on a Monday.\nIt rained all day.\n\nTwo hundred people walked over it,\nand sang."
    )


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    """Though the file has them line by line across."""
    left = ["The mayor opened the new bridge on", "Monday, and a crowd of two hundred", "people walked over it."]
    right = ["It had cost nine million, which is", "twice as much as was planned, and", "took a year longer too."]
    lines = [
        pdfs.text(72, 700 - 14 * n, a) + pdfs.text(330, 700 - 14 * n, b)
        for n, (a, b) in enumerate(zip(left, right, strict=True))
    ]
    parsed = pdf.parse(pdfs.make(["".join(lines)]))
    assert parsed.text == "\n".join(left) + "\n\n" + "\n".join(right)
    assert marked(parsed, Kind.ROW) == []


def test_what_is_drawn_first_is_not_read_before_what_stands_above_it() -> None:
    """Bylaws drew the headings and paragraphs of each page first, and the lists under them last."""
    shown = [
        (700, "Article 5: Officers"),
        (640, "Article 6: Dues"),
        (620, "Dues are paid in January of each year."),
        (680, "A. A chair is chosen every year."),
        (660, "B. A clerk keeps the minutes."),
    ]
    parsed = pdf.parse(pdfs.make(["".join(pdfs.text(72, y, line) for y, line in shown)]))
    assert parsed.text.split() == " ".join(line for _, line in sorted(shown, reverse=True)).split()


def test_what_was_drawn_first_below_the_end_of_some_lines_is_read_after_all() -> None:
    """The page's number, drawn first and far to the right, is below the longer lines alone."""
    lines = ["The harbour was dredged for the first time in years.", "Nine barges were filled.", "It took a summer."]
    shown = [pdfs.text(300, 600, "1 / 3"), *(pdfs.text(72, 700 - 14 * n, line) for n, line in enumerate(lines))]
    assert pdf.parse(pdfs.make(["".join(shown)])).text.split("\n\n") == ["\n".join(lines), "1 / 3"]


def test_a_line_across_columns_parts_what_stands_above_it_from_what_is_below() -> None:
    """Though the file has it before both columns; of each half, one column is still read after the other."""
    across = pdfs.text(72, 630, "NOTICE TO ALL MEMBERS OF THE SAILING CLUB AND THEIR GUESTS AT THE REGATTA")
    left = [pdfs.text(72, y, f"Left {y} of the first column.") for y in (700, 680, 660, 600, 580, 560)]
    right = [pdfs.text(330, y, f"Right {y} of the second column.") for y in (700, 680, 660, 600, 580, 560)]
    numbers = re.findall(r"[A-Z]\w+ \d+|NOTICE", pdf.parse(pdfs.make([across + "".join(left + right)])).text)
    assert numbers == [
        *("Left 700", "Left 680", "Left 660", "Right 700", "Right 680", "Right 660"),
        "NOTICE",
        *("Left 600", "Left 580", "Left 560", "Right 600", "Right 580", "Right 560"),
    ]


LEFT = """The harbour was dredged for the
first time in forty years, and
what came up filled nine barges
every day from March to June in
that year and half of the next.
Nobody had thought that so much
had been lost there: nets, pots
and anchors, and one small bell."""
RIGHT = """Who the bell belonged to is not
known to this day. It was given
to the school, where it rang at
noon until the roof was mended.
The ship that it was cast for is
named on no list of the harbour.
Its year is hardly to be read in
a dry light, and may be wrong."""


def test_columns_that_the_file_has_line_by_line_across_are_read_one_after_the_other() -> None:
    """Where the lines of one stand between those of the other too, and a title goes across both."""
    pairs = list(zip(LEFT.split("\n"), RIGHT.split("\n"), strict=True))
    rows = [
        pdfs.text(72, 700 - 14 * n, one) + pdfs.text(275, 700 - 14 * n - (7 if n > 5 else 0), other)
        for n, (one, other) in enumerate(pairs)
    ]
    title = pdfs.text(72, 740, "What was found on the bottom of the old harbour", size=18)
    text = pdf.parse(pdfs.make([title + "".join(rows)])).text
    assert text.replace("\n\n", "\n") == f"What was found on the bottom of the old harbour\n{LEFT}\n{RIGHT}"


class Boxes:
    """The letters of a line, each 6 points wide, behind gaps."""

    def __init__(self, text: str, gaps: dict[int, float]) -> None:
        """Take the gaps by the offset of the letter behind them."""
        self.begun_bold, self.whole, self.turn = False, set[str](), self
        lefts = [sum(6 + gaps.get(number, 0) for number in range(1, at + 1)) for at in range(len(text))]
        self._boxes = [(left, 100.0, left + 6, 110.0) for left in lefts]

    def box(self, offset: int) -> Box:
        """The box of a letter."""
        return self._boxes[offset]

    def shows(self, box: Box) -> bool:
        """All of it is on the page."""
        return bool(box)

    def is_bold(self, offset: int) -> bool:
        """Nothing is bold."""
        return offset < 0


def read(text: str, gaps: dict[int, float]) -> list[str]:
    """The lines of a text with such gaps."""
    return [line.text for line in words.lines(text, Boxes(text, gaps))]  # type: ignore[arg-type]


def test_words_that_stand_apart_are_not_glued() -> None:
    """PDFium takes a narrow gap for none; a word that is spaced throughout is still one."""
    assert read("the chunksize is", {9: 3.0}) == ["the chunk size is"]
    assert read("chunksize", {}) == ["chunksize"]
    assert read("SPACEDOUT", dict.fromkeys(range(1, 9), 3.0)) == ["SPACEDOUT"]


def test_words_of_letters_without_margins_are_not_split() -> None:
    """The boxes of letters that are drawn as pictures end where their ink does: "Intro ductio n" has no spaces."""
    margins = dict.fromkeys(range(1, 12), 1.2)
    assert read("Introduction", {**margins, 5: 2.9}) == ["Introduction"]
    assert read("Introduction", {**margins, 5: 4.9}) == ["Intro duction"]


def test_raised_digits_are_superscripts() -> None:
    """Two to the power of ten was 210, and the number of a note part of the word before it."""
    raised = "/F1 8 Tf 5 Ts (%s) Tj /F1 12 Tf 0 Ts"
    stream = f"BT /F1 12 Tf 72 700 Td (Of 2) Tj {raised % 10} ( grains, 210 fell.) Tj {raised % 3} ET\n"
    assert pdf.parse(pdfs.make([stream])).text == "Of 2¹⁰ grains, 210 fell.³"


def test_a_line_end_between_touching_letters_is_none() -> None:
    """Scanned text, whose letters overlap, has them in the middle of words; those of a formula only touch."""
    assert read("one o\r\nf two", {}) == ["one o", "f two"], "they are 12 points apart here"
    assert read("one o\r\nf two", {6: -6.0, 7: -7.4}) == ["one of two"]
    assert read("one o\r\nf two", {6: -6.0, 7: -6.0}) == ["one o f two"]


# words


def test_a_word_broken_over_a_page_end_is_whole_again() -> None:
    """As one broken over a line end is; a hyphen before a capital or before "and" stays."""
    pages = [["It is an inter-"], ["national case of pre-", "and postwar Anglo-", "French trade."]]
    parsed = pdf.parse(pdfs.make([pdfs.paragraph(page) for page in pages]))
    assert parsed.text.replace("\n", " ") == "It is an international case of pre- and postwar Anglo-French trade."


def test_a_control_character_does_not_disturb_what_line_ends_broke() -> None:
    """PDFium leaves it out of the text that it gives, and counts it: the words behind it had other words' places."""
    lines = ["One \x02 sign is left of the well-", "known bridge, which is well-known."]
    parsed = pdf.parse(pdfs.make([pdfs.paragraph(lines) + pdfs.text(72, 600, "Below it.")]))
    assert parsed.text == "One sign is left of the well-known\nbridge, which is well-known.\n\nBelow it."


@pytest.mark.parametrize(
    ("one", "other", "whole"),
    [
        ("inter\u2010", "national", "inter"),
        ("inter\u00ad", "national", "inter"),
        ("pre\u00ad", "and", "pre"),
        ("pre-", "and", None),
        ("Anglo-", "French", None),
        ("1990-", "1995", None),
        ("inter", "national", None),
    ],
)
def test_hyphens_of_any_kind_end_a_line(one: str, other: str, whole: str | None) -> None:
    """U+2010 and the soft hyphen too, which is never one of the word's own."""
    assert mend.without_hyphen(one, other) == whole


@pytest.mark.parametrize("order", ["06440627", "06270644"])
def test_lam_and_alef_are_the_right_way_round(order: str) -> None:
    """The ligature's two letters were swapped: whichever way the file has them, the word is the same."""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <00> <FF> "
        f"endcodespacerange 3 beginbfchar <01> <{order}> <02> <0633> <03> <0645> endbfchar endcmap end end"
    )
    table = f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream"
    made = pdfs.make(
        ["BT /F3 12 Tf 72 700 Td (\x03\x01\x02) Tj ET"],
        objects=[TYPE_3 % "/ToUnicode 12 0 R", SHAPE, table],
        fonts="/F3 10 0 R",
    )
    assert pdf.parse(made).text == "سلام"


# pages


def report(bodies: Sequence[Sequence[str]]) -> bytes:
    """A report with a running head and page numbers."""
    return pdfs.make(
        [
            pdfs.text(72, 750, "Harbour Report 2019") + pdfs.paragraph(body) + pdfs.text(300, 40, f"Page {number}")
            for number, body in enumerate(bodies, 1)
        ]
    )


BODIES = (
    ("The second dredging, which had been put off", "for years, was at last carried out by the firm of"),
    ("Nordvik and Sons, who took eleven weeks.", "Nobody was hurt."),
)


def test_a_sentence_runs_over_the_end_of_a_page() -> None:
    """The head, which stands above everything once, and the page's numbers are out of its way, and not lost."""
    parsed = pdf.parse(report(BODIES))
    assert parsed.text == (
        "Harbour Report 2019\n\nThe second dredging, which had been put off\n"
        "for years, was at last carried out by the firm of Nordvik and Sons, who took eleven weeks.\nNobody was hurt."
        "\n\nPage 1\nHarbour Report 2019\nPage 2"
    )
    assert marked(parsed, Kind.ASIDE) == ["Page 1", "Harbour Report 2019", "Page 2"]
    assert [page.split()[0] for page in marked(parsed, Kind.PAGE)] == ["Harbour", "Nordvik"]
    check(parsed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The report is finished.", "Next year begins here"),
        ("Tidewater Trust", "Contents"),
        ("We need, among other things that were named", "1. a boat"),
    ],
)
def test_what_does_not_go_on_is_parted(one: str, other: str) -> None:
    """After a full stop, after a title, before an item of a list."""
    parsed = pdf.parse(pdfs.make([pdfs.paragraph([one]), pdfs.paragraph([other])]))
    assert parsed.text == f"{one}\n\n{other}"


def test_titles_of_what_is_alike_are_no_running_heads() -> None:
    """Three invoices in one file: each keeps its number where it stands."""
    customers = enumerate(("Alma", "Bert", "Cleo"), 1)
    streams = [
        pdfs.text(72, 740, f"Invoice {number}", font="F2") + pdfs.paragraph([f"Bill to: {name}."], y=700)
        for number, name in customers
    ]
    parsed = pdf.parse(pdfs.make(streams))
    assert marked(parsed, Kind.ASIDE) == []
    assert labels(parsed, Kind.HEADING) == ["Invoice 1", "Invoice 2", "Invoice 3"]


def test_a_foot_that_says_something_is_found_once() -> None:
    """Its first place behind the text is no aside: somebody may ask for what it says."""
    foot = pdfs.text(72, 40, "Confidential, file no. HR/2019/7")
    parsed = pdf.parse(pdfs.make([pdfs.paragraph([f"Body {word}."]) + foot for word in ("one", "two", "three")]))
    assert parsed.text.startswith("Body one.\n\nBody two.\n\nBody three.\n\nConfidential, file no. HR/2019/7\n")
    assert len(marked(parsed, Kind.ASIDE)) == 2


# headings


def test_headings_are_set_larger_or_bold() -> None:
    """By size the outer ones, by weight the inner; a bold word in a sentence is none."""
    stream = (
        pdfs.text(72, 740, "Water", size=20)
        + pdfs.paragraph(["The water comes from the lake and is filtered."], y=710)
        + pdfs.text(72, 680, "Prices", font="F2")
        + pdfs.paragraph(["A cubic metre costs two euros."], y=664)
        + pdfs.text(72, 636, "Nobody", font="F2")
        + pdfs.text(120, 636, "pays in advance.")
    )
    parsed = pdf.parse(pdfs.make([stream]))
    assert labels(parsed, Kind.HEADING) == ["Water", "Prices"]
    assert marked(parsed, Kind.HEADING)[1].endswith("Nobody pays in advance.")
    check(parsed)


def test_the_outline_names_the_headings() -> None:
    """Whatever their size is; and their levels are its own."""
    outline = [
        "<< /Type /Outlines /First 11 0 R /Last 11 0 R /Count 2 >>",
        "<< /Title (1 Water) /Parent 10 0 R /Dest [13 0 R /Fit] /First 12 0 R /Last 12 0 R /Count 1 >>",
        "<< /Title (Prices) /Parent 11 0 R /Dest [13 0 R /Fit] >>",
    ]
    stream = pdfs.paragraph(["Water", "It comes from the lake.", "Prices", "A cubic metre costs two euros."])
    parsed = pdf.parse(pdfs.make([stream], catalog="/Outlines 10 0 R", objects=outline))
    assert marked(parsed, Kind.HEADING) == [parsed.text, "Prices\n\nA cubic metre costs two euros."]


# tables


def test_a_ruled_table_has_its_cells_whole() -> None:
    """A name and a number on two lines each were once scattered over three rows."""
    rules = [
        pdfs.box(x, y, w, h)
        for y, h in ((650, 50), (620, 30), (590, 30))
        for x, w in ((72, 100), (172, 120), (292, 80))
    ]
    said = (
        pdfs.text(76, 680, "Name", font="F2")
        + pdfs.text(176, 680, "Telephone", font="F2")
        + pdfs.text(296, 680, "Room", font="F2")
        + pdfs.paragraph(["Emil", "Strand"], x=76, y=640, size=10, step=12)
        + pdfs.paragraph(["+44 20 5550", "1105"], x=176, y=640, size=10, step=12)
        + pdfs.text(296, 634, "1.02", size=10)
        + pdfs.text(76, 600, "Dora Nagy", size=10)
        + pdfs.text(296, 600, "3.15", size=10)
    )
    parsed = pdf.parse(pdfs.make(["".join(rules) + said + pdfs.text(72, 500, "Below it.")]))
    assert parsed.text == ("Name\tTelephone\tRoom\nEmil Strand\t+44 20 5550 1105\t1.02\nDora Nagy\t\t3.15\n\nBelow it.")
    assert cells(parsed) == [
        ("Name", "Emil Strand"),
        ("Telephone", "+44 20 5550 1105"),
        ("Room", "1.02"),
        ("Name", "Dora Nagy"),
        ("Room", "3.15"),
    ]
    check(parsed)


def line(x: float, y: float, width: float, height: float) -> str:
    """A stream that draws a ruled line."""
    return f"{x} {y} m {x + width} {y + height} l S\n"


def test_a_ruled_table_without_a_frame_has_its_outer_columns() -> None:
    """The crops stand left of all upright lines, and what they changed by right of them: both were torn off."""
    rows = [("Crop", "Sown", "Cut", "Change"), ("Rice", "2426.7", "2396.0", "30.7"), ("Oats", "153.0", "168.7", "15.7")]
    ruled = [line(72, 700 - 20 * n, 400, 0) for n in range(4)] + [line(x, 640, 0, 60) for x in (172, 272, 372)]
    said = [pdfs.text(76 + 100 * c, 685 - 20 * r, word) for r, row in enumerate(rows) for c, word in enumerate(row)]
    parsed = pdf.parse(pdfs.make(["".join(ruled + said)]))
    assert parsed.text == "\n".join("\t".join(row) for row in rows)
    assert cells(parsed)[:4] == [("Crop", "Rice"), ("Sown", "2426.7"), ("Cut", "2396.0"), ("Change", "30.7")]


def test_a_cell_in_the_middle_of_several_rows_holds_for_each() -> None:
    """No line is ruled between the two rows of a model: its scores were one cell, "0.96 0.97"."""
    ruled = [line(72, y, 300, 0) for y in (700, 680, 640)] + [line(x, 640, 0, 60) for x in (72, 172, 272, 372)]
    said = [pdfs.text(76 + 100 * n, 685, word) for n, word in enumerate(("Layers", "Simple", "Complex"))]
    said += [pdfs.text(76, 656, "6")]
    said += [pdfs.text(176 + 100 * n, 664, word) for n, word in enumerate(("0.96", "0.93"))]
    said += [pdfs.text(176 + 100 * n, 646, word) for n, word in enumerate(("0.97", "0.92"))]
    four = [line(372, y, 100, 0) for y in (700, 680, 640)] + [line(472, 640, 0, 60)]
    said += [pdfs.text(376, y, word) for y, word in ((685, "Seconds"), (664, "2.7"), (646, "5.4"))]
    parsed = pdf.parse(pdfs.make(["".join(ruled + four + said)]))
    assert parsed.text == "Layers\tSimple\tComplex\tSeconds\n6\t0.96\t0.93\t2.7\n\t0.97\t0.92\t5.4"


def test_a_cell_over_two_columns_is_headed_by_what_it_ends_in() -> None:
    """A total stands below the amounts, though nothing stands below the pieces."""
    rules = [pdfs.box(x, y, 100, 20) for y in (680, 660) for x in (72, 172, 272)]
    rules += [pdfs.box(72, 640, 200, 20), pdfs.box(272, 640, 100, 20)]
    rows = [("Item", "Pieces", "Amount"), ("Lamp", "6", "207.00")]
    said = [pdfs.text(76 + 100 * c, 685 - 20 * r, word) for r, row in enumerate(rows) for c, word in enumerate(row)]
    said += [pdfs.text(76, 645, "Total"), pdfs.text(276, 645, "207.00")]
    assert cells(pdf.parse(pdfs.make(["".join(rules + said)])))[-1] == ("Amount", "207.00")


def test_clear_columns_are_a_table_without_rules() -> None:
    """What is left of an empty cell stays in its own column."""
    rows = [
        ("Pos", "Item", "Price"),
        ("1", "Oak bench", "412.00"),
        ("2", "Coat rack", "268.50"),
        ("", "Total", "680.50"),
    ]
    shown = [
        pdfs.text(x, 700 - 16 * n, word)
        for n, row in enumerate(rows)
        for x, word in zip((72, 120, 300), row, strict=True)
        if word
    ]
    parsed = pdf.parse(pdfs.make(["".join(shown)]))
    assert parsed.text == "\n".join("\t".join(row) for row in rows)
    assert cells(parsed)[-2:] == [("Item", "Total"), ("Price", "680.50")]


def shown(columns: Sequence[Sequence[str]]) -> str:
    """A stream that shows columns one after the other, each from the bottom up, as a chart's are."""
    return "".join(
        pdfs.text(72 + 120 * x, 700 - 20 * y, word)
        for x, column in enumerate(columns)
        for y, word in reversed(list(enumerate(column)))
    )


def test_what_is_drawn_column_by_column_is_read_row_by_row() -> None:
    """The year stood fifteen lines away from its numbers."""
    numbers = shown([["30.5", "29.7", "28.7"], ["49.0", "48.6", "46.3"], ["20.4", "21.7", "25.0"]])
    years = "".join(pdfs.text(20, 700 - 20 * y, year) for y, year in enumerate(("2001", "2005", "2010")))
    parsed = pdf.parse(pdfs.make([pdfs.text(72, 740, "Ages in per cent") + numbers + years]))
    assert parsed.text == "Ages in per cent\n\n2001\t30.5\t49.0\t20.4\n2005\t29.7\t48.6\t21.7\n2010\t28.7\t46.3\t25.0"
    check(parsed)


def test_addresses_side_by_side_are_read_one_after_the_other() -> None:
    """They are as short as cells, and hold as many numbers as some."""
    seller = ["Tern Ltd", "Mill Lane 11", "91504 Lodge", "VAT 5319"]
    buyer = ["Vale and Sons", "Quay 16", "02092 Warren", "VAT 5272"]
    stream = pdfs.paragraph(seller) + pdfs.paragraph(buyer, x=330)
    assert pdf.parse(pdfs.make([stream])).text.replace("\n\n", "\n").split("\n") == seller + buyer


def test_a_form_of_two_columns_is_pairs() -> None:
    """Each name heads its value; the first row is no header."""
    pairs = [("Invoice no.", "2024-0817"), ("Customer", "Tern"), ("Due", "16 June")]
    rules = [pdfs.box(x, 680 - 20 * n, 100, 20) for n in range(3) for x in (72, 172)]
    said = [pdfs.text(76 + 100 * c, 685 - 20 * r, word) for r, row in enumerate(pairs) for c, word in enumerate(row)]
    assert cells(pdf.parse(pdfs.make(["".join(rules + said)]))) == pairs


# what was filled in


def test_what_was_filled_in_is_read_where_it_stands() -> None:
    """The tenant's name was once lost; a password, and what is hidden, still is."""
    widget = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (%s) /V (%s) /Rect [%s] %s >>"
    made = pdfs.make(
        [pdfs.text(72, 700, "Tenant:") + pdfs.text(72, 600, "Signed in Oslo.")],
        objects=[
            widget % ("a", "Margot Vale", "160 696 300 714", ""),
            widget % ("b", "secret", "160 660 300 680", "/Ff 8192"),
            widget % ("c", "hidden", "160 660 300 680", "/F 2"),
            "<< /Type /Annot /Subtype /FreeText /Contents (Paid in May) /Rect [160 596 300 614] /DA (/F1 12 Tf) >>",
        ],
        page="/Annots [10 0 R 11 0 R 12 0 R 13 0 R]",
        catalog="/AcroForm << /Fields [10 0 R 11 0 R 12 0 R] >>",
    )
    assert pdf.parse(made).text == "Tenant: Margot Vale\n\nSigned in Oslo. Paid in May"


# what cannot be read

NAMELESS = "BT /F3 12 Tf 72 700 Td (\x01\x02 \x03\x01\x02\x03 \x02\x01) Tj ET"


def test_a_text_layer_of_shapes_alone_is_refused() -> None:
    """Control characters were once added without a word."""
    with pytest.raises(ParseError, match="has a text layer from which no letters can be read: run OCR"):
        pdf.parse(pdfs.make([NAMELESS], objects=[TYPE_3 % "", SHAPE], fonts="/F3 10 0 R"))


def test_pages_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    """Both kinds; the pages keep their numbers, and the note comes through the sandbox."""
    pages = [pdfs.text(72, 700, "One."), pdfs.IMAGE, NAMELESS, pdfs.text(72, 700, "Four."), ""]
    (tmp_path / "a.pdf").write_bytes(pdfs.make(pages, objects=[TYPE_3 % "", SHAPE], fonts="/F3 10 0 R"))
    document = load(tmp_path / "a.pdf")
    assert document.note == "1 of 5 pages is an image and the text of 1 of 5 pages cannot be read: run OCR on it"
    assert [document.text[m.start : m.end] for m in document.marked(Kind.PAGE)] == ["One.", "", "", "Four.", ""]


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("Let α be such that f(α) \x01 0 holds for every other β in the set.", True),
        ("\x01\x04\x06\x05\x08\x07 ab \x07\n\x1b\x1a", False),
        ("\uf0b7 An item of a list with a bullet from a font of symbols", True),
        ("เวกเตอร์ที่มีขนาดเท่ากัน \uf0b7", True),
        ("\uf041\uf042\uf043 \uf044\uf045", False),
    ],
)
def test_text_is_told_from_shapes(text: str, readable: bool) -> None:
    """A sign that a font of symbols draws makes no page unreadable."""
    assert mend.is_readable(text) is readable


JAPANESE = [
    f"<< /Type /Font /Subtype /Type0 /BaseFont /Mincho /Encoding /%s /DescendantFonts [{pdfs.SHIFT + 1} 0 R] >>",
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Mincho /DW 1000 "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> "
    f"/FontDescriptor {pdfs.SHIFT + 2} 0 R >>",
    "<< /Type /FontDescriptor /FontName /Mincho /Flags 6 /FontBBox [-123 -257 1001 910] /ItalicAngle 0 /Ascent 709 "
    "/Descent -241 /CapHeight 709 /StemV 69 >>",
]
COLUMNS = ["渡し船は九時に出る。", "切符は窓口で売る。", "犬は乗れない。"]


def japanese(pages: Sequence[Sequence[tuple[float, float, str]]], *, encoding: str, angle: int = 0) -> bytes:
    """A PDF of pages with texts at places, in a font that the file names and does not hold."""
    matrix = {0: "1 0 0 1", 90: "0 1 -1 0"}[angle]
    streams = [
        "\n".join(f"BT /F3 14 Tf {matrix} {x} {y} Tm <{said.encode('utf-16-be').hex()}> Tj ET" for x, y, said in page)
        for page in pages
    ]
    return pdfs.make(
        streams, objects=[JAPANESE[0] % encoding, *JAPANESE[1:]], fonts=f"/F3 {pdfs.SHIFT} 0 R"
    )  # fmt: skip


def test_upright_lines_are_read_from_the_right() -> None:
    """PDFium has them from the left on; of two rows of them, the upper one comes first."""
    upper = [(500 - 30 * number, 700, said) for number, said in enumerate(COLUMNS)]
    lower = [(500 - 30 * number, 350, said[::-1]) for number, said in enumerate(COLUMNS)]
    parsed = pdf.parse(japanese([[*upper, *lower]], encoding="UniJIS-UCS2-V"))
    assert parsed.text.split() == [*COLUMNS, *(said[::-1] for said in COLUMNS)]


def test_lines_that_are_only_turned_keep_their_order() -> None:
    """A page that lies on its side begins on the left: its letters go up."""
    turned = [(100 + 30 * number, 300, f"A{said}Z") for number, said in enumerate(COLUMNS)]
    parsed = pdf.parse(japanese([turned], encoding="UniJIS-UCS2-H", angle=90))
    assert parsed.text.split() == [f"A{said}Z" for said in COLUMNS]


def test_a_page_of_which_most_text_is_missing_is_named() -> None:
    """Of lines that are set upright a letter at a time PDFium has nothing; the head alone was read, without a note."""
    letters = [(500 - 20 * column, 680 - 16 * row, "字") for column in range(10) for row in range(30)]
    head = [(72, 740, "官報 第四十二号")]
    parsed = pdf.parse(japanese([[*head, *letters], head], encoding="UniJIS-UCS2-H"))
    assert parsed.text.split() == ["官報", "第四十二号"] * 2
    assert parsed.note == "most of the text of 1 of 2 pages cannot be read: run OCR on it"
