"""Loading: each format's text, its offsets, and what is said about files that cannot be read."""

import hashlib
import io
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import LoadError, UnsupportedFile
from index.load import SUFFIXES, data, html, markdown, pdf, reply, text
from index.load import parsed as parsed_
from index.load.blocks import Paragraph, Writer
from index.load.document import load
from index.load.parsed import ParseError
from index.types import Kind, Mark


def write(folder: Path, name: str, content: bytes | str) -> Path:
    """A file of that name and content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def make_pdf(pages: Sequence[Sequence[str]], *, title: str = "", trailer: str = "") -> bytes:
    """A PDF of pages that hold lines of text in Helvetica."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) >>",
    ]
    for number, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    body, offsets = "%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    body_end = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    body_end += f"trailer << /Size {size} /Root 1 0 R /Info 4 0 R {trailer}>>"
    return f"{body}{body_end}\nstartxref\n{len(body)}\n%%EOF\n".encode("cp1252")


# load: the file


def test_a_document_knows_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absolute path, hash of the bytes as they are on disk, title from the name."""
    write(tmp_path, "Minutes 3.TXT", b"\xef\xbb\xbfOne.\r\nTwo.\rThree.\0")
    monkeypatch.chdir(tmp_path)
    document = load(Path("Minutes 3.TXT"))
    assert document.path == str((tmp_path / "Minutes 3.TXT").resolve())
    assert document.sha256 == hashlib.sha256((tmp_path / "Minutes 3.TXT").read_bytes()).hexdigest()
    assert (document.id, document.title, document.text) == (0, "Minutes 3", "One.\nTwo.\nThree.")
    assert (document.marks, document.parser) == ((), "text 7")


def test_an_unknown_suffix_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    """The message lists what can be read."""
    with pytest.raises(UnsupportedFile, match=r"a\.xyz .*\.html.*\.md.*\.pdf.*\.txt"):
        load(write(tmp_path, "a.xyz", "text"))
    assert {".txt", ".md", ".html", ".pdf"} <= set(SUFFIXES)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.md", b" \n\t\n", "is empty"),
        ("a.txt", b"\xff\xfe\n\0\n\0", "has no text"),
        ("a.txt", random.Random(0).randbytes(5000), "looks binary"),
        ("a.html", b"<script>no()</script>", "has no text"),
        ("a.pdf", make_pdf([[], []]), "no text layer.*run OCR"),
        ("a.pdf", b"%PDF-1.7 and no more", "is not a PDF, or is damaged"),
        (
            "a.pdf",
            make_pdf(
                [["x"]],
                trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O ({'o' * 32}) /U ({'u' * 32}) >>",
            ),
            "is encrypted: remove the password",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    """Each message begins with the file and gives the reason."""
    path = write(tmp_path, name, content)
    with pytest.raises(LoadError, match=f"^{path} .*{reason}"):
        load(path)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    """The message gives the size, the limit and the option; a sparse terabyte costs nothing."""
    path = write(tmp_path, "a.txt", "x")
    os.truncate(path, 1 << 40)
    with pytest.raises(LoadError, match=r"has 1048576\.0 MB and the limit is 2 MB: .*--max-megabytes"):
        load(path, max_bytes=2 << 20)
    assert load(write(tmp_path, "b.txt", "abc"), max_bytes=3).text == "abc"


def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    """Missing files, folders, loops and pipes raise LoadError; a pipe must not hang."""
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    for name, reason in [
        ("none.txt", "does not exist"),
        ("folder.txt", "is a folder"),
        ("loop.txt", "cannot be reached"),
        ("pipe.txt", "is not a regular file"),
        ("nul\0.txt", "cannot be reached"),
        ("a.txt/b.txt", "does not exist|cannot be reached"),
    ]:
        with pytest.raises(LoadError, match=reason):
            load(tmp_path / name)


def test_a_name_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    """A database cannot hold such a path."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("text")
    with pytest.raises(LoadError, match="not valid Unicode"):
        load(path)


def test_a_symlink_is_followed(tmp_path: Path) -> None:
    """A document's path is that of the file itself, so that no file is indexed twice."""
    path = write(tmp_path, "a.txt", "text")
    (tmp_path / "link.txt").symlink_to(path)
    assert load(tmp_path / "link.txt") == load(path)


# text


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        ("Zoë’s “café” – déjà vu", "utf-8"),
        ("Zoë’s “café” – déjà vu", "utf-8-sig"),
        ("Zoë 東京 😀", "utf-16"),
        ("Zoë 東京 😀", "utf-32"),
        ("Le conseil a décidé de reporter la réunion prévue à mardi.", "cp1252"),
        ("Die Straße führt über die Brücke. Äpfel und Öl.", "latin-1"),
        ("Привет, мир. Это русский текст о погоде.", "cp1251"),
        ("日本語の文章です。会議は火曜日に開かれた。", "shift_jis"),
    ],
)
def test_text_is_decoded(sample: str, encoding: str) -> None:
    """UTF-8, UTF-16 and UTF-32 by their marks, others by their looks; Western European wins a draw."""
    assert text.decode(sample.encode(encoding)) == sample


