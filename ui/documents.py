"""The routes of the list of documents: see it, add to it by upload or in place, take out of it, follow the queue."""

import ipaddress
import os
import threading
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

import qa
from qa import Engine, Entry, Fate
from qa.api import SAMPLES
from ui.jobs import Job, Jobs, Kind, Snapshot, State
from ui.routes import Name
from ui.uploads import Refused, Uploads

UNDO_SECONDS = 60.0
"""How long a removal can be undone; then copies that came through the browser are deleted."""

_SHOWN = 100  # lines of the queue that are sent: the page asks every second
_FIRST = {State.RUNNING: 0, State.FAILED: 1, State.STOPPED: 2, State.WAITING: 3, State.DONE: 4}


def _whole(path: str) -> str:
    if not Path(path).is_absolute():
        raise ValueError("expected the whole path, such as /home/ann/reports")
    return path


WholePath = Annotated[Name, AfterValidator(_whole)]
Paths = Annotated[list[WholePath], Field(min_length=1, max_length=10_000)]


class Strict(BaseModel):
    """A request that says what is meant, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PathsRequest(Strict):
    """Some files, by their whole paths."""

    paths: Paths


class AddRequest(Strict):
    """Files or folders of this computer, read where they are."""

    paths: Annotated[list[WholePath], Field(min_length=1, max_length=20)]


class RemoveRequest(Strict):
    """Files to take out of the index, or the sample documents."""

    paths: Paths | None = None
    samples: bool = False


class JobRequest(Strict):
    """A job of the queue; None means all."""

    job: Annotated[int, Field(ge=1, lt=2**53)] | None = None


Sort = Literal["name", "kind", "size", "changed", "passages"]


def add(app: FastAPI, engine: Engine, *, host: str = "127.0.0.1", jobs: Jobs | None = None) -> None:
    """Add ``/api/documents`` and what is below it. Paths of this computer are taken from a page on it only."""
    uploads = Uploads(engine.folder / "files")
    queue = jobs or Jobs(engine)
    library = Library(engine, uploads)
    is_local = on_this_computer(host)

    @app.get("/api/documents")
    def documents(
        query: Annotated[str, Field(max_length=500)] = "",
        sort: Sort = "name",
        down: bool = False,
        offset: Annotated[int, Field(ge=0, lt=2**53)] = 0,
        limit: Annotated[int, Field(ge=1, le=500)] = 100,
    ) -> JSONResponse:
        found = library.matching(query, sort=sort, down=down)
        return JSONResponse({
            "total": len(library.entries()),
            "matching": len(found),
            "items": [library.row(entry) for entry in found[offset : offset + limit]],
        })  # fmt: skip

    @app.get("/api/documents/state")
    def state() -> JSONResponse:
        return JSONResponse({
            "generation": library.generation(),
            "files": len(library.entries()),
            "samples": len(library.samples()),
            "local": is_local,
            "kinds": list(engine.kinds),
            "most_bytes": uploads.most_bytes,
            "queue": queue_to_json(queue.snapshot(), uploads),
        })  # fmt: skip

    @app.post("/api/documents/ids")
    def ids(request: PathsRequest) -> JSONResponse:
        wanted = set(request.paths)
        return _chosen(entry for entry in library.entries() if entry.path in wanted)

    @app.post("/api/documents/choose")
    def choose(query: Annotated[str, Field(max_length=500)] = "") -> JSONResponse:
        return _chosen(library.matching(query))

    @app.post("/api/documents/upload")
    async def upload(request: Request, name: Name) -> JSONResponse:
        problem = library.unreadable(name)
        if problem:
            return _refused(problem, 415)
        try:
            received = await uploads.receive(request.stream())
        except Refused as error:
            return _refused(str(error), 413)
        if known := library.holding(received.sha256, received.size):
            uploads.drop(received)
            return JSONResponse({"known": known.path})
        path = uploads.keep(received, name)
        return JSONResponse({"job": queue.add([path], name=PurePath(name).name or path.name)})

    @app.post("/api/documents/add")
    def add_paths(request: AddRequest) -> JSONResponse:
        if not is_local:
            return _refused("Paths are taken from a page on this computer only: upload the files instead.", 403)
        missing = next((path for path in request.paths if not os.path.lexists(path)), None)
        if missing:
            return _refused(f"{missing} does not exist: check the spelling.", 404)
        return JSONResponse({"jobs": [queue.add([Path(path)], name=path) for path in request.paths]})

    @app.post("/api/documents/again")
    def again(request: PathsRequest) -> JSONResponse:
        known = library.known(request.paths)
        return JSONResponse({"jobs": [queue.add([path]) for path in known]})

    @app.post("/api/documents/remove")
    def remove(request: RemoveRequest) -> JSONResponse:
        chosen = [Path(entry.path) for entry in library.samples()] if request.samples else []
        chosen += library.known(request.paths or ())
        if not chosen:
            return _refused("None of these is in the index any more.", 404)
        name = chosen[0].name if len(chosen) == 1 else f"{len(chosen):,} documents"
        removal = queue.remove(chosen, name=name)
        later = threading.Timer(UNDO_SECONDS, _forget, (removal, chosen, queue, library))
        later.daemon = True
        later.start()
        return JSONResponse({"removal": removal, "files": len(chosen), "seconds": UNDO_SECONDS})

    @app.post("/api/documents/undo")
    def undo(request: JobRequest) -> JSONResponse:
        job = queue.undo(request.job or 0)
        return JSONResponse({"job": job}) if job else _refused("This cannot be undone any more: add it again.", 404)

    @app.post("/api/documents/stop")
    def stop(request: JobRequest) -> JSONResponse:
        queue.stop(request.job)
        return JSONResponse({})

    @app.post("/api/documents/retry")
    def retry(request: JobRequest) -> JSONResponse:
        job = queue.retry(request.job or 0)
        return JSONResponse({"job": job}) if job else _refused("There is nothing to try again.", 404)

    @app.post("/api/documents/clear")
    def clear(request: JobRequest) -> JSONResponse:
        del request
        queue.clear()
        return JSONResponse({})


class Library:
    """The documents as the page lists them. What it reads of the index it keeps until that changes."""

    def __init__(self, engine: Engine, uploads: Uploads) -> None:
        """Look at nothing yet."""
        self._engine = engine
        self._uploads = uploads
        self._kept: tuple[str, list[Entry]] = ("", [])

    def generation(self) -> str:
        """Return what stays the same while the index does; "" where there is none."""
        try:
            return ".".join(map(str, self._engine.generation()))
        except qa.Error:
            return ""

    def entries(self) -> list[Entry]:
        """Return the files by path; none where there is no index."""
        generation = self.generation()
        if not generation or self._kept[0] != generation:
            try:
                self._kept = (generation, self._engine.documents())
            except qa.Error:
                return []
        return self._kept[1]

    def matching(self, query: str, *, sort: Sort = "name", down: bool = False) -> list[Entry]:
        """Return the files whose path or title has each word of a query, whatever its case and accents."""
        words = _folded(query).split()
        found = [
            entry
            for entry in self.entries()
            if not words or all(word in _folded(f"{self._place(entry)} {entry.title}") for word in words)
        ]
        return sorted(found, key=_KEYS[sort], reverse=down)

    def samples(self) -> list[Entry]:
        """Return the sample documents that a first start has indexed."""
        return [entry for entry in self.entries() if _is_sample(entry)]

    def known(self, paths: Iterable[str]) -> list[Path]:
        """Return those of the paths that are in the index."""
        wanted = set(paths)
        return [Path(entry.path) for entry in self.entries() if entry.path in wanted]

    def holding(self, sha256: str, size: int) -> Entry | None:
        """Return a file in the index that has these bytes, and is still there; None if there is none."""
        same = (entry for entry in self.entries() if entry.sha256 == sha256 and not _is_sample(entry))
        return next((entry for entry in same if _size(entry.path) == size), None)

    def unreadable(self, name: str) -> str:
        """Say why a file of this name is not taken; "" if it is."""
        suffix = PurePath(name).suffix.lower()
        if suffix in self._engine.kinds:
            return ""
        return f"Files of this kind cannot be read ({suffix or 'without a suffix'}): save it as a PDF or as text."

    def delete_copies(self, paths: Sequence[Path]) -> None:
        """Delete those files that came through the browser and are in the index no more."""
        for path in set(paths) - set(self.known(map(str, paths))):
            self._uploads.delete(path)

    def row(self, entry: Entry) -> dict[str, Any]:
        """Return what the list shows of a file, and how it is on disk now."""
        path = PurePath(entry.path)
        return {
            "id": entry.id,
            "path": entry.path,
            "name": path.name,
            "folder": str(PurePath(self._place(entry)).parent),
            "title": entry.title,
            "kind": path.suffix.lower().removeprefix("."),
            "size": entry.stamp.size if entry.stamp else None,
            "changed": _day(entry),
            "pages": entry.pages,
            "passages": entry.passages,
            "state": _state(entry),
            "sample": _is_sample(entry),
            "uploaded": self._uploads.holds(Path(entry.path)),
        }

    def _place(self, entry: Entry) -> str:
        """Return a path as people know it: from their own folder, or from that of the uploads."""
        path = Path(entry.path)
        for folder, shown in ((self._uploads.folder, ""), (SAMPLES, "samples"), (Path.home(), "~")):
            if path.is_relative_to(folder):
                return str(PurePath(shown, path.relative_to(folder)))
        return entry.path


_KEYS: dict[Sort, Callable[[Entry], Any]] = {
    "name": lambda entry: (_folded(PurePath(entry.path).name), entry.path),
    "kind": lambda entry: (PurePath(entry.path).suffix.lower(), entry.path),
    "size": lambda entry: (entry.stamp.size if entry.stamp else -1, entry.path),
    "changed": lambda entry: (entry.stamp.mtime if entry.stamp else -1, entry.path),
    "passages": lambda entry: (entry.passages, entry.path),
}


def on_this_computer(host: str) -> bool:
    """Tell whether only this computer can reach a server that listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def queue_to_json(queue: Snapshot, uploads: Uploads) -> dict[str, Any]:
    """Return the queue as the page shows it; of a long one what runs, failed or waits before what is done."""
    shown = sorted(sorted(queue.jobs, key=_importance)[:_SHOWN], key=lambda job: job.id)
    now = queue.progress
    return {
        "done": queue.done,
        "total": queue.total,
        "share": round(queue.share, 4),
        "seconds_left": queue.seconds_left,
        "now": None if now is None else {
            "name": PurePath(now.path).name,
            "passage": now.file_passages[0],
            "passages": now.file_passages[1],
            "files_done": now.files_done,
            "files_total": now.files_total,
        },
        "jobs": [_job(job, uploads) for job in shown],
        "hidden": len(queue.jobs) - len(shown),
    }  # fmt: skip


