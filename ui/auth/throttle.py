"""Slows down who guesses."""

import time
from collections.abc import Callable

FREE_GUESSES = 5
LONGEST_WAIT = 900.0


class Throttle:
    """Makes who guesses wait: five guesses are free, then each costs twice as long as the one before."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most: int = 10_000) -> None:
        """Remember up to ``most`` addresses."""
        self._clock = clock
        self._most = most
        self._failed: dict[str, tuple[int, float]] = {}  # address: failures, and when it may try again

    def wait(self, address: str) -> float:
        """Tell for how many seconds an address may not guess."""
        return max(0.0, self._failed.get(address, (0, 0.0))[1] - self._clock())

    def failed(self, address: str) -> None:
        """Note a wrong guess."""
        count = self._failed.pop(address, (0, 0.0))[0] + 1
        wait = min(LONGEST_WAIT, 2.0 ** (count - FREE_GUESSES)) if count >= FREE_GUESSES else 0.0
        self._failed[address] = (count, self._clock() + wait)
        if len(self._failed) > self._most:
            del self._failed[next(iter(self._failed))]

    def succeeded(self, address: str) -> None:
        """Forget the wrong guesses."""
        self._failed.pop(address, None)
