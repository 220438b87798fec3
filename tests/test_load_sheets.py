"""Excel, OpenDocument sheets and CSV: values as they are shown, under their headers, in rows with their numbers."""

import pytest

from index.load import sheet
from index.load.office import opendocument, xlsx
from index.load.office.numbers import shown
from index.load.parsed import Parsed
from index.types import Kind
from tests import office
from tests.office import odf, rows
from tests.test_load_tables import cells, check, seen

# Excel


def book(sheets: dict[str, str], **more: str) -> Parsed:
    """The workbook, read and checked."""
    parsed = xlsx.parse(office.xlsx(sheets, styles=more.get("styles", ""), strings=more.get("strings", "")))
    check(parsed)
    return parsed


LOOKS = """<numFmts><numFmt numFmtId="200" formatCode="d mmm yyyy"/>
<numFmt numFmtId="201" formatCode="#,##0.00\\ &quot;€&quot;"/>
</numFmts><fonts><font/><font><b/></font></fonts><cellXfs><xf numFmtId="0"/><xf numFmtId="200"/><xf numFmtId="201"/>
<xf numFmtId="10"/><xf numFmtId="0" fontId="1"/></cellXfs>"""


def test_a_sheet_shows_its_values_as_formatted() -> None:
    """Shared and rich strings, dates, money, per cent, formulas' values, truths and errors; a reading is not shown."""
    line = (
        '<sheetData><row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" s="1"><v>45658</v></c>'
        '<c r="C3" s="2"><f>1+1</f><v>1234.5</v></c>'
        '<c r="D3" s="3"><v>0.125</v></c><c r="E3" t="b"><v>1</v></c><c r="F3" t="e"><v>#N/A</v></c>'
        '<c r="G3" t="str"><f>A1</f><v>so</v></c></row></sheetData>'
    )
    strings = "<si><r><t>Blue </t></r><r><t>hall</t></r><rPh><t>x</t></rPh></si>"
    parsed = book({"Sheet1": line}, styles=LOOKS, strings=strings)
    assert parsed.text == "Blue hall\t1 Jan 2025\t1,234.50 €\t12.50%\tTRUE\t#N/A\tso"
    assert seen(parsed, Kind.SHEET, Kind.ROW) == [("sheet", "Sheet1", parsed.text), ("row", "3", parsed.text)]


def test_sheets_are_named_and_rows_counted_as_the_program_does() -> None:
    """A row's number is the sheet's; hidden sheets, rows and columns are not read, filtered rows are."""
    hidden = rows(["x", 1], ["seen", 2]).replace('<row r="1">', '<row r="1" hidden="1">')
    columns = '<cols><col min="1" max="1" hidden="1"/></cols>' + rows(["no", "yes"])
    filtered = '<sheetPr filterMode="1"/>' + hidden
    parsed = book(
        {
            "Prices": rows(["Room", "Fee"], ["Hall", 40], ["Loft", 25]),
            'Lists|state="hidden"': rows(["secret"]),
            "Rows": hidden,
            "Columns": columns,
            "Filter": filtered,
        }
    )
    assert parsed.text == (
        "Prices\n\nRoom\tFee\nHall\t40\nLoft\t25\n\nRows\n\nseen\t2\n\nColumns\n\nyes\n\nFilter\n\nx\t1\nseen\t2"
    )
    assert [label for _, label, _ in seen(parsed, Kind.SHEET)] == ["Prices", "Rows", "Columns", "Filter"]
    assert [label for _, label, _ in seen(parsed, Kind.ROW)][:3] == ["2", "3", "2"]
    assert cells(parsed)[:2] == [("Room", "Hall"), ("Fee", "40")]


