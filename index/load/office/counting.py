"""Numbers as lists and headings count: 3, c, III."""

ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
)
LARGEST = 5000
"""What counts further does it in digits: nobody writes longer Roman numbers, and a file must not ask for a billion."""


def counted(number: int, style: str) -> str:
    """Return the number in a style, by Word's names for them; in digits where the style is unknown.

    >>> counted(3, "upperRoman"), counted(28, "lowerLetter"), counted(7, "decimalZero")
    ('III', 'bb', '07')
    """
    if style in {"none", "bullet"}:
        return ""
    if not 0 < number <= LARGEST:
        return str(number)
    match style:
        case "upperLetter" | "lowerLetter":
            letters = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letters if style == "upperLetter" else letters.lower()
        case "upperRoman" | "lowerRoman":
            return roman(number) if style == "upperRoman" else roman(number).lower()
        case "decimalZero":
            return f"{number:02}"
        case "ordinal":
            return f"{number}{ordinal(number)}"
    return str(number)


def roman(number: int) -> str:
    """Return the number in Roman numerals."""
    written = ""
    for value, letters in ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def ordinal(number: int) -> str:
    """Return what follows the digits of an ordinal in English: st, nd, rd, th."""
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
