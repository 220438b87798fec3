"""EPUB: its chapters in the order of reading, named by the contents; and books that are damaged or no books."""

import io
import random
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from index.chunk import chunk
from index.load import book, sandbox
from index.load.document import load
from index.load.parsed import Parsed, ParseError
from index.types import Kind
from tests.fakes import HashingEmbedder

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PAGE = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
NAV = PAGE.replace("<html", '<html xmlns:epub="http://www.idpf.org/2007/ops"').format(
    '<nav epub:type="toc"><h1>Contents</h1>{}</nav>'
)
NCX = '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{}</navMap></ncx>'
CHAPTERS = (
    ("one.xhtml", "<h2>The light</h2><p>The keeper was called Tora.</p>"),
    ("two.xhtml", '<p id="start">Two</p><p>A stranger came.</p><div id="box"/><p>He brought a box.</p>'),
)


def made(
    pages: Sequence[tuple[str, str]] = CHAPTERS,
    *,
    nav: str = "",
    ncx: str = "",
    extra: str = "",
    more: Sequence[tuple[str, str]] = (),
    spine: str = "",
) -> bytes:
    """An EPUB of those pages, with contents of version 3 or 2."""
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name, _ in pages)
    items += '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>' if nav else ""
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' if ncx else ""
    spine = spine or "".join(f'<itemref idref="{name}"/>' for name, _ in [("nav", ""), *pages])
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>The Keeper</dc:title><dc:creator>Una Holm</dc:creator><dc:creator>Jon Brask</dc:creator>"
        f"<dc:date>1921-05-04T00:00:00Z</dc:date></metadata><manifest>{items}</manifest>"
        f'<spine toc="ncx">{spine}</spine>{extra}</package>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("META-INF/container.xml", CONTAINER)
        target.writestr("OPS/book.opf", package)
        for name, content in pages:
            target.writestr(f"OPS/{name}", PAGE.format(content))
        if nav:
            target.writestr("OPS/nav.xhtml", NAV.format(f"<ol>{nav}</ol>"))
        if ncx:
            target.writestr("OPS/toc.ncx", NCX.format(ncx))
        for name, content in more:
            target.writestr(name, content)
    return written.getvalue()


def marked(parsed: Parsed, kind: Kind) -> list[tuple[str, str]]:
    """The marks of a kind, as (label, the text that it covers)."""
    return [(mark.label, parsed.text[mark.start : mark.end]) for mark in parsed.marks if mark.kind is kind]


def test_a_book_is_its_chapters_named_by_the_contents() -> None:
    """Who wrote it is a form; the contents themselves are no text; an entry may point into a page."""
    nav = (
        '<li><a href="one.xhtml">One</a></li><li><a href="two.xhtml#start">Two</a>'
        '<ol><li><a href="two.xhtml#box">The <i>box</i></a></li></ol></li>'
    )
    parsed = book.parse(made(nav=nav))
    assert parsed.title == "The Keeper"
    assert parsed.text == (
        "Title: The Keeper\nAuthor: Una Holm, Jon Brask\nDate: 1921-05-04\n\n"
        "The light\n\nThe keeper was called Tora.\n\nTwo\n\nA stranger came.\n\nHe brought a box."
    )
    assert marked(parsed, Kind.CHAPTER) == [
        ("One", "The light\n\nThe keeper was called Tora.\n\n"),
        ("Two", "Two\n\nA stranger came.\n\nHe brought a box."),
        ("The box", "He brought a box."),
    ]
    assert [label for label, _ in marked(parsed, Kind.HEADING)] == ["The light", "Two"]
    assert ("Author", "Una Holm, Jon Brask") in marked(parsed, Kind.CELL)


def test_contents_of_version_2_name_the_chapters_too() -> None:
    """Points in points."""
    point = '<navPoint><navLabel><text>{}</text></navLabel><content src="{}"/>{}</navPoint>'
    ncx = point.format("One", "one.xhtml", "") + point.format(
        "Two", "two.xhtml", point.format("Box", "two.xhtml#box", "")
    )
    assert [label for label, _ in marked(book.parse(made(ncx=ncx)), Kind.CHAPTER)] == ["One", "Two", "Box"]