def test_the_header_of_a_sheet_is_found_by_its_own_signs() -> None:
    """A frozen row, a filter, bold cells over merged ones; two tables side by side each have their own."""
    frozen = '<sheetViews><sheetView><pane ySplit="1" state="frozen"/></sheetView></sheetViews>'
    assert cells(book({"Sheet1": frozen + rows(["a b", "c d"], ["e", "f"])}))[0] == ("a b", "e")
    assert cells(book({"Sheet1": rows(["a b", "c d"], ["e", "f"]) + '<autoFilter ref="A1:B2"/>'}))[1] == ("c d", "f")
    bold = '<c r="{0}" s="4" t="inlineStr"><is><t>{1}</t></is></c>'
    heads = (
        [bold.format("A1", "Name"), bold.format("B1", "2025")],
        [None, bold.format("B2", "Q1"), bold.format("C2", "Q2")],
    )
    merged = rows(heads[0], list(heads[1]), ["Ann", 1, 2]) + '<mergeCells><mergeCell ref="B1:C1"/></mergeCells>'
    assert cells(book({"Sheet1": merged}, styles=LOOKS)) == [("Name", "Ann"), ("2025 Q1", "1"), ("2025 Q2", "2")]
    beside = rows(["Tea", "Cup"], ["x", 1, None, "Cake", "Slice"], ["y", 2, None, "z", 3], [None, None, None, "v", 4])
    assert ("Slice", "3") in cells(book({"Sheet1": beside}))
    assert ("Cup", "2") in cells(book({"Sheet1": beside}))


def test_an_empty_row_parts_tables_and_far_cells_cost_nothing() -> None:
    """A sheet may say that it has a cell in the last row and the last column: there is nothing between."""
    far = rows(["Tea", "Cup"], ["x", 1], ["y", 2]).replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>9</v></c></row></sheetData>'
    )
    parsed = book({"Sheet1": far})
    assert parsed.text == "Tea\tCup\nx\t1\ny\t2\n\n9"
    assert seen(parsed, Kind.ROW)[-1] == ("row", "1048576", "9")


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("0.30000000000000004", "General", "0.3"),
        ("1234567890123", "", "1234567890123"),
        ("-1234.5", '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "$(1,234.50)"),
        ("1234567", '#,##0,"k"', "1,235k"),
        ("5551234567", "(000) 000-0000", "(555) 123-4567"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("12345", "##0.0E+0", "12.3E+3"),
        ("999.96", "##0.0E+0", "1.0E+3"),
        ("1.5", "# ?/?", "1 1/2"),
        ("-0.3125", "# ?/16", "-5/16"),
        ("0.96875", "# ?/8", "1"),
        ("1.5", "?/?", "3/2"),
        ("123456789", '0.0,,"M"', "123.5M"),
        ("1500", '[>=1000]0.0,"k";0', "1.5k"),
        ("1234.5", "#,##0.00 [$€-407]", "1,234.50 €"),
        ("-0.001", "0.0", "0.0"),
        ("7", "0000", "0007"),
        ("12", "0.##", "12"),
        ("45658.75", "yyyy-mm-dd hh:mm", "2025-01-01 18:00"),
        ("45658", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "Wednesday, January 01, 2025"),
        ("0.5", "h:mm AM/PM", "12:00 PM"),
        ("1.5", "[h]:mm", "36:00"),
        ("3.1415899999999999", "[h]:m:s.000", "75:23:53.376"),
        ("0.608", "hh:mm:ss.0 a/p", "02:35:31.2 p"),
        ("59", "d/m/yyyy", "28/2/1900"),
        ("3", '[<10]"few";0', "few"),
        ("-12", '0;"minus "0', "minus 12"),
        ("2", 'General" kg"', "2 kg"),
        ("1e999", "0", "1e999"),
        ("-5", "d mmm yyyy", "-5"),
        ("x", "0", "x"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: str, code: str, expected: str) -> None:
    """As Excel shows it; what is no number, or no day, stays what it is."""
    assert shown(value, code) == expected


def test_days_may_be_counted_from_1904() -> None:
    """As old workbooks of the Macintosh do."""
    assert shown("0", "yyyy-mm-dd", since_1904=True) == "1904-01-01"


def test_an_ods_shows_what_its_cells_show() -> None:
    """Repeated rows count, hidden tables are left out."""
    cell = '<table:table-cell office:value-type="{}"><text:p>{}</text:p></table:table-cell>'
    row = "<table:table-row>{}</table:table-row>"
    body = (
        '<office:spreadsheet><table:table table:name="Prices">'
        + row.format(cell.format("string", "Room") + cell.format("string", "Fee"))
        + '<table:table-row table:number-rows-repeated="9">'
        + '<table:table-cell table:number-columns-repeated="99"/></table:table-row>'
        + row.format(cell.format("string", "Room") + cell.format("string", "Fee"))
        + row.format(cell.format("string", "Hall") + cell.format("float", "40 €"))
        + row.format(cell.format("string", "Loft") + cell.format("float", "25 €"))
        + '</table:table><table:table table:name="Lists" table:style-name="H">'
        + row.format(cell.format("string", "secret"))
        + "</table:table></office:spreadsheet>"
    )
    hidden = '<style:style style:name="H"><style:table-properties table:display="false"/></style:style>'
    parsed = opendocument.parse(odf(body, styles=hidden))
    check(parsed)
    assert parsed.text == "Prices\n\nRoom\tFee\n\nRoom\tFee\nHall\t40 €\nLoft\t25 €"
    assert seen(parsed, Kind.ROW)[-1] == ("row", "13", "Loft\t25 €")
    assert cells(parsed)[-1] == ("Fee", "25 €")


# CSV


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Room,Fee\nHall,40\nLoft,25\n", "Room\tFee\nHall\t40\nLoft\t25"),
        ("Room;Fee\nHall;40,50\nLoft;25,00\n", "Room\tFee\nHall\t40,50\nLoft\t25,00"),
        ("Room\tFee\nHall, blue\t40\n", "Room\tFee\nHall, blue\t40"),
        ("Room|Fee\nHall|40\n", "Room\tFee\nHall\t40"),
        ("sep=;\nRoom;Fee\nHall;40\n", "Room\tFee\nHall\t40"),
        ('Who,Said\nAnn,"Yes, ""no"" more"\n', 'Who\tSaid\nAnn\tYes, "no" more'),
        ('Who,Said\nAnn,"one\ntwo"\n', "Who\tSaid\nAnn\tone\ntwo"),
        ("just a line\nand another\n", "just a line\nand another"),
        ("Größe;Preis\r\nklein;3\r\n", "Größe\tPreis\nklein\t3"),
    ],
)
def test_a_csv_is_read_whatever_parts_its_cells(source: str, expected: str) -> None:
    """Quotes and separators are no part of what a cell says."""
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        assert sheet.parse(source.encode(encoding)).text == expected


