"""Connections to read through: one for each search that goes on, so that none waits for another."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from index.errors import StoreError
from index.store import Store


class Readers:
    """A pool of open stores. It opens another where all are in use, up to ``most``, and keeps them for the next."""

    def __init__(self, store: Store, *, most: int = 16) -> None:
        """Take over an open store, the first of the pool."""
        self._first, self._most = store, most
        self._idle, self._opened, self._closed = [store], 1, False
        self._changed = Condition()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Lend a store to one thread; what is read inside ``store.snapshot()`` is one state."""
        store = self._taken()
        try:
            yield store
        finally:
            with self._changed:
                self._idle.append(store)
                self._changed.notify_all()

    @contextmanager
    def snapshot(self) -> Iterator[Store]:
        """Lend a store that sees one state throughout."""
        with self.store() as store, store.snapshot():
            yield store

    def close(self) -> None:
        """Wait for those who read, then close all."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: len(self._idle) == self._opened)
            for store in self._idle:
                store.close()

    def _taken(self) -> Store:
        with self._changed:
            # a file that has taken the place of the first's is another index: those who read share what is open
            while not self._idle and not self._closed:
                if self._opened < self._most and not self._first.database.is_replaced():
                    self._idle.append(Store.open(self._first.database.path))
                    self._opened += 1
                else:
                    self._changed.wait()
            if self._closed:
                folder = self._first.database.path.parent
                raise StoreError(f"the index in {folder} is closed: open it again")
            return self._idle.pop()
