"""Text without a mark of its encoding: what it is read as, and by what evidence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import LoadError
from index.load import html, text
from index.load.document import load

CZECH = "Ředitel školy řekl, že schůze se koná ve čtvrtek a že všichni žáci už jsou doma."
SLOVAK = "Riaditeľ školy povedal, že schôdza sa koná vo štvrtok a že všetci žiaci sú už doma."
POLISH = "Dyrektor szkoły powiedział, że zebranie odbędzie się we środę i że wszyscy są już w domu."
HUNGARIAN = "Az igazgató azt mondta, hogy a gyűlés csütörtökön lesz, és hogy az idő nem rossz: őszi."
SLOVENE = "Ravnatelj šole je rekel, da bo sestanek v četrtek in da so vsi učenci že doma."
ROMANIAN = "Directorul a spus că şedinţa este joi şi că toţi elevii sînt acasă de la ora două."
GERMAN = "Der Schulleiter sagte, dass die Sitzung am Dienstag über Mittag für alle stattfände."
FRENCH = "Le conseil a décidé de reporter la réunion prévue à mardi, après l’été."
PORTUGUESE = "O diretor disse que a reunião não será na quinta-feira e que os alunos estão em casa."


@pytest.mark.parametrize(
    ("sample", "encodings"),
    [
        (CZECH, "cp1250 iso8859-2"),
        (SLOVAK, "cp1250 iso8859-2"),
        (POLISH, "cp1250 iso8859-2"),
        (HUNGARIAN, "cp1250 iso8859-2"),
        (SLOVENE, "cp1250 iso8859-2"),
        (ROMANIAN, "cp1250 iso8859-2"),
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (PORTUGUESE, "cp1252"),
        ("Toplantı perşembe günü saat üçte, ve öğretmen için bir oda var.", "cp1254"),
        ("It cost £825, and the naïve clerk paid for it.", "cp1252"),
    ],
)
def test_latin_text_is_told_by_its_language(sample: str, encodings: str) -> None:
    """The same byte is š, ą or ¹: its neighbours and the small words say which."""
    for encoding in encodings.split():
        assert text.decode(f"{sample}\n".encode(encoding) * 3) == f"{sample}\n" * 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "sample", ["The keeper was called Tora Lind.\n", "Смотрителя звали Тора Линд.\n", "灯台守の 名前\n"]
)
def test_wide_text_needs_no_mark(sample: str, encoding: str) -> None:
    """Every other byte of it is NUL, or hardly any: it is no binary."""
    assert text.decode((sample * 4).encode(encoding)) == sample * 4


@pytest.mark.parametrize("name", ["utf-8", "utf-16-le", "utf-32-be"])
def test_a_mark_that_was_added_twice_is_no_letter(name: str) -> None:
    """Nor is the mark of UTF-16 before that of UTF-8 a reason to read UTF-8 as Chinese."""
    assert text.decode("\ufeff\ufeffThe keeper.".encode(name)) == "The keeper."
    assert text.decode("\ufeff".encode(name) + "\ufeffThe keeper.".encode()) == "The keeper."


@pytest.mark.parametrize("encoding", ["iso2022_jp", "euc_jp", "cp932"])
def test_japanese_text_is_read_as_browsers_do(encoding: str) -> None:
    """With the characters that Windows adds, and with a backslash that is no yen."""
    added = r"①㈱ C:\tora" if encoding == "cp932" else ""
    sample = f"灯台守の名前はトラ・リンドです。会議は火曜日に開かれた。{added}"
    assert text.decode(sample.encode(encoding)) == sample


def test_korean_escapes_are_read() -> None:
    """ISO-2022-KR is ASCII but for its shifts, which are no sign of a binary."""
    assert text.decode("등대지기의 이름은 토라였다.".encode("iso2022_kr")) == "등대지기의 이름은 토라였다."


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"])
def test_a_mark_alone_is_an_empty_file(tmp_path: Path, mark: bytes) -> None:
    """It has no text, and is not a document of one character that nobody sees."""
    (tmp_path / "a.txt").write_bytes(mark)
    with pytest.raises(LoadError, match="has no text in it"):
        load(tmp_path / "a.txt")


@pytest.mark.parametrize("name", ["utf-16", "unicode_escape", "punycode", "zip", "utf-7", "nonsense", "idna"])
def test_a_page_may_not_name_what_is_no_charset(name: str) -> None:
    """Its bytes could be read as far as that name: it is not in UTF-16, nor in a language of escapes."""
    page = f'<meta charset="{name}"><p>Der Wärter hieß Tora, und der Hund war müde.</p>'
    assert html.parse(page.encode()).text == "Der Wärter hieß Tora, und der Hund war müde."
    assert html.parse(page.encode("cp1252")).text == "Der Wärter hieß Tora, und der Hund war müde."


@given(st.binary(max_size=400))
def test_random_bytes_are_hardly_ever_wide_text(data: bytes) -> None:
    """What passes for UTF-16 without a mark is text that somebody could have written."""
    from index.load import encoding

    found = encoding.wide(b"\x01\x02\x03\x04" + data)
    assert found is None or sum(character.isprintable() or character in "\t\n\r\f" for character in found) > 0
