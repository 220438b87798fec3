"""The REST routes beside the page: the same answers as ``seedqa ask --json``, in milliseconds."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException

import qa
from qa import Engine
from ui.problems import problem
from ui.queue import RETRY_AFTER, FullError, Queue

LONGEST_QUESTION = 10_000

FOR_PROGRAMS = "For programs"
"""Routes that stay as they are; the others are the page's own."""

Text = Annotated[str, StringConstraints(max_length=LONGEST_QUESTION)]
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION)]
Count = Annotated[int, Field(ge=1, le=50)]


def _absolute(path: str) -> str:
    if not Path(path).is_absolute():
        raise ValueError(
            "expected the whole path, such as /home/ann/reports: the server has a current folder of its own"
        )
    return path


def _day(value: object) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 9000:  # clocks of computers do not reach further
        raise ValueError("expected a day, such as 2024-01-31")
    return day


Name = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
WholePath = Annotated[Name, AfterValidator(_absolute)]
Day = Annotated[date, BeforeValidator(_day)]


class WhereRequest(BaseModel):
    """Which documents are searched: those that fit each field that is given. See ``qa.Where``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    paths: Annotated[list[WholePath], Field(min_length=1, max_length=100)] | None = None
    kinds: Annotated[list[Name], Field(min_length=1, max_length=100)] | None = None
    documents: Annotated[list[Annotated[int, Field(ge=1, lt=2**63)]], Field(min_length=1, max_length=10_000)] | None = (
        None
    )
    since: Day | None = None
    until: Day | None = None

    def value(self) -> qa.Where:
        """Return what it says as the search takes it."""
        return qa.Where(
            documents=_tuple(self.documents),
            paths=_tuple(self.paths),
            kinds=_tuple(self.kinds),
            since=self.since,
            until=self.until,
        )


class RetrieveRequest(BaseModel):
    """A question, how many passages are wanted, and of which documents."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Question
    k: Count = 5
    where: WhereRequest | None = None

    def confined(self) -> qa.Where | None:
        """Return what the search is confined to, if to anything."""
        return self.where.value() if self.where else None


class AskRequest(RetrieveRequest):
    """A question, with the questions and answers that came before it, oldest first; ``k`` passages are read at most."""

    k: Count = 10
    turns: Annotated[list[Annotated[list[Text], Field(min_length=2, max_length=2)]], Field(max_length=50)] = []


def add(app: FastAPI, engine: Engine, *, queue: Queue | None = None) -> None:
    """Add ``/api/ask``, ``/api/retrieve`` and ``/api/health``. Each runs in a thread of the server's pool."""
    line = queue or Queue()
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(StarletteHTTPException)(_said)
    app.exception_handler(FullError)(_turned_away)
    app.exception_handler(qa.Error)(_unavailable)

    @app.post("/api/ask", tags=[FOR_PROGRAMS])
    async def ask(request: AskRequest, accept: Annotated[str, Header()] = "") -> Response:
        """Answer a question with a verbatim quote, or abstain with a reason: the object of `seedqa ask --json`.

        With `Accept: text/event-stream` the stages come first, as server-sent events (`stage`: `waiting`, with how many
        are `before`, as often as that changes; `reading`), and then the `answer` or the `problem`.
        """
        turns = [qa.Turn(question, answer) for question, answer in request.turns]

        def work() -> Any:
            return qa.to_json(engine.ask(request.question, turns, k=request.k, where=request.confined()))

        if "text/event-stream" in accept:
            return StreamingResponse(_stages(line, work), media_type="text/event-stream")
        return await _in_line(line, work)

    @app.post("/api/retrieve", tags=[FOR_PROGRAMS])
    async def retrieve(request: RetrieveRequest) -> Response:
        """Find the passages that fit a question best: the list of `seedqa retrieve --json`."""
        found = lambda: qa.hits_to_json(engine.retrieve(request.question, k=request.k, where=request.confined()))  # noqa: E731
        return await _in_line(line, found)

    @app.get("/api/health", tags=[FOR_PROGRAMS])
    def health() -> Response:
        """Tell that the index opens, and how much is in it."""
        return reply(lambda: _health(engine))


def close(app: FastAPI) -> None:
    """Answer whatever no route before has: 404, or 405 with the methods there are. Before Gradio, which takes all."""

    @app.api_route("/api/{rest:path}", methods=["GET", "HEAD", "POST", "PATCH", "DELETE"], include_in_schema=False)
    def nothing(request: Request) -> Response:
        path = request.url.path
        there = [route for route in app.routes if isinstance(route, APIRoute) and route.path_regex.match(path)]
        methods = sorted({method for route in there if route.endpoint is not nothing for method in route.methods or ()})
        if not methods:
            return problem(404, f"There is nothing at {path[:200]}: see /docs.".encode("ascii", "replace").decode())
        return problem(405, f"Use {' or '.join(methods)} here: see /docs.", headers={"Allow": ", ".join(methods)})


async def _in_line(line: Queue, work: Callable[[], Any]) -> Response:
    async with line.turn():
        return await run_in_threadpool(reply, work)


async def _stages(line: Queue, work: Callable[[], Any]) -> AsyncIterator[str]:
    """Yield what happens to a question as server-sent events."""
    places: asyncio.Queue[int | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def say(before: int | None) -> None:
        loop.call_soon_threadsafe(places.put_nowait, before)

    try:
        ticket = line.enter(say)
    except FullError as error:
        yield _event("problem", json.loads(bytes(full(error).body)))
        return
    try:
        ticket.turn.add_done_callback(lambda _: say(None))
        while (before := await places.get()) is not None:
            yield _event("stage", {"stage": "waiting", "before": before})
        yield _event("stage", {"stage": "reading"})
        made = await run_in_threadpool(reply, work)
        yield _event("answer" if made.status_code == 200 else "problem", json.loads(bytes(made.body)))
    finally:
        line.leave(ticket)


def full(error: FullError) -> JSONResponse:
    """Turn a program away: 503, and when to come again."""
    return problem(503, str(error), headers={"Retry-After": str(RETRY_AFTER)})


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _health(engine: Engine) -> dict[str, Any]:
    counts = engine.counts()
    return {"status": "ok", "documents": counts.documents, "files": counts.files, "passages": counts.passages}


def _tuple(values: list[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


def reply(work: Callable[[], Any]) -> JSONResponse:
    """The work's result; or 503 with an error's own message; or 500 with no details."""
    try:
        return JSONResponse(work())
    except HTTPException:
        raise
    except qa.Error as error:
        return problem(503, str(error))
    except Exception:
        logging.getLogger(__name__).exception("a request failed")
        return problem(500, "Something went wrong here. The server's terminal has the details.")


def _said(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException), request.url.path
    return problem(error.status_code, error.detail, headers=dict(error.headers or {}))


def _turned_away(request: Request, error: Exception) -> Response:
    assert isinstance(error, FullError), request.url.path
    return full(error)


def _unavailable(request: Request, error: Exception) -> Response:
    """A file of ours cannot be used: its own words say what to do."""
    assert isinstance(error, qa.Error), request.url.path
    return problem(503, str(error))


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Say what is wrong with a request, field by field, without sending its contents back."""
    assert isinstance(error, RequestValidationError), request.url.path
    faults = [
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    ]
    return problem(422, "; ".join(faults).encode("ascii", "replace").decode())
