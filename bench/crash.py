"""Whether an index survives what can happen to it: ``python -m bench.crash --kills 300 --faults 300 --damages 500``.

Kills: kill -9 at random points of adding, updating, renaming, moving, removing, forgetting and migrating. Faults: a
write, a sync or a rename that fails, a disk that is full, a kill at just that operation. After each, nothing that was
acknowledged is lost, ``status --check`` is clean, and once synced the answers are those of a fresh index. Damages: a
flipped bit or a file cut off: found and named, or without any effect on what is stored and found.
"""

import argparse
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bench import faults, steps
from bench.faults import Disk, Failing
from index import Error, Index
from index.store import Store
from index.sync import Sync
from index.walk import walk
from tests.fakes import HashingEmbedder

FORK = multiprocessing.get_context("fork")
"""Each trial is a copy of this process, which does nothing itself: starting Python anew takes half a second."""


@dataclass(slots=True)
class Tally:
    """What came of a campaign."""

    name: str
    times: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def row(self) -> str:
        """Return a row of the table."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.most_common())
        return f"| {self.name} | {self.times} | {kinds} | {len(self.wrong)} |"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaigns; print a table and what went wrong; return 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--damages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    print("| what | times | how it ended | wrong |\n|---|---|---|---|", flush=True)
    wrong = []
    for campaign, count in ((kills, options.kills), (failures, options.faults), (damages, options.damages)):
        tally = campaign(count, seed=options.seed)
        wrong += tally.wrong
        print(tally.row(), flush=True)
    if wrong:
        print(f"\nWrong:\n{steps.show(wrong)}")
    return 1 if wrong else 0


def apart(call: Callable[[], list[str]], *, seconds: float = 600) -> list[str]:
    """Call in a process of its own; return what it returns, or how the process ended."""
    here, there = FORK.Pipe(duplex=False)

    def run() -> None:
        try:
            there.send(call())
        except BaseException as error:
            there.send([f"{type(error).__name__}: {error}"])

    process = FORK.Process(target=run)
    process.start()
    there.close()
    try:
        result: list[str] = here.recv() if here.poll(seconds) else ["hangs"]
    except EOFError:
        process.join()
        result = [f"crashes: exit status {process.exitcode}"]
    process.kill()
    process.join()
    return result


# Killed


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
            wrong = apart(lambda folder=folder, lines=lines: steps.faults(folder, lines))  # type: ignore[misc]
            tally.wrong += [f"kill {number}: {fault}" for fault in wrong]
            tally.times += 1
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
        while process.is_alive() and time.monotonic() < until and _lines(log) < wanted:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
    process.kill()
    process.join()
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def _work(folder: Path, seed: int, log: Path) -> None:
    with log.open("w") as out:
        steps.Steps(folder, seed, out).run(1000)


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def _make_old(folder: Path) -> None:
    """Put an index of an earlier format in the place of today's, for the same files."""
    from tests.test_migrations import old_index

    shutil.rmtree(folder / "index", ignore_errors=True)
    files = {path.resolve(): steps.sha256(path) or "" for path in (folder / "docs").rglob("*.txt")}
    old_index(folder / "index", files, HashingEmbedder())


# Failing disks


def failures(count: int, *, seed: int) -> Tally:
    """Let one operation on the disk fail, each time another one; look at what is left."""
    tally, chance = Tally("a disk that fails"), random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        trial, base = Path(place) / "trial", Path(place) / "base"
        trial.mkdir()
        apart(lambda: _prepared(trial, seed))
        trial.rename(base)  # what is tried is copied to where it was made, since the index knows the files by that
        totals = {failing: int(apart(lambda f=failing: _counted(trial, base, f))[0]) for failing in Failing}  # type: ignore[misc]
        for number in range(count):
            failing = list(Failing)[number % len(Failing)]
            at = 1 + chance.randrange(max(1, totals[failing]))
            wrong = _failed(trial, base, failing, at, tally)
            tally.wrong += [f"{failing} {at}: {fault}" for fault in wrong]
            tally.times += 1
            if number % 5 == 0:
                wrong = _limited(trial, base, chance.randrange(300_000), tally)
                tally.wrong += [f"files limited: {fault}" for fault in wrong]
                tally.times += 1
    return tally


def _prepared(folder: Path, seed: int) -> list[str]:
    """Make an index, and then changes to the files that it does not know of."""
    with (folder / "log").open("w") as out:
        changes = steps.Steps(folder, seed, out)
        changes.run(12)
        changes.change_files()
    return []


