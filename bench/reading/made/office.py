"""Reports as office programs write them."""

from collections.abc import Sequence

from bench.reading.made.reports import HEADS, Made, Section, in_places, under_headings
from bench.reading.measure import Piece
from index.types import Kind
from tests import office


def docx(report: Sequence[Section]) -> Made:
    """Write a Word document."""
    body = "".join(
        office.p(section.heading, style="Heading1")
        + "".join(map(office.p, section.paragraphs))
        + office.table(list(HEADS), *map(list, section.rows))
        for section in report
    )
    styles = '<w:style w:styleId="Heading1" w:type="paragraph"><w:name w:val="heading 1"/></w:style>'
    parts = {"styles.xml": f"<w:styles {office.NAMES}>{styles}</w:styles>"}
    return office.docx(body, ("styles", "styles.xml"), parts=parts), under_headings(report)


def _odf_table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row) for row in rows)
    return "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)


def odt(report: Sequence[Section]) -> Made:
    """Write an OpenDocument text."""
    body = "".join(
        f'<text:h text:outline-level="1">{section.heading}</text:h>'
        + "".join(f"<text:p>{paragraph}</text:p>" for paragraph in section.paragraphs)
        + f"<table:table>{_odf_table([HEADS, *section.rows])}</table:table>"
        for section in report
    )
    return office.odf(f"<office:text>{body}</office:text>"), under_headings(report)


def ods(report: Sequence[Section]) -> Made:
    """Write an OpenDocument table, a sheet for each section."""
    sheets = (
        f'<table:table table:name="{section.heading}">{_odf_table([HEADS, *section.rows])}</table:table>'
        for section in report
    )
    return office.odf(f"<office:spreadsheet>{''.join(sheets)}</office:spreadsheet>"), _in_sheets(report)


def _in_sheets(report: Sequence[Section]) -> list[Piece]:
    return [
        Piece(" ".join(row), ((Kind.SHEET, section.heading), (Kind.ROW, str(number))))
        for section in report
        for number, row in enumerate(section.rows, 2)
    ]


def xlsx(report: Sequence[Section]) -> Made:
    """Write an Excel workbook, a sheet for each section."""
    sheets = {s.heading: office.rows(HEADS, *((*row[:2], int(row[2])) for row in s.rows)) for s in report}
    return office.xlsx(sheets), _in_sheets(report)


def pptx(report: Sequence[Section]) -> Made:
    """Write a PowerPoint presentation, a slide for each section."""
    slides = [
        office.shape(section.heading, role="title")
        + office.shape(*section.paragraphs, *(cell for row in section.rows for cell in row))
        for section in report
    ]
    return office.pptx(*slides), in_places(Kind.SLIDE, report, [str(n) for n, _ in enumerate(report, 1)])


def odp(report: Sequence[Section]) -> Made:
    """Write an OpenDocument presentation, a slide for each section."""
    slides = "".join(
        "<draw:page>"
        + f'<draw:frame presentation:class="title"><draw:text-box><text:p>{section.heading}</text:p></draw:text-box>'
        + "</draw:frame><draw:frame><draw:text-box>"
        + "".join(f"<text:p>{piece.text}</text:p>" for piece in under_headings([section])[1:])
        + "</draw:text-box></draw:frame></draw:page>"
        for section in report
    )
    pieces = in_places(Kind.SLIDE, report, [str(n) for n, _ in enumerate(report, 1)])
    return office.odf(f"<office:presentation>{slides}</office:presentation>"), pieces
