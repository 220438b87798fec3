"""One connection to an SQLite file, whose errors say what to do. The only importer of apsw."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import apsw

from index.errors import IndexLocked, IndexMismatch, IndexNotFound, StoreError

Row = tuple[Any, ...]

_APPLICATION = 0x53454544  # "SEED" in the file's header tells our files from other SQLite files
_BUSY = (apsw.BusyError, apsw.LockedError)
_DAMAGED = (apsw.CorruptError, apsw.FormatError)
_OUT_OF_REACH = (apsw.CantOpenError, apsw.IOError, apsw.PermissionsError, apsw.ReadOnlyError, apsw.AuthError)


class Database:
    """A connection, for one thread at a time; two never see half of each other's changes."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Connect to a file; its content is not looked at yet. Where it cannot be written, it can still be read."""
        self.path = path
        self.read_only = not create and not (_writable(path) and _writable(path.parent))
        try:
            self._connection = self._connect(create=create)
        except apsw.Error as error:
            raise self._explained(error) from error
        self._connection.set_busy_timeout(5000)
        self._file = _identity(path)

    def _connect(self, *, create: bool) -> apsw.Connection:
        if not self.read_only:
            flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
            return apsw.Connection(os.fspath(self.path), flags=flags)
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        # SQLite keeps files beside one that is written ahead to. Where it cannot make them, it reads all the same if it
        # is told that nobody writes; but then it does not see what a log that was left there holds.
        quiet = not _length(self.path.with_name(f"{self.path.name}-wal"))
        return apsw.Connection(f"{self.path.absolute().as_uri()}{'?immutable=1' if quiet else ''}", flags=flags)

    def is_replaced(self) -> bool:
        """Tell whether the path no longer leads to the file that was opened."""
        return self._file is not None and _identity(self.path) != self._file

    def close(self) -> None:
        """Close the file; a transaction under way is rolled back."""
        try:
            self._connection.close()
        except apsw.Error as error:  # it writes what was written ahead into its place
            raise self._explained(error) from error

    def each(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """Run statements and go through the rows one by one."""
        try:
            yield from self._connection.execute(sql, tuple(values))
        except apsw.Error as error:
            raise self._explained(error) from error
        except UnicodeDecodeError as error:
            raise self.damaged("a text is not UTF-8") from error

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run statements to their end and return the rows."""
        return list(self.each(sql, values))

    def many(self, sql: str, rows: Iterator[Row]) -> None:
        """Run a statement once for each row of values."""
        try:
            self._connection.executemany(sql, rows)
        except apsw.Error as error:
            raise self._explained(error) from error

    def changes(self) -> int:
        """Count the rows that the last statement changed."""
        return self._connection.changes()

    @contextmanager
    def transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """Do all or nothing. DEFERRED sees one state of the file throughout and keeps nobody from writing.

        Within another one it is a part of that. No savepoints: FTS5 writes all it holds at each.
        """
        if self._connection.in_transaction:
            yield
            return
        try:
            self.rows(f"BEGIN {kind}")
            yield
            self.rows("COMMIT")
        finally:  # Ctrl-C may come between any two lines, after BEGIN and after COMMIT too
            if self._connection.in_transaction:
                self.rows("ROLLBACK")

    def tokenize(self, text: str, tokenizer: Sequence[str]) -> list[tuple[str, str]]:
        """Cut a text as FTS5 does: each word as it is written, and the token that it is found by."""
        utf8 = text.encode()
        found = cast("list[tuple[int, int, str]]", self._cut(utf8, tokenizer, include_offsets=True))
        return [(utf8[start:end].decode(), token) for start, end, token in found]

    def stems(self, text: str, tokenizer: Sequence[str]) -> list[str]:
        """Cut a text as FTS5 does: the tokens alone, in order."""
        return cast("list[str]", self._cut(text.encode(), tokenizer, include_offsets=False))

    def _cut(self, utf8: bytes, tokenizer: Sequence[str], *, include_offsets: bool) -> object:
        name, *options = tokenizer
        cut = self._connection.fts5_tokenizer(name, options)
        return cut(utf8, apsw.FTS5_TOKENIZE_QUERY, None, include_colocated=False, include_offsets=include_offsets)

    # What kind of file it is

    def stamp(self, version: int) -> None:
        """Mark the file as an index of a version of the format."""
        self.rows(f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {version}")

    def version(self) -> int:
        """Tell which version of the format the file has."""
        [(found,)] = self.rows("PRAGMA user_version")
        return int(found)

    def recognise(self, oldest: int, newest: int) -> int:
        """Return the format's version; raise a StoreError that says what the file is if it is none of these."""
        [(application,)] = self.rows("PRAGMA application_id")
        if application == 0 and not self.rows("SELECT 1 FROM sqlite_schema"):
            raise not_found(self.path)  # an empty file: what was making it was stopped
        if application != _APPLICATION:
            raise StoreError(f"{self.path} is another program's file: choose another folder with --index")
        found = self.version()
        if found > newest:
            raise IndexMismatch(
                f"{self.path} has format {found}, and this seedqa reads up to format {newest}: update seedqa"
            )
        if found < oldest:
            raise IndexMismatch(f"{self.path} has format {found}, which was never released: {self._anew()}")
        return found

    def make_durable(self) -> None:
        """Write ahead, so that readers and a writer do not wait for each other, and sync at each commit."""
        if not self.read_only:
            self.rows("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")

    def damaged(self, how: object) -> StoreError:
        """Say that the file is damaged, how, and what to do."""
        return StoreError(f"{self.path} is damaged ({how}): {self._anew()}")

    def _explained(self, error: apsw.Error) -> StoreError:
        if isinstance(error, _BUSY):
            return IndexLocked(f"{self.path} is being used by another process ({error}): try again")
        if isinstance(error, apsw.NotADBError):
            return StoreError(f"{self.path} is not an index: {self._anew()}")
        if isinstance(error, _DAMAGED):
            return self.damaged(error)
        if isinstance(error, apsw.FullError):
            return StoreError(f"the disk that holds {self.path} is full: make room, then run {self._again()}")
        if isinstance(error, _OUT_OF_REACH):
            return StoreError(f"{self.path} cannot be read or written ({error}): look at its permissions")
        return StoreError(f"{self.path} cannot be used ({error}): look at it with `seedqa status`")

    def _anew(self) -> str:
        """Say how to make the index again without losing what else is in its folder: conversations and uploads."""
        name = self.path.name
        return f"delete {name}, {name}-wal and {name}-shm there, and nothing else; then run {self._again()}"

    def _again(self) -> str:
        return f"`seedqa add PATH --index {self.path.parent}`"


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell a file from any other that exists at the same time: it is open, so its number is not given away."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def not_found(path: Path) -> IndexNotFound:
    """Say that there is no index, and how to make one."""
    folder = path.parent
    return IndexNotFound(f"there is no index in {folder}: make one with `seedqa add PATH --index {folder}`")