def _counted(trial: Path, base: Path, failing: Failing) -> list[str]:
    """Return how many operations of the kind a sync of the folder takes."""
    _copy(base, trial)
    disk = Disk(failing, 0)
    with (trial / "log").open("w") as out:
        _sync_on(disk, trial, out)
    return [str(disk.count)]


def _copy(base: Path, trial: Path) -> None:
    shutil.rmtree(trial, ignore_errors=True)
    shutil.copytree(base, trial)


def _sync_on(disk: Disk, folder: Path, out: IO[str]) -> None:
    shim = disk.install()
    teller = steps.Steps(folder, 0, out)
    with closing(Store.open(folder / "index" / "index.db")) as store:
        run = Sync(store, HashingEmbedder, on_progress=None, on_file=teller.tell, max_bytes=1 << 25)
        run.run([folder / "docs"], walk([folder / "docs"]))
    del shim


def _failed(trial: Path, base: Path, failing: Failing, at: int, tally: Tally) -> list[str]:
    """Sync on a disk that fails; return what is wrong with how that ended, and with what is left."""

    def sync(out: IO[str]) -> None:
        _sync_on(Disk(failing, at), trial, out)

    return _tried(trial, base, sync, tally, may_die=failing is Failing.DIE)


def _limited(trial: Path, base: Path, room: int, tally: Tally) -> list[str]:
    """Sync where no file may grow beyond a size: every write, whoever makes it, can find the disk full."""

    def sync(out: IO[str]) -> None:
        largest = max(path.stat().st_size for path in (trial / "index").rglob("*") if path.is_file())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, largest + room))
        with Index.open(trial / "index", embedder=HashingEmbedder()) as index:
            index.sync([trial / "docs"], on_file=steps.Steps(trial, 0, out).tell)

    return _tried(trial, base, sync, tally, may_die=False)


def _tried(trial: Path, base: Path, sync: Callable[[IO[str]], None], tally: Tally, *, may_die: bool) -> list[str]:
    _copy(base, trial)

    def run() -> list[str]:
        with (trial / "log").open("w") as out:
            try:
                sync(out)
            except Error as error:
                return [f"said: {error}"]
        return ["went on"]

    [ended] = apart(run)
    kind = ended.split(":")[0]
    tally.kinds[kind] += 1
    wrong = [] if kind in {"said", "went on"} or (may_die and kind == "crashes") else [ended]
    lines = (trial / "log").read_text().splitlines(keepends=True)
    return wrong + apart(lambda: steps.faults(trial, lines))


# Damaged files


def damages(count: int, *, seed: int) -> Tally:
    """Damage a file of an index, each time another one; see whether that is found."""
    tally, chance = Tally("a bit flipped or a file cut off"), random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        base, trial = Path(place) / "base", Path(place) / "trial"
        base.mkdir()
        apart(lambda: _with_leftovers(base, seed))
        [right] = apart(lambda: [_state(base / "index")])
        for _ in range(count):
            _copy(base / "index", trial)
            what = faults.damage(trial, chance)
            [found] = apart(lambda: [_looked_at(trial, right)])
            tally.kinds[found.split(":")[0]] += 1
            if found.split(":")[0] not in {"named", "without effect"}:
                tally.wrong.append(f"{what}: {found}")
            tally.times += 1
    return tally


def _with_leftovers(folder: Path, seed: int) -> list[str]:
    """Make an index as an interrupted run leaves it: with what it has of a large file."""
    with (folder / "log").open("w") as out:
        changes = steps.Steps(folder, seed, out)
        changes.run(12)
        changes.interrupt_large()
    return []


def _state(index: Path) -> str:
    """Write down all that is stored, and what is found."""
    with Index.open(index, embedder=HashingEmbedder()) as opened:
        found = [sorted(steps.answers(opened, question)) for question in steps.QUESTIONS]
        return repr((sorted(steps.texts(opened).items()), found))


def _looked_at(index: Path, right: str) -> str:
    """Open a damaged index, search it and check it; return what came of that."""
    try:
        with Index.open(index, embedder=HashingEmbedder()) as opened:
            if problems := opened.check():
                return f"named: {problems[0]}"
        state = _state(index)
    except Error as error:
        return f"named: {error}"
    return "without effect" if state == right else "not noticed: other texts or answers"


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
