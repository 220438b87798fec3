"""The password in front of a page that others on the network can reach.

A password is kept as its scrypt hash (RFC 7914) only; guesses are slowed down; a session ends by itself, by
``/logout``, and with the server.
"""

import base64
import hashlib
import hmac
import html
import ipaddress
import os
import secrets
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.guard import is_foreign, is_local
from ui.problems import problem

VARIABLE = "SEEDQA_PASSWORD"
SHORTEST = 8
COOKIE = "seedqa_session"
OPEN = frozenset({"/icon.svg"})
LONGEST_BODY = 4_096

FREE_GUESSES = 5
LONGEST_WAIT = 900.0
IDLE, OLDEST = 12 * 3600.0, 7 * 24 * 3600.0
"""Seconds after which a session ends: without a request, and in any case."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password, as its hash."""

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, text: str) -> "Password":
        """Hash a password. Raises ValueError if it is too short to keep anybody out."""
        if len(text) < SHORTEST:
            raise ValueError(f"The password has {len(text)} characters: choose one of at least {SHORTEST}.")
        salt = secrets.token_bytes(16)
        return cls(salt, _scrypt(text, salt))

    def fits(self, text: str) -> bool:
        """Tell whether this is the password, in the same time whatever it is."""
        return hmac.compare_digest(_scrypt(text, self.salt), self.digest)


def _scrypt(text: str, salt: bytes) -> bytes:
    return hashlib.scrypt(text.encode(errors="replace"), salt=salt, n=1 << 14, r=8, p=1)


def chosen(file: Path | None) -> Password | None:
    """Return the password in the first line of a file, else in ``$SEEDQA_PASSWORD``; None if there is neither.

    Raises ValueError if others on this computer can read the file, or if the password is too short.
    """
    text = os.environ.pop(VARIABLE, "")  # gone from here on: no child needs it
    if file is not None:
        if os.name == "posix" and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            raise ValueError(f"Others on this computer can read {file}: run `chmod 600` on it.")
        text = (file.read_text(encoding="utf-8").splitlines() or [""])[0]
    return Password.of(text) if text or file is not None else None


def allow(host: str, password: Password | None, *, without: bool) -> None:
    """Raise ValueError if others could read the documents, and nobody has said that they may."""
    if is_local(host) or password or without:
        return
    raise ValueError(
        f"Whoever can reach {host} could read your documents: give a password with --auth FILE or in ${VARIABLE},"
        " or say --no-auth."
    )


def truth(host: str, password: Password | None) -> str:
    """Return what the foot of the page says of where documents go."""
    if is_local(host):
        return "Everything runs on this computer. Nothing is sent anywhere."
    who = "who has the password" if password else "anyone in its network"
    return f"Everything runs on the computer that serves this page, for {who}. It sends nothing anywhere else."


class Throttle:
    """Makes who guesses wait: five guesses are free, then each costs twice as long as the one before."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most: int = 10_000) -> None:
        """Remember up to ``most`` addresses."""
        self._clock = clock
        self._most = most
        self._failed: dict[str, tuple[int, float]] = {}  # address: failures, and when it may try again

    def wait(self, address: str) -> float:
        """Tell for how many seconds an address may not guess."""
        return max(0.0, self._failed.get(address, (0, 0.0))[1] - self._clock())

    def failed(self, address: str) -> None:
        """Note a wrong guess."""
        count = self._failed.pop(address, (0, 0.0))[0] + 1
        wait = min(LONGEST_WAIT, 2.0 ** (count - FREE_GUESSES)) if count >= FREE_GUESSES else 0.0
        self._failed[address] = (count, self._clock() + wait)
        if len(self._failed) > self._most:
            del self._failed[next(iter(self._failed))]

    def succeeded(self, address: str) -> None:
        """Forget the wrong guesses."""
        self._failed.pop(address, None)


class Sessions:
    """Who is logged in, by the hash of a token that only the browser has."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody is."""
        self._clock = clock
        self._open: dict[bytes, tuple[float, float]] = {}  # hash: when it began, when it was last used

    def begin(self) -> str:
        """Open a session; return its token. Those that have ended are forgotten."""
        now, token = self._clock(), secrets.token_urlsafe(32)
        self._open = {key: times for key, times in self._open.items() if self._lasts(times)}
        self._open[_hashed(token)] = (now, now)
        return token

    def holds(self, token: str) -> bool:
        """Tell whether a token opens a session still, and keep it open."""
        times = self._open.get(_hashed(token))
        if times is None or not self._lasts(times):
            return False
        self._open[_hashed(token)] = (times[0], self._clock())
        return True

    def end(self, token: str) -> None:
        """Close a session."""
        self._open.pop(_hashed(token), None)

    def _lasts(self, times: tuple[float, float]) -> bool:
        began, used = times
        return self._clock() - began < OLDEST and self._clock() - used < IDLE


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


