"""A stretch of a document as markup: its text as it stands, and its tables as tables."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa import Document, Kind, Mark
from ui.blocks import OPENING, Block, blocks
from ui.render.text import shown

_CLOSING = re.compile(r"[^\w\n]*(?:\n+|\Z)")
"""What is left of a table behind its last cell."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """``text[start:end]`` of a document, and how a part of it becomes markup; ``is_far`` is folded away at first."""

    start: int
    end: int
    write: Callable[[str], str]
    is_far: bool = False


def marked(start: int, end: int, quotes: Iterable[tuple[int, int]], write: Callable[[str], str]) -> list[Stretch]:
    """Return a stretch as several: the quotes in it, which do not overlap, as marks, and what is between them."""
    made, at = [], start
    for first, last in sorted(quotes):
        made += [Stretch(at, first, write), Stretch(first, last, mark)]
        at = last
    return [*made, Stretch(at, end, write)]


def mark(quote: str) -> str:
    """Return a quote as such."""
    return f"<mark>{shown(quote)}</mark>"


def passage(document: Document, stretches: Sequence[Stretch]) -> str:
    """Return stretches that follow each other: each table as one, all else as it is written."""
    at, parts = stretches[0].start, []
    for table in (each for each in blocks(document, at, stretches[-1].end) if each["kind"] == "table"):
        before = OPENING.sub("", document.text[at : table["start"]]).rstrip("\n")
        parts += [text(document, at, at + len(before), stretches), _table(document, table, stretches)]
        closing = _CLOSING.match(document.text, table["end"], stretches[-1].end)
        at = closing.end() if closing else table["end"]
    return "".join((*parts, text(document, at, stretches[-1].end, stretches)))


def text(document: Document, start: int, end: int, stretches: Iterable[Stretch]) -> str:
    """Return ``text[start:end]`` as the stretches that it lies in write it."""
    pieces = ((max(each.start, start), min(each.end, end), each.write) for each in stretches)
    return "".join(write(document.text[first:last]) for first, last, write in pieces if first < last)


def sentence(document: Document, start: int, end: int, stretches: Sequence[Stretch]) -> str:
    """Return a sentence; of a row its cells, between which the style sheet draws dots."""
    cells = [mark for mark in document.within(start, end) if mark.kind in (Kind.HEADER, Kind.CELL)]
    if not cells or not document.around(start, Kind.ROW):
        return text(document, start, end, stretches)
    written = (text(document, cell.start, min(cell.end, end), stretches) for cell in cells)
    return " ".join(f'<span class="sq-part">{cell}</span>' for cell in written if cell)


def row(document: Document, offset: int, stretches: Sequence[Stretch]) -> str:
    """Return the row that an offset is in as a table; "" if it is in none that has names for its columns."""
    cells = _cells(document, offset)
    if not any(cell.label for cell in cells):
        return ""
    heads = "".join(f'<th scope="col">{shown(cell.label)}</th>' for cell in cells)
    body = "".join(f"<td>{text(document, cell.start, cell.end, stretches)}</td>" for cell in cells)
    return f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{body}</tr></tbody></table>"


def _cells(document: Document, offset: int) -> Sequence[Mark]:
    rows = document.around(offset, Kind.ROW)
    return [mark for mark in document.within(rows[0].start, rows[0].end) if mark.kind is Kind.CELL] if rows else []


def _table(document: Document, table: Block, stretches: Sequence[Stretch]) -> str:
    width = max(len(table["heads"]), *(column + 1 for each in table["rows"] for column, _, _ in each["cells"]))
    heads = "".join(f'<th scope="col">{shown(head)}</th>' for head in table["heads"])
    above = f"<thead><tr>{heads}</tr></thead>" if heads else ""
    rows = list(_rows(document, table, width, stretches))
    is_far = all(is_far for is_far, is_header, _ in rows if not is_header)
    names = {True: ' class="sq-far"', False: ""}
    body = "".join(f"<tr{names[far and not header]}>{cells}</tr>" for far, header, cells in rows)
    return f'<div class="sq-grid{" sq-far" if is_far else ""}"><table>{above}<tbody>{body}</tbody></table></div>'


def _rows(
    document: Document, table: Block, width: int, stretches: Sequence[Stretch]
) -> Iterator[tuple[bool, bool, str]]:
    """Yield whether each row is folded away, whether it is a header, and its cells."""
    unfolded = [replace(each, write=shown) if each.is_far else each for each in stretches]
    for each in table["rows"]:
        places = [""] * width
        for column, start, said in each["cells"]:
            places[column] += text(document, start, start + len(said), unfolded)
        begins, ends = each["cells"][0][1], each["cells"][-1][1] + len(each["cells"][-1][2])
        is_far = all(other.is_far for other in stretches if other.start < ends and begins < other.end)
        tag = ' scope="col"' if each["header"] else ""
        name = "th" if each["header"] else "td"
        yield is_far, each["header"], "".join(f"<{name}{tag}>{place}</{name}>" for place in places)
