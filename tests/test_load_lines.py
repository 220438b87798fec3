"""Turns of transcripts and fields of forms: marked where they are, and nowhere else."""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.load import html, markdown, pdf, rtf, text
from index.load.lines import with_lines
from index.load.office import docx, opendocument
from index.load.parsed import Parsed
from index.types import Kind, Mark
from tests import office, pdfs


def marked(parsed: Parsed, kind: Kind) -> list[tuple[str, str]]:
    """The marks of one kind, as (label, text)."""
    return [(mark.label, parsed.text[mark.start : mark.end]) for mark in parsed.marks if mark.kind is kind]


def test_minutes_have_fields_and_turns() -> None:
    """A turn goes up to the next one; what follows the last one is nobody's."""
    parsed = text.parse(
        b"Chair: Ivo Marek\nDate: 3 May\n\nANNA HOLM: The roof leaks.\nIt has for years.\n\nAnd badly.\n\n"
        b"Ivo Marek: Noted.\n\nANNA HOLM: Good.\n\nThe meeting closed at five."
    )
    assert marked(parsed, Kind.SPEAKER) == [
        ("ANNA HOLM", "ANNA HOLM: The roof leaks.\nIt has for years.\n\nAnd badly."),
        ("Ivo Marek", "Ivo Marek: Noted."),
        ("ANNA HOLM", "ANNA HOLM: Good."),
    ]
    assert marked(parsed, Kind.ROW) == [("1", "Chair: Ivo Marek"), ("2", "Date: 3 May")]
    assert marked(parsed, Kind.HEADER) == [("Chair", "Chair"), ("Date", "Date")]
    assert marked(parsed, Kind.CELL) == [("Chair", "Ivo Marek"), ("Date", "3 May")]


@pytest.mark.parametrize(
    "source",
    [
        "Ann: One?\nBen Li: Two.\nAnn: Three.\n",
        "[10:02] Ann: One?\n[10:03] Ben Li: Two.\n[10:05:11] Ann: Three.\n",
        "Ann (0:02): One?\n\nBen Li (0:04): Two.\n\nAnn (0:09): Three.\n",
        "**Ann:** One?\n\n**Ben Li**: Two.\n\n**Ann:** Three.\n",
    ],
)
def test_a_transcript_may_be_written_in_several_ways(source: str) -> None:
    """Bare names, times before or after, bold."""
    for parse in (text.parse, markdown.parse):
        assert [label for label, _ in marked(parse(source.encode()), Kind.SPEAKER)] == ["Ann", "Ben Li", "Ann"]


def test_a_turn_ends_where_a_section_starts() -> None:
    """A heading is not part of what was said."""
    parsed = markdown.parse(b"Ann: One.\n\nBen: Two.\n\n## Later\n\nAnn: Three.\n")
    assert ("Ben", "Ben: Two.") in marked(parsed, Kind.SPEAKER)


def test_a_form_in_markdown_may_be_a_list() -> None:
    """Bold keys, bullets, values of any kind."""
    parsed = markdown.parse(b"Some words.\n\n- **Size**: 4 m\n- **Built:** 1921\n- Owner: Bo Li\n\nMore words.")
    assert marked(parsed, Kind.CELL) == [("Size", "4 m"), ("Built", "1921"), ("Owner", "Bo Li")]


@pytest.mark.parametrize("between", ["On board:", "Kept in the shed behind the old boat house: the spare oars"])
def test_a_line_that_is_no_field_does_not_hide_those_around_it(between: str) -> None:
    """A caption above what follows, or a name as long as prose."""
    parsed = text.parse(
        f"Berth: 7\nBoat: Wren\nLength: 9 m\n{between}\nSkipper: Ola Berg\nMate: Siri\nCook: Jan\n".encode()
    )
    assert [label for label, _ in marked(parsed, Kind.CELL)] == ["Berth", "Boat", "Length", "Skipper", "Mate", "Cook"]