def test_a_little_damage_does_not_cost_the_rest() -> None:
    """A UTF-8 file that was cut in mid-character is not taken for another encoding as a whole."""
    assert text.decode("éàüöß éàüöß é".encode()[:-1]) == "éàüöß éàüöß \N{REPLACEMENT CHARACTER}"


@settings(deadline=None)  # as fast as the machine has time for another process
@given(st.binary(max_size=200))
def test_any_bytes_become_storable_text_or_are_refused(data: bytes) -> None:
    """Decoding knows no other error, and what it returns fits UTF-8 and SQLite."""
    with suppress(ParseError):
        decoded = text.decode(data)
        assert "\0" not in decoded
        assert "\r" not in decoded
        decoded.encode()


# markdown


def test_markdown_is_kept_verbatim_and_its_headings_are_noted() -> None:
    """Both kinds of headings, with the offset of their line; not those in code, nor what looks like one."""
    source = (
        "Title\n=====\n\n## A [link](x) and `code` ##\nText #not.\n\n```python\n# comment\n```\n"
        "#also not\n    # code\n- item\n---\n\ntwo\nlines\n---\n~~~\n# x\n```\n~~~\n### Last"
    )
    parsed = markdown.parse(source.encode())
    assert parsed.text == source
    assert [(mark.label, source[mark.start :][:6]) for mark in parsed.marks] == [
        ("Title", "Title\n"),
        ("A link and code", "## A ["),
        ("Last", "### La"),
    ]
    assert parsed.title == "Title"


@pytest.mark.parametrize("line", ["# a\n", "a\n=\n"])
def test_more_headings_than_anybody_writes_are_none(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """8 MB of them took half a minute; the text is kept, and so are as many as that."""
    for module in (parsed_, markdown):
        monkeypatch.setattr(module, "MOST_HEADINGS", 30)
    most, more = markdown.parse(line.encode() * 30), markdown.parse(line.encode() * 31)
    assert [mark.kind for mark in most.marks] == [Kind.HEADING] * 30
    assert (more.text, more.marks) == (line * 31, ())
    assert (most.note, more.note) == ("", "more than 30 headings: none is known as one")


def test_too_many_headings_are_noted_whoever_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The places were gone without a word."""
    for module in (parsed_, markdown):
        monkeypatch.setattr(module, "MOST_HEADINGS", 3)
    writer = Writer()
    writer.write([Paragraph(f"Part {number}", level=1) for number in range(4)])
    cell = {"cell_type": "markdown", "source": "# a\n" * 4}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for found in (writer.parsed(""), html.parse(b"<h1>a</h1>" * 4), data.parse(notebook.encode())):
        assert found.text
        assert not [mark for mark in found.marks if mark.kind is Kind.HEADING]
        assert found.note == "more than 3 headings: none is known as one"
    assert html.parse(b"<h1>a</h1>" * 3).note == ""


def test_tables_that_are_left_out_for_their_size_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind what else is noted."""
    monkeypatch.setattr(reply, "MOST_MARKS", 3)
    said = "a page is an image"
    for rows, note in ((3, said), (4, f"{said}; more than 3 marks: its tables are plain text")):
        sent = io.BytesIO()
        marks = tuple(Mark(0, 1, Kind.ROW, str(number)) for number in range(rows))
        reply.write(parsed_.Parsed("", "text", marks, said), sent)
        sent.seek(0)
        assert reply.read(sent).note == note


def test_a_heading_of_html_is_one_of_markdown() -> None:
    """As the first line of many a README is, with a picture in it; one in code is none."""
    source = (
        '<h1 align="center">\n  <img src="a.png">\n  The <b>Lamp</b>\n</h1>\n\nIt burns oil.\n\n'
        "<h2>Use</h2>\n\nLight it.\n\n"
        "```html\n<h2>Sample</h2>\n```\n<h2>open\n\n</h2>\n"
    )
    parsed = markdown.parse(source.encode())
    assert parsed.text.startswith(
        "# The Lamp\n\nIt burns oil.\n\n## Use\n\nLight it.\n\n```html\n<h2>Sample</h2>\n```\n<h2>open"
    )
    assert [mark.label for mark in parsed.marks if mark.kind is Kind.HEADING] == ["The Lamp", "Use"]


def test_the_front_matter_names_a_document_without_headings() -> None:
    """And its closing line underlines nothing."""
    parsed = markdown.parse(b'---\ntitle: "My notes"\ntags: [a]\n---\nText.\n')
    assert parsed.title == "My notes"
    assert not [mark for mark in parsed.marks if mark.kind is Kind.HEADING]


@pytest.mark.parametrize(
    "pattern",
    [
        "# " + " " * 200_000 + "x",
        "[" * 200_000,
        "---\ntitle:" + " " * 200_000 + "\n---\n",
        "# #" * 70_000,
        "a|b\n-|-" + " " * 200_000 + "x",
        "a|b\n" + "-|" * 200_000 + "x",
        "|" * 200_000,
        "Ann " + " " * 200_000 + ":",
        "- " + " " * 200_000 + ":",
        "<h1>" * 50_000 + "</h1>",
        "<h1 " + " " * 200_000 + "</h1>",
        "</h1>\n" * 50_000,
    ],
)
def test_markdown_takes_no_quadratic_time(pattern: str) -> None:
    """The sandbox would give such a file up, which is only a file that somebody wrote."""
    started = time.process_time()
    markdown.parse(pattern.encode() + b"\ntext")
    assert time.process_time() - started < 2


# html


def test_html_is_the_text_that_a_reader_sees() -> None:
    """Blocks are paragraphs, items and rows lines, cells tabbed; what is not shown is left out."""
    parsed = html.parse(
        b"<title>A &amp; B</title><style>x</style><h1>One<br>two</h1><p>Some <b>bo</b>ld\n  text.<br>"
        b"Next&nbsp;line"
        b"<ul><li>a<li>b</ul><table><tr><th>c<th>d<tr><td>1<td>2</table><pre>x = 1\n  y <i>=</i> 2</pre>"
        b"<script>no()</script><noscript>no</noscript><template>no</template><!-- no -->"
        b"<p hidden>no</p>hy&shy;phen"
    )
    assert parsed.title == "A & B"
    assert parsed.text == ("One two\n\nSome bold text.\nNext line\n\na\nb\n\nc\td\n1\t2\n\nx = 1\n  y = 2\n\nhyphen")
    assert parsed.marks[0] == Mark(0, len(parsed.text), Kind.HEADING, "One two")


@given(
    st.lists(
        st.tuples(st.sampled_from(["h1", "h3", "p", "li", "pre", "b", "td", "div"]), st.text("ab <&\n", max_size=8))
    )
)
def test_html_headings_are_where_they_say(parts: list[tuple[str, str]]) -> None:
    """The text at a heading's offset is the heading, whatever is around it."""
    source = "".join(f"<{tag}>{words.replace('&', '&amp;').replace('<', '&lt;')}</{tag}>" for tag, words in parts)
    parsed = html.parse(source.encode())
    headings = [mark for mark in parsed.marks if mark.kind is Kind.HEADING]
    assert len(headings) == sum(tag[0] == "h" and bool(words.strip()) for tag, words in parts)
    assert all(parsed.text.startswith(mark.label, mark.start) for mark in headings)


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ("", "utf-8"),
        ('<meta charset="windows-1251">', "cp1251"),
        ("<meta charset=koi8-r>", "koi8-r"),
        ("<meta charset=nonsense>", "utf-8"),
    ],
)
def test_html_is_decoded_as_it_declares(declaration: str, encoding: str) -> None:
    """UTF-8 if it is that, else as it says."""
    page = f"<html><head>{declaration}</head><body>Привет, мир".encode(encoding)
    assert html.parse(page).text == "Привет, мир"


