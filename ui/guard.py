"""What stands in front of every route: who may call, how much they may send, and what the page may load.

Gradio checks none of this by itself. A page on another site can make a browser send requests to this machine;
it cannot set the Host and Origin headers. All is plain ASGI: the stream of events to the page passes untouched.
"""

import base64
import hashlib
import ipaddress
import re
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.problems import problem

_ASKING, _SENDING = ("GET", "HEAD", "OPTIONS"), ("POST", "PATCH", "DELETE")
_UPLOAD = "/api/documents/upload"
_WRITABLE = re.compile(
    r"/mcp|/api/(ask|retrieve|documents/\w+|conversations(/[\w-]+(/(ask|stop|restore))?)?)"  # nothing of Gradio's
)
_READING = ("/api/documents/ids", "/api/documents/choose")
"""What is sent to be looked up, and changes nothing."""
_HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:\d*)?")
_BYTES = "application/octet-stream"  # a form of another site cannot send this without asking first
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def is_local(host: str) -> bool:
    """Tell whether only this computer can reach what listens on an address."""
    address = _address(host)
    return address.is_loopback if address else host == "localhost"


def hosts(host: str) -> list[str]:
    """The names under which a browser may ask for this server, given the address that it listens on."""
    names = ["localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host]
    if _is_everywhere(host):
        names += [socket.gethostname(), f"{socket.gethostname()}.local"]
    return list(dict.fromkeys(names))


def _is_everywhere(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_unspecified


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


class KnownHost:
    """Answers only to names that are this server's: another site's name may be made to lead here (DNS rebinding).

    A server that listens on every address answers to any bare address too: what a browser got no name for, no name can
    have been turned to; and which addresses lead here (of a container, through a router), it cannot know.
    """

    def __init__(self, app: ASGIApp, *, host: str) -> None:
        """``host`` is the address that it listens on."""
        self.app = app
        self._names = {name.lower() for name in hosts(host)}
        self._everywhere = _is_everywhere(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        known = scope["type"] == "lifespan" or self._knows(Headers(scope=scope).get("host", ""))
        await (self.app if known else problem(400, "Invalid host header"))(scope, receive, send)

    def _knows(self, header: str) -> bool:
        written = _HOST.fullmatch(header)
        name = written[1].lower() if written else ""
        address = _address(name)
        bare = address is not None and not address.is_unspecified
        return name in self._names or (self._everywhere and bare)


class SameOrigin:
    """Lets requests that change or ask something come from the own page or a script only, and only so large."""

    def __init__(
        self, app: ASGIApp, *, most_bytes: int = 2_000_000, most_upload: int = 32 << 20, read_only: bool = False
    ) -> None:
        """``most_bytes`` is the largest body that is read, ``most_upload`` the largest file.

        ``read_only`` refuses all that changes the index.
        """
        self.app = app
        self.most_bytes = most_bytes
        self.most_upload = most_upload
        self.read_only = read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers, path = Headers(scope=scope), scope["path"]
        if is_foreign(headers):
            return problem(403, "Requests from other sites are not answered.")
        if not path.isprintable():  # a route's pattern would take a line end behind its path for nothing
            return problem(404, "There is nothing here.")
        if scope["method"] in _ASKING:
            return None
        if scope["method"] not in _SENDING:
            return problem(
                405, f"{scope['method']} is not used here.", headers={"Allow": ", ".join(_ASKING + _SENDING)}
            )
        if not _WRITABLE.fullmatch(path) and not path.startswith("/api/"):  # of those, our own routes know best
            return problem(404, f"There is nothing to send to at {path}.")
        if self.read_only and path.startswith("/api/documents") and path not in _READING:
            return problem(403, "This server is read-only: documents are added where it runs.")
        kind, most = ("application/json", self.most_bytes) if path != _UPLOAD else (_BYTES, self.most_upload)
        length = headers.get("content-length", "" if "transfer-encoding" in headers else "0")
        is_bare = scope["method"] == "DELETE" and length == "0"  # no form can send one
        sent = headers.get("content-type", "").split(";")[0].strip()
        if path.startswith(("/api/", "/mcp")) and sent != kind and not is_bare:
            what = "JSON" if path != _UPLOAD else "the file's bytes"
            return problem(415, f"Send {what}, with the header Content-Type: {kind}.")
        if not length.isdecimal():
            return problem(411, "Send the body with its length (the header Content-Length).")
        if int(length) > most:
            return problem(413, f"The request has {int(length):,} bytes; {most:,} is the limit.")
        return None


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another origin sent this: another port of this computer is one, whatever Gradio allows it."""
    origin = headers.get("origin")
    if origin == "null" and headers.get("sec-fetch-site") == "same-origin":
        return False  # a form of our own page, whose origin our referrer policy keeps back
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return True
    from_elsewhere = headers.get("sec-fetch-site") in ("cross-site", "same-site")
    return from_elsewhere and headers.get("sec-fetch-mode") != "navigate"  # a link to here may be followed


class Policy:
    """Puts the security headers on every response, and a content security policy that names each inline script.

    Gradio's page holds a few inline scripts. Their hashes are allowed, and no other inline script and no ``eval``:
    markup that slipped through the escaping still could not run. So no document text may enter the page's
    first HTML; it comes later, as data.
    """

    def __init__(self, app: ASGIApp) -> None:
        """``app`` is what stands behind."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with the headers added. An HTML page is held back until all of it is known."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        page: list[Message] = []

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if scope["path"].startswith(("/api/", "/mcp")):
                    headers.setdefault("Cache-Control", "no-store")  # who logs out leaves nothing behind
                if headers.get("content-type", "").startswith("text/html"):
                    page.append(message)
                    return
                headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
            if not page:
                await send(message)
                return
            page.append(message)
            if not message.get("more_body", False):
                await _send_page(page, send)

        await self.app(scope, receive, with_headers)


async def _send_page(page: list[Message], send: Send) -> None:
    start, body = page[0], b"".join(part.get("body", b"") for part in page[1:])
    MutableHeaders(scope=start)["Content-Security-Policy"] = _POLICY.format(scripts=_hashes(body))
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _hashes(page: bytes) -> str:
    digests = [hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(page)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
