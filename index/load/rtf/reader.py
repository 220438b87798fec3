"""One pass over the words of an RTF file."""

from collections.abc import Callable
from dataclasses import replace

from index.load.blocks import Writer
from index.load.lines import with_lines
from index.load.parsed import Parsed, ParseError, clean
from index.load.rtf.flow import Flow, Group
from index.load.rtf.fonts import Fonts
from index.load.rtf.words import ASIDE, CODEPAGES, HEADING, KEPT, SIGNS, SKIPPED, TOKEN

MOST_GROUPS = 5000


def parse(data: bytes) -> Parsed:
    """Paragraphs, headings and tables; then the notes, comments, headers and footers, each as a part."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ParseError("is no RTF, or is damaged: save it again as .rtf")
    return with_lines(_Reader(data).read())


class _Reader:
    """One pass over the tokens."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._body = Flow()
        self._flows = [self._body]
        self._group = Group(self._body)
        self._groups: list[Group] = []
        self._bytes = bytearray()
        self._high = 0  # the first half of a character beyond the Basic Multilingual Plane
        self._passed = 0
        self._is_starred = False
        self._fonts = Fonts()
        self._levels: dict[int, int] = {}
        self._style, self._style_level = 0, None  # type: int, int | None
        self._title: list[str] = []
        self._is_head = False
        self._notes = 0

    def read(self) -> Parsed:
        at, match = 0, TOKEN.match(self._data)
        while match:
            at = match.end()
            match match.lastgroup:
                case "text":
                    self._text(match[0])
                case "byte":
                    self._byte(int(match["byte"], 16))
                case "word" | "number":
                    at += self._word(match["word"].decode(), int(match["number"]) if match["number"] else None)
                case "brace":
                    self._open() if match[0] == b"{" else self._close()
                case "sign":
                    self._sign(match["sign"])
            match = TOKEN.match(self._data, at)
        return self._written()

    def _written(self) -> Parsed:
        self._flush()
        writer = Writer()
        for flow in self._flows:
            flow.end(self._group)
            writer.write(flow.blocks)
        return writer.parsed(clean("".join(self._title)).strip())

    # groups

    def _open(self) -> None:
        self._flush()
        if len(self._groups) >= MOST_GROUPS:
            raise ParseError("nests too deeply: open it and save it again")
        self._groups.append(self._group)
        self._group = replace(self._group)
        self._is_starred = False
        self._passed = 0

    def _close(self) -> None:
        self._flush()
        if self._group.destination == "style":
            self._levels[self._style] = -1 if self._style_level is None else self._style_level
        if self._groups:
            inner, self._group = self._group, self._groups.pop()
            if inner.flow is not self._group.flow:
                inner.flow.end(inner)

    def _enter(self, name: str) -> bool:
        """Enter a destination; False if the word is none."""
        group = self._group
        if name in SKIPPED or (self._is_starred and name not in KEPT):
            group.is_skipped = True
        elif name in ASIDE and not group.is_skipped:
            group.flow = Flow(self._named(ASIDE[name]))
            group.in_table, group.level = False, None
            self._flows.append(group.flow)
        elif name in {"fonttbl", "stylesheet", "info", "title", "author"}:
            group.destination = name
        else:
            return False
        return True

    def _named(self, part: str) -> str:
        """What a part is called: a footnote has a number."""
        if part != "footnote":
            return part
        self._notes += 1
        return f"{part} {self._notes}"

    # words

    def _word(self, name: str, number: int | None) -> int:
        """Do as a word says; return how many raw bytes follow it."""
        starred, self._is_starred = self._is_starred, False
        if name == "bin":
            return max(0, number or 0)
        if name == "u":
            self._flush()
            self._unicode((number or 0) & 0xFFFF)
            return 0
        self._passed = 0
        self._flush()
        self._is_starred = starred
        if self._group.is_skipped or self._enter(name):
            pass
        elif sign := SIGNS.get(name):
            self._say(sign)
        elif act := ACTS.get(name):
            act(self, number)
        elif name in CODEPAGES:
            self._fonts.codepage = CODEPAGES[name]
        self._is_starred = False
        return 0

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._is_starred = True
            return
        if self._passed:
            self._passed -= 1
            return
        self._flush()
        if sign in b"\r\n":
            self._paragraph(None)
        else:
            self._say(
                {b"~": "\u00a0", b"_": "\u2011", b"-": "", b"|": "", b":": ""}.get(
                    sign, sign.decode("cp1252", "replace")
                )
            )

    def _paragraph(self, _: int | None) -> None:
        self._group.flow.end_paragraph(self._group)

    def _cell(self, _: int | None) -> None:
        self._group.flow.end_cell(self._group)

    def _row(self, _: int | None) -> None:
        self._group.flow.end_row(self._is_head)

    def _row_defaults(self, _: int | None) -> None:
        self._is_head = False

    def _head(self, number: int | None) -> None:
        self._is_head = number != 0

    def _paragraph_defaults(self, _: int | None) -> None:
        self._group.in_table, self._group.level = False, None

    def _plain(self, _: int | None) -> None:
        self._group.is_hidden = self._group.is_bold = self._group.is_deleted = False
        self._group.font = None

    def _in_table(self, number: int | None) -> None:
        self._group.in_table = number != 0

    def _hide(self, number: int | None) -> None:
        self._group.is_hidden = number != 0

    def _delete(self, number: int | None) -> None:
        self._group.is_deleted = number != 0

    def _bold(self, number: int | None) -> None:
        self._group.is_bold = number != 0

    def _set_style(self, number: int | None) -> None:
        if self._group.destination in {"stylesheet", "style"}:
            self._group.destination, self._style, self._style_level = "style", number or 0, None
        elif (level := self._levels.get(number or 0, -1)) >= 0:
            self._group.level = level + 1

    def _outline(self, number: int | None) -> None:
        level = number or 0
        if self._group.destination in {"stylesheet", "style"}:
            self._style_level = level if 0 <= level < 9 else None
        else:
            self._group.level = level + 1 if 0 <= level < 9 else None

    def _set_font(self, number: int | None) -> None:
        self._group.font = number or 0

    def _charset(self, number: int | None) -> None:
        if self._group.destination == "fonttbl" and self._group.font is not None:
            self._fonts.charsets[self._group.font] = number or 0

    def _set_codepage(self, number: int | None) -> None:
        self._fonts.codepage = f"cp{number or 1252}"

    def _set_default(self, number: int | None) -> None:
        self._fonts.default = number or 0

    def _set_skip(self, number: int | None) -> None:
        self._group.skip = max(0, min(number if number is not None else 1, 10))

    # characters

    def _text(self, text: bytes) -> None:
        if self._passed:
            text, self._passed = text[self._passed :], max(0, self._passed - len(text))
        if not self._group.is_skipped:
            self._bytes += text

    def _byte(self, value: int) -> None:
        if self._passed:
            self._passed -= 1
        elif not self._group.is_skipped:
            self._bytes.append(value)

    def _unicode(self, code: int) -> None:
        self._passed = self._group.skip
        if 0xD800 <= code < 0xDC00:
            self._high = code
        elif 0xDC00 <= code < 0xE000:
            if self._high:
                self._say(chr(0x10000 + ((self._high - 0xD800) << 10) + code - 0xDC00))
            self._high = 0
        elif 0xF000 <= code < 0xF100:
            self._say(self._fonts.symbol(code - 0xF000, self._group.font))
        else:
            self._say(chr(code))

    def _flush(self) -> None:
        """Decode the bytes so far: a character may have several."""
        if not self._bytes:
            return
        content = bytes(self._bytes)
        self._bytes.clear()
        is_text = self._group.destination == ""
        self._say(self._fonts.decoded(content, self._group.font, may_be_symbols=is_text))

    def _say(self, text: str) -> None:
        group = self._group
        if group.is_skipped or group.is_hidden or group.is_deleted:
            return
        match group.destination:
            case "":
                group.flow.pieces.append(text)
            case "title":
                self._title.append(text)
            case "fonttbl" if group.font is not None:
                self._fonts.names.setdefault(group.font, text.strip(" ;").lower())
            case "style" if self._style_level is None and (found := HEADING.match(text.strip())):
                self._style_level = int(found[1]) - 1


ACTS: dict[str, Callable[[_Reader, int | None], None]] = {
    "par": _Reader._paragraph,
    "sect": _Reader._paragraph,
    "page": _Reader._paragraph,
    "cell": _Reader._cell,
    "row": _Reader._row,
    "trowd": _Reader._row_defaults,
    "trhdr": _Reader._head,
    "pard": _Reader._paragraph_defaults,
    "plain": _Reader._plain,
    "intbl": _Reader._in_table,
    "v": _Reader._hide,
    "deleted": _Reader._delete,
    "b": _Reader._bold,
    "s": _Reader._set_style,
    "outlinelevel": _Reader._outline,
    "f": _Reader._set_font,
    "fcharset": _Reader._charset,
    "ansicpg": _Reader._set_codepage,
    "deff": _Reader._set_default,
    "uc": _Reader._set_skip,
}