# pdf


def test_pdf_pages_start_where_they_say() -> None:
    """An empty page keeps its number, and the title is that of the metadata."""
    parsed = pdf.parse(make_pdf([["Page one.", "Second line."], [], ["Page three."]], title="The report"))
    assert parsed.text == "Page one.\nSecond line.\n\n\n\nPage three."
    assert parsed.marks == (
        Mark(0, 22, Kind.PAGE, "1"),
        Mark(24, 24, Kind.PAGE, "2"),
        Mark(26, 37, Kind.PAGE, "3"),
    )
    assert parsed.title == "The report"
    assert pdf.parse(make_pdf([["x"]], title="Microsoft Word - x.doc")).title == ""


def test_pdf_words_that_a_line_end_broke_are_whole_again() -> None:
    """PDFium leaves U+0002 where hyphen and line end were; a hyphen of the word's own is kept."""
    lines = [
        "It is an inter-",
        "national and well-known case of state-of-the-",
        "art, well-",
        "known since 1990-",
        "1995 as A-",
        "Bx.",
    ]
    assert pdf.parse(make_pdf([lines])).text.replace("\n", " ") == (
        "It is an international and well-known case of state-of-the-art, well-known since 1990- 1995 as A-Bx."
    )


@pytest.mark.slow
def test_damaged_pdfs_neither_crash_nor_hang(tmp_path: Path) -> None:
    """Sixty random mutations: each is read, or refused with a LoadError."""
    good = make_pdf([[f"Line {line} of page {page}." for line in range(9)] for page in range(3)])
    chance = random.Random(1)
    refused = 0
    for number in range(60):
        data = bytearray(good)
        for _ in range(chance.choice([1, 5, 40])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            load(write(tmp_path, f"{number}.pdf", bytes(data[: chance.choice([len(data), 700])])))
        except LoadError:
            refused += 1
    assert 0 < refused < 60


# the package


def test_importing_the_loader_imports_no_parser() -> None:
    """PDFium, lexbor and charset-normalizer are loaded by the first file that needs them."""
    program = (
        "import sys, index.load.document; print({'pypdfium2', 'selectolax', 'charset_normalizer'} & set(sys.modules))"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
