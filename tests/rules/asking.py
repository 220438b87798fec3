"""Ask a question of one text, with a reader that marks what a pattern matches: so a test is of the rule alone."""

from collections.abc import Sequence
from pathlib import Path

from index import Index
from qa.engine import Engine
from qa.types import Answer, Turn
from tests.fakes import HashingEmbedder, PatternReader


def ask(
    folder: Path, text: str, question: str, marks: str, *, suffix: str = ".md", turns: Sequence[Turn] = ()
) -> Answer:
    """Index a text, ask, with a reader that marks what a pattern matches."""
    (folder / f"paper{suffix}").write_text(text, encoding="utf-8")
    with Index.open(folder / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([folder / f"paper{suffix}"])
        return Engine(folder / "index", reader=PatternReader(marks), index=index).ask(question, turns)
