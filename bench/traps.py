"""Files made to harm, for bench.hostile: damaged ones of every format, bombs, traps, and names that are none."""

import io
import random
import zipfile
import zlib
from collections.abc import Iterator

from bench.reading.made import FORMATS, reports
from tests import office, pdfs

TOKENS = (
    *(b"\0", b"\xff\xfe", b"\xed\xa0\x80", "\u202e".encode(), b"\x1b[2J", b"\r", b"99999999999", b"-1"),
    *(b"<!ENTITY x SYSTEM 'file:///etc/passwd'>", b"&x;", b"]]>", b"<![CDATA[", b"/../../", b"%s%n"),
    *(b"<" * 50, b"{" * 50),
)
DEEP = 100_000


def good() -> dict[str, bytes]:
    """Return a sound file of each format, by suffix."""
    [report] = reports(1)
    files = {suffix: write(report)[0] for suffix, write in FORMATS.items()}
    return files | {"zip": office.zipped({f"report.{suffix}": data for suffix, data in files.items()})}


def mutants(count: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield damaged files, as many of each format: their names and bytes."""
    files = good()
    for number in range(count):
        suffix = list(files)[number % len(files)]
        data = files[suffix]
        inside = data[:2] == b"PK" and chance.random() < 0.7
        yield f"mutant-{number:05}.{suffix}", _mutated_part(data, chance) if inside else _mutated(data, chance)


def _mutated_part(data: bytes, chance: random.Random) -> bytes:
    """Damage one file of a zip, which itself is sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    name = chance.choice(list(parts))
    return office.zipped({**parts, name: _mutated(parts[name], chance)})


def _mutated(data: bytes, chance: random.Random) -> bytes:
    """Change bytes, cut some out, write some twice, put in what parsers trip over, or cut the end off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 10, 50))):
        at = chance.randrange(len(changed) + 1)
        end = min(len(changed), at + chance.choice((1, 4, 64, 1024)))
        match chance.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end] * chance.choice((1, 2, 100))
            case 3:
                changed[at:at] = chance.choice(TOKENS)
            case 4:
                changed[at:end] = chance.randbytes(end - at)
            case _ if chance.random() < 0.1:
                del changed[at:]
    return bytes(changed)


def traps(url: str, secret: str) -> dict[str, bytes]:
    """Return files built to do harm, by name: to fetch ``url``, to read the file ``secret``, to write beside it."""
    return {
        **_entities(url, secret),
        **_nested(),
        **_fetching(url, secret),
        **_names_in_archives(secret),
        "commas.eml": b"From: a@example.org\nTo: " + b"," * 300_000 + b"\nSubject: x\n\nhello",
        "subject.eml": b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nhello",
        "references.eml": b"References: " + b"<a@b> " * 100_000 + b"\n\nhello",
        "headers.eml": b"X: y\n" * 200_000 + b"\nhello",
        "charset.eml": b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 20_000,
        "nul.txt": b"before\0after" * 100,
        "half.txt": b"half \xed\xa0\x80 a character",
        "bidi.txt": "\u202e\u2066evil\u2069".encode() * 1000,
        "escape.txt": b"\x1b[2J\x1b]0;title\x07 text",
        "mark.txt": b"\xef\xbb\xbf",
        "line.csv": b'"' + b"a," * 500_000,
        "columns.csv": b"," * 1_000_000,
        "rows.tsv": b"\t\n" * 500_000,
        "numbers.json": b"[" + b"1" * 1_000_000 + b"]",
        "lines.jsonl": b"{}\n" * 300_000,
        "controls.rtf": rb"{\rtf1 " + rb"\b\i" * 200_000 + b"}",
        "unicode.rtf": rb"{\rtf1 " + rb"\u-10179?" * 50_000 + b"}",
        "far.xlsx": office.xlsx({"S": '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'}),
        "count.pdf": pdfs.make(["BT ET"]).replace(b"/Count 1", b"/Count 1000000000"),
        "loop.pdf": pdfs.make(["BT ET"]).replace(b"/Kids [10 0 R]", b"/Kids [2 0 R 10 0 R]"),
        "idle.html": b"<meta charset=unicode_escape>" + b"\\x41" * 10_000,
        "other.pdf": office.zipped({"a.txt": "a"}),
    }


def _entities(url: str, secret: str) -> dict[str, bytes]:
    """XML that expands without end, or fetches what it names."""
    lol = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "lol">{lol}]>'
    outside = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}"><!ENTITY u SYSTEM "{url}/entity">]>'
    dtd = f'<!DOCTYPE x SYSTEM "{url}/dtd">'
    made = {}
    for name, head, words in (("lol", bomb, "&a11;"), ("outside", outside, "&s;&u;"), ("dtd", dtd, "x")):
        body = office.p(words)
        made[f"{name}.docx"] = _with(office.docx(body), "word/document.xml", head)
        made[f"{name}.pptx"] = _with(office.pptx(office.shape(words)), "ppt/slides/slide1.xml", head)
        made[f"{name}.odt"] = _with(
            office.odf(f"<office:text><text:p>{words}</text:p></office:text>"), "content.xml", head
        )
        sheet = office.xlsx({"S": office.rows([words])})
        made[f"{name}.xlsx"] = _with(sheet, "xl/worksheets/sheet1.xml", head)
        made[f"{name}.xhtml"] = f"{head}<html xmlns='http://www.w3.org/1999/xhtml'><p>{words}</p></html>".encode()
    return made


def _with(data: bytes, part: str, head: str) -> bytes:
    """Put something before a part of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    return office.zipped({**parts, part: head.encode() + parts[part]})


def _nested() -> dict[str, bytes]:
    """What is inside itself deeper than anybody wrote."""
    tables = "<w:tbl><w:tr><w:tc>" * 5_000 + "</w:tc></w:tr></w:tbl>" * 5_000
    spans = "<text:span>" * 5_000 + "x" + "</text:span>" * 5_000
    mail = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3_000))
    inner = b"a"
    for _ in range(30):
        inner = office.zipped({"in.zip": inner, "a.txt": "a"})
    return {
        "deep.html": b"<div>" * DEEP,
        "deep.md": b">" * DEEP + b" x",
        "list.md": b"".join(b" " * n + b"- x\n" for n in range(2_000)),
        "deep.json": b"[" * DEEP,
        "deep-object.json": b'{"a":' * DEEP,
        "deep.rtf": rb"{\rtf1 " + b"{" * DEEP,
        "deep.docx": office.docx(tables),
        "deep.odt": office.odf(f"<office:text><text:p>{spans}</text:p></office:text>"),
        "deep.eml": mail,
        "deep.zip": inner,
        "deep.pdf": pdfs.make(["[" * DEEP + " q" * DEEP]),
    }


