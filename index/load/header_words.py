"""The value of a mail's header as its reader sees it: on one line, with its encoded words decoded (RFC 2047)."""

import binascii
import quopri
import re
from collections.abc import Iterator
from itertools import groupby

from index.load.parsed import ParseError, clean
from index.load.text import decode

LONGEST = 1 << 16
WORD = re.compile(r"=\?(?P<charset>[^?\s]{1,60})\?(?P<coding>[bBqQ])\?(?P<coded>[^?]{0,2000})\?=")


def unfolded(value: str) -> str:
    """Return the words of a header's raw value.

    >>> unfolded("=?utf-8?Q?Caf=C3=A9?=\\n =?utf-8?B?IMOgIFBhcmlz?= (draft)")
    'Café à Paris (draft)'
    """
    plain = _undamaged(value[:LONGEST])
    return clean(" ".join("".join(_decoded(plain)).split()))


def _undamaged(value: str) -> str:
    """Bytes beyond ASCII, which have no place there, come as surrogates; they are UTF-8 or what they look like."""
    if value.isascii():
        return value
    try:
        return _text(value.encode(errors="surrogateescape"), None)
    except UnicodeEncodeError:
        return clean(value)


def _decoded(value: str) -> Iterator[str]:
    """Yield the pieces of a value. Between two encoded words white space is nothing, and a character may be cut."""
    for charset, run in groupby(_pieces(value), key=lambda piece: piece[0]):
        yield _text(b"".join(content for _, content in run), charset)


def _pieces(value: str) -> Iterator[tuple[str | None, bytes]]:
    at = 0
    for match in WORD.finditer(value):
        between = value[at : match.start()]
        if between and (at == 0 or between.strip()):
            yield None, between.encode()
        yield match["charset"].partition("*")[0].lower(), _bytes(match["coding"], match["coded"])
        at = match.end()
    yield None, value[at:].encode()


def _bytes(coding: str, coded: str) -> bytes:
    raw = coded.encode(errors="replace")
    if coding in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return raw


def _text(content: bytes, charset: str | None) -> str:
    try:
        return decode(content, declared=charset)
    except ParseError:  # control characters: shown to nobody
        return content.decode(errors="replace")
