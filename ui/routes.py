"""The REST routes beside the page: the same answers as ``seedqa ask --json``, in milliseconds."""

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

import qa
from qa import Engine

LONGEST_QUESTION = 10_000

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
Day = Annotated[date, BeforeValidator(_day)]


class WhereRequest(BaseModel):
    """Which documents are searched: those that fit each field that is given. See ``qa.Where``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    paths: Annotated[list[Annotated[Name, AfterValidator(_absolute)]], Field(min_length=1, max_length=100)] | None = (
        None
    )
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


def add(app: FastAPI, engine: Engine) -> None:
    """Add ``/api/ask``, ``/api/retrieve`` and ``/api/health``. Each runs in a thread of the server's pool."""
    app.exception_handler(RequestValidationError)(_invalid)

    @app.post("/api/ask")
    def ask(request: AskRequest) -> JSONResponse:
        turns = [qa.Turn(question, answer) for question, answer in request.turns]
        return reply(lambda: qa.to_json(engine.ask(request.question, turns, k=request.k, where=request.confined())))

    @app.post("/api/retrieve")
    def retrieve(request: RetrieveRequest) -> JSONResponse:
        return reply(lambda: qa.hits_to_json(engine.retrieve(request.question, k=request.k, where=request.confined())))

    @app.get("/api/health")
    def health() -> JSONResponse:
        return reply(lambda: _health(engine))


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
        return JSONResponse({"error": str(error)}, 503)
    except Exception:
        logging.getLogger(__name__).exception("a request failed")
        return JSONResponse({"error": "Something went wrong here. The server's terminal has the details."}, 500)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Say what is wrong with a request, field by field, without sending its contents back."""
    assert isinstance(error, RequestValidationError), request.url.path
    faults = [
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    ]
    return JSONResponse({"error": "; ".join(faults).encode("ascii", "replace").decode()}, 422)
