"""A passage's words, as they are kept: which it holds, how many, and in how many passages each is."""

from collections import Counter
from collections.abc import Iterable, Sequence

from index.store.database import Database
from index.store.schema import TOKENIZER
from index.store.seen import seen
from index.types import Passage

Columns = tuple[str, str]
"""What a passage is found by: its title and heading, and its text, as :func:`index.store.seen.seen` writes them."""


def columns(title: str, passage: Passage) -> Columns:
    """Write what a passage is found by."""
    return seen(f"{title}\n{passage.heading}"), seen(passage.text)


def cut(database: Database, written: Columns) -> tuple[list[str], list[str]]:
    """Cut both columns into terms, as FTS5 does."""
    about, text = (database.stems(column, TOKENIZER) for column in written)
    return about, text


def add_frequencies(database: Database, cuts: Iterable[Sequence[Sequence[str]]], *, sign: int = 1) -> None:
    """Count, or with ``sign`` -1 no longer count, passages among those that hold each of their terms."""
    counted = Counter(term for parts in cuts for term in {term for part in parts for term in part})
    upsert = "ON CONFLICT (term) DO UPDATE SET passages = passages + excluded.passages"
    rows = ((term, sign * number) for term, number in sorted(counted.items()))
    database.many(f"INSERT INTO frequencies VALUES (?, ?) {upsert}", rows)
    if sign < 0:
        database.many("DELETE FROM frequencies WHERE term = ? AND passages <= 0", ((term,) for term in counted))
