"""Markdown, kept as it is written: a quote is a slice of it. Headings are noted, nothing is rendered."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from index.load import front
from index.load.lines import Line, line_marks, split
from index.load.parsed import MOST_HEADINGS, Heading, Parsed, heading_note, ordered, sections
from index.load.table import Row, cut, is_countable, strip, table_marks
from index.load.text import decode
from index.types import Kind, Mark

FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})(?P<info>.*)")
ANCHOR = re.compile(
    r"(?<![ \t])[ \t]*+\{:?[ \t]*+#[\w:.-]{1,100}(?:[ \t][^{}]{0,200})?\}(?:[ \t]*+#++)?[ \t]*+$"
    r"|<a[ \t]+(?:id|name)=[\"'][^\"'<>]{0,200}[\"'][ \t]*(?:/>|>[ \t]*</a>)"
)
ATX = re.compile(r" {0,3}#{1,6}(?![^ \t])")
CLOSING = re.compile(r"(?:^|[ \t])#+$")
HEADING_TAG = re.compile(r" {0,3}<h(?P<level>[1-6])(?:[ \t][^<>]{0,500})?>(?P<title>.*)", re.IGNORECASE)
HEADING_END = re.compile(r"</h[1-6][ \t]*>[ \t]*$", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][^<>]{0,1000}>")
MOST_TITLE_LINES = 5
SETEXT = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
PROSE = re.compile(r" {0,3}(?![-+*>|#]|\d+[.)][ \t])\S.*")
RULE = re.compile(r" {0,3}\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
PIPE = re.compile(r"(?<!\\)\|")
BLOCK = re.compile(r" {0,3}(?:#{1,6}(?:[ \t]|$)|>|[-+*][ \t]|\d{1,9}[.)][ \t]|(?:[-_*][ \t]*){3,}$)|(?: {4}| {0,3}\t)")
LINK = re.compile(r"!?\[([^\]\[]*)\](?:\([^()]*\)|\[[^\]\[]*\])")
CODE = re.compile(r"(`+[^`]*`+)")
EMPHASIS = re.compile(r"(?<![\w\\])(_{1,3})([^\W_](?:[^_]*[^_\s\\])?)\1(?!\w)")
MARKED = re.compile(r"[\[_*`\\]")
"""What LINK, CODE, EMPHASIS and MARKS need to find anything."""
MARKS = re.compile(r"\*+|`+|\\(?=[^\w\s])")


def parse(data: bytes) -> Parsed:
    """Markdown with its headings; the title is the first heading's, else the front matter's."""
    text = shown(decode(data))
    found, note = marked(text)
    heading = next((mark.label for mark in found if mark.kind is Kind.HEADING), "")
    return Parsed(title=heading or front.title(front.block(text)), text=text, marks=found, note=note)


def marked(text: str) -> tuple[tuple[Mark, ...], str]:
    """Mark the headings, the tables, who speaks, what a form says, and the front matter; and note what is too much."""
    top = front.block(text)
    body = top.end() if top else 0
    headings = tuple(islice(_headings(text, body), MOST_HEADINGS + 1))
    rows = list(_tables(text, body)) if is_countable(text, "|") else []
    tables = [mark for table in rows for mark in table_marks(table, text, words=plain)]
    lines = line_marks(_prose(text, body, headings, rows))
    return ordered([*front.marks(top), *sections(headings, len(text)), *tables, *lines]), heading_note(headings)


def shown(text: str) -> str:
    """The source without what no reader is shown: comments, and the names of places to link to."""
    if "{" not in text and "<" not in text:
        return text
    kept, fence, in_comment, last = list[str](), "", False, text.rfind("-->")
    for offset, line in split(text, 0):
        if fence:
            fence = "" if _closes(fence, line) else fence
        elif not in_comment and (fence := _opens(line)):
            pass
        else:
            left, in_comment = _uncommented(line, in_comment, last=last - offset)
            if left != line and not left.strip():
                continue
            line = ANCHOR.sub("", left)
        kept.append(line)
        if not fence and "</" in line:
            _close_heading(kept)
    return "\n".join(kept)


def _close_heading(lines: list[str]) -> None:
    """Write a heading that is written in HTML, and ends in the last of the lines, as Markdown's own is."""
    if not HEADING_END.search(lines[-1]):
        return
    for count in range(1, min(MOST_TITLE_LINES, len(lines)) + 1):
        if opened := HEADING_TAG.match(lines[-count]):
            title = " ".join(TAG.sub("", " ".join([opened["title"], *lines[len(lines) - count + 1 :]])).split())
            if title:
                lines[-count:] = [f"{'#' * int(opened['level'])} {title}"]
            return
        if not lines[-count].strip():  # a blank line ends what is HTML (CommonMark 4.6)
            return


