"""What is left out of a folder: rules as in ``.gitignore``, from ``.seedqaignore`` files and from whoever asks.

Written here and not taken from a library: the usual one is under a licence that asks more than ours. Tests compare the
two.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.files import stamp

NAME = ".seedqaignore"
_MOST_BYTES, _MOST_RULES, _LONGEST = 1 << 16, 1000, 500
"""The file may come from anywhere: nobody's own has more."""
_CLASS = re.compile(r"\[([!^]?)(\]?(?:\\.|[^\]\\])*)\]")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: what it matches, relative to the folder that it is for, and whether that is kept after all."""

    pattern: re.Pattern[str]
    keeps: bool
    folders_only: bool
    base: str

    @classmethod
    def of(cls, line: str, base: str) -> "Rule | None":
        """Read a line for the folder ``base``; None for one that says nothing."""
        text = re.sub(r"(?<!\\)[ \t\r]+$", "", line[:_LONGEST].rstrip("\n"))
        keeps = text.startswith("!")
        text = text.removeprefix("!")
        if not text.strip("/") or text.startswith("#"):
            return None
        folders_only, text = text.endswith("/"), text.removesuffix("/")
        return cls(_compiled(text), keeps, folders_only, base)

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Tell whether it is about a path below its folder."""
        if self.folders_only and not is_folder:
            return False
        return path.startswith(self.base) and self.pattern.fullmatch(path, len(self.base)) is not None


class Rules:
    """The rules that hold in a folder: its own, then those of the folders above. The last that matches decides."""

    def __init__(self, rules: tuple[Rule, ...] = ()) -> None:
        """Take the rules, the weakest first."""
        self._rules = rules

    def and_of(self, lines: Iterable[str], folder: str) -> "Rules":
        """Return these and stronger ones, for what lies below a folder."""
        base = f"{folder.rstrip('/')}/"
        found = (Rule.of(line, base) for line in lines)
        return Rules((*self._rules, *(rule for rule in found if rule)))

    def and_file(self, folder: str) -> "Rules":
        """Return these and those of the folder's own file, if it can be read."""
        if stamp(str(Path(folder, NAME))) is None:  # nothing, or a pipe, which could hang
            return self
        try:
            with Path(folder, NAME).open("rb") as file:
                text = file.read(_MOST_BYTES).decode("utf-8-sig", errors="replace")
        except OSError:
            return self
        return self.and_of(text.split("\n")[:_MOST_RULES], folder)

    def leave_out(self, path: str, *, is_folder: bool) -> bool:
        """Tell whether a path is left out. What lies in a folder that is left out is not asked about."""
        for rule in reversed(self._rules):
            if rule.matches(path, is_folder=is_folder):
                return not rule.keeps
        return False


def _compiled(text: str) -> re.Pattern[str]:
    """Translate a pattern: one with a slash is for that place, one without for every folder below."""
    anywhere = "/" not in text
    parts = text.removeprefix("/").split("/")
    if anywhere:
        parts.insert(0, "**")
    written = ""
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if part == "**":
            written += ".+" if last else "(?:[^/]+/)*"
        else:
            written += _segment(part) + ("" if last else "/")
    doubled = "(?:[^/]+/)*"
    while doubled * 2 in written:
        written = written.replace(doubled * 2, doubled)
    if written.count(doubled) > 4:  # each more would make the search longer by as much again
        return _NEVER
    try:
        return re.compile(written, re.DOTALL)
    except re.error:
        return _NEVER


def _segment(part: str) -> str:
    """Translate what stands between two slashes. After a star the first fit is taken for good: no search explodes."""
    pieces, piece, at = [], "", 0
    while at < len(part):
        found = _CLASS.match(part, at)
        if part[at] == "*":
            pieces.append(piece)
            piece, at = "", at + 1
        elif found:
            piece += f"(?!/)[{'^' if found[1] else ''}{_inside(found[2])}]"
            at = found.end()
        elif part[at] == "[":
            return "(?!)"  # not closed: it matches nothing
        elif part[at] == "?":
            piece, at = f"{piece}[^/]", at + 1
        elif part[at] == "\\" and at + 1 < len(part):
            piece, at = piece + re.escape(part[at + 1]), at + 2
        else:
            piece, at = piece + re.escape(part[at]), at + 1
    if not pieces:
        return piece
    inner = "".join(f"(?>[^/]*?{each})" for each in pieces[1:] if each)
    return f"{pieces[0]}{inner}[^/]*{piece}"


def _inside(text: str) -> str:
    """Keep a class's ranges; what only Python's classes mean is taken literally."""
    found = [(match[1] or match[0], match[0] == "-") for match in re.finditer(r"\\(.)|.", text, re.DOTALL)]
    plain = [False, *(dash for _, dash in found), False]
    written = ""
    for at, (char, dash) in enumerate(found):
        is_range = dash and 0 < at < len(found) - 1 and not plain[at] and not plain[at + 2]
        written += "-" if is_range else re.escape(char)
    return written