def _chosen(entries: Iterable[Entry]) -> JSONResponse:
    """Return the paths with the ids of their documents: as many as a search can be confined to."""
    return JSONResponse({"items": [(entry.path, entry.id) for entry in islice(entries, 10_000)]})


def _importance(job: Job) -> tuple[int, int]:
    return _FIRST[job.state], -job.id if job.state is State.DONE else job.id


def _job(job: Job, uploads: Uploads) -> dict[str, Any]:
    failed = job.fates[Fate.FAILED]
    return {
        "id": job.id,
        "kind": job.kind,
        "name": job.name,
        "state": job.state,
        "reason": _without_path(job.reason, job.paths[0]),
        "counts": {fate: count for fate, count in job.fates.items() if count},
        "failures": [
            {"name": _shown(outcome.path, job, uploads), "reason": _without_path(outcome.reason, outcome.path)}
            for outcome in job.failures[:20]
        ]
        if failed and job.state is not State.FAILED
        else [],
        "can_retry": bool(failed) or job.state in (State.FAILED, State.STOPPED),
        "can_stop": job.kind is Kind.ADD and job.state in (State.WAITING, State.RUNNING),
    }


def _shown(path: str, job: Job, uploads: Uploads) -> str:
    """Return a failed file's path from the folder that was added."""
    for folder in (*job.paths, uploads.folder):
        if PurePath(path).is_relative_to(folder) and PurePath(path) != folder:
            return str(PurePath(path).relative_to(folder))
    return PurePath(path).name