def test_three_speakers_with_a_turn_each_are_no_form() -> None:
    """They speak elsewhere, alone."""
    parsed = text.parse(b"Ann: yes\n\nBen: no\n\nCara: yes\n\nAnn: well\nBen: so\nCara: be it\n")
    assert marked(parsed, Kind.ROW) == []
    assert len(marked(parsed, Kind.SPEAKER)) == 6


@pytest.mark.parametrize(
    "trap",
    [
        "There are three rules: be kind, be brief, be gone.\nRemember: nothing else counts.\n",
        "Note: wear gloves.\nWarning: it is hot.\nNote: it stays so.\n",
        "Q: Why?\nA: Because.\nQ: Really?\nA: Yes.\n",
        "def f(x):\n    if x:\n        return 1\n    else:\n        return 2\n",
        "class A:\n    x: int\n    y: str\n    z: float\n",
        "ERROR: disk full\nWARN: disk slow\nINFO: disk fine\nERROR: disk gone\n",
        "2026-01-02 10:03:04 INFO: started\n2026-01-02 10:03:05 INFO: stopped\n2026-01-02 10:03:06 INFO: gone\n",
        "http://a.example/x\nhttps://b.example/y\nftp://c.example/z\n",
        "10:00 Arrival\n10:30 Talk\n12:00 Lunch\n",
        "color: red;\nwidth: 4px;\nheight: 3px;\n",
        '{\n  "name": "x",\n  "size": 3,\n  "kind": "y"\n}\n',
        "Ann: Hello there.\nBen: Good day!\nCara: How are you?\n",
        "He said one thing: go.\nShe said another: stay.\nThey all agreed: wait.\n",
        "Genesis 1:1 In the beginning.\nGenesis 1:2 And the earth.\nGenesis 1:3 And God said.\n",
        "Dear Ann:\n\nthank you.\n\nYours:\n\nBo\n",
        "Serves: 4\n\nMix all.\n\nTime: 20 minutes\n\nBake it.\n\nServes: 6\n\nEat.\n\nDone well.\n",
    ],
)
def test_what_only_has_colons_is_left_alone(trap: str) -> None:
    """Prose, code, logs, times, verses: in doubt nothing is marked."""
    opening = "Some words to begin with.\n\n"
    assert text.parse((opening + trap).encode()).marks == ()
    assert markdown.parse((opening + trap).encode()).marks == ()


def test_code_and_tables_in_markdown_hold_neither() -> None:
    """A line is one thing."""
    fenced = "```\nName: x\nSize: y\nKind: z\n```\n"
    table = "Key: a | Value: b\n---|---\nAnn: x | y\nBen: x | y\nAnn: x | y\n"
    assert marked(markdown.parse(fenced.encode()), Kind.ROW) == []
    parsed = markdown.parse(table.encode())
    assert marked(parsed, Kind.SPEAKER) == []
    assert len(marked(parsed, Kind.ROW)) == 3


LINES = st.sampled_from(
    ["Ann: yes.", "Ben Li: no", "Date: 3 May", "Place: Oslo", "**Cy:** so", "- K: v", "words", "", "# H"]
)


@given(st.lists(LINES))
def test_no_line_is_both_a_turn_and_a_field(lines: list[str]) -> None:
    """And the marks of a kind never overlap."""
    for parse in (text.parse, markdown.parse):
        parsed = parse("\n".join(lines).encode())
        for kinds in ({Kind.SPEAKER, Kind.ROW}, {Kind.CELL, Kind.HEADER}):
            marks = [mark for mark in parsed.marks if mark.kind in kinds]
            assert all(before.end <= after.start for before, after in pairwise(marks))


def in_word(lines: Sequence[str]) -> Parsed:
    """The lines as paragraphs of Word."""
    return docx.parse(office.docx("".join(map(office.p, lines))))


