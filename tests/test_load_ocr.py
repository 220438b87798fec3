"""Pictures of pages, read by Tesseract where that is asked for: here, by a program that knows one picture."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from index import Index
from index.errors import LoadError
from index.load import sandbox
from index.load.document import load
from index.load.parsers import parser_of
from index.types import Kind
from tests import pdfs
from tests.fakes import HashingEmbedder

TABLE = """level page_num block_num par_num line_num word_num left top width height conf text
5 1 1 1 1 1 300 300 400 50 96.1 Margot
5 1 1 1 1 2 720 300 300 50 95.0 rents
5 1 1 1 1 3 1040 300 200 50 12.5 |~
5 1 1 1 2 1 300 370 200 50 91.0 the
5 1 1 1 2 2 520 370 300 50 93.2 mill.
"""
PROGRAM = f"""#!{sys.executable}
import sys
picture = sys.stdin.buffer.read()
assert sys.argv[1:3] == ["stdin", "stdout"] and sys.argv[-1] == "tsv", sys.argv
kind, width, height, _ = picture.split(b" ", 3)
width, height = int(width), int(height)
assert kind == b"P5" and width in (2550, 2551) and height in (3300, 3301), (kind, width, height)
assert len(picture) > width * height
print({TABLE!r}.replace(" ", chr(9)), end="")
"""
"""It takes what Tesseract takes, and answers as that does, for a page of 8.5 by 11 inches."""


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the PATH with the program in it, which workers that start from now on see."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(sandbox, "parse", sandbox.Sandbox(workers=1).parse)
    return program


def scan(tmp_path: Path) -> Path:
    """A PDF of a page with words, and one that is a picture."""
    path = tmp_path / "lease.pdf"
    path.write_bytes(pdfs.make([pdfs.text(72, 700, "The lease follows on the next page."), pdfs.IMAGE]))
    return path


@pytest.mark.usefixtures("tesseract")
def test_a_picture_of_a_page_is_read_if_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words stand on its page, which says that they were recognised; what was hardly recognised is left out."""
    monkeypatch.setenv("SEEDQA_OCR", "1")
    document = load(scan(tmp_path))
    assert document.text == "The lease follows on the next page.\n\nMargot rents\nthe mill."
    assert document.note == ""
    at = document.text.index("rents")
    assert (document.page_at(at), document.place(at)) == (2, "OCR")
    assert document.place(3) == ""
    assert [mark.label for mark in document.marked(Kind.PART)] == ["OCR"]


@pytest.mark.usefixtures("tesseract")
def test_without_being_asked_for_no_picture_is_read(tmp_path: Path) -> None:
    """The program may be there for something else: then the page is named as one that is an image."""
    document = load(scan(tmp_path))
    assert "Margot" not in document.text
    assert document.note == "1 of 2 pages is an image: run OCR on it"


def test_a_document_that_was_recognised_is_read_again_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader goes by another name, and by one for each language."""
    names = [parser_of(".pdf")]
    for languages in ("1", "deu+eng"):
        monkeypatch.setenv("SEEDQA_OCR", languages)
        names.append(parser_of(".pdf"))
    assert len({*names}) == 3
    assert parser_of(".txt") == "text 7"


@pytest.mark.usefixtures("tesseract")
def test_what_was_recognised_stays_when_a_file_is_added_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds the folder the next day leaves --ocr out, and lost all pages that are pictures."""
    path = scan(tmp_path)
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        monkeypatch.setenv("SEEDQA_OCR", "1")
        index.sync([path])
        monkeypatch.delenv("SEEDQA_OCR")
        monkeypatch.setattr(sandbox, "parse", sandbox.Sandbox(workers=1).parse)
        for at in (1, 2):  # that it was touched tells nothing either
            os.utime(path, (at, at))
            assert index.sync([path]).unchanged == 1
        assert "Margot" in index.search("Margot rents", 1)[0].passage.text


@pytest.mark.usefixtures("tesseract")
def test_a_book_of_pictures_has_longer_than_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After forty seconds, its other pages were left unread; a minute was the end of any file."""
    monkeypatch.setenv("SEEDQA_OCR", "1")
    hasty = sandbox.Sandbox(workers=1, wall_seconds=0.01, cpu_seconds=0)
    assert "Margot" in hasty.parse("index.load.pdf", scan(tmp_path).read_bytes()).text
    hasty.close()


def test_a_program_that_fails_leaves_the_picture_a_picture(
    tmp_path: Path, tesseract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs the page, and not the document."""
    tesseract.write_text("#!/bin/sh\nexit 1\n")
    monkeypatch.setenv("SEEDQA_OCR", "1")
    assert load(scan(tmp_path)).note == "1 of 2 pages is an image: run OCR on it"


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_tesseract_itself_reads_a_blank_picture_as_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real program, under the limits of the sandbox, has nothing to say of an empty page."""
    monkeypatch.setenv("SEEDQA_OCR", "1")
    monkeypatch.setattr(sandbox, "parse", sandbox.Sandbox(workers=1).parse)
    path = tmp_path / "blank.pdf"
    path.write_bytes(pdfs.make([pdfs.IMAGE]))
    with pytest.raises(LoadError, match="no text layer"):
        load(path)
