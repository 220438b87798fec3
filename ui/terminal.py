"""Answers, hits and reports as lines for a terminal. Pure; no control character of a document gets through."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa import Answer, Citation, Claim, Failure, Hit, Reason, Report, compose

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BOLD, _DIM, _MARK, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[1;33m", "\x1b[0m"

WHY = {
    Reason.EMPTY_INDEX: "There are no documents yet: add some with `seedqa add PATH`.",
    Reason.NOTHING_FOUND: "No passage of your documents has to do with this question.",
    Reason.UNKNOWN_NAME: "Not in your documents: a name in the question occurs nowhere in them.",
    Reason.LOW_CONFIDENCE: "No clear answer: nothing in your documents answers this with enough certainty.",
    Reason.OTHER_LANGUAGE: "No answer: this question is not in English, the only language that the reader has learnt.",
    Reason.SOURCE_CHANGED: "The file that held the answer has changed or gone: run `seedqa add` on it again.",
}


FURTHER = 3
"""How many claims are shown below the answer; ``--json`` has them all."""


def safe(text: str) -> str:
    """Return the text without control and direction characters; tabs become spaces, line ends stay."""
    return _CONTROL.sub("", text.replace("\t", " ")).encode(errors="replace").decode()  # half characters cannot be sent


def one_line(text: str) -> str:
    """Return the text as safe() does, and without line ends: a name that holds some cannot write a line of its own."""
    return " ".join(safe(text).splitlines())


def answer_lines(answer: Answer, *, colour: bool) -> list[str]:
    """Return the answer, then a block for each citation; for an abstention the reason and what came closest."""
    if answer.reason is not Reason.ANSWERED:
        return [why(answer), *_nearest(answer, colour=colour)]
    lines = [_paint(_line(answer.text), _BOLD, colour)]
    is_dated = any(claim.citations[0].path != answer.citations[0].path for claim in answer.claims[1:])
    for citation in answer.citations:
        lines += _quoted(citation, answer.confidence, colour=colour, is_dated=is_dated)
    if others := answer.claims[1:]:
        lines += ["", "The documents also say:", *_further(others, colour=colour, is_dated=is_dated)]
    return lines


def why(answer: Answer) -> str:
    """Return why there is no answer, with the names that the documents do not have."""
    if not answer.missing:
        return WHY[answer.reason]
    names = " and ".join(f"“{_line(name)}”" for name in answer.missing)
    are, them = ("is", "it") if len(answer.missing) == 1 else ("are", "them")
    return f"{names} {are} not in your documents, nor anything spelled like {them}."


def _nearest(answer: Answer, *, colour: bool) -> Iterator[str]:
    """Yield what came nearest: the reader's guess where only certainty is lacking, else the passages found."""
    if answer.closest:
        guess = compose.cite(answer.closest)[0]
        yield from ("", "Closest, not sure:", "", f"  {where(guess)} · {answer.confidence:.0%} sure")
        yield from (f"  │ {line}" for line in safe(guess.sentence).splitlines())  # unmarked: it is no answer
    elif answer.hits:
        yield from ("", "The closest passages, none of which is an answer:")
        yield from (line for hit in answer.hits[:3] for line in hit_lines(hit, colour=colour))


def _further(claims: Sequence[Claim], *, colour: bool, is_dated: bool) -> Iterator[str]:
    for claim in claims[:FURTHER]:
        yield from _quoted(claim.citations[0], claim.confidence, colour=colour, is_dated=is_dated)
    if len(claims) > FURTHER:
        yield from ("", f"  and {len(claims) - FURTHER} more, which --json shows")


