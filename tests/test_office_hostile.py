"""Office files that are damaged, foreign or made to harm: each is refused in words, or read for what it holds."""

import io
import random
import time
import zipfile
from collections.abc import Callable, Mapping

import pytest

from index.load import blocks, sheet
from index.load.office import docx, opendocument, pptx, xlsx
from index.load.office.package import COMPOUND, Package
from index.load.parsed import Parsed, ParseError
from tests import office
from tests.office import odf, p, rows, shape, table
from tests.test_load_tables import check

Reader = Callable[[bytes], Parsed]
GOOD: Mapping[Reader, bytes] = {
    docx.parse: office.docx(
        p("A plan", style="H1") + table(["Room", "Fee"], ["Hall", "40"], ["Loft", "25"]) + p("End.")
    ),
    pptx.parse: office.pptx(shape("Costs", role="title") + shape("Cut it.", role="body"), shape("Thanks")),
    xlsx.parse: office.xlsx({"Prices": rows(["Room", "Fee"], ["Hall", 40], ["Loft", 25])}),
    opendocument.parse: odf("<office:text><text:h>Fees</text:h><text:p>Nine<text:s/>euros.</text:p></office:text>"),
}
MAIN: Mapping[Reader, str] = {
    docx.parse: "word/document.xml",
    pptx.parse: "ppt/presentation.xml",
    xlsx.parse: "xl/workbook.xml",
    opendocument.parse: "content.xml",
}
READERS = pytest.mark.parametrize("parse", GOOD)


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a file, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def changed(parse: Reader, name: str, content: bytes | None) -> bytes:
    """The good file with another part of that name; None, and without it."""
    parts = {**parts_of(GOOD[parse]), name: content}
    return office.zipped({name: data for name, data in parts.items() if data is not None})


