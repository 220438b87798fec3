"""Failing disks: one operation fails, each time another one, or no file may grow."""

import random
import resource
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO

from bench.crash import steps
from bench.crash.disk import Disk, Failing
from bench.crash.trial import Tally, acknowledged, apart, copy, prepared
from index import Error, Index
from index.store import Store
from index.sync.run import Sync
from index.walk import walk
from tests.fakes import HashingEmbedder


def failures(count: int, *, seed: int) -> Tally:
    """Let one operation on the disk fail, each time another one; look at what is left."""
    tally, chance = Tally("a disk that fails"), random.Random(seed)
    if not count:
        return tally
    with prepared(seed, steps.Steps.change_files) as (base, trial):
        totals = {failing: int(apart(partial(_counted, trial, base, failing))[0]) for failing in Failing}
        for number in range(count):
            failing = list(Failing)[number % len(Failing)]
            at = 1 + chance.randrange(max(1, totals[failing]))
            wrong = _failed(trial, base, failing, at, tally)
            tally.count(f"{failing} {at}", wrong)
            if number % 5 == 0:
                wrong = _limited(trial, base, chance.randrange(300_000), tally)
                tally.count("files limited", wrong)
    return tally


def _counted(trial: Path, base: Path, failing: Failing) -> list[str]:
    """Return how many operations of the kind a sync of the folder takes."""
    copy(base, trial)
    disk = Disk(failing, 0)
    with (trial / "log").open("w") as out:
        _sync_on(disk, trial, out)
    return [str(disk.count)]


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
    copy(base, trial)

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
    return wrong + apart(partial(steps.faults, trial, acknowledged(trial / "log")))
