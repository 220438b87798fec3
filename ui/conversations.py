"""What was asked before: conversations in an SQLite file beside the index, or in memory if nothing is to be kept.

What was said is kept as it was shown, and as a record: a document may change or go, and the conversation still says
what it said then. A question is stored before it is answered, so that one that a crash cut short is found as
interrupted.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import RLock
from typing import Any

import apsw

from qa import StoreError, Turn

_VERSION = 1
_SCHEMA = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    draft TEXT NOT NULL DEFAULT '',
    changed REAL NOT NULL,
    deleted REAL
) STRICT;
CREATE TABLE exchanges (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    asked TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    at REAL NOT NULL,
    searched TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT '',
    is_turn INTEGER NOT NULL DEFAULT 0,
    reply TEXT NOT NULL DEFAULT '',
    record TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (conversation, number)
) STRICT;
PRAGMA user_version = 1;
"""
_TITLE = 120
_UNDO_SECONDS = 3600.0


class State(StrEnum):
    """How far a question got."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question: as it was searched, the answer's text, what is shown, and the record, as JSON.

    ``is_turn`` tells whether a later question may refer to it.
    """

    state: State
    searched: str = ""
    said: str = ""
    is_turn: bool = False
    shown: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, its place in it, what else was sent with it (as JSON), and what came of it."""

    number: int
    asked: str
    request: str
    at: float
    reply: Reply


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation without its questions: ``questions`` tells how many there are."""

    id: str
    title: str
    draft: str
    changed: float
    questions: int


