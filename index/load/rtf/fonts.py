"""Fonts: in which character set the bytes in them are, and which signs a font of symbols has."""

from dataclasses import dataclass, field

from index.load.office.symbols import character

CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
SYMBOL = 2


@dataclass
class Fonts:
    """The fonts of a file by number, and the character set where a font names none."""

    codepage: str = "cp1252"
    default: int = 0
    charsets: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def decoded(self, content: bytes, font: int | None, *, may_be_symbols: bool) -> str:
        """Return the characters that bytes in a font stand for."""
        charset = self.charsets.get(self.default if font is None else font, 0)
        if charset == SYMBOL and may_be_symbols:
            return "".join(self.symbol(code, font) for code in content)
        try:
            return content.decode(CHARSETS.get(charset, self.codepage), errors="replace")
        except LookupError:
            return content.decode("cp1252", errors="replace")

    def symbol(self, code: int, font: int | None) -> str:
        """Return the character of that code in a font of symbols, as far as it is known."""
        name = self.names.get(font or 0, "symbol")
        known = character(name, f"{0xF000 + code:X}")
        return known or (chr(code) if chr(code).isspace() else "•" if code == 0xB7 else "")
