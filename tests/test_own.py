"""Folders that a process has for itself are gone when it is."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from index.errors import StoreError
from index.lock import WriteLock
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


def test_what_another_user_left_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone writes to the temporary folder: a "lock" that led to a file of ours had that file emptied."""
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1, raising=False)
    left = tmp_path / "seedqa-shard-theirs"
    left.mkdir()
    (left / "lock").write_text("theirs")
    age(left)
    with own_folder():
        assert (left / "lock").read_text() == "theirs"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights")
def test_a_lock_that_is_a_link_is_not_taken(tmp_path: Path) -> None:
    """What it leads to would be emptied, whoever made it; so would a file in a folder that is a link."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "lock").write_text("kept")
    left = tmp_path / "seedqa-shard-left"
    left.mkdir()
    (left / "lock").symlink_to(precious / "lock")
    (tmp_path / "seedqa-shard-link").symlink_to(precious)
    age(left)
    os.utime(tmp_path / "seedqa-shard-link", (1.0, 1.0), follow_symlinks=False)
    with own_folder():
        assert (precious / "lock").read_text() == "kept"
    with pytest.raises(StoreError, match="cannot be written"), WriteLock(left / "lock"):
        pass
    assert (precious / "lock").read_text() == "kept"
