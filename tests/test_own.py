"""Folders that a process has for itself are gone when it is."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from index.shards.own import own_folder

KILLED = """
import os, signal, tempfile
from index.shards.own import own_folder
folder = own_folder()
print(folder.__enter__(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make temporary folders in the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def age(folder: Path) -> None:
    """Let a folder look as if it had been made long ago."""
    os.utime(folder, (1.0, 1.0))


def test_what_a_killed_process_left_is_deleted_by_the_next(tmp_path: Path) -> None:
    """Whole shards stayed behind in the temporary folder, for ever."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED], env=os.environ | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True
    )
    left = Path(done.stdout.strip())
    assert left.parent == tmp_path
    assert left.is_dir(), done.stderr
    with own_folder():
        assert left.is_dir(), "too young: it might be about to be locked"
        age(left)
    with own_folder() as home:
        assert list(tmp_path.iterdir()) == [home]
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    """However old; and so does what only has such a name."""
    (tmp_path / "seedqa-shard-list.txt").write_text("mine")
    age(tmp_path / "seedqa-shard-list.txt")
    with own_folder() as one:
        (one / "index.db").write_text("kept")
        age(one)
        with own_folder():
            assert (one / "index.db").read_text() == "kept"
    assert (tmp_path / "seedqa-shard-list.txt").read_text() == "mine"
