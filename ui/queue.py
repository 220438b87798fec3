"""Who asks waits in line, and is told to come again when the line is long: the server never takes on without end.

One line for all: the page's conversations, programs and assistants.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from threading import RLock

RETRY_AFTER = 5
"""Seconds after which who was turned away may come again: by then a few places are free."""


class FullError(Exception):
    """The line is as long as it may be."""

    def __init__(self) -> None:
        """The message is for people."""
        super().__init__("Too many questions are waiting: ask again in a few seconds.")


@dataclass(eq=False, slots=True)
class Ticket:
    """A place in the line: ``turn`` has a result as soon as it is one's turn, ``on_move`` is told each place before."""

    on_move: Callable[[int], None]
    turn: Future[None] = field(default_factory=Future)


class Queue:
    """Lets ``at_once`` questions work and ``most`` wait, first come, first served. For threads and tasks."""

    def __init__(self, *, at_once: int = 4, most: int = 100) -> None:
        """Two questions are read at the same time; the others of the four search meanwhile."""
        self.at_once, self.most = at_once, most
        self._lock = RLock()
        self._waiting: list[Ticket] = []
        self._working: set[Ticket] = set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def enter(self, on_move: Callable[[int], None] = lambda _: None) -> Ticket:
        """Take a place; :meth:`leave` gives it back. Raises FullError if too many wait already.

        ``on_move`` is told how many are before, at once and each time that this changes, by whichever thread moves the
        line: it must not take long.
        """
        with self._lock:
            if self.waiting >= self.most:
                raise FullError
            ticket = Ticket(on_move)
            self._waiting.append(ticket)
            self._admit()
            if ticket in self._waiting:
                on_move(len(self._waiting) - 1)
            return ticket

    def give_up(self, ticket: Ticket) -> bool:
        """Leave the line, and who is behind moves up; False, and nothing, if the turn has come already."""
        with self._lock:
            if ticket not in self._waiting:
                return False
            place = self._waiting.index(ticket)
            del self._waiting[place]
            self._tell(place)
            return True

    def leave(self, ticket: Ticket) -> None:
        """Give up a place or a turn, whichever it is."""
        with self._lock:
            if ticket in self._working:
                self._working.remove(ticket)
                self._admit()
                self._tell(0)
            else:
                self.give_up(ticket)

    @asynccontextmanager
    async def turn(self, on_move: Callable[[int], None] = lambda _: None) -> AsyncIterator[None]:
        """Wait for a turn, and hold it within the ``with`` block. Raises FullError if too many wait already."""
        ticket = self.enter(on_move)
        try:
            await asyncio.wrap_future(ticket.turn)
            yield
        finally:
            self.leave(ticket)

    def _admit(self) -> None:
        while self._waiting and len(self._working) < self.at_once:
            ticket = self._waiting.pop(0)
            self._working.add(ticket)
            if ticket.turn.set_running_or_notify_cancel():  # else it is about to leave
                ticket.turn.set_result(None)

    def _tell(self, first: int) -> None:
        for place, ticket in enumerate(self._waiting[first:], first):
            ticket.on_move(place)
