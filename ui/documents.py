"""The routes of the list of documents: see it, add to it by upload or in place, take out of it, follow the queue."""

import os
import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from qa import Engine, Entry, Fate
from ui import guard
from ui.jobs import Job, Jobs, Kind, Snapshot, State
from ui.library import Library, Sort
from ui.problems import problem
from ui.routes import Name, WholePath
from ui.uploads import Refused, Uploads
from ui.watching import Watching

UNDO_SECONDS = 60.0
"""How long a removal can be undone; then copies that came through the browser are deleted."""

_SHOWN = 100  # lines of the queue that are sent: the page asks every second
_FIRST = {State.RUNNING: 0, State.FAILED: 1, State.STOPPED: 2, State.WAITING: 3, State.DONE: 4}


Paths = Annotated[list[WholePath], Field(min_length=1, max_length=10_000)]


class Strict(BaseModel):
    """A request that says what is meant, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PathsRequest(Strict):
    """Some files, by their whole paths."""

    paths: Paths


class AddRequest(Strict):
    """Files or folders of this computer, read where they are, and again whenever they change if they are watched."""

    paths: Annotated[list[WholePath], Field(min_length=1, max_length=20)]
    watch: bool = False


class RemoveRequest(Strict):
    """Files to take out of the index, or the sample documents."""

    paths: Paths | None = None
    samples: bool = False


class JobRequest(Strict):
    """A job of the queue; None means all."""

    job: Annotated[int, Field(ge=1, lt=2**53)] | None = None


def add(
    app: FastAPI,
    engine: Engine,
    *,
    host: str = "127.0.0.1",
    watch: Sequence[Path] = (),
    read_only: bool = False,
    jobs: Jobs | None = None,
) -> None:
    """Add ``/api/documents`` and what is below it. Paths of this computer are taken from a page on it only.

    The folders of ``watch`` are kept in step, and those that were when the server ran before, unless it is
    ``read_only``.
    """
    uploads = Uploads(Path(os.path.realpath(engine.folder)) / "files")  # as its files are known in the index
    queue = jobs or Jobs(engine)
    library = Library(engine, uploads)
    is_local = guard.is_local(host)
    watching = Watching(
        engine, queue, engine.folder / "watched.json", uploads=uploads.folder, resume=not read_only
    )  # fmt: skip
    for folder in watch:
        watching.add(folder)
    if not read_only:
        _go_on(uploads, library, watching, queue)

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
            "watched": watching.folders(),
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
        if why := library.unreadable(name):
            return _refused(why, 415)
        try:
            received = await uploads.receive(request.stream())
        except Refused as error:
            return _refused(str(error), 413)
        known = library.holding(received.sha256, received.size)
        if known and not queue.is_going(Path(known.path)):
            uploads.drop(received)
            return JSONResponse({"known": known.path})
        with uploads.lock:
            try:
                path = uploads.keep(received, name)
            except Refused as error:
                return _refused(str(error), 409)
            queue.reclaim([path])
        watching.take_in([path])
        return JSONResponse({"job": queue.add([path], name=PurePath(name).name or path.name)})

    @app.post("/api/documents/add")
    def add_paths(request: AddRequest) -> JSONResponse:
        if not is_local:
            return _refused("Paths are taken from a page on this computer only: upload the files instead.", 403)
        missing = next((path for path in request.paths if not os.path.lexists(path)), None)
        if missing:
            return _refused(f"{missing} does not exist: check the spelling.", 404)
        if request.watch:
            for path in request.paths:
                watching.add(Path(path))
            return JSONResponse({"jobs": []})
        queue.reclaim(map(Path, request.paths))
        watching.take_in(map(Path, request.paths))
        return JSONResponse({"jobs": [queue.add([Path(path)], name=path) for path in request.paths]})

    @app.post("/api/documents/unwatch")
    def unwatch(request: PathsRequest) -> JSONResponse:
        dropped = [path for path in request.paths if watching.drop(path)]
        return JSONResponse({}) if dropped else _refused("This folder is not watched.", 404)

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
        watching.leave_out(chosen)
        removal = queue.remove(chosen, name=name)
        later = threading.Timer(UNDO_SECONDS, _forget, (removal, queue, uploads, library, watching))
        later.daemon = True
        later.start()
        return JSONResponse({"removal": removal, "files": len(chosen), "seconds": UNDO_SECONDS})

    @app.post("/api/documents/undo")
    def undo(request: JobRequest) -> JSONResponse:
        removed = queue.removed(request.job or 0)
        if removed is None:
            return _refused("This cannot be undone any more: add it again.", 404)
        watching.take_in(removed)
        return JSONResponse({"job": queue.undo(request.job or 0)})

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
        "can_retry": job.can_retry,
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


def _forget(removal: int, queue: Jobs, uploads: Uploads, library: Library, watching: Watching) -> None:
    """Delete the copies of what was removed, and was neither brought back nor sent again."""
    with uploads.lock:
        deleted = library.delete_copies(queue.forget(removal))
    watching.take_in(deleted)


def _go_on(uploads: Uploads, library: Library, watching: Watching, queue: Jobs) -> None:
    """Do what the last run of the server did not come to: delete copies of what was removed, and add what was sent.

    So what came through the browser is also in an index that was made again in place of a damaged one.
    """
    there = uploads.files()
    watching.take_in(library.delete_copies([path for path in there if str(path) in queue.left_out]))
    for path in set(there) - set(library.known(map(str, there))):
        if path.exists():
            queue.add([path])


def _refused(why: str, status: int) -> JSONResponse:
    return problem(status, why.encode(errors="replace").decode())
