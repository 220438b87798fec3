"""Words as they are spelled: those that a line end broke, and whether there are any to read."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from index.load.pdf.words import BROKEN

WORD_BEFORE = re.compile(r"[\w-]*\Z")
WORD_AFTER = re.compile(r"\w*")
HYPHENATED = re.compile(r"(?<!\w)\w++(?:-\w++)++")
LINE_END = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\Z")
SUSPENDED = frozenset(("and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "en", "of"))
"""After a hyphen, these stand alone: pre- and postwar."""
IGNORED = dict.fromkeys(map(ord, "\x02\u00ad\u200b\u2060\ufeff\ufffe\uffff"))
WORD = re.compile(r"(?<![^\s(\"'“])[^\W\d_]{2,}(?![^\s.,;:!?)\"'”-])")
CONTROLS = dict.fromkeys([*range(9), *range(14, 32), *range(127, 160)])
PLAIN = re.compile(r"[\n -~\u00a0-\u024f\u2010-\u2044\ufb00-\ufb04\ufffe]*")
"""What most pages are made of, of which none is unreadable."""
UNREADABLE = frozenset(("Cc", "Co", "Cn", "Cs"))


def hyphenated(texts: Iterable[str]) -> set[str]:
    """Return the words that are written with a hyphen inside a line."""
    return {word for text in texts for word in HYPHENATED.findall(text)}


def joined(one: str, other: str, known: set[str]) -> str:
    """Join the parts of a word that a hyphen at a line end parted.

    Whether the hyphen belongs to the word is not written in the file. It is kept if the text elsewhere has the word
    with it, if the word has another, and beside anything but small letters (A-10, 1990-1995).
    """
    left, right = WORD_BEFORE.findall(one[-64:])[0], WORD_AFTER.findall(other[:64])[0]
    inside_word = left[-1:].islower() and right[:1].islower() and "-" not in left
    return f"{one}{'' if inside_word and f'{left}-{right}' not in known else '-'}{other}"


def line(words: Iterable[str], known: set[str]) -> str:
    """The words on one line, those that were broken whole again."""
    written: list[str] = []
    for word in words:
        if written and written[-1].endswith(BROKEN):
            written[-1] = joined(written[-1][:-1], word, known)
        else:
            written.append(word)
    return spelled(" ".join(written))


def spelled(text: str) -> str:
    """The text without what is not seen; a hyphen that nothing followed is one again."""
    return " ".join(text.replace(BROKEN, "-").translate(IGNORED).translate(CONTROLS).split())


def without_hyphen(one: str, other: str) -> str | None:
    """Return a line's last word without the hyphen at which the next one goes on; None if it does not."""
    if other in SUSPENDED and not one.endswith("\u00ad"):
        return None
    if not one.endswith(BROKEN) and not (LINE_END.search(one) and other[:1].islower()):
        return None
    return one[:-1]


def is_readable(text: str) -> bool:
    """Tell whether a text layer says which letters stand there, and not only which shapes.

    Without a table of letters (a Type 3 font without ToUnicode), PDFium gives what codes the shapes have: control
    characters and private ones among them, and hardly a word.
    """
    if PLAIN.fullmatch(text):
        return True
    counts = Counter(text)
    kinds = {character: unicodedata.category(character) for character in counts}
    seen = sum(count for character, count in counts.items() if not character.isspace() and character != BROKEN)
    unread = sum(
        count
        for character, count in counts.items()
        if character == "\ufffd" or (kinds[character] in UNREADABLE and character not in "\n\ufffe")
    )
    if unread * 50 <= seen:
        return True
    bare = "".join(character for character in text if not kinds[character].startswith("M"))
    return sum(map(len, WORD.findall(bare))) * 5 >= seen
