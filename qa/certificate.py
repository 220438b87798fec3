"""Answers and hits as JSON objects, and whether an answer's quotes still hold, without an index and without a model."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import Document, Entry, Error, Hit, unchanged
from index.files import stamp
from qa.types import Answer, Reason

Loaded = Document | str
"""A document, or why there is none."""
Row = Mapping[str, Any]

_ANSWER = {"question", "searched", "reason", "text", "confidence", "citations", "claims", "hits", "missing"}
_CITATION = {
    "path",
    "title",
    "page",
    "last_page",
    "modified",
    "heading",
    "start",
    "end",
    "quote",
    "sentence",
    "sentence_start",
    "sha256",
    "place",
}
_FAR = 1 << 53  # beyond it a number in JSON is not exact


def to_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as one object: strings, numbers, lists and None only."""
    return {
        "question": answer.question,
        "searched": answer.searched,
        "reason": answer.reason.value,
        "text": answer.text,
        "confidence": round(answer.confidence, 4),
        "citations": [asdict(citation) for citation in answer.citations],
        "claims": [asdict(claim) for claim in answer.claims],
        "hits": hits_to_json(answer.hits),
        "missing": list(answer.missing),
    }


def hits_to_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return the hits as objects, best first; start and end are offsets in the document's text."""
    return [
        {
            "path": hit.passage.document.path,
            "page": hit.passage.page,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": round(float(hit.score), 6),
            "text": hit.passage.text,
        }
        for hit in hits
    ]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check of an answer found, a line each: what is wrong, and what is only worth knowing."""

    problems: tuple[str, ...]
    notes: tuple[str, ...]


def parse(written: str) -> dict[str, Any]:
    """Return the object that ``seedqa ask --json`` printed. Raises ValueError where it cannot be one."""
    try:
        row = json.loads(written)
    except (ValueError, RecursionError) as error:
        reason = error if isinstance(error, ValueError) else "it is nested too deeply"
        raise ValueError(f"This is not JSON ({reason}): expected what `seedqa ask --json` prints.") from None
    if not isinstance(row, dict) or not {"reason", "citations"} & row.keys():
        raise ValueError("This is not an answer: expected the object that `seedqa ask --json` prints.")
    return row


def verify(row: object) -> list[str]:
    """Return what is wrong with an answer, a line each; none if every quote stands where it says. Never raises.

    The text must come from the citations, and each citation from its file, which is read again. Titles, pages,
    headings, confidences and the passages found are not looked at.
    """
    return list(examine(row).problems)


def examine(row: object) -> Findings:
    """Verify an answer, and tell what is worth knowing besides."""
    if not isinstance(row, dict):
        return Findings(("This is not an answer: expected an object.",), ())
    notes = [f"The answer has something that is not checked: {_short(key)}." for key in row if key not in _ANSWER]
    if row.get("reason") != Reason.ANSWERED:
        nothing = ["There is nothing to hold: this is an abstention."] if row.get("reason") in list(Reason) else []
        return Findings(tuple(_abstention(row)), (*notes, *nothing))
    problems, files = list(_own_words(row)), _Files()
    for name, fields in _citations(row):
        found = _citation(files, name, fields)
        problems += found.problems
        notes += found.notes
    return Findings(tuple(dict.fromkeys(problems)), tuple(dict.fromkeys(notes)))


def stale(entries: Sequence[Entry]) -> list[str]:
    """Return a line for each file of an index that is not what it was when it was read."""
    return [f"{entry.path} has changed or gone." for entry in entries if not unchanged(entry.path, entry.sha256)]


def _abstention(row: Row) -> Iterator[str]:
    if "reason" not in row:
        yield f"There is no reason: expected one of {', '.join(Reason)}."
    elif row["reason"] not in list(Reason):
        yield f"The reason is {_short(row['reason'])}: expected one of {', '.join(Reason)}."
    for key in ("text", "citations", "claims"):
        if row.get(key):
            yield f"It is no answer by its reason, and yet has {key}."


def _own_words(row: Row) -> Iterator[str]:
    """Yield where the words of an answer, or of a claim, are not those of its first citation."""
    yield from _said("The answer", row.get("text"), row.get("citations"))
    claims = row.get("claims", [])
    if not isinstance(claims, list):
        yield "The claims are not a list."
        return
    for number, claim in enumerate(claims, 1):
        if isinstance(claim, dict):
            yield from _said(f"Claim {number}", claim.get("text"), claim.get("citations"))
        else:
            yield f"Claim {number} is not an object."
    first = claims[0] if claims and isinstance(claims[0], dict) else {}
    text = row.get("text")
    if claims and isinstance(text, str) and first.get("text") != text:  # two nested lists may be too deep to compare
        yield "The answer's text is not that of its first claim."


def _said(name: str, text: object, citations: object) -> Iterator[str]:
    if not isinstance(citations, list) or not citations:
        yield f"{name} has no citation."
    elif not isinstance(text, str) or not text:
        yield f"{name} has no text."
    elif not isinstance(citations[0], dict) or citations[0].get("quote") != text:
        yield f"{name} says {_short(text)}, which is not the quote of its first citation."


def _citations(row: Row) -> Iterator[tuple[str, object]]:
    """Yield each citation with what to call it."""
    claims = row.get("claims")
    rows = [
        ("", row),
        *((f"claim {n}, ", each) for n, each in enumerate(claims if isinstance(claims, list) else [], 1)),
    ]
    for name, owner in rows:
        cited = owner.get("citations") if isinstance(owner, dict) else None
        for number, fields in enumerate(cited if isinstance(cited, list) else [], 1):
            yield f"{name}citation {number}", fields


class _Files:
    """Reads each file once."""

    def __init__(self) -> None:
        self._read: dict[str, Loaded] = {}

    def document(self, path: str) -> Loaded:
        """Return the file as a document, or why it cannot be read."""
        from index.load.document import load  # here and not above: who only asks reads no file

        if path not in self._read:
            try:
                self._read[path] = load(Path(path), max_bytes=_size(path))
            except (Error, OSError, ValueError) as error:
                self._read[path] = str(error)
            except MemoryError:
                self._read[path] = f"{path} is too large for this computer's memory."
        return self._read[path]


def _size(path: str) -> int:
    """Return how much to read: all. What was quoted was let in when it was added, whatever the limit is today."""
    found = stamp(path)
    return found.size if found else 0


def _citation(files: _Files, name: str, fields: object) -> Findings:
    """Check one citation, whatever it is, against its file."""
    name = name.capitalize()
    shape = tuple(f"{name} {problem}." for problem in _shape(fields))
    if shape or not isinstance(fields, dict):
        return Findings(shape, ())
    notes = [f"{name} has something that is not checked: {_short(key)}." for key in fields if key not in _CITATION]
    place = f"{fields['path']}, characters {fields['start']}–{fields['end']}"
    if not fields["sha256"]:
        return Findings((f"{place}: this was not read from a file, so it cannot be checked.",), tuple(notes))
    document = files.document(fields["path"])
    if isinstance(document, str):
        return Findings((document,), tuple(notes))
    problems = tuple(f"{place}: {problem}." for problem in _stands(document.text, fields))
    if not problems and document.sha256 != fields["sha256"]:
        notes.append(f"{fields['path']} has changed since, but still holds the quote.")
    return Findings(problems, tuple(notes))


def _shape(fields: object) -> Iterator[str]:
    """Yield what keeps a citation from being looked up."""
    if not isinstance(fields, dict):
        yield "is not an object"
        return
    inner = [key for key in ("sentence", "sentence_start") if key in fields]
    if len(inner) == 1:  # answers of earlier versions have neither
        yield "has only one of sentence and sentence_start"
    for key in ("path", "quote", "sha256", *(key for key in inner if key == "sentence")):
        if not isinstance(fields.get(key), str):
            yield f"has no {key}, or one that is not text"
    for key in ("start", "end", *(key for key in inner if key == "sentence_start")):
        value = fields.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _FAR:
            yield f"has no {key}, or one that is not an offset"
    if fields.get("quote") == "":
        yield "quotes nothing"


def _stands(text: str, fields: Row) -> Iterator[str]:
    start, end = fields["start"], fields["end"]
    if text[start:end] != fields["quote"] or end - start != len(fields["quote"]):
        yield "the file does not hold the quote there"
    if "sentence" in fields:
        first = fields["sentence_start"]
        last = first + len(fields["sentence"])
        if text[first:last] != fields["sentence"]:
            yield "the file does not hold the sentence there"
        if not first <= start <= end <= last:
            yield "the quote does not stand in its sentence"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return f"“{text}”" if len(text) <= 80 else f"“{text[:79]}…”"
