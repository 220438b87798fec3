"""Which of the files that were found are not as they were read: their old words must not pass for what they say now."""

from collections.abc import Iterable

from qa import Hit
from qa.originals import State, state
from ui.render import CHANGED, GONE

_SAID = {State.CHANGED: CHANGED, State.GONE: GONE}


def stale(hits: Iterable[Hit]) -> dict[str, str]:
    """Return the paths of those that have changed or are gone, and which of the two."""
    documents = {hit.passage.document.path: hit.passage.document for hit in hits}
    said = {path: _SAID.get(state(document), "") for path, document in documents.items()}
    return {path: how for path, how in said.items() if how}
