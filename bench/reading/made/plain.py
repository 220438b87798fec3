"""Reports in formats that an editor of plain text opens, and an archive of such files."""

import csv
import json
from collections.abc import Sequence
from io import StringIO

from bench.reading.made.reports import HEADS, Made, Section, in_places, under_headings
from bench.reading.measure import Piece
from index.types import Kind
from tests import office


def markdown(report: Sequence[Section]) -> Made:
    """Write Markdown."""
    lines = []
    for section in report:
        lines += [f"## {section.heading}", *section.paragraphs, ""]
        rows = (HEADS, ("---",) * len(HEADS), *section.rows)
        lines += ["\n".join(f"| {' | '.join(row)} |" for row in rows)]
    return "\n\n".join(lines).encode(), under_headings(report)


def text(report: Sequence[Section]) -> Made:
    """Write plain text, paragraph by paragraph."""
    pieces = [Piece(piece.text) for piece in under_headings(report)]
    return "\n\n".join(piece.text for piece in pieces).encode(), pieces


def rtf(report: Sequence[Section]) -> Made:
    """Write rich text."""
    body = "".join(
        rf"\pard\outlinelevel0 {section.heading}\par\pard "
        + "".join(rf"{paragraph}\par " for paragraph in section.paragraphs)
        + "".join(rf"\trowd\intbl {_rtf_cells(row)}\row\pard " for row in section.rows)
        for section in report
    )
    return rf"{{\rtf1\ansi {body}}}".encode(), under_headings(report)


def _rtf_cells(row: Sequence[str]) -> str:
    return "".join(rf"{cell}\cell " for cell in row)


def separated(report: Sequence[Section], separator: str) -> Made:
    """Write the rows of all tables."""
    rows = [row for section in report for row in section.rows]
    file = StringIO()
    csv.writer(file, delimiter=separator).writerows([HEADS, *rows])
    pieces = [Piece(" ".join(row), ((Kind.ROW, str(number)),)) for number, row in enumerate(rows, 2)]
    return file.getvalue().encode(), pieces


def _fields(section: Section) -> dict[str, str]:
    return {"heading": section.heading, **{f"part {n}": text for n, text in enumerate(section.paragraphs, 1)}}


def json_(report: Sequence[Section]) -> Made:
    """Write one object."""
    pieces = [Piece(text) for section in report for text in _fields(section).values()]
    return json.dumps({"sections": list(map(_fields, report))}).encode(), pieces


def jsonl(report: Sequence[Section]) -> Made:
    """Write an object a line, for each section."""
    return "\n".join(json.dumps(_fields(section)) for section in report).encode(), json_(report)[1]


def ipynb(report: Sequence[Section]) -> Made:
    """Write a notebook, a cell for each section."""
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


def eml(report: Sequence[Section]) -> Made:
    """Write the first section as a message."""
    return _message(report[0]).encode(), [Piece(text) for text in _fields(report[0]).values()]


def mbox(report: Sequence[Section]) -> Made:
    """Write a mailbox, a message for each section."""
    messages = (f"From ann@example.org Mon Jan  5 10:00:00 2026\n{_message(section)}\n" for section in report)
    return "".join(messages).encode(), json_(report)[1]


def zip_(report: Sequence[Section]) -> Made:
    """Write an archive of Markdown files, one for each section."""
    names = [f"{number}.md" for number, _ in enumerate(report)]
    files = {name: markdown([section])[0] for name, section in zip(names, report, strict=True)}
    return office.zipped(files), in_places(Kind.PART, report, names)
