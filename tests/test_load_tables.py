"""The marks of tables: which cells are headers, which words head a cell, where a row is."""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.load import html, markdown, text
from index.load.parsed import Parsed
from index.types import NESTING, Kind, Mark


def seen(parsed: Parsed, *kinds: Kind) -> list[tuple[str, str, str]]:
    """The marks of these kinds, or of all, as (kind, label, text)."""
    marks = [mark for mark in parsed.marks if not kinds or mark.kind in kinds]
    return [(mark.kind.value, mark.label, parsed.text[mark.start : mark.end]) for mark in marks]


def cells(parsed: Parsed) -> list[tuple[str, str]]:
    """The cells of data, as (label, text)."""
    return [(label, words) for _, label, words in seen(parsed, Kind.CELL)]


def overlapping(marks: Sequence[Mark]) -> bool:
    """Whether one of the marks, which are in order, starts before the one before it ends."""
    return any(before.end > after.start for before, after in pairwise(marks))


def check(parsed: Parsed) -> None:
    """What is true of the marks of any document."""
    assert list(parsed.marks) == sorted(parsed.marks, key=lambda mark: (mark.start, -mark.end))
    assert all(0 <= mark.start <= mark.end <= len(parsed.text) for mark in parsed.marks)
    by_kind = {kind: [mark for mark in parsed.marks if mark.kind is kind] for kind in Kind}
    assert not any(overlapping(marks) for kind, marks in by_kind.items() if kind not in NESTING)
    for cell in by_kind[Kind.CELL]:
        assert any(row.start <= cell.start and cell.end <= row.end for row in by_kind[Kind.ROW])
        assert parsed.text[cell.start : cell.end] == parsed.text[cell.start : cell.end].strip() != ""
    for outer in by_kind[Kind.HEADING]:
        for inner in by_kind[Kind.HEADING]:
            apart = inner.end <= outer.start or outer.end <= inner.start
            nested = (inner.start - outer.start) * (inner.end - outer.end) <= 0
            assert apart or nested


# markdown


def test_a_markdown_table_is_marked_where_it_stands() -> None:
    """Headers, rows and cells, each at its place; the text is not touched."""
    source = "# Fees\n\n| Room | **Fee** |\n|:-----|----:|\n| Blue hall | 40 |\n| Loft | 25 |\n\nNo more.\n"
    parsed = markdown.parse(source.encode())
    assert parsed.text == source
    assert seen(parsed)[1:] == [
        ("header", "Room", "Room"),
        ("header", "Fee", "**Fee**"),
        ("row", "1", "| Blue hall | 40 |"),
        ("cell", "Room", "Blue hall"),
        ("cell", "Fee", "40"),
        ("row", "2", "| Loft | 25 |"),
        ("cell", "Room", "Loft"),
        ("cell", "Fee", "25"),
    ]


def test_a_markdown_row_need_not_be_tidy() -> None:
    """No outer pipes, an escaped pipe, cells too few, too many or empty, a row without any pipe."""
    source = "A | B \\| C\n--|--\n1 | 2 | 3\n4\n || 5\nx \\| y | z |\n"
    assert cells(markdown.parse(source.encode())) == [
        ("A", "1"),
        ("B | C", "2"),
        ("", "3"),
        ("A", "4"),
        ("B | C", "5"),
        ("A", "x \\| y"),
        ("B | C", "z"),
    ]


def test_a_markdown_table_ends_at_an_empty_line_or_another_block() -> None:
    """And so does its counting of rows."""
    source = "a|b\n-|-\n1|2\n# Next | one\n\na|b\n-|-\n3|4\n\n5|6\n"
    assert [(label, words) for _, label, words in seen(markdown.parse(source.encode()), Kind.ROW)] == [
        ("1", "1|2"),
        ("1", "3|4"),
    ]


def test_what_only_looks_like_a_markdown_table_is_none() -> None:
    """In code, without a rule of as many cells, or underlined as a heading."""
    for source in (
        "```\na|b\n-|-\n1|2\n```\n",
        "    a|b\n    -|-\n    1|2\n",
        "a|b\n-|-|-\n1|2\n",
        "a|b\n1|2\n",
        "Title\n-----\na|b\n",
        "- a|b\n-|-\n1|2\n",
    ):
        assert seen(markdown.parse(source.encode()), Kind.ROW, Kind.CELL, Kind.HEADER) == []


