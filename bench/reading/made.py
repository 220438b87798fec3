"""Files whose text and places are known: the same reports written down in each format."""

import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from textwrap import wrap

from bench.reading.measure import Piece
from index.types import Kind
from tests import office, pdfs

SYLLABLES = "ba cor den fi gal hum jo ket lor mi nak pel quo rin sta tov un ves wil yor zet bram dros flin".split()
HEADS = ("Station", "Keeper", "Boats")
ON_A_PAGE = 44


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the paragraphs below it, and the rows of a table below its header."""

    heading: str
    paragraphs: Sequence[str]
    rows: Sequence[tuple[str, str, str]]


def reports(count: int, *, seed: int = 1) -> Iterator[list[Section]]:
    """Yield reports in words that nobody uses, so that hardly a phrase stands twice."""
    chance = random.Random(seed)

    def words(least: int, most: int) -> str:
        made = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 3))) for _ in range(chance.randint(least, most)))
        return " ".join(made).capitalize()

    for _ in range(count):
        yield [
            Section(
                heading=words(2, 4),
                paragraphs=[f"{words(8, 18)}. {words(8, 18)}." for _ in range(4)],
                rows=[(words(4, 5), words(4, 4), str(chance.randint(10, 9999))) for _ in range(5)],
            )
            for _ in range(6)
        ]


def write_files(folder: Path, *, count: int = 5) -> dict[Path, list[Piece]]:
    """Write so many reports in each format, and return what is in each file."""
    known: dict[Path, list[Piece]] = {}
    for number, report in enumerate(reports(count)):
        for suffix, write in FORMATS.items():
            path = folder / f"{number}.{suffix}"
            data, known[path] = write(report)
            path.write_bytes(data)
    return known


Made = tuple[bytes, list[Piece]]


def _under_headings(report: Sequence[Section]) -> list[Piece]:
    return [
        Piece(text, ((Kind.HEADING, section.heading),))
        for section in report
        for text in (section.heading, *section.paragraphs, *(cell for row in section.rows for cell in row))
    ]


def _on(kind: Kind, report: Sequence[Section], labels: Sequence[str]) -> list[Piece]:
    """The pieces of the sections, each of which is in a place of its own."""
    return [
        Piece(piece.text, ((kind, label),))
        for section, label in zip(report, labels, strict=True)
        for piece in _under_headings([section])
    ]


def _docx(report: Sequence[Section]) -> Made:
    body = "".join(
        office.p(section.heading, style="Heading1")
        + "".join(map(office.p, section.paragraphs))
        + office.table(list(HEADS), *map(list, section.rows))
        for section in report
    )
    styles = '<w:style w:styleId="Heading1" w:type="paragraph"><w:name w:val="heading 1"/></w:style>'
    parts = {"styles.xml": f"<w:styles {office.NAMES}>{styles}</w:styles>"}
    return office.docx(body, ("styles", "styles.xml"), parts=parts), _under_headings(report)


def _odf_table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row) for row in rows)
    return "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)


def _odt(report: Sequence[Section]) -> Made:
    body = "".join(
        f'<text:h text:outline-level="1">{section.heading}</text:h>'
        + "".join(f"<text:p>{paragraph}</text:p>" for paragraph in section.paragraphs)
        + f"<table:table>{_odf_table([HEADS, *section.rows])}</table:table>"
        for section in report
    )
    return office.odf(f"<office:text>{body}</office:text>"), _under_headings(report)


def _ods(report: Sequence[Section]) -> Made:
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


def _xlsx(report: Sequence[Section]) -> Made:
    sheets = {s.heading: office.rows(HEADS, *((*row[:2], int(row[2])) for row in s.rows)) for s in report}
    return office.xlsx(sheets), _in_sheets(report)


def _pptx(report: Sequence[Section]) -> Made:
    slides = [
        office.shape(section.heading, role="title")
        + office.shape(*section.paragraphs, *(cell for row in section.rows for cell in row))
        for section in report
    ]
    return office.pptx(*slides), _on(Kind.SLIDE, report, [str(n) for n, _ in enumerate(report, 1)])


def _odp(report: Sequence[Section]) -> Made:
    slides = "".join(
        "<draw:page>"
        + f'<draw:frame presentation:class="title"><draw:text-box><text:p>{section.heading}</text:p></draw:text-box>'
        + "</draw:frame><draw:frame><draw:text-box>"
        + "".join(f"<text:p>{piece.text}</text:p>" for piece in _under_headings([section])[1:])
        + "</draw:text-box></draw:frame></draw:page>"
        for section in report
    )
    pieces = _on(Kind.SLIDE, report, [str(n) for n, _ in enumerate(report, 1)])
    return office.odf(f"<office:presentation>{slides}</office:presentation>"), pieces


def _pdf(report: Sequence[Section]) -> Made:
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


def _html(report: Sequence[Section]) -> Made:
    body = "".join(map(_html_body, report))
    return f"<!doctype html><html><body><main>{body}</main></body></html>".encode(), _under_headings(report)


def _epub(report: Sequence[Section]) -> Made:
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
    return data, _on(Kind.CHAPTER, report, [section.heading for section in report])


def _markdown(report: Sequence[Section]) -> Made:
    lines = []
    for section in report:
        lines += [f"## {section.heading}", *section.paragraphs, ""]
        rows = (HEADS, ("---",) * len(HEADS), *section.rows)
        lines += ["\n".join(f"| {' | '.join(row)} |" for row in rows)]
    return "\n\n".join(lines).encode(), _under_headings(report)


def _text(report: Sequence[Section]) -> Made:
    pieces = [Piece(piece.text) for piece in _under_headings(report)]
    return "\n\n".join(piece.text for piece in pieces).encode(), pieces


def _rtf(report: Sequence[Section]) -> Made:
    body = "".join(
        rf"\pard\outlinelevel0 {section.heading}\par\pard "
        + "".join(rf"{paragraph}\par " for paragraph in section.paragraphs)
        + "".join(rf"\trowd\intbl {_rtf_cells(row)}\row\pard " for row in section.rows)
        for section in report
    )
    return rf"{{\rtf1\ansi {body}}}".encode(), _under_headings(report)


def _rtf_cells(row: Sequence[str]) -> str:
    return "".join(rf"{cell}\cell " for cell in row)


def _separated(report: Sequence[Section], separator: str) -> Made:
    rows = [row for section in report for row in section.rows]
    file = StringIO()
    csv.writer(file, delimiter=separator).writerows([HEADS, *rows])
    pieces = [Piece(" ".join(row), ((Kind.ROW, str(number)),)) for number, row in enumerate(rows, 2)]
    return file.getvalue().encode(), pieces


def _fields(section: Section) -> dict[str, str]:
    return {"heading": section.heading, **{f"part {n}": text for n, text in enumerate(section.paragraphs, 1)}}


def _json(report: Sequence[Section]) -> Made:
    pieces = [Piece(text) for section in report for text in _fields(section).values()]
    return json.dumps({"sections": list(map(_fields, report))}).encode(), pieces


def _jsonl(report: Sequence[Section]) -> Made:
    return "\n".join(json.dumps(_fields(section)) for section in report).encode(), _json(report)[1]


def _ipynb(report: Sequence[Section]) -> Made:
    cells = [
        {"cell_type": "markdown", "source": f"## {section.heading}\n\n" + "\n\n".join(section.paragraphs)}
        for section in report
    ]
    pieces = [
        Piece(text, ((Kind.PART, f"cell {n}"),))
        for n, section in enumerate(report, 1)
        for text in _fields(section).values()
    ]
    return json.dumps({"nbformat": 4, "cells": cells}).encode(), pieces


def _message(section: Section) -> str:
    body = "\n\n".join(section.paragraphs)
    return f"From: Ann Lee <ann@example.org>\nTo: Bo Hill <bo@example.org>\nSubject: {section.heading}\n\n{body}\n"


def _eml(report: Sequence[Section]) -> Made:
    return _message(report[0]).encode(), [Piece(text) for text in _fields(report[0]).values()]


def _mbox(report: Sequence[Section]) -> Made:
    messages = (f"From ann@example.org Mon Jan  5 10:00:00 2026\n{_message(section)}\n" for section in report)
    return "".join(messages).encode(), _json(report)[1]


def _zip(report: Sequence[Section]) -> Made:
    names = [f"{number}.md" for number, _ in enumerate(report)]
    files = {name: _markdown([section])[0] for name, section in zip(names, report, strict=True)}
    return office.zipped(files), _on(Kind.PART, report, names)


FORMATS: dict[str, Callable[[Sequence[Section]], Made]] = {
    "csv": lambda report: _separated(report, ","),
    "docx": _docx,
    "eml": _eml,
    "epub": _epub,
    "html": _html,
    "ipynb": _ipynb,
    "json": _json,
    "jsonl": _jsonl,
    "mbox": _mbox,
    "md": _markdown,
    "odp": _odp,
    "ods": _ods,
    "odt": _odt,
    "pdf": _pdf,
    "pptx": _pptx,
    "rtf": _rtf,
    "tsv": lambda report: _separated(report, "\t"),
    "txt": _text,
    "xlsx": _xlsx,
    "zip": _zip,
}