def test_the_order_is_that_of_reading() -> None:
    """Not that of the list of files; what is out of line comes last, and nothing twice."""
    spine = '<itemref idref="two.xhtml" linear="no"/><itemref idref="one.xhtml"/><itemref idref="one.xhtml"/>'
    text = book.parse(made(spine=spine)).text
    assert text.index("The keeper") < text.index("A stranger")
    assert text.count("The keeper was") == 1


def test_the_cover_and_a_page_of_contents_are_left_out() -> None:
    """As the book's guide says; if nothing else were left, they are read."""
    pages = [("cover.xhtml", "<p>Cover words</p>"), *CHAPTERS]
    guide = '<guide><reference type="cover" href="cover.xhtml"/></guide>'
    assert "Cover words" not in book.parse(made(pages, extra=guide)).text
    assert "Cover words" in book.parse(made(pages[:1], extra=guide)).text


def test_elements_that_end_where_they_begin_hide_nothing() -> None:
    """XHTML may say <title/> or <script/>: read as HTML these would go on to the end."""
    parsed = book.parse(made([("one.xhtml", '<script src="x"/><p>Seen.<a id="x"/></p><svg/><p>Seen too.</p>')]))
    assert parsed.text.endswith("Seen.\n\nSeen too.")


def test_no_passage_goes_over_the_end_of_a_chapter(tmp_path: Path) -> None:
    """Even where the chapters are short, and no heading stands in the text."""
    nav = '<li><a href="one.xhtml">One</a></li><li><a href="two.xhtml">Two</a></li>'
    plain = [("one.xhtml", "<p>The keeper was called Tora.</p>"), ("two.xhtml", "<p>A stranger came.</p>")]
    (tmp_path / "a.epub").write_bytes(made(plain, nav=nav))
    passages = chunk(load(tmp_path / "a.epub"), HashingEmbedder().count_tokens)
    assert [passage.text for passage in passages][-2:] == ["The keeper was called Tora.", "A stranger came."]
    assert [passage.document.place(passage.start) for passage in passages][-2:] == ["chapter One", "chapter Two"]


LOCKED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
    '<e:EncryptedData><e:EncryptionMethod Algorithm="{}"/><e:CipherData><e:CipherReference URI="OPS/one.xhtml"/>'
    "</e:CipherData></e:EncryptedData></encryption>"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK no zip", "is not what its name says"),
        (made(more=[("META-INF/encryption.xml", LOCKED.format("aes256"))]), "is encrypted by its seller"),
        (made([(f"{n}.xhtml", " " * (8 << 20)) for n in range(10)]), "unpacks to more than 64 MB"),
    ],
    ids=["no zip", "encrypted", "bomb"],
)
def test_a_book_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """In the sandbox."""
    with pytest.raises(ParseError, match=reason):
        sandbox.parse("index.load.book", data)


def test_scrambled_fonts_are_no_lock() -> None:
    """They are the usual reason for the list of what is encrypted."""
    method = "http://www.idpf.org/2008/embedding"
    assert "Tora" in book.parse(made(more=[("META-INF/encryption.xml", LOCKED.format(method))])).text


def test_entities_are_not_expanded() -> None:
    """A list of files that grows a billionfold is refused."""
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    package = (
        f'<!DOCTYPE package [<!ENTITY a0 "ha">{laughs}]><package><metadata><title>&a12;</title></metadata></package>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        target.writestr("META-INF/container.xml", CONTAINER)
        target.writestr("OPS/book.opf", package)
    with pytest.raises(ParseError, match="is damaged"):
        sandbox.parse("index.load.book", written.getvalue())


def test_random_damage_is_read_or_refused() -> None:
    """No mutant raises anything else; a page that is missing costs only itself."""
    chance = random.Random(11)
    good = made(nav='<li><a href="one.xhtml">One</a></li>')
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.choice([1, 4, 20])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(ParseError):
            book.parse(bytes(data))
    spine = '<itemref idref="gone"/><itemref idref="one.xhtml"/>'
    assert "Tora" in book.parse(made(spine=spine)).text


def test_contents_without_end_are_cut() -> None:
    """A list in a list in a list, to a depth that nobody prints."""
    nav = '<li><a href="one.xhtml">x</a><ol>' * 3000 + "</ol></li>" * 3000
    assert len(marked(book.parse(made(nav=nav)), Kind.CHAPTER)) <= 40
