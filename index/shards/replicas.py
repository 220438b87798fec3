"""A shard that several actors hold: which of them is asked, and who answers where one is slow or dead. Ray is given."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from index.errors import Error, StoreError
from index.shards.part import Part

DEADLINE = 1.0
"""Seconds after which the other replica is asked too."""
GIVE_UP = 60.0
"""Seconds after which a question fails: by then a dead actor has been started again, and has loaded its shard."""
_AVOIDED = 20.0  # seconds for which a replica that was slow or dead is asked last


class Replicas:
    """A shard that several actors hold, asked as a :class:`Part` is; where one is slow or dead, another answers."""

    def __init__(
        self, name: str, actors: Sequence[Any], ray: Any, *, deadline: float = DEADLINE, give_up: float = GIVE_UP
    ) -> None:
        """``name`` is how an error calls the shard, ``ray`` what the actors are asked through."""
        self._name, self._actors, self._ray = name, list(actors), ray
        self._deadline, self._give_up = deadline, give_up
        self._avoided = [0.0] * len(actors)
        self._turn = 0

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Return what asks for a method of the shard."""
        if name.startswith("_") or not callable(getattr(Part, name, None)):
            raise AttributeError(name)
        return partial(self._ask, name)

    def renew(self) -> list[Any]:
        """Have the actors load what is published now; return what tells that each has."""
        return [actor.renew.remote() for actor in self._actors]

    def close(self) -> None:
        """Leave the actors as they are: others ask them too."""

    def is_replaced(self) -> bool:
        """Say no: an actor sees for itself when something else is published."""
        return False

    def _ask(self, name: str, *arguments: object) -> object:
        ray, until = self._ray, time.monotonic() + self._give_up
        order, failed = self._order(), dict[int, Error]()
        pending: dict[Any, int] = {}
        for attempt in range(1_000_000):
            if attempt < len(order) or not pending:
                number = order[attempt % len(order)]
                pending[self._actors[number].ask.remote(name, *arguments)] = number
            done, _ = ray.wait(list(pending), num_returns=1, timeout=self._deadline)
            for reference in done:
                number = pending.pop(reference)
                try:
                    return ray.get(reference)
                except ray.exceptions.RayTaskError as error:  # it has raised that itself
                    if not isinstance(error.cause, Error):
                        raise error.cause from None
                    failed[number] = error.cause  # of its copy or machine, perhaps; or of what was asked
                except ray.exceptions.RayError:  # it is dead, or being started
                    time.sleep(0.05 if attempt >= len(order) else 0)
                self._avoid(number)
            if not done:
                self._avoid(*pending.values())
            if len(failed) == len(self._actors):
                raise failed[order[0]] from None
            if time.monotonic() > until:
                break
        raise StoreError(
            f"{self._name} has not answered for {self._give_up:.0f} seconds: look at the cluster with `ray status`"
        )

    def _order(self) -> list[int]:
        """Return in which order to ask: each in turn, but what was slow or dead lately last."""
        self._turn += 1
        numbers = [(self._turn + place) % len(self._actors) for place in range(len(self._actors))]
        now = time.monotonic()
        return sorted(numbers, key=lambda number: self._avoided[number] > now)

    def _avoid(self, *numbers: int) -> None:
        for number in numbers:
            self._avoided[number] = time.monotonic() + _AVOIDED
