"""Files → the store: what is new is added, what has changed is replaced, what has vanished is removed.

Reading runs ahead in threads of its own (ahead), passages of several files are embedded together (batches), and what
is done is stored a few files at a time (run): the embedder, which takes nearly all of the time, never waits.
"""

from index.sync.ahead import Elsewhere
from index.sync.draft import embed, store_document
from index.sync.report import Fate, Outcome, Progress, Report
from index.sync.run import Sync

__all__ = ["Elsewhere", "Fate", "Outcome", "Progress", "Report", "Sync", "embed", "store_document"]