def in_open_document(lines: Sequence[str]) -> Parsed:
    """The same in OpenDocument."""
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return opendocument.parse(office.odf(f"<office:text>{paragraphs}</office:text>"))


def in_rtf(lines: Sequence[str]) -> Parsed:
    """The same in RTF."""
    return rtf.parse(("{\\rtf1 " + "\\par\n".join(lines) + "}").encode())


def on_a_page(lines: Sequence[str]) -> Parsed:
    """The same on a web page."""
    return html.parse("".join(f"<p>{line}</p>" for line in lines).encode())


def on_paper(lines: Sequence[str]) -> Parsed:
    """The same in a PDF, with space between them."""
    return pdf.parse(pdfs.make([pdfs.paragraph(lines, step=30)]))


WRITTEN = (in_word, in_open_document, in_rtf, on_a_page, on_paper)


@pytest.mark.parametrize("written", WRITTEN)
def test_forms_and_turns_are_marked_in_whatever_format_they_are_written(
    written: Callable[[Sequence[str]], Parsed],
) -> None:
    """Minutes in Word said nothing of who was in the chair, nor of who spoke: only text and Markdown were looked at."""
    parsed = written(
        ["Chair: Ivo Marek", "Date: 3 May", "Place: Oslo", "ANNA: The roof leaks.", "IVO: Noted.", "ANNA: Good."]
    )
    assert marked(parsed, Kind.CELL) == [("Chair", "Ivo Marek"), ("Date", "3 May"), ("Place", "Oslo")]
    assert [label for label, _ in marked(parsed, Kind.SPEAKER)] == ["ANNA", "IVO", "ANNA"]


def test_several_fields_in_one_paragraph_of_word_are_parted_by_tabs() -> None:
    """A tab behind the colon parts a name from its value, another one two fields."""
    tab = '</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t xml:space="preserve">'
    parsed = in_word([f"Born:{tab}1950{tab}Rank: Sgt", "Unit: 3rd", "He served with honour from then on."])
    assert marked(parsed, Kind.CELL) == [("Born", "1950"), ("Rank", "Sgt"), ("Unit", "3rd")]


def test_prose_headings_and_tables_of_word_are_no_form() -> None:
    """What stands between two fields parts them; a table has its own rows."""
    between = ["Chair: Ivo Marek", "The roof leaks.", "Date: 3 May", "It has for years.", "Place: Oslo"]
    assert marked(in_word(between), Kind.ROW) == []
    cells = office.table(["Key: a", "Value: b"], ["Size: c", "Kind: d"], ["Name: e", "Place: f"])
    assert "Key" not in [label for label, _ in marked(docx.parse(office.docx(cells)), Kind.CELL)]


def test_a_million_tabs_are_read_in_time() -> None:
    """Each is looked at once, whatever follows them."""
    parsed = on_a_page(["Name:" + "\t" * 50_000, "<pre>a" + "\t" * 500_000 + "</pre>", "Size: " + "\tKey: " * 50_000])
    began = time.monotonic()
    with_lines(parsed)
    assert time.monotonic() - began < 2


def test_a_page_of_nothing_but_fields_is_read_in_time() -> None:
    """A name is compared with none of those before it."""
    parsed = Parsed(title="", text="\n\n".join(f"Key {n}: v" for n in range(90_000)))
    began = time.monotonic()
    assert len(with_lines(parsed).marks) == 3 * 90_000
    assert time.monotonic() - began < 5


def test_what_follows_a_table_inside_a_cell_is_still_in_the_table() -> None:
    """The inner row ends before the outer one does."""
    words = "a\nb\nKey: v\nSize: w\nName: x"
    rows = (Mark(0, len(words), Kind.ROW, "1"), Mark(2, 3, Kind.ROW, "1"))
    assert with_lines(Parsed(title="", text=words, marks=rows)).marks == rows
    assert len(with_lines(Parsed(title="", text=words, marks=rows[1:])).marks) == 1 + 9
