"""Killed at any moment, on failing disks, damaged: what was acknowledged is there, and what is wrong is named."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.crash.steps import is_answered_alike
from index import Document, Index, Mode
from tests.fakes import HashingEmbedder

ROOT = Path(__file__).parents[1]
SMALL = {"--kills": 8, "--faults": 6, "--damages": 12}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals, and copies the process")


def run(*arguments: object) -> "subprocess.Popen[str]":
    """Start a Python process that can import the project."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("campaign", SMALL)
def test_nothing_acknowledged_is_lost_and_nothing_wrong_goes_unnoticed(campaign: str) -> None:
    """The small size of what `python -m bench.crash` does for hours: it ends with 0 if nothing is wrong."""
    sizes = {**dict.fromkeys(SMALL, 0), campaign: SMALL[campaign]}
    words = [str(word) for pair in sizes.items() for word in pair]
    with run("-m", "bench.crash", *words) as trials:
        said, errors = trials.communicate(timeout=900)
    assert (trials.returncode, errors) == (0, ""), said
    assert sum(int(line.split("|")[2]) for line in said.splitlines()[2:5]) >= SMALL[campaign]


SYNC = """
import sys
from pathlib import Path
from index import Index
from tests.fakes import HashingEmbedder

with Index.open(Path(sys.argv[1]), embedder=HashingEmbedder(), create=True) as index:
    index.sync([Path(sys.argv[2])], on_progress=lambda progress: print(progress.files_done, flush=True))
"""


@pytest.mark.slow
def test_ctrl_c_stops_a_sync_that_can_go_on(tmp_path: Path) -> None:
    """After each Ctrl-C the index is sound and further on; one more run finishes what is left."""
    chance = random.Random(3)
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(900):
        (docs / f"{number:03}.txt").write_text(f"The subject{number} is here.\n\n" * 20)
    sizes = [0]
    for _ in range(4):
        with run("-c", SYNC, tmp_path / "index", docs) as syncing:
            assert syncing.stdout
            enough, stored = sizes[-1] + chance.randrange(20, 60), 0
            while stored < enough:  # a line may tell of passages that are embedded, of a file not yet stored
                stored = int(syncing.stdout.readline())
            syncing.send_signal(signal.SIGINT)
            _, errors = syncing.communicate(timeout=60)
            assert "KeyboardInterrupt" in errors
        with Index.open(tmp_path / "index", embedder=HashingEmbedder()) as index:
            sizes.append(len(index))
            assert index.check() == []
        assert sizes[-1] >= stored, "what was said to be stored is"
    assert sizes == sorted(set(sizes))
    assert sizes[-1] < 900
    with Index.open(tmp_path / "index", embedder=HashingEmbedder()) as index:
        report = index.sync([docs])
        assert (report.added, report.unchanged) == (900 - sizes[-1], sizes[-1])
        assert index.check() == []
        assert "subject7 " in index.search("subject7", 1, mode=Mode.LEXICAL)[0].passage.text


def test_two_indexes_are_told_apart_by_what_they_find(tmp_path: Path) -> None:
    """A passage that one of them does not have, and one that is somewhere else."""
    made = {}
    for name, texts in {"one": ["a skerry", "a buoy"], "same": ["a skerry", "a buoy"], "less": ["a buoy"]}.items():
        made[name] = Index.open(tmp_path / name, embedder=HashingEmbedder(), create=True)
        for number, text in enumerate(texts):
            made[name].add(Document(0, f"/{text[-4:]}.txt", "", f"{text} of number {number}", (), ""))
    assert is_answered_alike(made["one"], made["same"], "skerry")
    assert not is_answered_alike(made["one"], made["less"], "skerry")
    assert not is_answered_alike(made["less"], made["one"], "skerry")
