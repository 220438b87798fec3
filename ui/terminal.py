"""Answers, hits and reports as lines for a terminal. Pure; no control character of a document gets through."""

import re
from pathlib import Path

from index import Hit, Report
from qa.types import Answer, Citation, Reason

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BOLD, _DIM, _MARK, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[1;33m", "\x1b[0m"

WHY = {
    Reason.EMPTY_INDEX: "There are no documents yet: add some with `seedqa add PATH`.",
    Reason.NOTHING_FOUND: "No passage of your documents has to do with this question.",
    Reason.LOW_CONFIDENCE: "Not in your documents: no passage answers this with enough certainty.",
    Reason.SOURCE_CHANGED: "The file that held the answer has changed or gone: run `seedqa add` on it again.",
}


def safe(text: str) -> str:
    """Return the text without control and direction characters; tabs become spaces, line ends stay."""
    return _CONTROL.sub("", text.replace("\t", " "))


def answer_lines(answer: Answer, *, colour: bool) -> list[str]:
    """Return the answer, then a block for each citation; for an abstention the reason and what came closest."""
    if answer.reason is not Reason.ANSWERED:
        nearest = [line for hit in answer.hits[:3] for line in hit_lines(hit, colour=colour)]
        return [
            WHY[answer.reason],
            *(["", "The closest passages, none of them an answer:", *nearest] if nearest else []),
        ]
    lines = [_paint(" ".join(safe(answer.text).split()), _BOLD, colour)]
    for citation in answer.citations:
        lines += ["", f"  {where(citation)} · {answer.confidence:.0%} sure"]
        lines += [f"  │ {line}" for line in _marked(answer, citation, colour=colour)]
    return lines


def hit_lines(hit: Hit, *, colour: bool) -> list[str]:
    """Return where the passage stands, its score, and its text."""
    passage = hit.passage
    place = _place(passage.document.path, passage.page, passage.heading, passage.start, passage.end)
    head = f"  {place} · score {hit.score:.3f}"
    return ["", head, *(_paint(f"  │ {line}", _DIM, colour) for line in safe(passage.text).splitlines())]


def where(citation: Citation) -> str:
    """Return file, page, heading and character offsets, as far as there are any."""
    return _place(citation.path, citation.page, citation.heading, citation.start, citation.end)


def report_lines(report: Report) -> list[str]:
    """Return a line for each file that failed, and a summary."""
    failed = [f"{safe(f.path)}: {safe(f.message)}" for f in report.failed]
    parts = [
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.replaced, "replaced"),
            (report.unchanged, "unchanged"),
            (report.removed, "removed"),
            (report.ignored, "of other kinds ignored"),
            (len(report.failed), "failed"),
        )
        if count
    ]
    summary = ", ".join(parts) or "nothing to add: no file of a kind that seedqa reads"
    return [*failed, f"{summary}; {report.passages} new passages in {report.seconds:.1f} s"]


def _place(path: str, page: int | None, heading: str, start: int, end: int) -> str:
    parts = [Path(path).name, f"page {page}" if page else "", heading, f"characters {start}–{end}"]
    return " · ".join(" ".join(safe(part).split()) for part in parts if part)


def _marked(answer: Answer, citation: Citation, *, colour: bool) -> list[str]:
    """Return the passage that holds the quote, the quote marked: by its offsets, never by searching for it."""
    for hit in answer.hits:
        passage = hit.passage
        if passage.document.path == citation.path and passage.start <= citation.start <= citation.end <= passage.end:
            first, last = citation.start - passage.start, citation.end - passage.start
            before, after = safe(passage.text[:first]), safe(passage.text[last:])
            quote = safe(passage.text[first:last])
            mark = (_MARK, _OFF) if colour else ("[", "]")
            return f"{before}{mark[0]}{quote}{mark[1]}{after}".splitlines()
    return safe(citation.quote).splitlines()


def _paint(text: str, code: str, colour: bool) -> str:
    return f"{code}{text}{_OFF}" if colour else text