def _uncommented(line: str, in_comment: bool, *, last: int) -> tuple[str, bool]:
    """The line without its comments, and whether one goes on after it; a mark in code opens none."""
    kept, at, ticks = list[str](), 0, 0
    while True:
        edge = line.find("-->" if in_comment else "<!--", at)
        ticks += 0 if in_comment else line.count("`", at, edge)
        if edge < 0 or (not in_comment and (edge > last or ticks % 2)):
            return "".join(kept) + ("" if in_comment else line[at:]), in_comment
        if not in_comment:
            kept.append(line[at:edge])
        in_comment, at = not in_comment, edge + (3 if in_comment else 4)


def _headings(text: str, start: int) -> Iterator[Heading]:
    """Yield the headings (``# so`` or underlined, CommonMark 4.2 and 4.3) that are not in fenced code.

    Only a paragraph of one line is taken for an underlined heading: a rule right below a longer one is
    far more often a rule.
    """
    alone = None  # the line before, if it is a paragraph of one line so far
    in_paragraph = False
    for offset, line in _lines(text, start):
        if atx := ATX.match(line):
            if title := plain(CLOSING.sub("", line[atx.end() :].strip())):
                yield Heading(offset, title, len(atx[0].strip()))
            alone, in_paragraph = None, False
        elif alone and SETEXT.fullmatch(line):
            yield Heading(alone.start, alone.text, 1 if "=" in line else 2)
            alone, in_paragraph = None, False
        else:
            starts = not in_paragraph and PROSE.fullmatch(line) and plain(line)
            alone = Heading(offset, starts, 1) if starts else None
            in_paragraph = bool(line.strip())


def _tables(text: str, start: int) -> Iterator[list[Row]]:
    """Yield the tables (GFM, 4.10): a line of cells, a line that rules under each, and the rows below."""
    before, rows = (0, ""), list[Row]()
    for offset, line in _lines(text, start):
        if rows and (not line.strip() or BLOCK.match(line)):
            yield rows
            rows = []
        elif rows:
            rows.append(_row(offset, line))
        elif RULE.fullmatch(line) and "|" in line and "|" in before[1] and not BLOCK.match(before[1]):
            header = _row(*before, is_header=True)
            rows = [header] if len(header.cells) == len(_row(offset, line).cells) else []
        before = (offset, line)
    if rows:
        yield rows


def _prose(text: str, start: int, headings: Sequence[Heading], tables: Sequence[list[Row]]) -> Iterator[Line]:
    """Yield the lines that belong to no heading, table or code; in the place of the others stands nothing."""
    titles = {heading.start for heading in headings}
    tabled = {row.start for table in tables for row in table}
    for offset, line in _lines(text, start):
        if offset in titles or ATX.match(line) or offset + len(line) - len(line.lstrip()) in tabled:
            yield offset, "", offset in titles
        else:
            yield offset, line, False


def _row(offset: int, line: str, *, is_header: bool = False) -> Row:
    """Cut a line into cells at each pipe that no backslash escapes; those at its ends may be there or not."""
    start, end = strip(line, 0, len(line))
    pipes = [match.start() for match in PIPE.finditer(line)]
    first = start + 1 if start in pipes[:1] else start
    last = end - 1 if end - 1 in pipes[-1:] and end - 1 >= first else end
    edges = [first - 1, *(pipe for pipe in pipes if first <= pipe < last), last]
    return Row(offset + start, offset + end, cut(line, offset, edges), is_header)


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield each line with its offset; those of fenced code, in which nothing is what it seems, as empty."""
    fence = ""
    for offset, line in split(text, start):
        if fence:
            yield offset, ""
            fence = "" if _closes(fence, line) else fence
        elif fence := _opens(line):
            yield offset, ""
        else:
            yield offset, line


def _opens(line: str) -> str:
    """The marks of the code fence that the line opens, or "". Backticks after backticks are inline code."""
    match = FENCE.fullmatch(line)
    if match and not (match["marks"][0] == "`" and "`" in match["info"]):
        return match["marks"]
    return ""


def _closes(fence: str, line: str) -> bool:
    match = FENCE.fullmatch(line)
    return bool(match and match["marks"].startswith(fence) and not match["info"].strip())


def plain(source: str) -> str:
    """A heading as a reader sees it: links become their text, and marks of emphasis and code go."""
    if not MARKED.search(source):
        return " ".join(source.split())
    parts = CODE.split(LINK.sub(r"\1", source))  # every other one is code, in which an underscore is one
    parts[::2] = [EMPHASIS.sub(r"\2", part) for part in parts[::2]]
    return " ".join(MARKS.sub("", "".join(parts)).split())
