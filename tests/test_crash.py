"""Killed at any moment: what was acknowledged is there, what was under way is there whole or not at all."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index import Index, Mode
from tests.fakes import HashingEmbedder
from tests.writer import Texts, after

ROOT = Path(__file__).parents[1]
KILLS = 50


def run(*arguments: object) -> "subprocess.Popen[str]":
    """Start a Python process that can import the project."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True)


def kill_a_writer(folder: Path, round_: int, chance: random.Random) -> int:
    """Start a writer and kill it; return how many steps it acknowledged."""
    with run("-m", "tests.writer", folder, round_) as writer:
        assert writer.stdout
        assert writer.stderr
        if round_ % 5 == 0:  # while it starts, makes or opens the index, or takes its first steps
            read = []
            time.sleep(chance.uniform(0.2, 1.0))
        else:  # anywhere in a step, which takes some 5 ms
            read = [writer.stdout.readline() for _ in range(chance.randrange(1, 14))]
            time.sleep(chance.uniform(0, 0.01))
        writer.kill()
        rest, errors = writer.stdout.read(), writer.stderr.read()  # communicate() would lose what is buffered here
    assert errors == ""
    return len(read) + rest.count("\n")


def stored(index: Index) -> Texts:
    """Read every document."""
    found = (index.document(entry.id) for entry in index.documents())
    return {document.path: document.text for document in found if document}


def assert_found(index: Index, path: str, text: str) -> None:
    """Both ways of searching lead to a document that says ``subject…``."""
    subject = next(word.strip(".") for word in text.split() if word.startswith("subject"))
    by_words = index.search(subject, 10, mode=Mode.LEXICAL)
    assert path in {hit.passage.document.path for hit in by_words}
    by_meaning = index.search(by_words[0].passage.text, 1, mode=Mode.DENSE)
    assert by_meaning[0].score == pytest.approx(1, abs=1e-4)  # of vectors in 16 bits a number


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """After each of 50 kill -9 the index holds what it would after the steps acknowledged, or one more."""
    chance = random.Random(20261123)
    texts: Texts = {}
    acknowledged = 0
    for round_ in range(KILLS):
        count = kill_a_writer(tmp_path / "index", round_, chance)
        with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
            found = stored(index)
            assert found in (after(texts, round_, count), after(texts, round_, count + 1))
            assert index.check() == []
            for path in chance.sample(sorted(found), min(5, len(found))):
                assert_found(index, path, found[path])
        texts, acknowledged = found, acknowledged + count
    assert acknowledged > 4 * KILLS


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
    for number in range(300):
        (docs / f"{number:03}.txt").write_text(f"The subject{number} is here.\n\n" * 20)
    sizes = [0]
    for _ in range(4):
        with run("-c", SYNC, tmp_path / "index", docs) as syncing:
            assert syncing.stdout
            for _ in range(sizes[-1] + chance.randrange(20, 60)):  # a line a file that is there already
                syncing.stdout.readline()
            syncing.send_signal(signal.SIGINT)
            _, errors = syncing.communicate(timeout=60)
            assert "KeyboardInterrupt" in errors
        with Index.open(tmp_path / "index", embedder=HashingEmbedder()) as index:
            sizes.append(len(index))
            assert index.check() == []
    assert sizes == sorted(set(sizes))
    assert 0 < sizes[-1] < 300
    with Index.open(tmp_path / "index", embedder=HashingEmbedder()) as index:
        report = index.sync([docs])
        assert (report.added, report.unchanged) == (300 - sizes[-1], sizes[-1])
        assert index.check() == []
        assert "subject7 " in index.search("subject7", 1, mode=Mode.LEXICAL)[0].passage.text