def test_a_markdown_table_of_millions_of_rows_is_text_alone() -> None:
    """Its marks would take longer than a file may take, and the text with them."""
    parsed = markdown.parse(b"a|b\n-|-\n" + b"1|2\n" * 1_000_000)
    assert len(parsed.text) == 4_000_008
    assert parsed.marks == ()


def test_emphasis_is_no_part_of_a_header() -> None:
    """Underscores that stress go, those of a name or of code stay."""
    source = b"| _Fee_ | __Due date__ | a_b_c | `_x_` | _d |\n|-|-|-|-|-|\n|1|2|3|4|5|\n"
    assert [label for label, _ in cells(markdown.parse(source))] == ["Fee", "Due date", "a_b_c", "_x_", "_d"]


@pytest.mark.parametrize(("parse", "cell"), [(markdown.parse, "a|"), (text.parse, "a\t"), (text.parse, "a | ")])
def test_a_table_of_millions_of_cells_is_text_alone(parse: Callable[[bytes], Parsed], cell: str) -> None:
    """Few lines can hold as many cells as many lines: 30 MB of wide Markdown once took too long to be read at all."""
    source = "a|" * 80 + "\n" + "-|" * 80 + "\n" + (cell * 80 + "\n") * 20_000
    started = time.process_time()
    assert parse(source.encode()) == Parsed("", source)
    assert time.process_time() - started < 2


# html


def test_an_html_table_is_marked_where_it_stands() -> None:
    """The text is as before: cells joined by tabs."""
    parsed = html.parse(b"<p>x<table><tr><th>Room<th>Fee<tr><td>Blue <b>hall</b><td> 40 <tr><td>Loft<td></table>y")
    assert parsed.text == "x\n\nRoom\tFee\nBlue hall\t40\nLoft\n\ny"
    assert seen(parsed) == [
        ("header", "Room", "Room"),
        ("header", "Fee", "Fee"),
        ("row", "1", "Blue hall\t40"),
        ("cell", "Room", "Blue hall"),
        ("cell", "Fee", "40"),
        ("row", "2", "Loft"),
        ("cell", "Room", "Loft"),
    ]


def test_labels_go_by_the_column_of_the_grid() -> None:
    """Spans to the right and downwards move what comes after them; headers in two rows are read together."""
    parsed = html.parse(
        b"<table><thead><tr><td rowspan=2>Name<td colspan=2>2025<tr><td>Q1<td>Q2</thead>"
        b"<tr><td rowspan=2>Ann<td>1<td>2<tr><td>3<td>4<tr><td>Bo<td colspan=2>5</table>"
    )
    assert cells(parsed) == [
        ("Name", "Ann"),
        ("2025 Q1", "1"),
        ("2025 Q2", "2"),
        ("2025 Q1", "3"),
        ("2025 Q2", "4"),
        ("Name", "Bo"),
        ("2025 Q1", "5"),
    ]


def test_a_table_without_headers_has_rows_all_the_same() -> None:
    """The first row is one of data, and the labels are empty."""
    assert seen(html.parse(b"<table><tr><td>a<td>b<tr><td>c<td>d</table>"), Kind.ROW) == [
        ("row", "1", "a\tb"),
        ("row", "2", "c\td"),
    ]
    assert cells(html.parse(b"<table><tr><td>a<td>b</table>")) == [("", "a"), ("", "b")]


def test_the_first_cell_of_a_row_of_two_heads_the_second() -> None:
    """As in the boxes of encyclopedias; but a row's first cell under a header is a cell like any other."""
    assert seen(html.parse(b"<table><tr><th>Born<td>1921<tr><th>Died<td>1990</table>"), Kind.HEADER, Kind.CELL) == [
        ("header", "Born", "Born"),
        ("cell", "Born", "1921"),
        ("header", "Died", "Died"),
        ("cell", "Died", "1990"),
    ]
    assert cells(html.parse(b"<table><tr><th>Who<th>When<tr><th>Ann<td>1921</table>")) == [
        ("Who", "Ann"),
        ("When", "1921"),
    ]


