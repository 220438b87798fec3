"""Who is logged in, and for how long."""

import hashlib
import secrets
import time
from collections.abc import Callable

IDLE, OLDEST = 12 * 3600.0, 7 * 24 * 3600.0
"""Seconds after which a session ends: without a request, and in any case."""


class Sessions:
    """Who is logged in, by the hash of a token that only the browser has."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody is."""
        self._clock = clock
        self._open: dict[bytes, tuple[float, float]] = {}  # hash: when it began, when it was last used

    def begin(self) -> str:
        """Open a session; return its token. Those that have ended are forgotten."""
        now, token = self._clock(), secrets.token_urlsafe(32)
        self._open = {key: times for key, times in self._open.items() if self._lasts(times)}
        self._open[hashed(token)] = (now, now)
        return token

    def holds(self, token: str) -> bool:
        """Tell whether a token opens a session still, and keep it open."""
        times = self._open.get(hashed(token))
        if times is None or not self._lasts(times):
            return False
        self._open[hashed(token)] = (times[0], self._clock())
        return True

    def end(self, token: str) -> None:
        """Close a session."""
        self._open.pop(hashed(token), None)

    def _lasts(self, times: tuple[float, float]) -> bool:
        began, used = times
        return self._clock() - began < OLDEST and self._clock() - used < IDLE


def hashed(token: str) -> bytes:
    """Return what is kept of a secret: it cannot be turned back."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
