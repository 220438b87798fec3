"""Killed: a process that changes an index, at random moments."""

import random
import shutil
import tempfile
import time
from functools import partial
from pathlib import Path

from bench.crash import steps
from bench.crash.trial import FORK, Tally, acknowledged, apart
from tests.fakes import HashingEmbedder


def kills(count: int, *, seed: int) -> Tally:
    """Kill a process that changes an index, again and again; look at what is left each time."""
    tally, chance = Tally("kill -9 at a random moment"), random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number in range(count):
            if number % 10 == 9:
                _make_old(folder)
                tally.kinds["while migrating or after"] += 1
            lines = _killed(folder, number, chance)
            tally.kinds["before anything was acknowledged" if not lines else "after acknowledgements"] += 1
            wrong = apart(partial(steps.faults, folder, lines))
            tally.count(f"kill {number}", wrong)
    return tally


def _killed(folder: Path, number: int, chance: random.Random) -> list[str]:
    """Start changing, and kill that; return the lines it wrote."""
    log = folder / "log"
    process = FORK.Process(target=_work, args=(folder, number, log))
    process.start()
    if chance.random() < 0.3:  # from the start: opening, making, migrating
        time.sleep(chance.uniform(0, 0.4))
    else:  # once something is acknowledged
        wanted = chance.randrange(1, 60)
        until = time.monotonic() + 60
        while process.is_alive() and time.monotonic() < until and len(acknowledged(log)) < wanted:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
    process.kill()
    process.join()
    lines = acknowledged(log)
    log.unlink(missing_ok=True)
    return lines


def _work(folder: Path, seed: int, log: Path) -> None:
    with log.open("w") as out:
        steps.Steps(folder, seed, out).run(1000)


def _make_old(folder: Path) -> None:
    """Put an index of an earlier format in the place of today's, for the same files."""
    from tests.test_migrations import old_index

    shutil.rmtree(folder / "index", ignore_errors=True)
    files = {path.resolve(): steps.sha256(path) or "" for path in (folder / "docs").rglob("*.txt")}
    old_index(folder / "index", files, HashingEmbedder())
