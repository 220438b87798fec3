"""A server whose answers are written down, and what is asked of its page."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import qa
from bench.browser import served
from index import Document, Passage
from qa import Answer, Candidate, Counts, Entry, Hit, Reason, Turn, Where
from qa.compose import claims
from qa.read.in_order import OnRead
from tests.fakes import PatternReader
from ui import app
from ui.conversations import Conversations

MINUTES = """The meeting was led by Ada Brightwater.
It was held on 14 March 2019.

    Eleven members came."""


HOSTILE = """<script>window.pwned = 1</script> <img src="http://evil.example/a.png" onerror="window.pwned = 1">
![p](http://evil.example/b.png) [l](javascript:window.pwned=1) http://evil.example/c $$\\int x$$ `x` **x** {{value}}
${1} <a href="http://evil.example/d">d</a><style>@import "http://evil.example/e.css"</style></mark></blockquote></div>
The thief took 90,000 crowns. <iframe src="http://evil.example/f"></iframe> &lt;b&gt; \u202eesrever\u202c | - # 1."""


def hit(path: str, text: str, score: float) -> Hit:
    """A passage that is the whole of its document."""
    return Hit(Passage(1, Document(1, path, "A title", text, (), "ab" * 32), 0, len(text)), score)


def candidate(found: Hit, quote: str) -> Candidate:
    """A quote of a passage."""
    start = found.passage.text.index(quote)
    return Candidate(found, start, start + len(quote), 4.0)


TOLD = hit("/docs/trilateral-cyber-meeting.md", MINUTES, 0.9)


WICKED = hit('/docs/"><img src=x onerror=window.pwned=1>.html', HOSTILE, 0.4)


QUOTES = {
    "led": [candidate(TOLD, "Ada Brightwater"), candidate(TOLD, "Eleven members")],
    "held": [candidate(TOLD, "14 March 2019")],
    "stolen": [candidate(WICKED, "90,000 crowns")],
}


class Scripted(qa.Engine):
    """An engine that knows three quotes, takes a moment, and says which turns it was given."""

    def __init__(self) -> None:
        """It needs no index."""
        super().__init__(Path("/nowhere"))

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = 10,
        where: Where | None = None,
        on_read: OnRead | None = None,
    ) -> Answer:
        """Quote, or abstain; a follow-up is understood as the questions so far."""
        del where
        assert on_read is not None
        count = 200 if "slowly" in question else 20 if "gently" in question else 2
        for passage in range(count):
            on_read(passage, count)
            time.sleep(0.15)
        if "broken" in question:
            raise qa.Error("The index is damaged. Re-create it with: seedqa add PATH")
        searched = " / ".join([*(turn.question for turn in turns[-1:]), question])
        abstained = Answer(question, searched, Reason.LOW_CONFIDENCE, 0.4, hits=tuple(self.retrieve(question, k=k)))
        if "Birch" in question:
            return replace(abstained, reason=Reason.UNKNOWN_NAME, missing=("Birch",))
        if "how many" in question.lower():
            return replace(abstained, candidates=(candidate(TOLD, "Eleven members"),))
        for word, quotes in QUOTES.items():
            if word in question:
                said = tuple(claims(quotes, PatternReader("").calibration))
                return replace(abstained, reason=Reason.ANSWERED, confidence=said[0].confidence, claims=said)
        return abstained

    def retrieve(self, question: str, *, k: int = 5, where: Where | None = None) -> list[Hit]:
        """Find all there is, for any question."""
        del where
        return [TOLD, WICKED][:k] if question else []

    def documents(self) -> list[Entry]:
        """List both documents."""
        paths = (found.passage.document.path for found in (TOLD, WICKED))
        return [Entry(n, path, "", 0, 1, "ab" * 32, None) for n, path in enumerate(paths, 1)]

    def counts(self) -> Counts:
        """Count them."""
        return Counts(documents=2, files=2, passages=2)


@contextmanager
def serving(history: Path | None, port: int = 0) -> Iterator[str]:
    """Serve the page with the conversations of a file, or of memory."""
    with (
        closing(Conversations(history)) as kept,
        served(lambda: app.application(Scripted(), conversations=kept), port=port) as address,
    ):
        yield address


def asked(*questions: str) -> list[str]:
    """What the bubbles say, as a screen reader has it."""
    return [f"You asked: {question}" for question in questions]
