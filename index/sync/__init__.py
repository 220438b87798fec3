"""Files → the store: what is new is added, what has changed is replaced, what has vanished is removed.

Reading runs ahead in threads of its own (ahead), passages of several files are embedded together (batches), and what
is done is stored a few files at a time (run): the embedder, which takes nearly all of the time, never waits.
Here is only what a sync tells, which whoever asks imports, too; ``Sync`` itself is in ``index.sync.run``.
"""

from index.sync.report import Fate, Outcome, Progress, Report

__all__ = ["Fate", "Outcome", "Progress", "Report"]
