"""A document at a place: a window of its text as data, and the routes that the page reads it from.

All that is sent is a slice of the text that was indexed, with its offset; the page writes it with ``textContent``.
"""

import base64
import logging
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import FastAPI, Query, Response
from fastapi.responses import JSONResponse

import qa
from qa import Document, Engine, Kind
from qa.originals import State, original, page_picture, state
from ui.blocks import PARTS, blocks
from ui.problems import problem

AROUND = 6_000
"""Characters that are sent before and after a quote: some screens, in a few milliseconds."""

MORE = 12_000
"""Characters that are sent at a time when the page has scrolled to an end."""

LONGEST = 20_000
"""A line or a row that is longer may be cut at the edge of a window."""

MOST_FOUND = 1_000

Key = Annotated[str, Query(alias="document", pattern="^([0-9]{1,18}|[0-9a-f]{64})$")]
"""A document: its number, or the SHA-256 of its file's bytes, which holds whatever the file is called."""
Offset = Annotated[int, Query(ge=0, lt=1 << 53)]
Number = Annotated[int, Query(alias="page", ge=1, lt=1 << 31)]


def view(engine: Engine, document: Document, start: int, end: int) -> dict[str, Any]:
    """Return a document at a quote: what it is, what has become of its file, the window around, and the passage."""
    shown = min(end, start + LONGEST)
    first, last = _edge(document, max(0, start - AROUND)), _edge(document, shown + AROUND, least=shown)
    passage = engine.passage_around(document.id, start, end) if end > start else None
    return {
        "document": document.id,
        "sha256": document.sha256,
        "name": PurePath(document.path).name or document.path,
        "path": document.path,
        "copies": list(document.copies),
        "title": document.title,
        "state": state(document).value,
        "length": len(document.text),
        "pages": len(document.marked(Kind.PAGE)) if _is_pdf(document.path) else 0,
        "page": page_at(document, start),
        "place": place(document, start),
        "start": start,
        "end": end,
        "quote": document.text[start:shown],
        "passage": list(passage or (start, end)),
        **window(document, first, last),
    }


def place(document: Document, offset: int) -> list[dict[str, str]]:
    """Name where an offset is, the widest first: the chapter, the sheet or the page, then the headings."""
    parts = [mark for kind in PARTS for mark in document.around(offset, kind)]
    names = {mark.label for mark in parts}  # a sheet's is its heading too
    headings = [mark for mark in document.around(offset, Kind.HEADING) if mark.label not in names]
    return [{"kind": mark.kind.value, "label": mark.label} for mark in (*parts, *headings)]


def page_at(document: Document, offset: int) -> int:
    """Return the page that an offset is on, counted from 1; 0 where there are no pages."""
    return sum(mark.start <= offset for mark in document.marked(Kind.PAGE))


def _is_pdf(path: str) -> bool:
    return path.lower().endswith(".pdf")


def page(document: Document, number: int, start: int, end: int) -> dict[str, Any] | None:
    """Return a page of a PDF as a picture, with a box for each line of a quote; None if the file has changed."""
    made = page_picture(document, number, start, end)
    if made is None:
        return None
    shown = base64.b64encode(made.png).decode()
    size = {"width": made.width, "height": made.height}
    return {"page": number, **size, "boxes": made.boxes, "picture": f"data:image/png;base64,{shown}"}


def window(document: Document, first: int, last: int) -> dict[str, Any]:
    """Return ``text[first:last]`` in blocks."""
    return {"from": first, "until": last, "blocks": blocks(document, first, last)}


def after(document: Document, offset: int) -> dict[str, Any]:
    """Return the window that begins where another one ended."""
    return window(document, offset, _edge(document, offset + MORE, least=offset))


def before(document: Document, offset: int) -> dict[str, Any]:
    """Return the window that ends where another one began."""
    return window(document, _edge(document, max(0, offset - MORE)), offset)


