"""Markdown, kept verbatim: a quote is a slice of the source. Headings are noted, nothing is rendered."""

import re
from collections.abc import Iterator

from index.load.parsed import Heading, Parsed, sections
from index.load.text import decode

FRONT_MATTER = re.compile(r"---[ \t]*\n(?=[\w-]+:)(?P<fields>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
TITLE_FIELD = re.compile(r"^title:(.*)", re.MULTILINE)
FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})(?P<info>.*)")
ATX = re.compile(r" {0,3}#{1,6}(?![^ \t])")
CLOSING = re.compile(r"(?:^|[ \t])#+$")
SETEXT = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
PROSE = re.compile(r" {0,3}(?![-+*>|#]|\d+[.)][ \t])\S.*")
LINK = re.compile(r"!?\[([^\]\[]*)\](?:\([^()]*\)|\[[^\]\[]*\])")
MARKS = re.compile(r"\*+|`+|\\(?=[^\w\s])")


def parse(data: bytes) -> Parsed:
    """Markdown with its headings; the title is the first heading's, else the front matter's."""
    text = decode(data)
    front = FRONT_MATTER.match(text)
    headings = tuple(_headings(text, front.end() if front else 0))
    if headings:
        return Parsed(title=headings[0].text, text=text, marks=sections(headings, len(text)))
    field = TITLE_FIELD.search(front["fields"]) if front else None
    return Parsed(title=field[1].strip().strip("'\"") if field else "", text=text)


def _headings(text: str, start: int) -> Iterator[Heading]:
    """Yield the headings (``# so`` or underlined, CommonMark 4.2 and 4.3) that are not in fenced code.

    Only a paragraph of one line is taken for an underlined heading: a rule right below a longer one is
    far more often a rule.
    """
    fence = ""
    alone = None  # the line before, if it is a paragraph of one line so far
    in_paragraph = False
    for offset, line in _lines(text, start):
        if fence:
            fence = "" if _closes(fence, line) else fence
        elif opening := _opens(line):
            fence, alone, in_paragraph = opening, None, False
        elif atx := ATX.match(line):
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


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    for line in text[start:].split("\n"):
        yield start, line
        start += len(line) + 1


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
    return " ".join(MARKS.sub("", LINK.sub(r"\1", source)).split())