def test_a_row_of_headers_among_the_data() -> None:
    """A single one is a title and heads no column; several replace the headers above."""
    parsed = html.parse(
        b"<table><tr><th>A<th>B<tr><td>1<td>2<tr><th colspan=2>Drinks<tr><td>3<td>4<tr><th>C<th>D<tr><td>5<td>6</table>"
    )
    assert cells(parsed) == [("A", "1"), ("B", "2"), ("A", "3"), ("B", "4"), ("C", "5"), ("D", "6")]


def test_a_cell_may_hold_several_paragraphs() -> None:
    """It is one cell, from its first word to its last."""
    assert cells(html.parse(b"<table><tr><th>A<th>B<tr><td><p>one<p>two<td><pre>  x</pre></table>")) == [
        ("A", "one\n\ntwo"),
        ("B", "x"),
    ]


def test_a_table_that_only_arranges_has_no_rows() -> None:
    """One column, a heading or another table in it, or said to be so; the table inside is one of its own."""
    assert seen(html.parse(b"<table><tr><td>a<tr><td>b</table>")) == []
    assert seen(html.parse(b"<table role=presentation><tr><td>a<td>b</table>")) == []
    assert cells(html.parse(b"<table><tr><td>menu<td><h1>Title</h1>text</table>")) == []
    inner = b"<table><tr><th>k<th>l<tr><td>v<td>w</table>"
    assert cells(html.parse(b"<table><tr><td>x<td>" + inner + b"after<td>z</table>")) == [("k", "v"), ("l", "w")]


def test_spans_that_are_absurd_cost_nothing() -> None:
    """Nor those that are no numbers."""
    assert cells(
        html.parse(b"<table><tr><th colspan=999999999>A<th>B<tr><td rowspan=0 colspan=x>1<td>2<tr><td>3<td>4</table>")
    ) == [("A", "1"), ("A", "2"), ("A", "3"), ("A", "4")]


def test_a_span_ends_with_the_head_of_the_table() -> None:
    """A header that claims more rows than the head has once pushed every cell below into the next column."""
    source = b"<table><thead><tr><th rowspan=3>A<th>B</thead><tr><td>1<td>2<tr><td>3<td>4</table>"
    assert cells(html.parse(source)) == [("A", "1"), ("B", "2"), ("A", "3"), ("B", "4")]


# plain text


def test_a_table_in_plain_text_is_marked_where_it_stands() -> None:
    """Numbers begin below its header; the text is not touched."""
    source = "Our rooms.\n\nRoom of the house\tFee\nBlue hall\t40\nLoft\t25\n\nNo more.\n"
    parsed = text.parse(source.encode())
    assert parsed.text == source
    assert seen(parsed) == [
        ("header", "Room of the house", "Room of the house"),
        ("header", "Fee", "Fee"),
        ("row", "1", "Blue hall\t40"),
        ("cell", "Room of the house", "Blue hall"),
        ("cell", "Fee", "40"),
        ("row", "2", "Loft\t25"),
        ("cell", "Room of the house", "Loft"),
        ("cell", "Fee", "25"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "Name | Fee\nAnn | 40\nBo | \n",
        "| Name | Fee |\n| Ann  | 40  |\n| Bo   |     |\n",
        "+------+-----+\n| Name | Fee |\n+------+-----+\n| Ann | 40 |\n| Bo | |\n+------+-----+\n",
        " Name | Fee\n------+-----\n Ann  |  40\n Bo   |\n",
        "Name\tFee\nAnn\t40\nBo\t\n",
    ],
)
def test_a_table_in_plain_text_may_be_drawn_in_several_ways(source: str) -> None:
    """With bars at its ends or none, rules, empty cells."""
    assert cells(text.parse(source.encode())) == [("Name", "Ann"), ("Fee", "40"), ("Name", "Bo")]


def test_the_corner_of_a_table_in_plain_text_may_be_empty() -> None:
    """A line that begins with a tab has an empty cell there."""
    assert cells(text.parse(b"\tMay\tJune\nAnn\t1\t2\nBo\t3\t4\n")) == [
        ("", "Ann"),
        ("May", "1"),
        ("June", "2"),
        ("", "Bo"),
        ("May", "3"),
        ("June", "4"),
    ]


