"""Other readers of the same files: those of Python, Poppler's pdftotext, and libraries as far as they are installed."""

import csv
import email.policy
import io
import json
import mailbox
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from bench.reading.measure import Piece
from index.types import Kind

Reader = Callable[[Path], Iterator[Piece]]
UNSEEN_TAGS = frozenset({"script", "style", "template", "noscript", "title"})
BLOCKS = frozenset(
    "address article aside blockquote br caption dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr legend li main nav ol option p pre section summary table td th tr ul".split()
)


def reader_of(suffix: str) -> tuple[str, Reader] | None:
    """Return another reader for files of that suffix, and what it is called; None if there is none here."""
    for name, is_here, readers in (
        ("pdftotext", shutil.which("pdftotext") is not None, {".pdf": _pdf}),
        ("python-docx", _is_installed("docx"), {".docx": _docx}),
        ("openpyxl", _is_installed("openpyxl"), {".xlsx": _xlsx}),
        ("python-pptx", _is_installed("pptx"), {".pptx": _pptx}),
        ("odfpy", _is_installed("odf"), dict.fromkeys((".odt", ".ods", ".odp"), _odf)),
        ("striprtf", _is_installed("striprtf"), {".rtf": _rtf}),
        ("html.parser", True, {".html": _html, ".htm": _html, ".xhtml": _html, ".epub": _epub}),
        ("email", True, {".eml": _eml, ".mbox": _mbox}),
        ("csv", True, {".csv": _csv, ".tsv": _csv}),
        ("json", True, {".json": _json, ".jsonl": _jsonl, ".ipynb": _json}),
        ("bytes.decode", True, dict.fromkeys((".txt", ".md", ".rst"), _text)),
    ):
        if is_here and suffix in readers:
            return name, readers[suffix]
    return None


def _is_installed(module: str) -> bool:
    return find_spec(module) is not None


def _pdf(path: Path) -> Iterator[Piece]:
    done = subprocess.run(["pdftotext", "-q", "--", str(path), "-"], capture_output=True, timeout=120, check=False)
    for number, page in enumerate(done.stdout.decode("utf-8", "replace").split("\f"), 1):
        for block in page.split("\n\n"):  # a paragraph, a cell, a running head: nobody reads on from one to another
            yield Piece(block, ((Kind.PAGE, str(number)),))


def _docx(path: Path) -> Iterator[Piece]:
    import docx  # type: ignore[import-not-found,unused-ignore]

    heading = ""
    for block in docx.Document(str(path)).iter_inner_content():
        if hasattr(block, "rows"):
            cells = {cell._tc: cell for row in block.rows for cell in row.cells}  # a merged one comes again
            yield from (Piece(each.text) for cell in cells.values() for each in cell.paragraphs)
        else:
            name = block.style.name if block.style is not None else ""
            heading = block.text if str(name).startswith("Heading") and block.text.strip() else heading
            yield Piece(block.text, ((Kind.HEADING, heading),) if heading else ())


def _xlsx(path: Path) -> Iterator[Piece]:
    """Yield the cells whose words do not depend on a number format."""
    from openpyxl import load_workbook  # type: ignore[import-untyped,import-not-found,unused-ignore]

    for sheet in load_workbook(path, data_only=True).worksheets:
        if sheet.sheet_state != "visible":
            continue
        for number, row in enumerate(sheet.iter_rows(), 1):
            if not sheet.row_dimensions[number].hidden:
                places = ((Kind.SHEET, sheet.title), (Kind.ROW, str(number)))
                words = [str(cell.value) for cell in row if _is_plain(cell)]
                yield from (Piece(word, places) for word in words)


def _is_plain(cell: Any) -> bool:
    is_number = isinstance(cell.value, int) and cell.number_format == "General" and not isinstance(cell.value, bool)
    return isinstance(cell.value, str) or is_number


def _pptx(path: Path) -> Iterator[Piece]:
    from pptx import Presentation  # type: ignore[import-not-found,unused-ignore]

    for number, slide in enumerate(Presentation(str(path)).slides, 1):
        texts = list(_shapes(slide.shapes))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            texts.append(slide.notes_slide.notes_text_frame.text)
        hidden = " (hidden)" if slide._element.get("show") == "0" else ""
        yield from (Piece(text, ((Kind.SLIDE, f"{number}{hidden}"),)) for text in texts)


