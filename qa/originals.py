"""The files that documents were read from, as they are now: handed out only while they are what was read."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from index import Document, Entry, LoadError, unchanged
from index.files import stamp
from index.load.parsed import ParseError
from qa.types import Answer, Claim, Reason

if TYPE_CHECKING:
    from index.load.picture import Picture


class State(StrEnum):
    """What has become of the files of a document since they were read."""

    CURRENT = "current"
    CHANGED = "changed"
    GONE = "gone"
    NO_FILE = "no file"


@dataclass(frozen=True, slots=True)
class Original:
    """A file, and the bytes that its document was read from."""

    path: str
    data: bytes


def state(document: Document) -> State:
    """Tell whether one of a document's files still is what was read."""
    if not document.sha256:
        return State.NO_FILE
    paths = (document.path, *document.copies)
    if any(unchanged(path, document.sha256) for path in paths):
        return State.CURRENT
    return State.CHANGED if any(stamp(path) for path in paths) else State.GONE


def looked_at(entry: Entry) -> State:
    """Tell by a look at its file, which is not read, whether a file of the list still is what was read."""
    if not entry.sha256:
        return State.NO_FILE
    found = stamp(entry.path)
    if found is None:
        return State.GONE
    return State.CHANGED if entry.stamp and entry.stamp != found else State.CURRENT


def original(document: Document) -> Original | None:
    """Return the bytes that a document was read from; None if none of its files has them any more.

    What is handed out is what was hashed: a file that changes meanwhile cannot slip in.
    """
    for path in (document.path, *document.copies) if document.sha256 else ():
        data = _bytes(path)
        if data is not None and hashlib.sha256(data).hexdigest() == document.sha256:
            return Original(path, data)
    return None


def _bytes(path: str) -> bytes | None:
    if stamp(path) is None:  # nothing, or a pipe, which could hang
        return None
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def page_picture(document: Document, page: int, start: int, end: int, *, around: int = 60) -> "Picture | None":
    """Render a page of a PDF, counted from 1, with a box around each line of ``text[start:end]``.

    None if the file is not what was read any more. Raises LoadError if the page cannot be rendered.
    """
    from index.load.picture import Words, picture  # here and not above: who only asks has no file read

    found = original(document)
    if found is None:
        return None
    text = document.text
    words = Words(text[start:end], text[max(0, start - around) : start], text[end : end + around])
    try:
        return picture(found.data, page, words)
    except ParseError as error:
        raise LoadError(f"{found.path} {error}.") from None


def unless_changed(answer: Answer) -> Answer:
    """Return the answer with what its files still say; if that is nothing, abstain: SOURCE_CHANGED."""
    if not answer.claims:
        return answer
    files = {(c.path, c.sha256) for claim in answer.claims for c in claim.citations}
    fresh = {file for file in files if unchanged(*file)}
    kept = [_fresh(claim, fresh) for claim in answer.claims]
    claims = tuple(claim for claim in kept if claim.citations)
    if not claims:
        return replace(answer, claims=(), reason=Reason.SOURCE_CHANGED)
    return replace(answer, claims=claims, confidence=claims[0].confidence)


def _day(path: str) -> str:
    found = stamp(path)
    return date.fromtimestamp(found.mtime / 1e9).isoformat() if found else ""


def _fresh(claim: Claim, fresh: set[tuple[str, str]]) -> Claim:
    kept = (c for c in claim.citations if (c.path, c.sha256) in fresh)
    citations = tuple(replace(c, modified=_day(c.path)) if c.sha256 else c for c in kept)
    return replace(claim, text=citations[0].quote if citations else "", citations=citations)
