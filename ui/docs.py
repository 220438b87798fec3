"""What the server offers to programs: OpenAPI at ``/openapi.json``, and the same as a page without scripts."""

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute

from ui.routes import FOR_PROGRAMS

ABOUT = (
    "Answers are verbatim quotes of your documents. Errors are problem details (RFC 9457): `detail` says what to do."
    " Assistants may use the Model Context Protocol at `POST /mcp`, or `seedqa mcp` over stdio."
)
PAGE = "The page's own"
"""Routes that may change with the page."""

PROBLEM = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457); `error` is the same sentence as `detail`.",
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error": {"type": "string"},
    },
}
STREAMS = {
    "/api/ask": ("application/json", "text/event-stream"),
    "/api/conversations/{conversation}/ask": ("application/x-ndjson",),
    "/api/conversations/{conversation}/export": ("text/markdown",),
    "/api/original": ("application/octet-stream",),
}
SAID = {
    "GET /api/suggestions": "Return first questions, made from the documents at hand.",
    "GET /api/conversations": "List what was asked before, latest first; of it what has the `words`.",
    "POST /api/conversations": "Begin a conversation.",
    "GET /api/conversations/{conversation}": "Read a conversation: its last questions, or those `before` a number.",
    "PATCH /api/conversations/{conversation}": "Give a conversation a title, or keep what is typed and not yet asked.",
    "DELETE /api/conversations/{conversation}": "Delete a conversation. For an hour it can be restored.",
    "POST /api/conversations/{conversation}/restore": "Undo the deletion of a conversation.",
    "GET /api/conversations/{conversation}/export": "Return a conversation as Markdown, with its citations.",
    "GET /api/conversations/{conversation}/questions/{number}": "Read one question, and what came of it.",
    "POST /api/conversations/{conversation}/ask": (
        "Ask in a conversation. A line of JSON comes for each `stage`: `asked`, `waiting` with how many are `before`,"
        " `searching`, `reading`, `done`. A question goes on when nobody listens any more."
    ),
    "POST /api/conversations/{conversation}/stop": "Stop what is answered in a conversation, and what waits in it.",
    "GET /api/documents": "List the files in the index: searched, sorted, a part of the list at a time.",
    "GET /api/documents/state": "Tell what is in the index, what is watched, and how far the queue of jobs is.",
    "POST /api/documents/ids": "Return the ids of some files, as `where` takes them.",
    "POST /api/documents/choose": "Return the ids of all files that a search in the list finds.",
    "POST /api/documents/upload": "Send a file: its bytes are the body, its name a parameter. It waits as a job.",
    "POST /api/documents/add": "Index files or folders of this computer where they are; from this computer only.",
    "POST /api/documents/unwatch": "Follow folders no more; what is indexed stays.",
    "POST /api/documents/again": "Read files again that are in the index.",
    "POST /api/documents/remove": "Take files out of the index, or the samples. For a minute that can be undone.",
    "POST /api/documents/undo": "Undo a removal. The job is null if all of it has been added again already.",
    "POST /api/documents/stop": "Stop a job, or all. What has been read stays.",
    "POST /api/documents/retry": "Do again a job that failed or was stopped.",
    "POST /api/documents/clear": "Forget the jobs that are finished.",
    "GET /api/source": "Read a document around a place, as blocks: text, headings, tables, parts.",
    "GET /api/source/after": "Read on in a document.",
    "GET /api/source/before": "Read what comes before in a document.",
    "GET /api/source/find": "Return where some words stand in a document.",
    "GET /api/source/page": "Return a page of a PDF as a picture, with boxes around the words of a place.",
    "GET /api/original": "Return a document's file, as it was read.",
}
"""What each of the page's routes is for; those for programs say it themselves."""

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.55 system-ui, sans-serif; }
h2 { margin-top: 2.5rem; font-size: 1.1rem; overflow-wrap: anywhere; }
pre { padding: .8rem 1rem; overflow-x: auto; border: 1px solid #8886; border-radius: .5rem; font-size: 13px; }
dt { font-weight: 600; }
"""


def add(app: FastAPI) -> None:
    """Add ``/openapi.json`` and ``/docs``: all is served from here."""

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:
        return JSONResponse(described(app))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(page(described(app)))


def described(app: FastAPI) -> dict[str, Any]:
    """Return all routes as OpenAPI 3.1: first those for programs, which stay as they are, then the page's own."""
    routes = [route for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema]
    ours = sorted(routes, key=lambda route: (FOR_PROGRAMS not in route.tags, not route.path.startswith("/api/conv")))
    whole = get_openapi(title="seedqa", version="1", description=ABOUT, routes=ours)
    whole["components"] = whole.get("components", {})
    schemas = whole["components"].setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own: ours are problems
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    for path, methods in whole["paths"].items():
        for method, route in methods.items():
            _complete(path, method, route)
    return whole


def _complete(path: str, method: str, route: dict[str, Any]) -> None:
    """Say what FastAPI cannot see: what a route is for, in which form it answers, and how it refuses."""
    route.setdefault("tags", [PAGE])
    if words := SAID.get(f"{method.upper()} {path}"):
        route["description"] = words
    replies = route["responses"]
    form = STREAMS.get(path)
    if form:
        replies["200"]["content"] = {kind: replies["200"].get("content", {}).get(kind, {}) for kind in form}
    replies.pop("422", None)
    for code, why in _refusals(path, method, has_input=bool(route.get("parameters") or route.get("requestBody"))):
        problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        replies[code] = {"description": why, "content": problem}


def _refusals(path: str, method: str, *, has_input: bool) -> Iterator[tuple[str, str]]:
    if method != "get":
        yield "403", "The request comes from another site, or changes documents of a server that is read-only."
    if "{" in path or path.startswith(("/api/source", "/api/original")):
        yield "404", "There is no such thing."
    if path == "/api/documents/upload":
        yield "409", "The file cannot be put in its place: there is a file by the name of its folder, or no room."
        yield "413", "The file is too large, or there is no room for it."
        yield "415", "Files of this kind are not read."
    if has_input:
        yield "422", "What is wrong with the request, field by field."
    yield "503", "The index cannot be used, or too many wait: then with `Retry-After`, in seconds."


def page(described: Mapping[str, Any]) -> str:
    """Write the description as a page."""
    parts: list[str] = []
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            heading = f"<h1>{html.escape(route['tags'][0])}</h1>"
            parts += [heading] * (heading not in parts) + [f"<section>{''.join(_route(path, method, route))}</section>"]
    schemas = "".join(
        f'<h2 id="{html.escape(name)}">{html.escape(name)}</h2>{_json(schema)}'
        for name, schema in described["components"]["schemas"].items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>seedqa: its routes</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>The routes of seedqa</h1><p>{html.escape(ABOUT)}</p>"
        f'<p><a href="/openapi.json">openapi.json</a></p>{"".join(parts)}{schemas}</main></body></html>'
    )


def _route(path: str, method: str, route: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>{method.upper()} {html.escape(path)}</h2>"
    yield "".join(f"<p>{html.escape(text)}</p>" for text in route.get("description", "").split("\n\n"))
    for parameter in route.get("parameters", ()):
        yield f"<p><code>{html.escape(parameter['name'])}</code> ({html.escape(parameter['in'])})</p>"
    for kind in route.get("requestBody", {}).get("content", {}).values():
        name = kind["schema"].get("$ref", "").rpartition("/")[2]
        yield f'<p>Send <a href="#{html.escape(name)}">{html.escape(name)}</a> as JSON.</p>'
        if FOR_PROGRAMS in route["tags"]:
            yield _code(f'curl localhost:7860{path} --json \'{{"question": "Who led the meeting?"}}\'')
    answers = (f"<dt>{html.escape(code)}</dt><dd>{html.escape(each['description'])}</dd>"
               for code, each in route["responses"].items())  # fmt: skip
    yield f"<dl>{''.join(answers)}</dl>"


def _json(value: object) -> str:
    return _code(json.dumps(value, indent=2, ensure_ascii=False))


def _code(text: str) -> str:
    return f'<pre tabindex="0">{html.escape(text)}</pre>'