class Login:
    """Lets nobody through to anything who has not given the password: by a form, or as HTTP Basic for programs."""

    def __init__(self, app: ASGIApp, password: Password) -> None:
        """``app`` is what stands behind."""
        self.app = app
        self.password = password
        self.throttle = Throttle()
        self.sessions = Sessions()
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
        path, token = request.url.path, request.cookies.get(COOKIE, "")
        if is_foreign(request.headers):
            return problem(403, "Requests from other sites are not answered.")
        if path == "/login" and request.method == "POST":
            return await self._log_in(request)
        if path == "/logout" and request.method == "POST":
            self.sessions.end(token)
            return _without_cookie(RedirectResponse("/login", 303))
        if self.sessions.holds(token) or path in OPEN:
            return RedirectResponse("/", 303) if path == "/login" else None
        if path == "/login":
            return _form(request.query_params.get("next", "/"))
        given = request.headers.get("authorization", "")
        if given[:6].lower() == "basic ":
            return await self._basic_auth(request, given)
        return _ask(request)

    async def _log_in(self, request: Request) -> Response:
        fields = parse_qs((await _body(request)).decode(errors="replace"), keep_blank_values=True)
        following = _local(fields.get("next", ["/"])[0])
        refused = await self._guess(request, fields.get("password", [""])[0])
        if refused:
            return _form(following, problem=refused, status=401)
        response = RedirectResponse(following, 303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, self.sessions.begin(), httponly=True, samesite="lax", secure=secure, path="/")
        return response

    async def _basic_auth(self, request: Request, given: str) -> Response | None:
        if _hashed(given) in self._basic:
            return None
        try:
            password = base64.b64decode(given[6:], validate=True).decode().partition(":")[2]
        except ValueError:
            password = ""
        refused = await self._guess(request, password)
        if refused:
            return problem(401, refused, headers={"WWW-Authenticate": 'Basic realm="seedqa"'})
        self._basic.add(_hashed(given))
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


def _local(path: str) -> str:
    """Return a path of this server; "/" for what a browser could take for another one's."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


def _ask(request: Request) -> Response:
    """Send a person to the form, and tell a program what is missing."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"/login?next={quote(request.url.path)}", 303)
    by_browser = "sec-fetch-mode" in Headers(scope=request.scope)
    headers = {} if by_browser else {"WWW-Authenticate": 'Basic realm="seedqa"'}  # else it would open its own box
    return problem(401, "Log in at /login, or send the password by HTTP Basic, with any name.", headers=headers)


def _without_cookie(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/")
    return response


_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>seedqa: log in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="/icon.svg">
<style>
:root {{ color-scheme: light dark; }}
body {{ min-height: 90vh; margin: 0; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif; }}
main {{ width: min(20rem, 90vw); }}
h1 {{ font-size: 1.3rem; }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit; }}
input {{ margin: .3rem 0 1rem; padding: .5rem .7rem; }}
button {{ padding: .5rem; color: #fff; background: #1f6b52; border: 0; border-radius: .5rem; cursor: pointer; }}
</style></head><body><main><h1>seedqa</h1>
<form method="post" action="/login"><input type="hidden" name="next" value="{next}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus{described}>
{problem}<button>Log in</button></form></main></body></html>"""


def _form(following: str, *, problem: str = "", status: int = 200) -> Response:
    said = f'<p id="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
    described = ' aria-describedby="problem" aria-invalid="true"' if problem else ""
    page = _PAGE.format(next=html.escape(_local(following)), problem=said, described=described)
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})
