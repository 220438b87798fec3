"""The routes of the conversation: what was asked before, and questions that are answered stage by stage."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Path, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from qa import Engine
from ui import render, suggest, transcript
from ui.asking import Asking, Question
from ui.conversations import Conversation, Conversations, Exchange, State
from ui.queue import Queue
from ui.routes import LONGEST_QUESTION, WhereRequest, reply
from ui.routes import Question as Text

_AT_ONCE = 40
"""Questions of a conversation that are sent at a time; the page asks for few, and for earlier ones after these."""

_LAST = 1 << 53
"""More than any question's number; larger ones SQLite and browsers do not keep."""

Batch = Annotated[int, Query(ge=1, le=_AT_ONCE)]
Before = Annotated[int, Query(ge=0, le=_LAST)]
Number = Annotated[int, Path(ge=0, lt=_LAST)]


class Ask(BaseModel):
    """A question of a conversation. ``instead_of`` is one that came to nothing, and is asked again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Text
    mode: Literal["answer", "search"] = "answer"
    context: bool = True
    where: WhereRequest | None = None
    instead_of: Annotated[int, Field(ge=0, lt=_LAST)] | None = None


class Change(BaseModel):
    """A new title of a conversation, or what is typed and not yet asked."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Annotated[str, StringConstraints(max_length=1000)] | None = None
    draft: Annotated[str, StringConstraints(max_length=LONGEST_QUESTION)] | None = None


class Nothing(BaseModel):
    """An empty object: what there is to say is in the address."""

    model_config = ConfigDict(extra="forbid", strict=True)


def add(app: FastAPI, engine: Engine, kept: Conversations, *, queue: Queue | None = None) -> None:
    """Add ``/api/conversations`` and what is below it, and ``/api/suggestions``."""
    asking = Asking(engine, kept, queue)
    suggested = suggest.Suggestions(engine)

    def known(conversation: str) -> Conversation:
        found = kept.get(conversation)
        if found is None:
            raise HTTPException(404, "There is no such conversation: it may have been deleted.")
        return found

    @app.get("/api/suggestions")
    def suggestions() -> JSONResponse:
        return reply(lambda: {"questions": suggested.now()})

    @app.get("/api/conversations")
    def listed(words: Annotated[str, Query(max_length=200)] = "") -> JSONResponse:
        def body() -> dict[str, Any]:
            found = [asdict(each) for each in kept.listed(words)]
            return {"kept": kept.is_kept, "calibrated": engine.calibrated, "conversations": found}

        return reply(body)

    @app.post("/api/conversations")
    def start(_: Nothing) -> JSONResponse:
        return reply(lambda: asdict(kept.start()))

    @app.get("/api/conversations/{conversation}")
    def read(conversation: str, before: Before = _LAST, most: Batch = _AT_ONCE) -> JSONResponse:
        def body() -> dict[str, Any]:
            found = kept.exchanges(conversation, before=before, most=most)
            return asdict(known(conversation)) | {
                "exchanges": [_shown(each) for each in found],
                "is_all": len(found) < most,
            }

        return reply(body)

    @app.patch("/api/conversations/{conversation}")
    def change(conversation: str, request: Change) -> JSONResponse:
        def body() -> dict[str, Any]:
            known(conversation)
            if request.title is not None:
                kept.rename(conversation, request.title)
            if request.draft is not None:
                kept.keep_draft(conversation, request.draft)
            return asdict(known(conversation))

        return reply(body)

    @app.delete("/api/conversations/{conversation}")
    def delete(conversation: str, _: Nothing | None = None) -> JSONResponse:
        def body() -> dict[str, Any]:
            known(conversation)
            asking.stop(conversation)
            kept.delete(conversation)
            return {"deleted": conversation}

        return reply(body)

    @app.post("/api/conversations/{conversation}/restore")
    def restore(conversation: str, _: Nothing) -> JSONResponse:
        def body() -> dict[str, Any]:
            kept.restore(conversation)
            return asdict(known(conversation))

        return reply(body)

    @app.get("/api/conversations/{conversation}/export")
    def export(conversation: str) -> Response:
        found = known(conversation)
        text = transcript.markdown(found, kept.exchanges(conversation))
        headers = {"Content-Disposition": 'attachment; filename="conversation.md"'}
        return Response(text.encode(errors="replace"), media_type="text/markdown; charset=utf-8", headers=headers)

    @app.get("/api/conversations/{conversation}/questions/{number}")
    def one(conversation: str, number: Number) -> JSONResponse:
        found = kept.exchange(conversation, number)
        if found is None:
            raise HTTPException(404, "There is no such question.")
        return reply(lambda: _shown(found))

    @app.post("/api/conversations/{conversation}/ask")
    async def ask(conversation: str, request: Ask) -> StreamingResponse:
        events: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        tell = _into(events)
        where = request.where.value() if request.where else None
        question = Question(request.question, where, is_search=request.mode == "search", is_alone=not request.context)

        def begin() -> Exchange | None:
            known(conversation)
            sent = request.model_dump_json(include={"mode", "context"})
            number = asking.ask(conversation, question, tell, request=sent)
            if request.instead_of is not None and request.instead_of < number:  # only now: it may have been turned away
                kept.forget(conversation, request.instead_of)
            return kept.exchange(conversation, number)

        begun = await asyncio.to_thread(begin)
        assert begun is not None
        return StreamingResponse(_stages(begun, events), media_type="application/x-ndjson")

    @app.post("/api/conversations/{conversation}/stop")
    def stop(conversation: str, _: Nothing) -> JSONResponse:
        return reply(lambda: {"stopped": asking.stop(conversation)})


def _into(events: "asyncio.Queue[Mapping[str, Any]]") -> Callable[[Mapping[str, Any]], None]:
    loop = asyncio.get_running_loop()

    def tell(event: Mapping[str, Any]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(events.put_nowait, event)

    return tell


async def _stages(begun: Exchange, events: "asyncio.Queue[Mapping[str, Any]]") -> AsyncIterator[str]:
    """Yield a line of JSON for each stage; the last has what is shown."""
    yield _line({"stage": "asked", "exchange": _shown(begun)})
    while True:
        event = await events.get()
        if event["stage"] == "done":
            done = Exchange(begun.number, begun.asked, begun.request, begun.at, event["reply"])
            yield _line({"stage": "done", "exchange": _shown(done)})
            return
        yield _line(event)


def _line(event: Mapping[str, Any]) -> str:
    return json.dumps(event) + "\n"


def _shown(exchange: Exchange) -> dict[str, Any]:
    """Return a question as the page takes it."""
    said = exchange.reply
    ended = said.state not in (State.RUNNING, State.DONE)
    shown = said.shown or (render.unanswered(said.state) if ended else "")
    return {
        "number": exchange.number,
        "asked": exchange.asked,
        "searched": said.searched,
        "state": said.state,
        **json.loads(exchange.request),
        "html": f"{render.question(exchange.asked)}{shown}",
    }
