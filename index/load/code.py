"""Source code, settings and logs: text as it stands, in which a line is a line and a colon is no speaker."""

from index.load.parsed import Parsed, ParseError
from index.load.text import decode
from index.types import Kind, Mark

LONGEST_LINES = 1000
FEWEST_LINES = 20


def parse(data: bytes) -> Parsed:
    """The text, marked as code."""
    text = decode(data)
    if len(text) > LONGEST_LINES * (text.count("\n") + FEWEST_LINES):
        raise ParseError("was made by a program and not for people, by its long lines: leave it out")
    return Parsed(title="", text=text, marks=(Mark(0, len(text), Kind.CODE, ""),) if text.strip() else ())
