"""What the server offers to programs: OpenAPI at ``/openapi.json``, and the same as a page without scripts."""

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse

from ui.routes import FOR_PROGRAMS

ABOUT = (
    "Answers are verbatim quotes of your documents. Errors are problem details (RFC 9457): `detail` says what to do."
    " Assistants may use the Model Context Protocol at `POST /mcp`, or `seedqa mcp` over stdio."
)
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
    """Return the routes for programs as OpenAPI 3.1."""
    routes = [route for route in app.routes if FOR_PROGRAMS in getattr(route, "tags", ())]
    return get_openapi(title="seedqa", version="1", description=ABOUT, routes=routes)


def page(described: Mapping[str, Any]) -> str:
    """Write the description as a page."""
    parts = [f"<section>{''.join(_route(path, method, each))}</section>"
             for path, methods in described["paths"].items() for method, each in methods.items()]  # fmt: skip
    schemas = "".join(
        f'<h2 id="{html.escape(name)}">{html.escape(name)}</h2>{_json(schema)}'
        for name, schema in described["components"]["schemas"].items()
        if name not in ("HTTPValidationError", "ValidationError")
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>seedqa: for programs</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>seedqa for programs</h1><p>{html.escape(ABOUT)}</p>"
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
        yield _code(f'curl localhost:7860{path} --json \'{{"question": "Who led the meeting?"}}\'')
    answers = (f"<dt>{html.escape(code)}</dt><dd>{html.escape(each['description'])}</dd>"
               for code, each in route["responses"].items())  # fmt: skip
    yield f"<dl>{''.join(answers)}</dl>"


def _json(value: object) -> str:
    return _code(json.dumps(value, indent=2, ensure_ascii=False))


def _code(text: str) -> str:
    return f'<pre tabindex="0">{html.escape(text)}</pre>'
