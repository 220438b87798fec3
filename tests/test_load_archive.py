"""Zip folders: the text of each file in them, under its name; and zips that are made to do harm. Source code, too."""

import io
import random
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from index.chunk import chunk
from index.errors import LoadError
from index.load import archive, code, sandbox
from index.load import parsed as parsed_
from index.load import parts as parts_
from index.load.document import load
from index.load.parsed import Parsed, ParseError
from index.types import Kind
from tests import pdfs
from tests.fakes import HashingEmbedder
from tests.test_load_mail import message


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A zip of those files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return made.getvalue()


def parts(parsed: Parsed) -> list[tuple[str, str]]:
    """The parts, as (name, text)."""
    return [(mark.label, parsed.text[mark.start : mark.end]) for mark in parsed.marks if mark.kind is Kind.PART]


def test_each_file_is_a_part_with_its_name() -> None:
    """In the order of their names; of kinds that nobody reads, hidden or a Mac's own, none."""
    parsed = archive.parse(
        zipped(
            {
                "notes/tides.md": "# Tides\n\nHigh water is at noon.",
                "minutes.txt": "Ann: Hello.\nBob: Yes.\nAnn: Good.",
                "pier.png": b"\x89PNG",
                "__MACOSX/minutes.txt": "no",
                ".git/notes.txt": "no",
                "empty.txt": "",
            }
        )
    )
    assert parts(parsed) == [
        ("minutes.txt", "Ann: Hello.\nBob: Yes.\nAnn: Good."),
        ("notes/tides.md", "# Tides\n\nHigh water is at noon."),
    ]
    headings = [(mark.label, parsed.text[mark.start :][:7]) for mark in parsed.marks if mark.kind is Kind.HEADING]
    assert headings == [("Tides", "# Tides")]
    assert [mark.label for mark in parsed.marks if mark.kind is Kind.SPEAKER] == ["Ann", "Bob", "Ann"]


def test_what_is_noted_on_a_file_is_noted_on_the_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the file's name; what could not be read in it was not said."""
    monkeypatch.setattr(parsed_, "MOST_HEADINGS", 1)
    monkeypatch.setattr(parts_, "MOST_NOTES", 2)
    page = "<h1>a</h1><h1>b</h1>"
    made = zipped({"a.html": page, "b.html": "<p>Fine.</p>", "c.html": page, "d.html": page})
    said = "more than 1 headings: none is known as one"
    assert archive.parse(made).note == f"a.html: {said}; c.html: {said}"


UNREADABLE: dict[str, bytes] = {
    "scan.pdf": pdfs.make([pdfs.IMAGE]),
    "torn.docx": b"PK\x03\x04 and no more",
    "bare.html": b"<p><img src='a.png'></p>",
    "thing.txt": bytes(range(256)) * 8,
    "none.zip": zipped({"a.bin": "x"}),
    "blank.eml": b"\n\n",
    "torn.epub": b"PK\x03\x04 and no more",
    "open.json": b'{"a": [1, 2',
    "torn.xlsx": zipped({"a.xml": "<a/>"}),
}


def why(path: Path) -> str:
    """Why a file on its own cannot be read, or what is noted on it; "" if it is read whole, or empty."""
    try:
        return load(path).note
    except LoadError as error:
        said = str(error).removeprefix(f"{path} ").removesuffix(".")
        return "" if said.startswith("is empty") else said


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_cannot_be_read_in_a_file_is_noted_as_it_is_said_of_it_alone(tmp_path: Path, name: str) -> None:
    """It was dropped without a word; the rest of the zip, or of the mail, is read all the same."""
    (tmp_path / name).write_bytes(UNREADABLE[name])
    (tmp_path / "a.zip").write_bytes(zipped({name: UNREADABLE[name], "a.txt": "The ferry leaves at nine."}))
    mail = message()
    mail.add_attachment(UNREADABLE[name], "application", "octet-stream", filename=name)
    (tmp_path / "a.eml").write_bytes(bytes(mail))
    said = why(tmp_path / name)
    for whole in (load(tmp_path / "a.zip"), load(tmp_path / "a.eml")):
        assert "The ferry leaves at nine." in whole.text
        assert whole.note == (f"{name}: {said}" if said else "")


def test_a_zip_of_nothing_that_can_be_read_says_what_is_wrong_with_each() -> None:
    """A folder of scans has to go through OCR; to unpack it is no help."""
    made = zipped({"a/one.pdf": UNREADABLE["scan.pdf"], "two.pdf": UNREADABLE["scan.pdf"]})
    scan = "has no text layer, only images: run OCR on it first"
    with pytest.raises(ParseError, match=f"^holds no file that can be read: a/one.pdf: {scan}; two.pdf: {scan}$"):
        archive.parse(made)


def test_a_locked_or_damaged_file_in_a_zip_is_noted() -> None:
    """The others are read."""
    files = {"a.txt": b"".join(b"%d " % n for n in range(900)), "b.txt": b"The ferry leaves at nine."}
    damaged, locked = bytearray(zipped(files)), bytearray(zipped(files))
    damaged[60] ^= 0xFF
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    for data, said in (
        (damaged, "is damaged: make the zip again"),
        (locked, "is encrypted: unpack it, and add the folder"),
    ):
        parsed = archive.parse(bytes(data))
        assert parts(parsed) == [("b.txt", "The ferry leaves at nine.")]
        assert parsed.note == f"a.txt: {said}"