def test_rows_of_a_csv_are_numbered_as_a_spreadsheet_does() -> None:
    """The header is row 1, an empty line counts."""
    parsed = sheet.parse(b"Room,Fee\nHall,40\n\nLoft,25\n")
    check(parsed)
    assert [(label, words) for _, label, words in seen(parsed, Kind.ROW)] == [("2", "Hall\t40"), ("4", "Loft\t25")]
    assert cells(parsed) == [("Room", "Hall"), ("Fee", "40"), ("Room", "Loft"), ("Fee", "25")]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\x1d", "\x1e"])
def test_only_a_line_end_ends_a_row_of_a_csv(sign: str) -> None:
    """What else Python takes for one tore a row in two, and its second half stood below other headers."""
    parsed = sheet.parse(f'Item,Note,Price\nBoat,red{sign}large,90\nOar,"long{sign}thin",7\n'.encode())
    check(parsed)
    assert parsed.text == "Item\tNote\tPrice\nBoat\tred large\t90\nOar\tlong thin\t7"
    assert [label for _, label, _ in seen(parsed, Kind.ROW)] == ["2", "3"]
    assert cells(parsed)[:3] == [("Item", "Boat"), ("Note", "red large"), ("Price", "90")]


def test_a_quote_that_nothing_closes_swallows_no_rows() -> None:
    """A lone inch mark is one."""
    source = 'Size,Fee\n"12,40\n' + "13,41\n" * 20_000
    assert sheet.parse(source.encode()).text.startswith('Size\tFee\n"12\t40\n13\t41\n')


def test_a_formula_without_a_value_is_named() -> None:
    """A program that works nothing out writes no values: a person is told where one is missing."""
    made = rows(["Tea", "Sum"], ["Black", '<c r="B2"><f>1+2</f></c>'], ["Green", '<c r="B3"><f>1+1</f><v>2</v></c>'])
    parsed = book({"Sheet1": made})
    assert parsed.text == "Tea\tSum\nBlack\nGreen\t2"
    assert parsed.note == (
        "1 formula has no value in the file (B2): open it in a spreadsheet program and save it again"
    )
