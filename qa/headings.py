"""Headings and the names of columns: what a thing is called, and where they say something of it all the same."""

from index import Document, Kind, Mark
from qa.extent import is_in_capitals, is_label, next_written
from qa.kinds import is_day_asked_for
from qa.types import Candidate

LONGEST_NAME = 8
"""Words of a heading that ends in a stop and is a heading all the same."""


def names_only(candidate: Candidate, question: str) -> bool:
    """Tell whether a candidate is of a heading or a column's name: what a thing is called, not what is said of it.

    A heading says something where it is a sentence, where nothing stands below it ("By Ann Lee", on a cover), and of a
    day, where it was asked when ("Minutes of 3 May").
    """
    document = candidate.hit.passage.document
    if any(candidate.end <= mark.end for mark in document.around(candidate.start, Kind.HEADER)):
        return True
    if is_label(document.text, candidate.start, candidate.end):
        return True
    line_end = document.text.find("\n", candidate.start)
    line_end = line_end if line_end >= 0 else len(document.text)
    line_start = document.text.rfind("\n", 0, candidate.start) + 1
    heading = next((mark for mark in document.around(candidate.start, Kind.HEADING) if mark.start == line_start), None)
    if heading is None or candidate.end > line_end:
        return False
    line = document.text[line_start:line_end].strip()
    if is_day_asked_for(question, candidate.quote):
        return False
    is_sentence = line.endswith(".") and len(line.split()) > LONGEST_NAME
    is_part = len(candidate.quote.split()) < len(line.split())
    return not (is_part and (is_sentence or _has_nothing_below(document, heading)))


def _has_nothing_below(document: Document, heading: Mark) -> bool:
    """Tell whether a section has no text of its own: its heading's line is all of it, or the next heading follows."""
    line_end = document.text.find("\n", heading.start, heading.end)
    below = next_written(document.text, line_end, heading.end) if line_end >= 0 else heading.end
    return below == heading.end or any(mark.start == below for mark in document.around(below, Kind.HEADING))


def says_nothing(document: Document, sentence: tuple[int, int]) -> bool:
    """Tell whether a sentence is a heading, marked or in capitals, the names of a table's columns, or a question."""
    start, end = sentence
    text = document.text[start:end]
    is_header = any(
        mark.kind is Kind.HEADER and not document.around(start, Kind.ROW) for mark in document.within(start, end)
    )
    starts = {mark.start for mark in document.around(start, Kind.HEADING)}
    is_heading = start in starts or is_in_capitals(document.text, start, end)
    return is_header or is_heading or text.rstrip(' *_"”').endswith("?")
