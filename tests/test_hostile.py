"""Files made to harm are read or refused in a clear line, and do nothing else: a small size of bench.hostile."""

import sys
from pathlib import Path

import pytest

from bench import hostile, traps
from index.load.document import load


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="names of files that only Unix has")
def test_hostile_files_do_no_harm(capfd: pytest.CaptureFixture[str]) -> None:
    """No crash, hang or growth of this process; a clear line each; nothing written, fetched or read elsewhere."""
    seen, growth, count = hostile.run(150, seed=2)
    assert seen.wrong == []
    assert growth < hostile.GROWTH
    assert count >= 150
    assert seen.ends["read"] > 50
    assert seen.ends["refused"] > 10
    assert capfd.readouterr().err == ""


def test_the_sound_files_are_read(tmp_path: Path) -> None:
    """What is damaged is first a file that is read, of each format."""
    sound = traps.good()
    assert len(sound) >= 20
    for suffix, data in sound.items():
        (tmp_path / f"a.{suffix}").write_bytes(data)
        assert load(tmp_path / f"a.{suffix}").text.strip()


def test_a_clear_line_names_the_file_what_is_wrong_and_what_to_do() -> None:
    """And nothing a program would say."""
    path = Path("/docs/a.pdf")
    assert hostile.is_clear("/docs/a.pdf is encrypted: remove the password and save it again.", path)
    unclear = ("is encrypted: remove the password.", "/docs/a.pdf", "/docs/a.pdf KeyError: 'x' is not there at all",
               "/docs/a.pdf is wrong", "/docs/a.pdf is wrong:\nremove it, please")  # fmt: skip
    for said in unclear:
        assert not hostile.is_clear(said, path)