def _quoted(citation: Citation, confidence: float, *, colour: bool, is_dated: bool) -> list[str]:
    """Return where the quote stands, and its sentence with the quote marked: by its offsets, never by searching.

    With the day of the file's last change where documents disagree: one of them may be out of date.
    """
    sentence, first = citation.sentence, citation.start - citation.sentence_start
    last = first + len(citation.quote)
    mark = (_MARK, _OFF) if colour else ("[", "]")
    marked = f"{safe(sentence[:first])}{mark[0]}{safe(sentence[first:last])}{mark[1]}{safe(sentence[last:])}"
    dated = f" · as of {citation.modified}" if is_dated and citation.modified else ""
    return ["", f"  {where(citation)}{dated} · {confidence:.0%} sure", *(f"  │ {line}" for line in marked.splitlines())]


def hit_lines(hit: Hit, *, colour: bool) -> list[str]:
    """Return where the passage stands, its score, and its text."""
    passage = hit.passage
    named = passage.document.place(passage.start)
    pages = (passage.page, None)
    place = _place(passage.document.path, pages, named, passage.heading, passage.start, passage.end)
    head = f"  {place} · score {hit.score:.3f}"
    return ["", head, *(_paint(f"  │ {line}", _DIM, colour) for line in safe(passage.text).splitlines())]


def where(citation: Citation) -> str:
    """Return file, page, place, heading and character offsets, as far as there are any."""
    pages = (citation.page, citation.last_page)
    return _place(citation.path, pages, citation.place, citation.heading, citation.start, citation.end)


def uncalibrated(reader: str | None) -> str:
    """Return what there is to say of a reader, by its name, whose scores nobody has given a meaning."""
    named = f" --reader {reader}" if reader else ""
    return (
        f"Confidence is not calibrated for this reader{f' ({reader})' if reader else ''}, so it says nothing: run"
        f" `seedqa eval QUESTIONS.json{named} --calibrate` once."
    )


def report_lines(report: Report) -> list[str]:
    """Return what failed, and what was read in part only, a few lines for each reason; and a summary."""
    parts = [
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.replaced, "replaced"),
            (report.unchanged, "unchanged"),
            (report.moved, "moved"),
            (report.removed, "removed"),
            (report.ignored, "of other kinds ignored"),
            (report.left_out, "left out"),
            (len(report.failed), "failed"),
        )
        if count
    ]
    summary = ", ".join(parts) or "nothing to add: no file of a kind that seedqa reads"
    failed = [*failure_lines(report.failed), *failure_lines(report.noted)]
    return [*failed, f"{summary}; {report.passages} new passages in {report.seconds:.1f} s"]


def failure_lines(failures: Sequence[Failure], *, paths: int = 5, reasons: int = 20) -> Iterator[str]:
    """Yield what failed, grouped by reason: a folder of 20,000 empty files is one reason, and not 20,000 lines."""
    grouped: dict[str, list[str]] = {}
    for failure in failures:
        grouped.setdefault(failure.message.removeprefix(failure.path).strip(), []).append(failure.path)
    for reason, failed in list(grouped.items())[:reasons]:
        if len(failed) == 1:
            yield f"{one_line(failed[0])}: {one_line(reason)}"
            continue
        yield f"{len(failed):,} files: {one_line(reason)}"
        yield from (f"  {one_line(path)}" for path in failed[:paths])
        if len(failed) > paths:
            yield f"  and {len(failed) - paths:,} more"
    if rest := [path for failed in list(grouped.values())[reasons:] for path in failed]:
        yield f"And {len(rest):,} more files, for {len(grouped) - reasons:,} other reasons."


def _place(path: str, pages: tuple[int | None, int | None], place: str, heading: str, start: int, end: int) -> str:
    is_named = f" {heading.removeprefix('Chapter ')}," in f" {place},"  # a chapter's heading is its name, a sheet's too
    heading = "" if is_named else heading
    parts = [Path(path).name, _pages(*pages), place, heading, f"characters {start}–{end}"]
    return " · ".join(_line(part) for part in parts if part)


def _pages(first: int | None, last: int | None) -> str:
    if not first:
        return ""
    return f"pages {first}–{last}" if last and last > first else f"page {first}"


def _line(text: str) -> str:
    return " ".join(safe(text).split())


def _paint(text: str, code: str, colour: bool) -> str:
    return f"{code}{text}{_OFF}" if colour else text
