"""The page that asks for the password: no script, and nothing from elsewhere."""

import html

from starlette.responses import HTMLResponse, Response

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


_FAREWELL = """</style></head><body><main><h1>seedqa</h1>
<form method="post" action="/logout"><p>Log out on this computer?</p><button>Log out</button></form>
<p><a href="/">Back to your conversations</a></p></main></body></html>"""


def farewell() -> Response:
    """Return the page with the button that logs out."""
    head = _PAGE.partition("</style>")[0].format().replace("log in", "log out")
    return HTMLResponse(f"{head}{_FAREWELL}", headers={"Cache-Control": "no-store"})


def form(following: str, *, problem: str = "", status: int = 200) -> Response:
    """Return the page, which leads on to a path of this server."""
    said = f'<p id="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
    described = ' aria-describedby="problem" aria-invalid="true"' if problem else ""
    page = _PAGE.format(next=html.escape(local(following)), problem=said, described=described)
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})


def local(path: str) -> str:
    """Return a path of this server; "/" for what a browser could take for another one's."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"