def find(document: Document, words: str) -> dict[str, Any]:
    """Return where words stand in a document, whatever their case and however lines are broken, at most a thousand."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    matches = re.finditer(pattern, document.text, re.IGNORECASE) if pattern else iter(())
    found = [list(match.span()) for _, match in zip(range(MOST_FOUND + 1), matches, strict=False)]
    return {"found": found[:MOST_FOUND], "more": len(found) > MOST_FOUND}


def _edge(document: Document, offset: int, *, least: int = -1) -> int:
    """Return the start of the line or the row that an offset is in; its end, if the start is not after ``least``."""
    text = document.text
    if offset >= len(text):
        return len(text)
    rows = document.around(offset, Kind.ROW)
    start = rows[0].start if rows else text.rfind("\n", max(0, offset - LONGEST), offset) + 1
    if offset - start < LONGEST and start > least:
        return start
    if least < 0:
        return offset
    end = rows[0].end if rows else text.find("\n", offset, offset + LONGEST) + 1
    return end if offset < end < offset + LONGEST else offset


def add(app: FastAPI, engine: Engine) -> None:
    """Add ``/api/source``, which the source view is made of, and ``/api/original``, the file itself."""

    @app.get("/api/source")
    def source(key: Key, start: Offset = 0, end: Offset = 0) -> Response:
        return _reply(engine, key, max(start, end), lambda document: view(engine, document, start, max(start, end)))

    @app.get("/api/source/after")
    def source_after(key: Key, offset: Offset) -> Response:
        return _reply(engine, key, offset, lambda document: after(document, offset))

    @app.get("/api/source/before")
    def source_before(key: Key, offset: Offset) -> Response:
        return _reply(engine, key, offset, lambda document: before(document, offset))

    @app.get("/api/source/find")
    def source_find(key: Key, words: Annotated[str, Query(max_length=200)]) -> Response:
        return _reply(engine, key, 0, lambda document: find(document, words))

    @app.get("/api/source/page")
    def source_page(key: Key, number: Number, start: Offset = 0, end: Offset = 0) -> Response:
        return _found(engine, key, lambda document: _page(document, number, start, end))

    @app.get("/api/original")
    def the_original(key: Key) -> Response:
        return _found(engine, key, _file)


def _reply(engine: Engine, key: str, offset: int, work: Callable[[Document], Any]) -> Response:
    def checked(document: Document) -> Response:
        if offset > len(document.text):
            return problem(422, f"The document has {len(document.text):,} characters, and none at {offset:,}.")
        return JSONResponse(work(document))

    return _found(engine, key, checked)


def _found(engine: Engine, key: str, work: Callable[[Document], Response]) -> Response:
    """Look the document up and answer from it; whatever fails is a sentence, and never a trace."""
    try:
        document = engine.document(int(key) if len(key) < 64 else key)
        if document is None:
            return problem(
                404, "This document is not in the index any more: it was removed, or read again after a change."
            )
        return work(document)
    except qa.Error as error:
        return problem(503, str(error))
    except Exception:
        logging.getLogger(__name__).exception("a source could not be shown")
        return problem(500, "Something went wrong here. The server's terminal has the details.")


def _page(document: Document, number: int, start: int, end: int) -> Response:
    if not _is_pdf(document.path) or number > len(document.marked(Kind.PAGE)) or end > len(document.text):
        return problem(404, "There is no such page to be shown as a picture.")
    try:
        shown = page(document, number, start, end)
    except qa.LoadError as error:
        return problem(422, str(error))
    if shown is None:
        return problem(409, "The file has changed since it was read, or is gone.")
    return JSONResponse(shown, headers={"Cache-Control": "no-store"})


def _file(document: Document) -> Response:
    """Answer with the file's bytes: a PDF for the browser to show, anything else to be saved, and nothing to be run."""
    found = original(document)
    if found is None:
        why = {
            State.NO_FILE: "This document was not read from a file.",
            State.GONE: "The file is not there any more.",
        }.get(state(document), "The file has changed since it was read: run `seedqa add` on it, then ask again.")
        return problem(409, why)
    name = PurePath(found.path).name
    is_pdf = found.data.startswith(b"%PDF-") and _is_pdf(name)
    kind, shown = ("application/pdf", "inline") if is_pdf else ("application/octet-stream", "attachment")
    headers = {"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}", "Cache-Control": "no-store"}
    return Response(found.data, media_type=kind, headers=headers)
