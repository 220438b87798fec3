"""A line of the queue, and the queue at a moment: values."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from qa import Fate, Outcome, Progress

_FAILURES = 100
"""Reasons kept of one job: who has more has one reason many times, and reads no further."""


class Kind(StrEnum):
    """What a job does."""

    ADD = "add"
    REMOVE = "remove"


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(slots=True)
class Job:
    """One line of the queue: a file, a folder, or several files that belong together."""

    id: int
    kind: Kind
    name: str
    paths: tuple[Path, ...]
    size: int = 0
    state: State = State.WAITING
    reason: str = ""
    fates: Counter[Fate] = field(default_factory=Counter)
    failures: list[Outcome] = field(default_factory=list)

    def note(self, outcome: Outcome) -> None:
        """Count what became of a file."""
        self.fates[outcome.fate] += 1
        if outcome.fate is Fate.FAILED and len(self.failures) < _FAILURES:
            self.failures.append(outcome)

    def settle(self) -> None:
        """Finish: failed if nothing of it could be read."""
        kept = sum(count for fate, count in self.fates.items() if fate is not Fate.FAILED)
        self.state = State.FAILED if self.failures and not kept else State.DONE
        self.reason = self.failures[0].reason if self.state is State.FAILED else ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in (State.WAITING, State.RUNNING)

    @property
    def can_retry(self) -> bool:
        """Whether there is something to do again: not while it runs, or it would be done twice."""
        return self.is_over and (bool(self.failures) or self.state is not State.DONE)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The queue at a moment. ``done`` of ``total`` jobs are finished since it was last empty.

    ``share`` of all the work is done, 0 to 1, and about ``seconds_left`` are, as far as that can be told.
    """

    jobs: list[Job]
    done: int
    total: int
    progress: Progress | None
    share: float
    seconds_left: float | None