class Conversations:
    """All conversations of an index. Threads may share one."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, or make it; without one, everything is in memory and gone when the program ends.

        Questions that were running when the program ended are interrupted now, and what was deleted goes for good.
        Raises StoreError if the file cannot be used.
        """
        self.path = path
        self._lock = RLock()
        with self._explained():
            if path is not None:
                path.touch(mode=0o600)  # before SQLite makes it, readable for all
            self._database = apsw.Connection(str(path or ":memory:"))
            self._database.set_busy_timeout(5000)
            self._prepare()
            self._change("UPDATE exchanges SET state = ? WHERE state = ?", (State.INTERRUPTED, State.RUNNING))
            self._purge(before=time.time())

    @property
    def is_kept(self) -> bool:
        """Whether they outlive the program."""
        return self.path is not None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    # Conversations

    def start(self) -> Conversation:
        """Begin a conversation. It is listed once there is something in it."""
        made = Conversation(secrets.token_urlsafe(9), "", "", time.time(), 0)
        self._change("INSERT INTO conversations (id, changed) VALUES (?, ?)", (made.id, made.changed))
        return made

    def listed(self, words: str = "", *, most: int = 500) -> list[Conversation]:
        """Return those that have a question or a draft, and the words in a title, question or answer; latest first."""
        found = self._conversations(
            "deleted IS NULL AND (draft <> '' OR questions > 0) AND (? = '' OR instr(fold(title), ?) OR EXISTS "
            "(SELECT 1 FROM exchanges WHERE conversation = id AND instr(fold(asked || ' ' || said), ?)))",
            (words := words.strip().casefold(), words, words),
        )
        return found[:most]

    def get(self, conversation: str) -> Conversation | None:
        """Return a conversation; None if it is not there, or deleted."""
        return next(iter(self._conversations("id = ? AND deleted IS NULL", (conversation,))), None)

    def rename(self, conversation: str, title: str) -> None:
        """Give it a title; "" gives it back the first question's words."""
        self._change("UPDATE conversations SET title = ? WHERE id = ?", (title.strip()[:_TITLE], conversation))

    def keep_draft(self, conversation: str, draft: str) -> None:
        """Keep what is typed and not yet asked."""
        self._change("UPDATE conversations SET draft = ? WHERE id = ?", (draft, conversation))

    def delete(self, conversation: str) -> None:
        """Delete a conversation. For an hour, or until the program starts again, it can be restored."""
        now = time.time()
        self._change("UPDATE conversations SET deleted = ? WHERE id = ?", (now, conversation))
        self._purge(before=now - _UNDO_SECONDS)

    def restore(self, conversation: str) -> None:
        """Undo a deletion."""
        self._change("UPDATE conversations SET deleted = NULL WHERE id = ?", (conversation,))

    # What was asked

    def exchanges(self, conversation: str, *, before: int = 1 << 60, most: int = -1) -> list[Exchange]:
        """Return the last questions before a number, all of them unless ``most`` are wanted, in order."""
        rows = self._rows(
            "SELECT number, asked, request, at, state, searched, said, is_turn, reply, record FROM exchanges "
            "WHERE conversation = ? AND number < ? ORDER BY number DESC LIMIT ?",
            (conversation, before, most),
        )
        return [_exchange(row) for row in reversed(rows)]

    def exchange(self, conversation: str, number: int) -> Exchange | None:
        """Return one question; None if it is not there."""
        found = self.exchanges(conversation, before=number + 1, most=1)
        return found[0] if found and found[0].number == number else None

    def turns(self, conversation: str, *, before: int, most: int = 8) -> list[Turn]:
        """Return what a question with this number may refer to: the last questions that were answered, or not found."""
        rows = self._rows(
            "SELECT searched, said FROM exchanges WHERE conversation = ? AND number < ? AND is_turn "
            "ORDER BY number DESC LIMIT ?",
            (conversation, before, most),
        )
        return [Turn(searched, said) for searched, said in reversed(rows)]

    def ask(self, conversation: str, asked: str, request: str = "{}") -> int:
        """Note that a question is being answered; return its number. The draft that it was is no more."""
        now = time.time()
        with self._lock, self._explained(), self._database:
            row = self._rows("SELECT coalesce(max(number), 0) FROM exchanges WHERE conversation = ?", (conversation,))
            number = int(row[0][0]) + 1
            self._change(
                "INSERT INTO exchanges (conversation, number, asked, request, state, at) VALUES (?, ?, ?, ?, ?, ?)",
                (conversation, number, asked, request, State.RUNNING, now),
            )
            self._change("UPDATE conversations SET changed = ?, draft = '' WHERE id = ?", (now, conversation))
        return number

    def finish(self, conversation: str, number: int, reply: Reply) -> None:
        """Keep what came of a question."""
        self._change(
            "UPDATE exchanges SET state = ?, searched = ?, said = ?, is_turn = ?, reply = ?, record = ? "
            "WHERE conversation = ? AND number = ?",
            (
                reply.state,
                reply.searched,
                reply.said,
                int(reply.is_turn),
                reply.shown,
                reply.record,
                conversation,
                number,
            ),
        )

    def forget(self, conversation: str, number: int) -> None:
        """Drop a question that came to nothing, and is asked again."""
        self._change(
            "DELETE FROM exchanges WHERE conversation = ? AND number = ? AND NOT is_turn", (conversation, number)
        )

    # SQLite

    def _prepare(self) -> None:
        self._database.create_scalar_function("fold", lambda *text: str(text[0]).casefold(), 1, deterministic=True)
        self._rows("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON")
        version = self._rows("PRAGMA user_version")[0][0]
        if version > _VERSION:
            raise StoreError(
                f"{self.path} was written by a later seedqa (format {version}, this one reads {_VERSION}): "
                "use that one, or start with --no-history"
            )
        if version == 0:
            with self._database:
                self._database.execute(_SCHEMA)

    def _conversations(self, condition: str, values: Sequence[Any]) -> list[Conversation]:
        rows = self._rows(
            "SELECT id, title, draft, changed, questions, first FROM (SELECT *, (SELECT count(*) FROM exchanges "
            "WHERE conversation = id) AS questions, (SELECT asked FROM exchanges WHERE conversation = id "
            f"ORDER BY number LIMIT 1) AS first FROM conversations) WHERE {condition} ORDER BY changed DESC",
            values,
        )
        return [
            Conversation(name, title or _title(first or ""), draft, changed, questions)
            for name, title, draft, changed, questions, first in rows
        ]

    def _purge(self, *, before: float) -> None:
        self._change("DELETE FROM conversations WHERE deleted < ?", (before,))

    def _change(self, statement: str, values: Sequence[Any]) -> None:
        self._rows(statement, values)

    def _rows(self, statement: str, values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._lock, self._explained():
            return [tuple(row) for row in self._database.execute(statement, values)]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (apsw.Error, OSError) as error:
            raise StoreError(
                f"the conversations in {self.path} cannot be read or kept ({error}): move that file away, make room on "
                "the disk, or start with --no-history"
            ) from error


def _exchange(row: tuple[Any, ...]) -> Exchange:
    number, asked, request, at, state, searched, said, is_turn, shown, record = row
    return Exchange(number, asked, request, at, Reply(State(state), searched, said, bool(is_turn), shown, record))


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= _TITLE else f"{words[: _TITLE - 1]}…"
