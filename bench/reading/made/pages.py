"""Reports as pages: of paper, of a site, of a book."""

from collections.abc import Sequence
from textwrap import wrap

from bench.reading.made.reports import HEADS, Made, Section, in_places, under_headings
from bench.reading.measure import Piece
from index.types import Kind
from tests import office, pdfs

ON_A_PAGE = 44


def pdf(report: Sequence[Section]) -> Made:
    """Lines of text, a heading in larger type, and a table's cells at their columns."""
    lines = [
        (text, 14 if number == 0 else 10)
        for section in report
        for number, paragraph in enumerate((section.heading, *section.paragraphs, *map("  ".join, section.rows)))
        for text in wrap(paragraph, 90)
    ]
    pages = [lines[at : at + ON_A_PAGE] for at in range(0, len(lines), ON_A_PAGE)]
    streams = [
        "".join(pdfs.text(60, 740 - 15 * at, text, size=size) for at, (text, size) in enumerate(page)) for page in pages
    ]
    pieces = [
        Piece(" ".join(text for text, _ in page), ((Kind.PAGE, str(number)),)) for number, page in enumerate(pages, 1)
    ]
    return pdfs.make(streams), pieces


def _html_body(section: Section) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in section.rows)
    heads = "".join(f"<th>{head}</th>" for head in HEADS)
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in section.paragraphs)
    return f"<h2>{section.heading}</h2>{paragraphs}<table><tr>{heads}</tr>{rows}</table>"


def html(report: Sequence[Section]) -> Made:
    """Write a page."""
    body = "".join(map(_html_body, report))
    return f"<!doctype html><html><body><main>{body}</main></body></html>".encode(), under_headings(report)


def epub(report: Sequence[Section]) -> Made:
    """Write a book, a chapter for each section."""
    numbers = range(1, len(report) + 1)
    links = "".join(f'<li><a href="c{n}.xhtml">{section.heading}</a></li>' for n, section in enumerate(report, 1))
    items = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    items += "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in numbers)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in numbers)
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    )
    root = '<rootfiles><rootfile full-path="book.opf"/></rootfiles>'
    container = f'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">{root}</container>'
    names = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
    nav = f'<html {names}><body><nav epub:type="toc"><ol>{links}</ol></nav></body></html>'
    chapters = {
        f"c{n}.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{_html_body(section)}</body></html>'
        for n, section in zip(numbers, report, strict=True)
    }
    data = office.zipped({"META-INF/container.xml": container, "book.opf": package, "nav.xhtml": nav, **chapters})
    return data, in_places(Kind.CHAPTER, report, [section.heading for section in report])
