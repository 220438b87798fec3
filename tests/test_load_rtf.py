"""RTF: what is shown, in any alphabet; what is hidden or meant for programs is left out."""

import random
from contextlib import suppress
from pathlib import Path

import pytest

from index.load import rtf, sandbox
from index.load.document import load
from index.load.parsed import Parsed, ParseError
from index.types import Kind

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0\uc1{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}"
    rb"{\f2\fcharset2 Symbol;}{\f3\fcharset128 MS Mincho;}{\f4\fcharset238 Arial CE;}}{\colortbl;\red0\green0\blue0;}"
    rb"{\stylesheet{\ql Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\*\cs3 Strong;}}"
    rb"{\info{\title The \'e9tude}{\author Nobody}}"
)


def read(body: bytes) -> Parsed:
    """A document with that body."""
    return rtf.parse(HEAD + body + b"}")


def marked(parsed: Parsed, kind: Kind) -> list[tuple[str, str]]:
    """The marks of a kind, as (label, the text that it covers)."""
    return [(mark.label, parsed.text[mark.start : mark.end]) for mark in parsed.marks if mark.kind is kind]


def test_paragraphs_and_headings() -> None:
    """Headings by their style or their level; the title is the one in the file's properties."""
    parsed = read(
        rb"\pard\s1 The harbour\par\pard\plain It is {\b old} and\line deep.\par\pard\s2 Tides\par"
        rb"\pard High water\tab noon\par\pard\outlinelevel1 Ships\par\pard Many."
    )
    assert parsed.title == "The étude"
    assert parsed.text == "The harbour\n\nIt is old and\ndeep.\n\nTides\n\nHigh water\tnoon\n\nShips\n\nMany."
    assert [label for label, _ in marked(parsed, Kind.HEADING)] == ["The harbour", "Tides", "Ships"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (rb"caf\'e9 \endash  \ldblquote x\rdblquote", "café – “x”"),
        (rb"{\f1\'cf\'f0\'e8\'e2\'e5\'f2}", "Привет"),
        (rb"{\f3\'93\'8c\'8b\'9e}", "東京"),
        (rb"{\f3\'93\'8c}{\f4 \'9elu\'9d}", "東žluť"),
        (rb"\u8364 ?\u-10179?\u-8704? \u233\'e9a", "€😀 éa"),
        (rb"{\uc2\u8364 ab}{\uc0\u8364 ab}", "€€ab"),
        (rb"{\f2\'b7}\tab item {\f2 a}", "•\titem α"),
        (rb"a\~b\_c\-d \{e\} \\", "a\u00a0b‑cd {e} \\"),
        (rb"a{\v hidden}b{\deleted gone}c\v no\v0 d", "abcd"),
        (rb"{\field{\*\fldinst HYPERLINK http://x}{\fldrslt a link}}", "a link"),
        (rb"{\pict\pngblip 89504e47}{\*\unknown no}{\object{\*\objdata 00}{\result seen}}", "seen"),
        (b"a{\\pict\\bin5 }}}}{}b", "ab"),
        (rb"{\shp{\*\shpinst{\sp{\sn no}{\sv no}}{\shptxt in a box\par}}}", "in a box"),
        (rb"two\ lines" b"\\\nthree", "two lines\n\nthree"),
    ],
)
def test_what_is_shown(body: bytes, shown: str) -> None:
    """Characters of any code page, by number or by name; no field codes, pictures or hidden text."""
    assert read(body).text == shown


def test_a_table_has_rows_and_a_header() -> None:
    """A row that repeats on each page is the header."""
    row = rb"\trowd%s\cellx1\cellx2\pard\intbl %s\cell %s\par more\cell\row"
    parsed = read(
        rb"Before\par" + row % (rb"\trhdr", b"Ship", b"Length") + row % (b"", b"Tora", b"12 m") + rb"\pard After\par"
    )
    assert parsed.text == "Before\n\nShip\tLength\nmore\nTora\t12 m\nmore\n\nAfter"
    assert marked(parsed, Kind.CELL) == [("Ship", "Tora"), ("Length more", "12 m\nmore")]


def test_notes_follow_the_text() -> None:
    """A footnote does not stand in the middle of a sentence; it is a part, and numbered."""
    parsed = read(rb"{\header Page head}The ferry{\footnote  Built in 1921.} leaves at nine.\par{\*\annotation Check}")
    assert parsed.text == "The ferry leaves at nine.\n\nPage head\n\nBuilt in 1921.\n\nCheck"
    assert marked(parsed, Kind.PART) == [
        ("header", "Page head"),
        ("footnote 1", "Built in 1921."),
        ("comment", "Check"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"{\\rtf1 " + b"{" * 1_000_000,
        b"{\\rtf1 " + b"}" * 1_000_000,
        b"{\\rtf1 " + b"\\bin999999999 " + b"x",
        b"{\\rtf1 " + b"\\u-1?" * 200_000,
        b"{\\rtf1 " + b"\\cell" * 100_000,
        b"{\\rtf1 " + b"{\\footnote a}" * 20_000,
        b"{\\rtf1 " + b"\\par a" * 100_000,
        b"{\\rtf1 " + b"\\'" * 500_000,
        b"{\\rtf1\\ansicpg99999 \\'e9",
        b"{\\rtf1\\f99999999999999 \\s-5\\outlinelevel-9 x",
    ],
    ids=lambda data: repr(data[:28]),
)
def test_what_no_program_wrote_is_read_or_refused_in_time(data: bytes) -> None:
    """In the sandbox, far from its limits."""
    try:
        assert len(sandbox.parse("index.load.rtf", data).text) <= 2 * len(data)
    except ParseError as error:
        refused = str(error)
    else:
        refused = ""
    assert refused in ("", "nests too deeply: open it and save it again")


def test_random_damage_is_read_or_refused() -> None:
    """No mutant raises anything else."""
    chance = random.Random(5)
    good = HEAD + rb"\pard\s1 A\par{\footnote b}\trowd\intbl a\cell b\cell\row\pard \u8364 ?\'e9{\f3\'93\'8c}}"
    for _ in range(400):
        data = bytearray(good)
        for _ in range(chance.choice([1, 4, 30])):
            data[chance.randrange(6, len(data))] = chance.choice(b"{}\\' u0az\xff")
        with suppress(ParseError):
            rtf.parse(bytes(data))


def test_an_rtf_file_is_loaded(tmp_path: Path) -> None:
    """By its suffix; what is none says so."""
    (tmp_path / "a.rtf").write_bytes(HEAD + b"Hello.}")
    assert load(tmp_path / "a.rtf").text == "Hello."
    with pytest.raises(ParseError, match="is no RTF"):
        rtf.parse(b"Hello.")
