"""Characters of symbol fonts as Unicode: the ones that say something. The fonts' own codes mean nothing in a text."""

GREEK = dict(zip("abgdezhqiklmnxoprstufcyw", "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
SYMBOL = {
    **{code: chr(code) for code in range(32, 64)},
    **{ord(latin): greek for latin, greek in GREEK.items()},
    **{ord(latin.upper()): greek.upper() for latin, greek in GREEK.items()},
    **dict(zip(b"V\xa3\xa5\xab\xac\xad\xae\xaf\xb0\xb1\xb3\xb4\xb7\xb8\xb9\xba\xbb", "ς≤∞↔←↑→↓°±≥×•÷≠≡≈", strict=True)),
    **dict(zip(b"\xc5\xc6\xc7\xc8\xcc\xce\xd1\xd2\xd3\xd4\xd6\xe5\xf2\xb6\xa2", "⊕∅∩∪⊂∈∇®©™√∑∫∂′", strict=True)),
}
WINGDINGS = dict(
    zip(
        b"()*J\x4clmnoqsuvw\xa7\xa8\xd8\xdf\xe0\xe1\xe2\xe8\xf0\xfb\xfc\xfd\xfe\x9f",
        "☎✆✉☺☹●❍■□❑◆◆❖◆▪◻➢←→↑↓➔⇨✗✓☒☑•",
        strict=True,
    )
)
FONTS = {"symbol": SYMBOL, "wingdings": WINGDINGS}


PRIVATE = {0xF000 + code: WINGDINGS.get(code, SYMBOL.get(code, "")) for code in range(256)}
"""What a text has of such fonts without naming them: most often it is a mark of Wingdings."""


def character(font: str, code: str | None) -> str:
    """Return what a symbol shows, of a font and a code such as "F0FC"; "" for a picture that has no character."""
    try:
        number = int(code or "", 16)
    except ValueError:
        return ""
    if 0xF000 <= number <= 0xF0FF:
        number -= 0xF000
    if known := FONTS.get(font.lower()):
        return known.get(number, "")
    return chr(number) if 32 <= number < 0xD800 or 0xF900 <= number <= 0x10FFFF else ""


def bullet(shown: str) -> str:
    """Return a list's bullet: itself if it is a character of the text, "•" for one of a symbol font."""
    shown = shown.strip()
    private = not shown or any(0xE000 <= ord(each) <= 0xF8FF for each in shown)
    return "•" if private or shown in {"o", "§", "Ø", "ü", "·", "q", "v", "w"} else shown