def _without_path(reason: str, path: str | Path) -> str:
    """Return a sentence without the path that it begins with: the line names the file already."""
    said = reason.removeprefix(str(path)).strip()
    return said[:1].upper() + said[1:]


def _forget(removal: int, paths: Sequence[Path], queue: Jobs, library: Library) -> None:
    if queue.forget(removal):
        library.delete_copies(paths)


def _is_sample(entry: Entry) -> bool:
    return PurePath(entry.path).is_relative_to(SAMPLES)


def _folded(text: str) -> str:
    """Return a text as it is searched: without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _state(entry: Entry) -> str:
    """Tell whether a file looks as it did when it was read: "", "changed" or "gone"."""
    if not entry.sha256:
        return ""
    try:
        found = Path(entry.path).stat()
    except OSError:
        return "gone"
    seen = entry.stamp
    return "changed" if seen and (seen.size, seen.mtime) != (found.st_size, found.st_mtime_ns) else ""


def _day(entry: Entry) -> str | None:
    if entry.stamp is None:
        return None
    with suppress(OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(entry.stamp.mtime / 1e9, UTC).isoformat(timespec="seconds")
    return None


def _size(path: str) -> int | None:
    with suppress(OSError, ValueError):
        return Path(path).stat().st_size
    return None


def _refused(why: str, status: int) -> JSONResponse:
    return JSONResponse({"error": why.encode(errors="replace").decode()}, status)
