"""Adding in the background: one writer, a queue, progress by passage, and a stop that keeps what is done."""

from ui.jobs.job import Job, Kind, Snapshot, State
from ui.jobs.writer import Jobs

__all__ = ["Job", "Jobs", "Kind", "Snapshot", "State"]