def test_a_table_in_plain_text_may_have_no_header() -> None:
    """Where its first line says numbers or sentences, it is a row, and the labels are empty."""
    assert cells(text.parse(b"Ann\t1\nBo\t2\nCy\t3\n"))[0] == ("", "Ann")
    assert cells(text.parse(b"Ann came.\tBo left, too.\nCy\tDi\nEd\tFay\n"))[0] == ("", "Ann came.")


@pytest.mark.parametrize(
    "source",
    [
        "a\tb\nc\td\n",
        "a\tb\nc\td\te\nf\tg\n",
        "a\tb\nc | d\ne\tf\n",
        "\tif x:\n\t\tgo()\n\tstop()\n",
        "\tint x;\t// one\n\tint y;\t// two\n\tint z;\t// three\n",
        "1.\tBe kind\n2.\tBe brief\n3.\tBe gone\n",
        "•\tmilk\n•\teggs\n•\tflour\n",
        "cat a | sort\n\ncat b | sort\n\ncat c | sort\n",
        "x = a|b\ny = a|b\nz = a|b\n",
    ],
)
def test_what_only_looks_like_a_table_in_plain_text_is_none(source: str) -> None:
    """Two lines, unlike lines, indents, lists and programs."""
    assert text.parse(source.encode()).marks == ()


def test_turns_and_fields_may_be_set_off_by_tabs() -> None:
    """They are no table of names."""
    assert seen(text.parse(b"Ann:\tYes.\nBo Li:\tNo.\nAnn:\tWell.\n"), Kind.SPEAKER, Kind.CELL) == [
        ("speaker", "Ann", "Ann:\tYes."),
        ("speaker", "Bo Li", "Bo Li:\tNo."),
        ("speaker", "Ann", "Ann:\tWell."),
    ]
    assert cells(text.parse(b"Chair:\tIvo Marek\nDate:\t3 May\nPlace:\tOslo\n")) == [
        ("Chair", "Ivo Marek"),
        ("Date", "3 May"),
        ("Place", "Oslo"),
    ]


@pytest.mark.parametrize(
    "line", ["-" * 300_000 + "x", "a\t" * 150_000, " | " * 100_000, "\t" * 300_000, "a " * 150_000]
)
def test_plain_text_takes_no_quadratic_time(line: str) -> None:
    """A long line costs as much as many short ones of the same length."""
    started = time.process_time()
    text.parse(f"a\tb | c\n{line}\n{line}\n{line}\n".encode())
    assert time.process_time() - started < 2


# whatever is written

SPANS = st.sampled_from(["", " colspan=2", " rowspan=2", " rowspan=0"])
WORDS = st.text("ab |\\*`-:\n<&#", max_size=6)
BLOCKS = st.sampled_from(["td", "th", "tr", "table", "thead", "p", "h2", "pre", "div"])


@given(
    st.lists(st.tuples(BLOCKS, st.sampled_from(["", " colspan=2", " rowspan=2", " rowspan=0"]), WORDS, st.booleans()))
)
def test_any_html_has_marks_that_hold(parts: list[tuple[str, str, str, bool]]) -> None:
    """Whatever is opened, closed or left open."""
    check(
        html.parse("".join(f"<{tag}{span}>{words}" + f"</{tag}>" * ends for tag, span, words, ends in parts).encode())
    )


@given(
    st.lists(st.lists(st.text("ab ", min_size=1, max_size=4), min_size=2, max_size=4), min_size=1, max_size=5),
    st.booleans(),
)
def test_an_html_cell_says_what_was_written(rows: list[list[str]], preformatted: bool) -> None:
    """The cells' own words, in order; those without any have no mark."""
    tag = "pre" if preformatted else "p"
    source = "".join("<tr>" + "".join(f"<td><{tag}>{words}</{tag}>" for words in row) for row in rows)
    parsed = html.parse(f"<table>{source}</table>.".encode())
    written = [" ".join(words.split()) for row in rows for words in row]
    assert [" ".join(words.split()) for _, words in cells(parsed)] == [words for words in written if words]
    check(parsed)


