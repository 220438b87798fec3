"""The files of the page, and how a browser gets them. Styles are small files, in order: what comes later wins."""

import hashlib
import html
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(__file__).parent
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STYLES = (
    "look.css",
    "controls.css",
    "rooms.css",
    "side/conversations.css",
    "documents/adding.css",
    "documents/list.css",
    "chat/log.css",
    "chat/answer.css",
    "chat/passages.css",
    "chat/box.css",
    "source/room.css",
    "source/text.css",
    "gradio.css",
)
FILES = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.suffix in KINDS}


def _links() -> str:
    """Return the markup that asks for them all at once: a script that imports others would ask for these later."""
    styles = "".join(f'<link rel="stylesheet" href="/{name}">' for name in STYLES)
    modules = "".join(f'<link rel="modulepreload" href="/{name}">' for name in FILES if name.endswith(".js"))
    start = '<script type="module" src="/page.js"></script>'
    return f'{styles}{modules}{start}<link rel="icon" type="image/svg+xml" href="/icon.svg">'


_WITHOUT_SCRIPTS = (
    b'<noscript><p style="max-width: 40em; margin: 3em auto; padding: 0 1em">This page needs JavaScript: its own, and '
    b"nothing from elsewhere. Without it, ask in a terminal: <code>seedqa ask</code></p></noscript></body>"
)


class Head:
    """Puts our files, and what they are to know, into the head of the page itself.

    Gradio's own way, its ``head`` argument, is a script that puts them there once all of Gradio has loaded: then ours
    begin a second late, and the page is seen without its look.
    """

    def __init__(self, app: ASGIApp, *, facts: Mapping[str, str]) -> None:
        """``facts`` become meta elements."""
        self.app = app
        metas = "".join(f'<meta name="{name}" content="{html.escape(value)}">' for name, value in facts.items())
        self._markup = f"{_links()}{metas}</head>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with the markup put in; anything but the page passes untouched."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        start: list[Message] = []
        body = bytearray()

        async def put_in(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._send(start[0], bytes(body), send)
            else:
                await send(message)

        await self.app(scope, receive, put_in)

    async def _send(self, start: Message, body: bytes, send: Send) -> None:
        headers, page = MutableHeaders(scope=start), body.replace(b"</head>", self._markup, 1)
        page = page.replace(b"</body>", _WITHOUT_SCRIPTS, 1)
        if body:  # there is none where only the headers were asked for
            headers["content-length"] = str(len(page))
        await send(start)
        await send({"type": "http.response.body", "body": page})


def add(app: FastAPI) -> None:
    """Serve each file under its name. A browser asks whether it has changed: another version may be served here."""
    for name, path in FILES.items():
        app.get(f"/{name}", include_in_schema=False)(_sender(path))


def _sender(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def send(request: Request) -> Response:
        content = path.read_bytes()
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"', "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=KINDS[path.suffix], headers=headers)

    return send
