"""Mail: who wrote what to whom and when, the words, and what is attached. One message (.eml), or a box of them (.mbox).

The standard library parses their structure. Their headers are read here: its own parser of addresses takes
minutes over some hundred thousand commas, and gigabytes over one long subject.
"""

import re
from codecs import BOM_UTF8 as BOM
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import policy
from email.errors import HeaderParseError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import PurePosixPath
from typing import Any

from index.load import encoding, html, text
from index.load.header_words import unfolded
from index.load.parsed import Heading, Parsed, ParseError, ordered, sections
from index.load.parsers import FAMILIES
from index.load.parts import Budget, Parts, form, one_line, read
from index.types import Kind

SHOWN = ("From", "To", "Cc", "Date", "Subject")
FROM_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]{1,998}\d{1,2}:\d\d[^\n]{0,998}\n")
QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
DEEPEST = 20
MOST_REPEATED = 20
STATUS = frozenset({"message/delivery-status", "message/disposition-notification"})
STRUCTURE = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
LONGEST_STRUCTURE = 2000
SUFFIX_OF = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/zip": ".zip",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/rtf": ".rtf",
}
MUCH_MORE = 4
"""A text part with a fraction of the words of its HTML twin says only "Your program cannot show this"."""


class _Policy(policy.EmailPolicy):
    """The default one, but for headers: those of the structure are cut short, the others are left as they came."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        if name.lower() not in STRUCTURE:
            return value
        try:
            return super().header_fetch_parse(name, value[:LONGEST_STRUCTURE])
        except (LookupError, ValueError, AttributeError, TypeError, AssertionError, RecursionError, HeaderParseError):
            return value[:LONGEST_STRUCTURE]


PARSER = BytesParser(EmailMessage, policy=_Policy())


def parse(data: bytes) -> Parsed:
    """The message, or all messages of a box, each with its headers as rows; the title is a single one's subject."""
    return parse_within(data, Budget())


def parse_within(data: bytes, budget: Budget) -> Parsed:
    """The same for mail that is in another file."""
    try:
        messages = _messages(data)
        if len(messages) == 1:
            return _message(messages[0], budget)
        parts = Parts()
        for number, message in enumerate(messages, 1):
            parts.add(_message(message, budget), kind=Kind.PART, label=f"message {number}")
        return parts.parsed()
    except RecursionError:
        raise ParseError("is nested too deeply to be mail that somebody sent: leave it out") from None


def _messages(data: bytes) -> list[bytes]:
    """Cut a box at its From lines (RFC 4155); a message alone is one without."""
    data = _ascii_compatible(data)
    starts = [match.span() for match in FROM_LINE.finditer(data)]
    if not starts or starts[0][0] > 0:
        return [data]
    ends = [start for start, _ in starts[1:]] + [len(data)]
    return [QUOTED_FROM.sub(rb"\1", data[first:end]) for (_, first), end in zip(starts, ends, strict=True)]


