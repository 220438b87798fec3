"""``seedqa add``: events for programs, rules, progress in words, and watching."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qa import Progress, ensure_samples
from qa.api import SAMPLES
from ui import cli
from ui.adding import progress_text, time_text

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index the samples once: the real embedder takes a moment."""
    folder = tmp_path_factory.mktemp("made") / "index"
    ensure_samples(folder)
    return folder


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "index")


def events(text: str) -> list[dict[str, Any]]:
    """Parse what was printed, a JSON object a line."""
    return [json.loads(line) for line in text.splitlines()]


def test_events_say_what_became_of_each_file(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program needs no eyes: each file with its state and reason, and the counts at the end."""
    docs = tmp_path / "docs"
    docs.mkdir()
    shutil.copy(SAMPLES / "kettle-manual.txt", docs / "copy.txt")
    (docs / "empty.txt").touch()
    (docs / "draft.txt").write_text("No.")
    assert cli.main(["add", str(docs), "--index", str(index), "--json", "--exclude", "draft*"]) == 0
    told = events(capsys.readouterr().out)
    files = {Path(event["path"]).name: (event["state"], event["reason"]) for event in told if event["event"] == "file"}
    assert files["copy.txt"] == ("added", None)
    assert files["empty.txt"][0] == "failed"
    assert "is empty" in files["empty.txt"][1]
    assert set(files) == {"copy.txt", "empty.txt"}
    last = told[-1]
    assert (last["event"], last["added"], last["failed"], last["left_out"]) == ("done", 1, 1, 1)
    assert [event["files_total"] for event in told if event["event"] == "progress"][-1:] == [2]


def test_the_summary_says_what_was_left_out(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule that leaves out too much is seen at once."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "draft.txt").write_text("No.")
    assert cli.main(["add", str(docs), "--index", str(index), "--exclude", "*.txt"]) == 0
    assert capsys.readouterr().out.startswith("1 left out; 0 new passages")


def test_progress_is_said_by_file_and_passage() -> None:
    """With the time that is left, once that can be told."""
    now = Progress("/docs/big\x1b[2J.pdf", 3, 20, 1, 9, 700, (64, 400), 130.0)
    assert progress_text(now) == "4/20 files · passage 64/400 · big[2J.pdf · 2 min left"
    assert progress_text(Progress("/docs/a.txt", 20, 20, 9, 9, 700)) == "20/20 files · a.txt"
    assert [time_text(seconds) for seconds in (0.2, 42, 130, 7300)] == ["1 s", "42 s", "2 min", "2 h 2 min"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends Ctrl-C as a signal")
def test_a_folder_is_watched_until_ctrl_c(index: Path, tmp_path: Path) -> None:
    """A new file is told of, then one that is gone; Ctrl-C is no failure."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("The budget is 90 euros.")
    command = [sys.executable, "-m", "ui.cli", "add", str(docs), "--index", str(index), "--watch", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout

        def state(name: str) -> str:
            assert process.stdout
            while True:
                event = json.loads(process.stdout.readline())
                if event["event"] == "file" and Path(event["path"]).name == name:
                    return str(event["state"])

        assert state("a.txt") == "added"
        (docs / "b.txt").write_text("The zoo has 7 lions.")
        assert state("b.txt") == "added"
        os.rename(docs / "b.txt", docs / "c.txt")  # noqa: PTH104
        assert state("c.txt") == "moved"
        (docs / "a.txt").unlink()
        assert state("a.txt") == "removed"
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
        assert process.returncode == 0
        assert complaints.endswith("Stopped watching.\n")