@given(st.lists(st.text("ab |\\*`-:#>", max_size=12)))
def test_any_markdown_has_marks_that_hold(lines: list[str]) -> None:
    """Whatever the lines are, below what is a table or not."""
    check(markdown.parse("\n".join(["a|b", "-|-", *lines]).encode()))


@given(st.lists(st.text("aB1 |\t-=:.\n", max_size=12)))
def test_any_plain_text_has_marks_that_hold(lines: list[str]) -> None:
    """Whatever tabs and bars are in it."""
    check(text.parse("\n".join(lines).encode()))


@given(
    st.integers(2, 4).flatmap(
        lambda n: st.lists(st.lists(st.text("ab", max_size=4), min_size=n, max_size=n), min_size=3)
    )
)
def test_a_cell_of_plain_text_says_what_was_written(rows: list[list[str]]) -> None:
    """The cells' own words, in order, those of a header first; those without any have no mark."""
    lines = ["\t".join([f"r{number}", *row]) for number, row in enumerate(rows)]
    parsed = text.parse("\n".join(lines).encode())
    written = [
        words for number, row in enumerate(rows) for words in [f"r{number}", *row] if words and any(map(any, rows))
    ]
    assert [words for _, _, words in seen(parsed, Kind.CELL)] == written


@given(st.lists(st.lists(st.text("ab ", max_size=4), min_size=1, max_size=4), max_size=5))
def test_a_markdown_cell_says_what_was_written(rows: list[list[str]]) -> None:
    """The cells' own words, in order; those without any have no mark."""
    lines = ["| h | i |", "|---|---|", *("| " + " | ".join(row) + " |" for row in rows)]
    parsed = markdown.parse("\n".join(lines).encode())
    assert [words for _, words in cells(parsed)] == [words.strip() for row in rows for words in row if words.strip()]


def test_a_list_of_terms_is_read_as_a_table_of_two_columns() -> None:
    """ "Are dogs allowed?" was answered "Dogs": the term and what is said of it were two lines that nothing joined."""
    page = b"<dl><dt>Dogs<dd>Guide dogs only.<dd>On a lead.<div><dt>Prams<dd>In the hall.</div><dt>Cats<dd></dl>"
    assert seen(html.parse(page), Kind.ROW, Kind.HEADER, Kind.CELL) == [
        ("row", "1", "Dogs\nGuide dogs only."),
        ("header", "Dogs", "Dogs"),
        ("cell", "Dogs", "Guide dogs only."),
        ("row", "2", "Prams\nIn the hall."),
        ("header", "Prams", "Prams"),
        ("cell", "Prams", "In the hall."),
    ]


@pytest.mark.parametrize("inside", ["<dl><dt>A<dd>B</dl>", "<table><tr><th>A<td>B</table>", "<h2>A</h2>"])
def test_a_list_of_terms_with_a_list_a_table_or_a_section_in_it_is_text(inside: str) -> None:
    """Rows do not nest."""
    marked = seen(html.parse(f"<dl><dt>Term<dd>{inside}</dl>".encode()), Kind.ROW)
    assert all("Term" not in words for _, _, words in marked)


def test_a_list_of_terms_in_a_cell_is_the_cells_text() -> None:
    """Rows do not nest."""
    page = b"<table><tr><td><dl><dt>A<dd>B</dl><td>c<tr><td>d<td>e</table>"
    assert seen(html.parse(page), Kind.ROW) == [("row", "1", "A\nB\n\nc"), ("row", "2", "d\te")]


def test_an_empty_row_is_no_row_and_one_comes_before_the_header_in_it() -> None:
    """A row without cells, and one whose header came first, were shown as an apology."""
    table = b"| A | B |\n|---|---|\n| x | 1 |\n| | |\n"
    assert seen(markdown.parse(table), Kind.ROW) == [("row", "1", "| x | 1 |")]
    page = b"<table><tr><th>Born<td>1921<tr><th>Died<td></table>"
    assert [kind for kind, _, _ in seen(html.parse(page), Kind.ROW, Kind.HEADER)] == ["row", "header"] * 2