@READERS
def test_what_is_no_office_file_is_refused(parse: Reader) -> None:
    """Rubbish, a file cut short, a zip of other things, a part that is missing, empty or malformed."""
    good = GOOD[parse]
    for data in (b"PK\x03\x04rubbish", b"<html></html>", good[: len(good) // 2], office.zipped({"a.txt": "a"})):
        with pytest.raises(ParseError, match=r"is not what its name says|lacks a part|is damaged"):
            parse(data)
    for content in (None, b"", b"<a>", b"\x00" * 99, b"<?xml version='1.0' encoding='no-such'?><a/>"):
        with pytest.raises(ParseError, match=r"is not what its name says|lacks a part|is damaged"):
            parse(changed(parse, MAIN[parse], content))


@pytest.mark.parametrize("parse", [docx.parse, pptx.parse, xlsx.parse])
def test_a_file_of_another_kind_is_refused(parse: Reader) -> None:
    """A presentation that is named as a letter is no letter."""
    for other in (docx.parse, pptx.parse, xlsx.parse):
        if other is not parse:
            with pytest.raises(ParseError, match=r"is not what its name says.*save it again as \.\w{4}$"):
                parse(GOOD[other])


@READERS
def test_encrypted_and_old_files_say_what_to_do(parse: Reader) -> None:
    """Both look the same from outside: a compound file."""
    with pytest.raises(ParseError, match="is encrypted: remove the password and save it again"):
        parse(COMPOUND + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(ParseError, match=r"is in an old binary format: open it and save it as \.\w+"):
        parse(COMPOUND + b"\0" * 512)


def test_an_encrypted_open_document_says_so() -> None:
    """Its manifest does."""
    manifest = b"<manifest><file-entry><encryption-data/></file-entry></manifest>"
    with pytest.raises(ParseError, match="is encrypted"):
        opendocument.parse(changed(opendocument.parse, "META-INF/manifest.xml", manifest))


def test_a_part_that_is_encrypted_or_packed_in_another_way_is_refused() -> None:
    """Zip knows both; office files use neither."""
    data = bytearray(GOOD[docx.parse])
    for at in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[at] |= 1
    with pytest.raises(ParseError, match=r"is encrypted|is not what|is damaged"):
        docx.parse(bytes(data))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as package:
        for name, content in parts_of(GOOD[docx.parse]).items():
            package.writestr(name, content)
    with pytest.raises(ParseError, match="is damaged"):
        docx.parse(packed.getvalue())


def test_what_is_unpacked_is_counted_as_it_comes_out() -> None:
    """Of all parts together, and whatever the zip says of their sizes."""
    data = office.zipped({"a.xml": b" " * 600_000, "b.xml": b" " * 600_000})
    package = Package(data, suffix=".docx", most=1 << 20)
    package.read("a.xml")
    with pytest.raises(ParseError, match="unpacks to more than 1 MB: split it, or leave it out"):
        package.read("b.xml")
    small = (600_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    with pytest.raises(ParseError, match="is damaged"):
        Package(data.replace(*small), suffix=".docx", most=1 << 20).read("a.xml")


@READERS
def test_entities_are_not_expanded_without_limit_nor_fetched(parse: Reader) -> None:
    """The billion laughs, and a file of this machine."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for declared, used in (
        (f'<!ENTITY l0 "{"ha" * 10}">{laughs}', "&l9;"),
        ('<!ENTITY x SYSTEM "file:///etc/hostname">', "&x;"),
    ):
        content = f"<!DOCTYPE a [{declared}]><a>{used}</a>".encode()
        with pytest.raises(ParseError, match="is damaged"):
            parse(changed(parse, MAIN[parse], content))


def test_what_is_nested_too_deeply_is_refused() -> None:
    """Tables in tables, groups in groups, sections in sections, 5,000 of them."""
    deep = 5000
    nested = {
        docx.parse: office.docx("<w:tbl><w:tr><w:tc>" * deep + p("x") + "</w:tc></w:tr></w:tbl>" * deep),
        pptx.parse: office.pptx("<p:grpSp>" * deep + shape("x") + "</p:grpSp>" * deep),
        opendocument.parse: odf(f"<office:text>{'<text:section>' * deep}{'</text:section>' * deep}</office:text>"),
    }
    for parse, data in nested.items():
        with pytest.raises(ParseError, match="is nested too deeply"):
            parse(data)


def test_what_asks_for_billions_gets_none_of_them() -> None:
    """Spans, repetitions, spaces, list numbers and levels are numbers that anyone can write."""
    many = "2000000000"
    span = f'<w:tcPr><w:gridSpan w:val="{many}"/></w:tcPr>'
    wide = f"<w:tbl><w:tr><w:tc>{span}{p('a')}</w:tc><w:tc>{p('b')}</w:tc></w:tr></w:tbl>"
    cell = f'<table:table-cell table:number-columns-repeated="{many}"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="{many}">{cell}</table:table-row>'
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    hidden = f'<cols><col min="5" max="{many}" hidden="1"/></cols>'
    files = {
        docx.parse: office.docx(wide),
        xlsx.parse: office.xlsx({"Sheet1": hidden + rows(["a", "b"], ["c", 1]) + merged}),
        opendocument.parse: odf(
            f'<office:spreadsheet><table:table table:name="T">{row}</table:table></office:spreadsheet>'
            f'<office:text><text:p>a<text:s text:c="{many}"/>b</text:p>'
            f'<text:h text:outline-level="{many}">c</text:h></office:text>'
        ),
    }
    started = time.process_time()
    for parse, data in files.items():
        check(parse(data))
    assert time.process_time() - started < 5


def test_a_string_that_many_cells_share_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte said ten thousand times is ten gigabytes of text; 100 KB hold it."""
    monkeypatch.setattr(blocks, "MOST_CHARACTERS", 1 << 20)
    cells = "".join(f'<row r="{number}"><c t="s"><v>0</v></c></row>' for number in range(1, 2000))
    data = office.xlsx({"Sheet1": f"<sheetData>{cells}</sheetData>"}, strings=f"<si><t>{'x' * 10_000}</t></si>")
    with pytest.raises(ParseError, match="holds more than 1 million characters of text: split it"):
        xlsx.parse(data)


def test_relations_lead_nowhere_but_into_the_file() -> None:
    """A target outside is not looked for, and a loop of parts ends."""
    relations = office.relations(("officeDocument", "../../../../etc/passwd"))
    with pytest.raises(ParseError, match="is not what its name says"):
        docx.parse(office.zipped({"_rels/.rels": relations}))
    looped = office.relations(("slideLayout", "slide1.xml"), ("notesSlide", "slide1.xml"))
    assert pptx.parse(office.pptx(shape("x"), parts={"slides/_rels/slide1.xml.rels": looped})).text == "x"


@READERS
def test_mutants_are_read_or_refused(parse: Reader) -> None:
    """Bytes of the zip, and of the XML in it, changed, dropped or doubled at random: never another error."""
    dice, good = random.Random(5), GOOD[parse]
    mutants = [_mutant(good, dice) for _ in range(60)]
    parts = parts_of(good)
    for _ in range(120):
        name = dice.choice(list(parts))
        mutants.append(office.zipped({**parts, name: _mutant(parts[name], dice)}))
    outcomes = {_outcome(parse, data) for data in mutants}
    assert outcomes == {"read", "refused"}


def _mutant(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed))
        kind = dice.randrange(3)
        if kind == 0:
            changed[at] = dice.choice(b"\x00<>&\"'0123456789 az\xff")
        else:
            end = min(len(changed), at + dice.randint(1, 20))
            changed[at:end] = changed[at:end] * (2 if kind == 1 else 0) or b" "
    return bytes(changed)


def _outcome(parse: Reader, data: bytes) -> str:
    try:
        check(parse(data))
    except ParseError:
        return "refused"
    return "read"


def test_what_comes_after_many_cells_is_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """More marks than a reply may hold would be dropped all together."""
    monkeypatch.setattr(blocks, "MOST_CELLS", 1000)
    parsed = sheet.parse(b"a,b,c\n" + b"x,1,2\n" * 500)
    assert parsed.text.count("\n") == 500
    assert parsed.marks[-1].label == "c"
    assert parsed.marks[-1].end < len(parsed.text) * 0.7