def test_a_zip_in_a_zip_is_read_to_some_depth() -> None:
    """One inside another is what people send; hundreds are not."""
    inner = zipped({"a.txt": "The ferry leaves at nine."})
    assert parts(archive.parse(zipped({"b.zip": inner}))) == [
        ("b.zip", "The ferry leaves at nine."),
        ("a.txt", "The ferry leaves at nine."),
    ]
    for _ in range(30):
        inner = zipped({"deeper.zip": inner, "top.txt": "top"})
    assert archive.parse(inner).text.count("top") < 10


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 and no more", "is not a zip folder"),
        (zipped({"a.bin": "x"}), "holds no file that can be read"),
        (zipped({}), "holds no file that can be read"),
        (zipped({f"{n}.txt": " " * (1 << 20) for n in range(200)}), "unpacks to more than 128 MB"),
        (zipped({f"{n}.txt": "x" for n in range(6000)}), "more than 5,000 files"),
    ],
    ids=["damaged", "nothing", "empty", "bomb", "many"],
)
def test_a_zip_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """In the sandbox, and before its memory is full."""
    with pytest.raises(ParseError, match=reason):
        sandbox.parse("index.load.archive", data)


def test_the_size_that_a_zip_declares_is_not_believed() -> None:
    """A bomb says that it is small: what comes out is counted, or the lie found."""
    data = bytearray(zipped({"a.txt": b"x" * (200 << 20)}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(ParseError, match=r"unpacks to more than|holds no file"):
        sandbox.parse("index.load.archive", bytes(data))


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a/../../evil.txt"])
def test_a_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    """It is a label: nothing is written, wherever it points."""
    (tmp_path / "a.zip").write_bytes(zipped({name: "harmless"}))
    document = load(tmp_path / "a.zip")
    assert document.text == "harmless"
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
    assert not list(tmp_path.parent.glob("*evil*"))


def test_an_encrypted_zip_says_so() -> None:
    """The flag is in the list of what it holds."""
    data = bytearray(zipped({"a.txt": "secret"}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(ParseError, match="is encrypted"):
        archive.parse(bytes(data))


def test_a_damaged_file_costs_only_itself() -> None:
    """The others are read."""
    data = zipped({"a.txt": b"".join(b"%d " % n for n in range(900)), "b.txt": "The ferry leaves at nine."})
    broken = bytearray(data)
    broken[60:80] = b"\xff" * 20
    assert parts(archive.parse(bytes(broken))) == [("b.txt", "The ferry leaves at nine.")]


def test_random_damage_is_read_or_refused() -> None:
    """No mutant of a zip raises anything else."""
    chance = random.Random(3)
    good = zipped({"a.txt": "The ferry leaves at nine.", "b.html": "<p>Yes</p>", "c.zip": zipped({"d.md": "# x"})})
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.choice([1, 4, 20])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(ParseError):
            archive.parse(bytes(data[: chance.choice([len(data), len(data) - 30])]))


def test_a_name_that_is_no_text_is_a_label_all_the_same() -> None:
    """Bytes of another code page, line breaks, and a name of 60,000 characters."""
    parsed = archive.parse(
        zipped({"a\nb\ud800.txt".encode("utf-8", "replace").decode(): "x", "c" * 60_000 + ".txt": "y"})
    )
    assert all("\n" not in label and len(label) <= 200 for label, _ in parts(parsed))


# code


def test_code_is_cut_at_lines(tmp_path: Path) -> None:
    """A passage of a program begins and ends with a line, whatever its words are; no colon makes a speaker."""
    source = "".join(
        f"def f{n}(x):\n    value: int = {n}  # see e.g. the notes\n    return value, x\n\n" for n in range(60)
    )
    (tmp_path / "a.py").write_text(source)
    document = load(tmp_path / "a.py")
    assert document.text == source
    assert {mark.kind for mark in document.marks} == {Kind.CODE}
    passages = chunk(document, HashingEmbedder().count_tokens, budget=60, overlap=0)
    assert len(passages) > 5
    assert all(source[p.start - 1] in "\n " and source[p.end] == "\n" for p in passages[1:-1])


def test_a_log_is_text_whose_lines_are_lines(tmp_path: Path) -> None:
    """Also where they are as wide as wrapped prose."""
    lines = [f"{n:03} worker {n} finished the job that it was given by the queue in {n} ms" for n in range(40)]
    (tmp_path / "a.log").write_text("\n".join(lines))
    document = load(tmp_path / "a.log")
    passages = chunk(document, HashingEmbedder().count_tokens, budget=50, overlap=0)
    assert all(passage.text.splitlines()[-1] in lines for passage in passages)


def test_code_made_by_a_program_is_refused(tmp_path: Path) -> None:
    """A bundle in one line is nothing that people read."""
    with pytest.raises(ParseError, match="made by a program"):
        code.parse(b"function a(){return 1};" * 5000)
    (tmp_path / "a.js").write_bytes(zlib.compress(b"x" * 100_000))
    with pytest.raises(LoadError, match=r"looks binary|made by"):
        load(tmp_path / "a.js")
