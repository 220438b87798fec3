"""Which encoding bytes without a mark are in: by their escapes, their NULs, and the language that they come to."""

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import partial

ESCAPES = (
    (re.compile(rb"\x1b\$\)C"), ("iso2022_kr",)),
    (re.compile(rb"\x1b(?:\$[@B]|\(J|\(I|\$\()"), ("iso2022_jp_ext", "iso2022_jp_2")),
)
READ_AS = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_jis_2004": "euc_jp",
    "euc_jisx0213": "euc_jp",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "shift_jis_2004": "cp932",
    "shift_jisx0213": "cp932",
    "tis-620": "cp874",
}
"""What browsers read those encodings as (WHATWG Encoding, 4.2): the same and more."""
NO_CHARSET = frozenset(("idna", "mbcs", "oem", "palmos", "punycode", "undefined", "utf-7"))
NO_LETTERS = frozenset("\u00a0\u00ad«»‘’‚“”„‹›–—…•€£§©®°·´¿¡")
"""What stands beside letters in any language, and tells nothing about it."""
BREAKS = " \n\r、。，．"


@dataclass(frozen=True, slots=True)
class _Language:
    """The letters beyond ASCII that it is written with, and its commonest words."""

    letters: frozenset[str]
    words: frozenset[str]


def _language(letters: str, words: str) -> _Language:
    return _Language(frozenset(letters + letters.upper()), frozenset(words.split()))


WESTERN = (
    _language("éïç", "the of and to in a is that for it was on as with be by at this are from"),
    _language("äöüßéà", "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als"),
    _language("àâæçéèêëîïôœùûü", "de la le et les des en un du une que est pour qui dans par plus au ne sur"),
    _language("áéíñóúü", "de la que el en y a los se del las un por con no una su para es al"),
    _language("áâãàçéêíóôõúü", "de a o que e do da em um para com não uma os no se na por mais as"),
    _language("àèéìíîòóùú", "di e il la che in a per un del è una con non si le da dei i al"),
    _language("áéëïíóöüè", "de van het een en in is dat op te zijn met voor niet aan er om ook als die"),
    _language("åäöé", "och i att det som en på är av för med den till inte har de ett om så han"),
    _language("åæøéò", "og i det er på en til som av for at med de ikke den har et om var jeg"),
    _language("äöåšž", "ja on ei se että hän oli mutta kun niin ovat joka myös sen kuin mitä ole jos"),
    _language("áæéíðóöúýþ", "og að í á er sem við til var með það ekki um en hann af fyrir þetta"),
    _language("äöõüšž", "ja on ei et see ta oli kui ka mis aga oma siis nii või mida seda ning"),
)
CENTRAL = (
    _language("áčďéěíňóřšťúůýž", "a je se na v že to s z do o ve jako po pro ale by který jsou není jsem i k"),
    _language("áäčďéíĺľňóôŕšťúýž", "a je sa na v že to s z do o vo ako po pre ale by ktorý sú nie som aj k"),
    _language("ąćęłńóśźż", "i w na z do nie się to jest że o jak po co dla ale od za przez są oraz ma"),
    _language("áéíóöőúüű", "a az és hogy nem is egy ez meg csak de van volt mint ha el már még kell vagy"),
    _language("čćđšž", "je i u se na da za su od s o kao ne koji bi sam ali ili po in v so ki pa tudi kot"),
    _language("ăâîşţ", "de şi în la a o cu nu pe care din este un mai că se pentru ca sau să fi"),
)
TURKISH = (_language("âçğıîöşüİ", "ve bir bu da de için ile çok olarak daha gibi kadar ne olan o sonra en var"),)
LATIN = (("cp1252", WESTERN), ("cp1250", CENTRAL), ("iso8859-2", CENTRAL), ("cp1254", TURKISH))
"""Of those that fit alike, the first wins."""
SURELY = 1.2
"""The likeness of a text all of whose letters are a language's, and a tenth of whose words are its commonest."""
LATIN_NAMES = frozenset(
    "cp1250 cp1252 cp1254 cp1257 cp1258 cp775 cp850 cp852 cp858 hp_roman8 iso8859_1 iso8859_10 iso8859_13 iso8859_14 "
    "iso8859_15 iso8859_16 iso8859_2 iso8859_3 iso8859_4 iso8859_9 latin_1 mac_iceland mac_latin2 mac_turkish".split()
)