def _shapes(shapes: Any) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif getattr(shape, "has_table", False):
            yield from (cell.text for row in shape.table.rows for cell in row.cells)
        elif shape.has_text_frame:
            yield from (each.text for each in shape.text_frame.paragraphs)


def _odf(path: Path) -> Iterator[Piece]:
    from odf.opendocument import load  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from odf.teletype import extractText  # type: ignore[import-untyped,import-not-found,unused-ignore]

    def paragraphs(node: Any) -> Iterator[Any]:
        for child in getattr(node, "childNodes", ()):
            name = getattr(child, "qname", ("", ""))[1]
            if name in {"p", "h"}:
                yield child
            elif name not in {"tracked-changes", "forms"}:
                yield from paragraphs(child)

    for each in paragraphs(load(str(path)).body):
        yield Piece(extractText(each))


def _rtf(path: Path) -> Iterator[Piece]:
    from striprtf.striprtf import rtf_to_text  # type: ignore[import-not-found,import-untyped,unused-ignore]

    for line in rtf_to_text(path.read_text(encoding="cp1252", errors="replace"), errors="replace").split("\n"):
        yield from (Piece(cell) for cell in line.split("|"))


class _Words(HTMLParser):
    """The text of each block that a browser shows, as far as tags alone tell."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[list[str]] = [[]]
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self._unseen += tag in UNSEEN_TAGS
        if tag in BLOCKS:
            self.pieces.append([])

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in UNSEEN_TAGS))
        if tag in BLOCKS:
            self.pieces.append([])

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces[-1].append(data)


def _marked_up(data: bytes) -> Iterator[Piece]:
    parser = _Words()
    parser.feed(data.decode("utf-8", "replace"))
    yield from (Piece("".join(piece)) for piece in parser.pieces if "".join(piece).strip())


def _html(path: Path) -> Iterator[Piece]:
    yield from _marked_up(path.read_bytes())


def _epub(path: Path) -> Iterator[Piece]:
    with zipfile.ZipFile(path) as book:
        container = ElementTree.fromstring(book.read("META-INF/container.xml"))
        name = next(each.get("full-path", "") for each in container.iter() if each.tag.endswith("}rootfile"))
        package = ElementTree.fromstring(book.read(name))
        targets = {each.get("id"): each.get("href", "") for each in package.iter() if each.tag.endswith("}item")}
        for each in package.iter():
            if each.tag.endswith("}itemref"):
                yield from _marked_up(book.read(str(PurePosixPath(name).parent / targets[each.get("idref")])))


def _bodies(message: EmailMessage) -> Iterator[Piece]:
    yield Piece(str(message["Subject"] or ""))
    body = message.get_body(("plain", "html"))
    if body is not None and body.get_content_subtype() == "html":
        yield from _marked_up(str(body.get_content()).encode())
    elif body is not None:
        yield from (Piece(line) for line in str(body.get_content()).split("\n"))


def _eml(path: Path) -> Iterator[Piece]:
    yield from _bodies(message_from_bytes(path.read_bytes(), policy=email.policy.default))


def _mbox(path: Path) -> Iterator[Piece]:
    for each in mailbox.mbox(path, create=False):
        yield from _bodies(message_from_bytes(each.as_bytes(), policy=email.policy.default))


def _csv(path: Path) -> Iterator[Piece]:
    text = path.read_text(encoding="utf-8-sig")
    dialect = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
    yield from (Piece(cell) for row in csv.reader(io.StringIO(text, newline=""), dialect) for cell in row)


def _strings(value: Any) -> Iterator[Piece]:
    if isinstance(value, dict):
        yield from (piece for each in value.values() for piece in _strings(each))
    elif isinstance(value, list):
        yield from (piece for each in value for piece in _strings(each))
    elif isinstance(value, str):
        yield from (Piece(line) for line in value.split("\n"))


def _json(path: Path) -> Iterator[Piece]:
    value = json.loads(path.read_bytes())
    if path.suffix == ".ipynb":
        value = ["".join(cell["source"]) for cell in value["cells"]]
    yield from _strings(value)


def _jsonl(path: Path) -> Iterator[Piece]:
    for line in path.read_bytes().splitlines():
        yield from _strings(json.loads(line) if line.strip() else None)


def _text(path: Path) -> Iterator[Piece]:
    yield from (Piece(line) for line in path.read_text(encoding="utf-8-sig").split("\n"))
