"""A trial: something is done to an index in a process of its own, and what came of it is counted."""

import multiprocessing
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.crash.steps import Steps

FORK = multiprocessing.get_context("fork")
"""Each trial is a copy of this process, which does nothing itself: starting Python anew takes half a second."""


@dataclass(slots=True)
class Tally:
    """What came of a campaign."""

    name: str
    times: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, what: str, wrong: Sequence[str]) -> None:
        """Count a trial; say at once what went wrong, since a campaign takes hours."""
        self.times += 1
        self.wrong += [f"{what}: {fault}" for fault in wrong]
        for fault in wrong:
            print(f"{what}: {fault}"[:500], file=sys.stderr, flush=True)

    def row(self) -> str:
        """Return a row of the table."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.most_common())
        return f"| {self.name} | {self.times} | {kinds} | {len(self.wrong)} |"


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


@contextmanager
def prepared(seed: int, then: Callable[[Steps], None]) -> Iterator[tuple[Path, Path]]:
    """Yield a folder with an index that some changes have made, and where to copy it to: its files were there."""
    with tempfile.TemporaryDirectory() as place:
        base, trial = Path(place) / "base", Path(place) / "trial"
        trial.mkdir()
        apart(partial(_make, trial, seed, then))
        trial.rename(base)  # the index knows its files by where it was made
        yield base, trial


def _make(folder: Path, seed: int, then: Callable[[Steps], None]) -> list[str]:
    with (folder / "log").open("w") as out:
        changes = Steps(folder, seed, out)
        changes.run(12)
        then(changes)
    return []


def copy(base: Path, trial: Path) -> None:
    """Put a copy of what was prepared in the place of what was tried last."""
    shutil.rmtree(trial, ignore_errors=True)
    shutil.copytree(base, trial)


def acknowledged(log: Path) -> list[str]:
    """Return the lines that :class:`Steps` wrote; none if there is no log."""
    return log.read_text().splitlines(keepends=True) if log.exists() else []
