"""Text of any origin as markup that shows it and does nothing: the one place that escapes."""

import re
import string

_REFERENCES = str.maketrans({c: f"&#{ord(c)};" for c in string.punctuation + "\t\n\r\f"})
_UNSHOWABLE = dict.fromkeys((0, *range(0xD800, 0xE000)), "\ufffd")

_LATIN = "\x00-\u024f"
_UNSEEN = (
    "[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0001-\U000e007f]"
    f"|(?<=[{_LATIN}])[\u200c\u200d](?=[{_LATIN}])"  # elsewhere these two join letters and emoji, as they should
)
_MARKS = r"(?m:^[ \t]*(?:#{1,6}(?=[ \t])|>(?=[ \t])|(?:```|~~~).*$|\|?[ \t]*:?-{3,}[-:| \t]*$))|\*\*|__|`+|\|"
_SPECIAL = re.compile(f"(?P<unseen>{_UNSEEN})")
_SPECIAL_OR_MARK = re.compile(f"(?P<unseen>{_UNSEEN})|(?P<mark>{_MARKS})")


def literal(text: str) -> str:
    """Return any text as markup that shows exactly that text, in HTML, in Markdown, and in an attribute's quotes.

    All ASCII punctuation, tabs and line breaks become numeric references. A browser has no way to show
    NUL and lone surrogates; they become U+FFFD.

    >>> literal("<b> $x$")
    '&#60;b&#62; &#36;x&#36;'
    """
    return text.translate(_UNSHOWABLE).translate(_REFERENCES)


def shown(text: str, *, quiet: bool = False) -> str:
    """Return text for the eye: the same characters, with those that are not seen, or turn others round, in a chip.

    The chip's label is drawn by the style sheet, so that what is copied is what the document says. With ``quiet``, the
    marks of Markdown are pale.

    >>> shown("gnp\\u200b.exe")
    'gnp<span class="sq-char" data-code="U+200B">\\u200b</span>&#46;exe'
    """
    parts: list[str] = []
    at = 0
    for found in (_SPECIAL_OR_MARK if quiet else _SPECIAL).finditer(text):
        parts += (literal(text[at : found.start()]), _wrapped(found))
        at = found.end()
    return "".join((*parts, literal(text[at:])))


def _wrapped(found: re.Match[str]) -> str:
    if found["unseen"] is not None:
        return f'<span class="sq-char" data-code="U+{ord(found[0]):04X}">{literal(found[0])}</span>'
    return f'<span class="sq-quiet">{literal(found[0])}</span>'


def one_line(text: str) -> str:
    """Return a text as one line: names are shown in lines, and may have line ends."""
    return " ".join(text.split())


def plural(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> plural(1, "passage"), plural(1200, "passage")
    ('1 passage', '1,200 passages')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
