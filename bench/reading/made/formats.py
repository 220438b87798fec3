"""Each format, and what writes it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.reading.made.office import docx, odp, ods, odt, pptx, xlsx
from bench.reading.made.pages import epub, html, pdf
from bench.reading.made.plain import eml, ipynb, json_, jsonl, markdown, mbox, rtf, separated, text, zip_
from bench.reading.made.reports import Made, Section, reports
from bench.reading.measure import Piece

FORMATS: dict[str, Callable[[Sequence[Section]], Made]] = {
    "csv": partial(separated, separator=","),
    "docx": docx,
    "eml": eml,
    "epub": epub,
    "html": html,
    "ipynb": ipynb,
    "json": json_,
    "jsonl": jsonl,
    "mbox": mbox,
    "md": markdown,
    "odp": odp,
    "ods": ods,
    "odt": odt,
    "pdf": pdf,
    "pptx": pptx,
    "rtf": rtf,
    "tsv": partial(separated, separator="\t"),
    "txt": text,
    "xlsx": xlsx,
    "zip": zip_,
}


def write_files(folder: Path, *, count: int = 5) -> dict[Path, list[Piece]]:
    """Write so many reports in each format, and return what is in each file."""
    known: dict[Path, list[Piece]] = {}
    for number, report in enumerate(reports(count)):
        for suffix, write in FORMATS.items():
            path = folder / f"{number}.{suffix}"
            data, known[path] = write(report)
            path.write_bytes(data)
    return known