def declared(name: str) -> str | None:
    """Return the encoding to read what a file says it is in; None if that is no encoding of bytes as text."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    known = found.name.lower()
    if (
        not found._is_text_encoding
        or known in NO_CHARSET
        or "escape" in known
        or known.startswith(("utf-16", "utf-32"))
    ):
        return None  # what could be read as far as its name is no UTF-16
    return READ_AS.get(known, known)


def escaped(data: bytes) -> str | None:
    """Decode ISO-2022, which is ASCII but for its escapes; None if it is something else."""
    if b"\x1b" not in data:
        return None
    for pattern, encodings in ESCAPES:
        if pattern.search(data):
            return next(filter(None, map(partial(_strictly, data), encodings)), None)
    return None


def wide(data: bytes) -> str | None:
    """Decode UTF-16 or UTF-32 without a mark; None if the bytes are neither."""
    if b"\0" not in data:
        return None
    for encodings in (("utf-32-le", "utf-32-be"), ("utf-16-le", "utf-16-be")):
        texts = [text for name in encodings if (text := _strictly(data, name)) and _is_text(text)]
        if texts:
            return max(texts, key=lambda text: sum(text.count(character) for character in BREAKS))
    return None


def guessed(data: bytes, *, sample: int = 1 << 16) -> str:
    """Decode as the lines beyond ASCII suggest; of equally likely encodings, Western European is first."""
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:sample]
    name = next(filter(partial(_is_japanese, telling), ("euc_jp", "cp932")), "")
    likeness, latin = _latin(telling)
    name = name or (latin if likeness >= SURELY else _guess(telling))
    name = latin if name in LATIN_NAMES else name
    browsers = READ_AS.get(name.replace("iso8859_", "iso8859-").replace("tis_", "tis-"), name)
    return _strictly(data, browsers) or data.decode(name, errors="replace")


def _guess(telling: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(telling)
    best = matches.best()
    for match in matches:
        tied = best and (match.chaos, match.coherence) == (best.chaos, best.coherence)
        if tied and "cp1252" in match.could_be_from_charset:
            return "cp1252"
    return best.encoding if best else "cp1252"


def _is_japanese(telling: bytes, name: str) -> bool:
    """Whether it comes to sentences with kana in them, as no other language has, but for a little damage."""
    beyond = [character for character in telling.decode(name, errors="replace") if character > "\x7f"]
    kana = sum("\u3041" <= character <= "\u30fc" for character in beyond)
    return kana * 8 >= len(beyond) and (beyond.count("\N{REPLACEMENT CHARACTER}") - 1) * 50 <= len(beyond)


def _latin(telling: bytes) -> tuple[float, str]:
    """Tell the Latin encodings apart: in which of them the words are most like those of a language written so."""
    scored = [(_likeness(telling.decode(name, errors="replace"), languages), name) for name, languages in LATIN]
    return max(scored, key=lambda pair: pair[0])


def _likeness(text: str, languages: tuple[_Language, ...]) -> float:
    """How much of a text is a language's: the share of its letters beyond ASCII, and of its words."""
    beyond = Counter(character for character in text if character > "\x7f" and character not in NO_LETTERS)
    words = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    return max(
        (_share(beyond, language.letters) if beyond else 1) + 2 * _share(words, language.words)
        for language in languages
    )


def _share(counts: Counter[str], known: frozenset[str]) -> float:
    return sum(count for each, count in counts.items() if each in known) / max(1, counts.total())


def _is_text(text: str, *, sample: int = 4096) -> bool:
    """Whether next to all characters are of those that people write, some of them between words."""
    shown = text[:sample]
    odd = sum(unicodedata.category(character)[0] == "C" and character not in "\t\n\r\f\ufeff" for character in shown)
    return odd * 50 <= len(shown) and any(character in shown for character in BREAKS)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (LookupError, UnicodeError):
        return None