def _ascii_compatible(data: bytes) -> bytes:
    """Mail is ASCII and what goes beside it; a program may have saved it as UTF-16 all the same."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or encoding.wide(data):
        return text.decode(data).encode()
    return data


def _message(data: bytes, budget: Budget) -> Parsed:
    return _written(PARSER.parsebytes(data), budget, DEEPEST)


def _written(message: Message, budget: Budget, depth: int) -> Parsed:
    """A message with its headers, its words and what is attached to it; all under its subject as a heading."""
    leaves = list(_leaves(message, depth))
    attached = [leaf for leaf in leaves if not _is_body(leaf)]
    subject = one_line(unfolded(message.get("Subject", "")))
    parts = Parts()
    parts.add(Parsed("", subject))
    parts.add(_head(message, [name for leaf in attached if (name := _name(leaf))]))
    for leaf in leaves:
        if _is_body(leaf):
            parts.add(_body(leaf))
    for leaf in attached:
        if parsed := _attached(leaf, budget, depth):
            parts.add(parsed, kind=Kind.PART, label=_name(leaf) or "attachment")
    whole = parts.parsed(subject)
    return replace(
        whole, marks=ordered([*sections([Heading(0, subject, 1)] if subject else [], parts.length), *whole.marks])
    )


def _head(message: Message, attached: Sequence[str]) -> Parsed:
    """The headers that a reader sees, a row each."""
    values = [(name, map(unfolded, message.get_all(name, [])[:MOST_REPEATED])) for name in SHOWN]
    fields = [(name, ", ".join(filter(None, words))) for name, words in values]
    return form([*fields, ("Attachments", ", ".join(attached))])


def _leaves(message: Message, depth: int) -> Iterator[Message]:
    """Yield the parts that hold no others, in order; of twins in text and HTML, only the one to show."""
    content = message.get_payload()
    if depth == 0 or not isinstance(content, list) or message.get_content_maintype() != "multipart":
        yield message
        return
    leaves = [leaf for part in content if isinstance(part, Message) for leaf in _leaves(part, depth - 1)]
    if message.get_content_subtype() == "alternative":
        unseen = _unseen([leaf for leaf in leaves if _is_body(leaf)])
        leaves = [leaf for leaf in leaves if not _is_body(leaf) or leaf.get_content_type() != unseen]
    yield from leaves


def _unseen(bodies: Sequence[Message]) -> str:
    """Which type of text is not shown: HTML, unless the plain text says hardly anything of it."""
    words = dict.fromkeys(("text/plain", "text/html"), 0)
    for body in bodies:
        kind = body.get_content_type()
        words[kind] = words.get(kind, 0) + len(_body(body).text.split())
    is_rest = words["text/plain"] * MUCH_MORE < words["text/html"]
    return "text/plain" if is_rest or not words["text/plain"] else "text/html"


def _is_body(leaf: Message) -> bool:
    kind = leaf.get_content_type()
    return (
        kind in {"text/plain", "text/html"} and leaf.get_content_disposition() != "attachment" and not _filename(leaf)
    )


def _body(leaf: Message) -> Parsed:
    """The words of a part; none if they are no text."""
    content, declared = _bytes(leaf), _charset(leaf)
    try:
        if leaf.get_content_type() == "text/html":
            return html.parse(BOM + text.decode(content, declared=declared).encode() if declared else content)
        return text.marked(text.decode(content, declared=declared).strip("\n"))
    except ParseError:
        return Parsed("", "")


def _attached(leaf: Message, budget: Budget, depth: int) -> Parsed | None:
    content = leaf.get_payload()
    if isinstance(content, list):
        inner = [part for part in content if isinstance(part, Message)]
        if leaf.get_content_type() in STATUS:
            lines = [f"{name}: {unfolded(value)}" for part in inner for name, value in part.items()]
            return text.marked("\n".join(lines))
        budget.take(0, files=len(inner))
        parts = Parts()
        for part in inner if depth else ():
            parts.add(_written(part, budget, depth - 1))
        return parts.parsed()
    data, name = _bytes(leaf), _filename(leaf)
    budget.take(len(data), files=1)
    suffix = PurePosixPath(name.lower()).suffix
    if suffix not in FAMILIES:
        default = ".txt" if leaf.get_content_maintype() == "text" else ""
        name += SUFFIX_OF.get(leaf.get_content_type(), default)
    return read(name, data, budget)


def _name(leaf: Message) -> str:
    """What a part is called; an attached message by its subject."""
    content = leaf.get_payload()
    if isinstance(content, list) and content and isinstance(content[0], Message):
        return one_line(_filename(leaf) or unfolded(content[0].get("Subject", "")) or "attached message")
    return one_line(_filename(leaf))


def _filename(leaf: Message) -> str:
    return unfolded(leaf.get_filename() or "").replace("\\", "/").rpartition("/")[2]


def _charset(leaf: Message) -> str | None:
    found = leaf.get_param("charset")
    return found if isinstance(found, str) else None


def _bytes(leaf: Message) -> bytes:
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
