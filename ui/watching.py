"""Folders that the page keeps in step while it runs: remembered beside the index, so that the next start goes on."""

import json
import logging
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import qa
from qa import Changes, Engine
from ui.jobs import Jobs

_LOG = logging.getLogger(__name__)


class Watching:
    """Adds watched folders, and what changes in them, to the queue. What was removed by hand stays out of the index."""

    def __init__(
        self, engine: Engine, jobs: Jobs, path: Path, *, uploads: Path | None = None, resume: bool = True
    ) -> None:
        """``path`` is the file in which it is remembered what is watched.

        Without ``resume`` no folder of the last run is followed, and the file stays as it is: it is the next run's.

        Of the folder of ``uploads`` too it is remembered what was removed by hand.
        """
        self._engine, self._jobs, self._path = engine, jobs, path
        self._uploads = [str(uploads)] if uploads else []
        self._lock = threading.Lock()
        self._is_kept = resume
        self._folders: dict[str, threading.Event] = {}  # each with what ends its thread, and no later one's
        remembered = _read(path)
        jobs.left_out |= set(remembered.get("left_out", ()))
        for folder in remembered.get("folders", ()) if resume else ():
            self.add(Path(folder))

    def folders(self) -> list[str]:
        """Return the folders that are watched."""
        with self._lock:
            return list(self._folders)

    def add(self, folder: Path) -> None:
        """Bring the index in line with a folder, and keep it so."""
        real, dropped = os.path.realpath(folder), threading.Event()
        with self._lock:
            if real in self._folders:
                return
            self._folders[real] = dropped
            self._remember()
        threading.Thread(target=self._follow, args=(real, dropped), name="seedqa-watch", daemon=True).start()

    def drop(self, folder: str) -> bool:
        """Watch a folder no more; what is indexed stays. Tell whether it was watched."""
        with self._lock:
            if folder not in self._folders:
                return False
            self._folders.pop(folder).set()
            self._jobs.left_out -= {path for path in self._jobs.left_out if _is_below(path, [folder])}
            self._remember()
            return True

    def leave_out(self, paths: Iterable[Path]) -> None:
        """Remember that these were removed by hand: the next look at their folder must not bring them back."""
        with self._lock:
            kept = [*self._folders, *self._uploads]
            self._jobs.left_out |= {str(path) for path in paths if _is_below(str(path), kept)}
            self._remember()

    def take_in(self, paths: Iterable[Path]) -> None:
        """Forget that these were removed: they are wanted again."""
        with self._lock:
            self._jobs.left_out -= {str(path) for path in paths}
            self._remember()

    def close(self) -> None:
        """Stop looking."""
        with self._lock:
            for dropped in self._folders.values():
                dropped.set()

    def _follow(self, folder: str, dropped: threading.Event) -> None:
        while not dropped.is_set():
            try:
                watch = self._engine.watch([Path(folder)])  # before it is read: nothing that changes then is missed
                self._jobs.add([Path(folder)], name=folder)
                for changes in watch.changes(dropped.is_set):
                    self._pass_on(changes, folder)
            except Exception:
                _LOG.exception("looking at %s failed", folder)
                dropped.wait(5)

    def _pass_on(self, changes: Changes, folder: str) -> None:
        try:
            known = self._engine.known(changes)
        except qa.IndexNotFound:
            known = changes
        differ = [path for path in known.differ if str(path) not in self._jobs.left_out]
        if known.left_out:
            self._jobs.remove(known.left_out, name=_named(known.left_out, folder))
        if differ:
            self._jobs.add(differ, name=_named(differ, folder))

    def _remember(self) -> None:
        if not self._is_kept or not (self._folders or self._jobs.left_out or self._path.exists()):
            return
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = {"folders": list(self._folders), "left_out": sorted(self._jobs.left_out)}
            new.write_text(json.dumps(kept), encoding="ascii")
            new.replace(self._path)
        except OSError as error:
            _LOG.warning("what is watched cannot be remembered: %s", error)


def _read(path: Path) -> dict[str, list[str]]:
    """Read what is remembered; nothing from a file that is not as it was written."""
    try:
        found = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: [text for text in texts if isinstance(text, str)]
        for name, texts in found.items()
        if isinstance(texts, list)
    }


def _is_below(path: str, folders: Sequence[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _named(paths: Sequence[Path], folder: str) -> str:
    return paths[0].name if len(paths) == 1 else f"{len(paths):,} changed files in {Path(folder).name}"
