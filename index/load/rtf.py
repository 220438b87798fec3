r"""RTF: what its reader sees of it, by the few of its words that matter. The others are passed over.

Groups nest and inherit; a group whose first word names a destination (``\fonttbl``, ``\pict``, ``\footnote``) is
something else than the text around it. Source: Rich Text Format Specification 1.9.1.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from index.load.blocks import Block, Paragraph, Table, Writer
from index.load.header import TableCell, TableRow
from index.load.office.symbols import character
from index.load.parsed import Parsed, ParseError
from index.load.text import clean

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\"
)
MOST_GROUPS = 5000
CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
SYMBOL = 2
CODEPAGES = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
SIGNS = {
    "tab": "\t", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ", "qmspace": " ", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "line": "\n", "lbr": "\n", "nestcell": "\t",
    "nestrow": "\n", "zwnj": "\u200c", "zwj": "\u200d", "ltrmark": "\u200e", "rtlmark": "\u200f",
}  # fmt: skip
SKIPPED = frozenset(
    "atnauthor atnicn atnid atndate atnref atrfend atrfstart bkmkend bkmkstart blipuid colorschememapping colortbl "
    "comment company creatim datafield datastore doccomm docvar do fchars filetbl fldinst fontemb fontfile formfield "
    "ftncn ftnsep ftnsepc aftncn aftnsep aftnsepc generator hlinkbase keycode keywords latentstyles lchars "
    "listoverridetable listpicture listtable manager nonshppict objdata objname objclass operator panose password "
    "picprop pict pgptbl pntxta pntxtb printim private propname protusertbl revtbl revtim rsidtbl rxe shppict sn sp "
    "staticval subject sv tc themedata userprops wgrffmtfilter windowcaption xe xmlattrname xmlattrvalue xmlnstbl "
    "xmlname falt nextfile template bliptag defchp defpap".split()
)
ASIDE = {
    "footnote": "footnote", "annotation": "comment", "header": "header", "headerl": "header", "headerr": "header",
    "headerf": "header", "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
}  # fmt: skip
"""Destinations whose text is read, after the others'."""
KEPT = frozenset({"shpinst", "shptxt", *ASIDE})
"""What the star does not hide: an old reader passes it over, and its text is seen all the same."""
ITEM = re.compile(r"(?:[•◦▪■●–-]|\(?\w{1,4}[.)])\t")
HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik)\s*(\d)", re.IGNORECASE)


@dataclass(slots=True)
class _Flow:
    """Text that is read on its own: the body, a note, a header."""

    part: str = ""
    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    cells: list[TableCell] = field(default_factory=list)
    rows: list[TableRow] = field(default_factory=list)
    in_cell: list[str] = field(default_factory=list)

    def end_paragraph(self, group: "_Group") -> None:
        text = self._taken()
        if group.in_table:
            self.in_cell.append(text)
            return
        self._end_table()
        if text:
            level = None if self.part else group.level
            self.blocks.append(Paragraph(text, level, is_item=ITEM.match(text) is not None, part=self.part))

    def end_cell(self, group: "_Group") -> None:
        lines = [*self.in_cell, self._taken()]
        self.cells.append(TableCell("\n".join(filter(None, lines)), is_bold=group.is_bold))
        self.in_cell.clear()

    def end_row(self, is_header: bool) -> None:
        if self.cells:
            self.rows.append(TableRow(list(self.cells), is_header))
        self.cells.clear()

    def end(self, group: "_Group") -> None:
        if self.cells or self.in_cell:
            self.end_cell(group)
            self.end_row(False)
        self._end_table()
        self.end_paragraph(replace(group, in_table=False))

    def _end_table(self) -> None:
        if self.rows:
            self.blocks.append(Table(list(self.rows)))
            self.rows.clear()

    def _taken(self) -> str:
        text = clean("".join(self.pieces)).strip()
        self.pieces.clear()
        return text


@dataclass(slots=True)
class _Group:
    """What holds until the group ends."""

    flow: _Flow
    destination: str = ""
    is_skipped: bool = False
    is_hidden: bool = False
    is_deleted: bool = False
    is_bold: bool = False
    in_table: bool = False
    level: int | None = None
    font: int | None = None
    skip: int = 1
    """How many characters after a ``\\u`` stand for the same, for old readers."""


def parse(data: bytes) -> Parsed:
    """Paragraphs, headings and tables; then the notes, comments, headers and footers, each as a part."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ParseError("is no RTF, or is damaged: save it again as .rtf")
    return _Reader(data).read()


class _Reader:
    """One pass over the tokens."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._body = _Flow()
        self._flows = [self._body]
        self._group = _Group(self._body)
        self._groups: list[_Group] = []
        self._bytes = bytearray()
        self._high = 0  # the first half of a character beyond the Basic Multilingual Plane
        self._passed = 0
        self._is_starred = False
        self._codepage = "cp1252"
        self._fonts: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._levels: dict[int, int] = {}
        self._style, self._style_level, self._default = 0, None, 0  # type: int, int | None, int
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
            group.flow = _Flow(self._named(ASIDE[name]))
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
            self._codepage = CODEPAGES[name]
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
            self._fonts[self._group.font] = number or 0

    def _set_codepage(self, number: int | None) -> None:
        self._codepage = f"cp{number or 1252}"

    def _set_default(self, number: int | None) -> None:
        self._default = number or 0

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
            self._say(self._symbol(code - 0xF000))
        else:
            self._say(chr(code))

    def _flush(self) -> None:
        """Decode the bytes so far: a character may have several."""
        if not self._bytes:
            return
        content = bytes(self._bytes)
        self._bytes.clear()
        charset = self._fonts.get(self._default if self._group.font is None else self._group.font, 0)
        if charset == SYMBOL and self._group.destination == "":
            self._say("".join(map(self._symbol, content)))
            return
        try:
            self._say(content.decode(CHARSETS.get(charset, self._codepage), errors="replace"))
        except LookupError:
            self._say(content.decode("cp1252", errors="replace"))

    def _symbol(self, code: int) -> str:
        name = self._names.get(self._group.font or 0, "symbol")
        return character(name, f"{0xF000 + code:X}") or (
            chr(code) if chr(code).isspace() else "•" if code == 0xB7 else ""
        )

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
                self._names.setdefault(group.font, text.strip(" ;").lower())
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