def _fetching(url: str, secret: str) -> dict[str, bytes]:
    """What names something elsewhere."""
    page = f'<base href="{url}/"><link rel=stylesheet href="{url}/css"><img src="{url}/img"><script src="{url}/js">'
    page += f'</script><iframe src="file://{secret}"></iframe><object data="{url}/o"></object><p>text'
    action = f"<< /S /URI /URI ({url}/pdf) >>"
    return {
        "links.html": page.encode(),
        "links.md": f"![x]({url}/md) <img src='{url}/html'>\n\n[a]: file://{secret}\n\ntext".encode(),
        "links.eml": f"Content-Type: text/html\n\n{page}".encode(),
        "external.docx": office.docx(office.p("text"), ("comments", f"{url}/comments.xml")),
        "action.pdf": pdfs.make([pdfs.text(72, 700, "text")], catalog=f"/OpenAction {action}"),
        "include.xhtml": f'<html xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file://{secret}"/>'
        "<p>text</p></html>".encode(),
        "include.rst": f".. include:: {secret}\n\n.. raw:: html\n   :file: {secret}\n".encode(),
        "input.tex": rf"\input{{{secret}}} \write18{{touch x}} text".encode(),
        "external.eml": f'Content-Type: message/external-body; access-type=local-file; name="{secret}"\n\n'.encode(),
    }


def _names_in_archives(secret: str) -> dict[str, bytes]:
    """Zips whose names lead out of them, are none, or come twice."""
    names = (
        "../../evil.txt",
        "/evil.txt",
        "C:\\evil.txt",
        "a\0b.txt",
        "..\\..\\evil.txt",
        "\u202etxt.exe.txt",
        "x" * 60_000,
    )
    tricks = io.BytesIO()
    with zipfile.ZipFile(tricks, "w") as target:
        for name in names:
            info = zipfile.ZipInfo("a.txt")
            info.filename = name
            target.writestr(info, "The boat is called Vega.")
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        target.writestr(link, secret)
    many = office.zipped({f"{number}.txt": "x" for number in range(6_000)})
    return {"names.zip": tricks.getvalue(), "many.zip": many}


def bombs() -> Iterator[tuple[str, bytes]]:
    """Yield files that are small and unpack to a lot, or take long: each may cost half a minute."""
    spaces = zlib.compress(b" " * (300 << 20), 9)
    head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(spaces)
    plain = pdfs.make(["STREAM"])
    flat = plain.replace(b"<< /Length 6 >>\nstream\nSTREAM", head + spaces)
    twice = zlib.compress(spaces, 9)
    double = plain.replace(
        b"<< /Length 6 >>\nstream\nSTREAM",
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n" % len(twice) + twice,
    )
    word = "<w:p><w:r><w:t>word</w:t></w:r></w:p>" * 3_000_000
    cell = '<row r="1"><c r="A1"><v>1</v></c></row>'
    yield "spaces.pdf", flat
    yield "double.pdf", double
    yield "bomb.zip", office.zipped({"a.txt": b"\0" * (400 << 20)})
    yield "bomb.docx", office.docx(word)
    yield "bomb.xlsx", office.xlsx({"S": f"<sheetData>{cell * 3_000_000}</sheetData>"})
    yield "bomb.epub", office.zipped({"META-INF/container.xml": b"\0" * (400 << 20)})
    yield "bomb.odt", office.zipped({"content.xml": b"<a>" * 50_000_000})
    yield "elements.html", b"<b>" * 1_000_000
    yield "attributes.html", b"<p " + b"a " * 1_000_000 + b">"
    yield "setext.md", b"a\n=\n" * 2_000_000
    yield "pipes.md", b"|" * 2_000_000 + b"\n|-" * 1_000
    yield "stars.md", b"**a*" * 500_000
    yield "dots.txt", b". " * 8_000_000
    yield "lines.txt", b"a\n" * 8_000_000
    yield "one-line.txt", b"a" * 30_000_000


def names() -> list[bytes]:
    """Return names of files that a person could hardly write, but a disk can hold."""
    words = ("new\nline", "tab\t", "\x1b[2Jescape", "\u202etxt.exe", "-rf", " ", "e\u0301", "a" * 251, "'; DROP TABLE")
    return [*(word.encode() + b".txt" for word in words), b"half-\xed\xa0\x80.txt", b"latin-\xe9.txt"]
