"""What stands in front of every route: nobody passes who has not given the password."""

import base64
import ipaddress
import time
from collections.abc import Callable
from threading import Lock
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.auth.form import farewell, form, local
from ui.auth.password import Password
from ui.auth.sessions import Sessions, hashed
from ui.auth.throttle import Throttle
from ui.guard import is_foreign
from ui.problems import problem

COOKIE = "seedqa_session"
OPEN = frozenset({"/icon.svg"})
LONGEST_BODY = 4_096
MOST_NAMES = 1_000
"""Any name may come with the password: of so many it is remembered that they were let in."""


class Login:
    """Lets nobody through to anything who has not given the password: by a form, or as HTTP Basic for programs."""

    def __init__(self, app: ASGIApp, password: Password, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``app`` is what stands behind."""
        self.app = app
        self.password = password
        self.throttle = Throttle(clock=clock)
        self.sessions = Sessions(clock=clock)
        self._basic: set[bytes] = set()  # of headers that were right: to hash them for each request would be slow
        self._hashing = Lock()  # a hash takes 16 MB and a core for a while: one at a time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or ask for the password."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # a websocket: nothing here has one
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        response = await self._response(request)
        await (response or self.app)(scope, receive, send)

    async def _response(self, request: Request) -> Response | None:
        """Return what is said instead of passing the request on; None to pass it on."""
        path, token = request.scope["path"], request.cookies.get(COOKIE, "")
        if is_foreign(request.headers):
            return problem(403, "Requests from other sites are not answered.")
        if path == "/login" and request.method == "POST":
            return await self._log_in(request)
        if path == "/logout":
            return self._log_out(request, token)
        if self.sessions.holds(token) or path in OPEN:
            return RedirectResponse("/", 303) if path == "/login" else None
        if path == "/login":
            return form(request.query_params.get("next", "/"))
        given = request.headers.get("authorization", "")
        if given[:6].lower() == "basic ":
            return await self._basic_auth(request, given)
        return _ask(request)

    async def _log_in(self, request: Request) -> Response:
        fields = parse_qs((await _body(request)).decode(errors="replace"), keep_blank_values=True)
        following = local(fields.get("next", ["/"])[0])
        refused = await self._guess(request, fields.get("password", [""])[0])
        if refused:
            return form(following, problem=refused, status=401)
        response = RedirectResponse(following, 303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, self.sessions.begin(), httponly=True, samesite="lax", secure=secure, path="/")
        return response

    def _log_out(self, request: Request, token: str) -> Response:
        if request.method != "POST":  # a link alone must not: any page could have one
            return farewell()
        self.sessions.end(token)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def _basic_auth(self, request: Request, given: str) -> Response | None:
        if hashed(given) in self._basic:
            return None
        try:
            password = base64.b64decode(given[6:], validate=True).decode().partition(":")[2]
        except ValueError:
            password = ""
        refused = await self._guess(request, password)
        if refused:
            return problem(401, refused, headers={"WWW-Authenticate": 'Basic realm="seedqa"'})
        if len(self._basic) >= MOST_NAMES:
            self._basic.clear()
        self._basic.add(hashed(given))
        return None

    async def _guess(self, request: Request, password: str) -> str:
        """Return why a password does not let in; "" if it does."""
        address = _address(request)
        wait = self.throttle.wait(address)
        if wait > 0:
            return f"Too many wrong passwords: wait {int(wait) + 1} seconds."
        self.throttle.failed(address)  # before it is known: guesses at the same time must not be free
        if not await run_in_threadpool(self._fits, password):
            return "This is not the password."
        self.throttle.succeeded(address)
        return ""

    def _fits(self, password: str) -> bool:
        with self._hashing:
            return self.password.fits(password)


def _address(request: Request) -> str:
    """Return who guesses: of IPv6 the network, since each computer there has billions of addresses."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else host


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return b""
    return body


def _ask(request: Request) -> Response:
    """Send a person to the form, and tell a program what is missing."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"/login?next={quote(request.scope['path'])}", 303)
    by_browser = "sec-fetch-mode" in Headers(scope=request.scope)
    headers = {} if by_browser else {"WWW-Authenticate": 'Basic realm="seedqa"'}  # else it would open its own box
    return problem(401, "Log in at /login, or send the password by HTTP Basic, with any name.", headers=headers)
