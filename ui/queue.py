"""Who asks waits in line, and is told to come again when the line is long: the server never takes on without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FullError(Exception):
    """The line is as long as it may be."""


class Queue:
    """Lets ``at_once`` requests work and ``most`` wait, first come, first served."""

    def __init__(self, *, at_once: int = 4, most: int = 100) -> None:
        """Two questions are read at the same time; the others of the four search meanwhile."""
        self.most = most
        self.waiting = 0
        self._places = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it within the ``with`` block. Raises FullError if too many wait already."""
        if self.waiting >= self.most:
            raise FullError
        self.waiting += 1
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._places.release()
