"""The REST routes beside the page: the same answers as ``seedqa ask --json``, in milliseconds."""

import logging
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

import qa
from ui import render

LONGEST_QUESTION = 10_000

Text = Annotated[str, StringConstraints(max_length=LONGEST_QUESTION)]
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION)]
Count = Annotated[int, Field(ge=1, le=50)]


class Engine(Protocol):
    """What the page and the routes ask of ``qa.Engine``. Several threads may call at once."""

    def ask(self, question: str, turns: Sequence[qa.Turn] = (), *, k: int = 10) -> qa.Answer:
        """Answer a question, as a follow-up of the turns."""
        ...

    def retrieve(self, question: str, *, k: int = 5) -> list[qa.Hit]:
        """Find the passages nearest to a question."""
        ...

    def documents(self) -> Sequence[render.DocumentRow]:
        """List what is indexed."""
        ...


class RetrieveRequest(BaseModel):
    """A question, and how many passages are wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Question
    k: Count = 5


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
        return _reply(lambda: qa.to_json(engine.ask(request.question, turns, k=request.k)))

    @app.post("/api/retrieve")
    def retrieve(request: RetrieveRequest) -> JSONResponse:
        return _reply(lambda: qa.hits_to_json(engine.retrieve(request.question, k=request.k)))

    @app.get("/api/health")
    def health() -> JSONResponse:
        return _reply(lambda: _health(engine))


def _health(engine: Engine) -> dict[str, Any]:
    rows = engine.documents()
    return {"status": "ok", "documents": len(rows), "passages": sum(row.passages for row in rows)}


def _reply(work: Callable[[], Any]) -> JSONResponse:
    """The work's result; or 503 with an error's own message; or 500 with no details."""
    try:
        return JSONResponse(work())
    except qa.Error as error:
        return JSONResponse({"error": str(error)}, 503)
    except Exception:
        logging.getLogger(__name__).exception("a request failed")
        return JSONResponse({"error": "Something went wrong here. The server's terminal has the details."}, 500)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Say what is wrong with a request, field by field, without sending its contents back."""
    assert isinstance(error, RequestValidationError), request.url.path
    faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return JSONResponse({"error": "; ".join(faults).encode("ascii", "replace").decode()}, 422)
