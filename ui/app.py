"""The page in the browser: ask in a chat, read quotes. The only importer of gradio, and only once it is needed."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

import qa
from qa import Engine
from qa.location import located
from qa.read import Reader
from ui import auth, chat, docs, documents, guard, mcp, page, routes, serve, source
from ui.conversations import Conversations
from ui.queue import Queue
from ui.terminal import uncalibrated

if TYPE_CHECKING:
    import gradio as gr

_HEADER = '<header class="sq-header"><h1>seedqa</h1><p>Answers in your documents’ own words</p></header>'
_FOOTER = '<p class="sq-footer">{}</p>'


def build(*, footer: str = "") -> "gr.Blocks":
    """Make the page: its top, a shell that ``chat.js`` draws the conversation into, and its foot.

    Gradio's own chat sends all of a conversation again with each question and forgets it with the page; so ours comes
    from our own routes. No component here needs a script that the policy forbids: ``gr.HTML`` and ``js=`` would.
    """
    import gradio as gr

    page: gr.Blocks = gr.Blocks(title="seedqa", analytics_enabled=False, fill_height=True)
    with page:
        with gr.Row(elem_id="top"):
            gr.Markdown(_HEADER, elem_id="header")
        gr.Markdown("Opening your conversation…", elem_id="chat")
        gr.Markdown(_FOOTER.format(footer), elem_id="footer")
    return page


def application(
    engine: Engine,
    *,
    host: str = "127.0.0.1",
    password: auth.Password | None = None,
    read_only: bool = False,
    conversations: Conversations | None = None,
    watch: Sequence[Path] = (),
) -> FastAPI:
    """Return the whole server: the page at ``/``, the routes at ``/api``, and the guards in front of both.

    Without ``conversations`` those of this server are forgotten with it.
    """
    _be_private()
    import gradio as gr

    app = FastAPI(title="seedqa", docs_url=None, redoc_url=None, openapi_url=None)
    line = Queue()
    routes.add(app, engine, queue=line)
    documents.add(app, engine, host=host, watch=watch, read_only=read_only)
    source.add(app, engine)
    chat.add(app, engine, conversations or Conversations(), queue=line)
    mcp.add(app, engine, queue=line)
    docs.add(app)
    routes.close(app)
    page.add(app)
    gr.mount_gradio_app(
        app,
        build(footer=auth.truth(host, password)),
        path="/",
        server_name=host,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=_theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=1,
    )
    app.add_middleware(page.Head, facts=_facts(read_only=read_only, password=password))
    app.add_middleware(guard.SameOrigin, read_only=read_only)
    if password:
        app.add_middleware(auth.Login, password=password)
    app.add_middleware(guard.KnownHost, host=host)
    app.add_middleware(guard.Policy)
    return app


def _facts(*, read_only: bool, password: auth.Password | None) -> dict[str, str]:
    """Return what the page is told of the server."""
    facts = {"sq-read-only": "documents are added where the server runs"} if read_only else {}
    return facts | ({"sq-signed-in": "whoever uses the page has given the password"} if password else {})


def _be_private() -> None:
    """Keep Gradio and the hub off the network, and its files out of other users' sight. Before gradio's import."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"  # else each question is summed up with pandas
    os.environ["HF_HUB_OFFLINE"] = "1"
    if "GRADIO_TEMP_DIR" not in os.environ:
        folder = os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="seedqa-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _theme() -> Any:
    """System fonts and quiet colours; ``look.css`` does the rest. Nothing is fetched from elsewhere."""
    import gradio as gr

    sans = ("system-ui", "-apple-system", "'Segoe UI'", "Roboto", "'Noto Sans'", "sans-serif")
    mono = ("ui-monospace", "'SF Mono'", "Menlo", "Consolas", "'DejaVu Sans Mono'", "monospace")
    return gr.themes.Base(primary_hue="emerald", neutral_hue="stone", font=sans, font_mono=mono).set(
        body_background_fill="#f7f6f2",
        body_background_fill_dark="#141715",
        body_text_color="#1f2622",
        body_text_color_dark="#e8ebe8",
    )


def run(
    *,
    index: Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    reader: Reader | None = None,
    reader_name: str | None = None,
    device: str | None = None,
    password_file: Path | None = None,
    no_auth: bool = False,
    read_only: bool = False,
    history: bool = True,
    watch: Sequence[Path] = (),
    ray: str = "",
) -> int:
    """Serve the page until Ctrl-C; return 0 then. A first start indexes the sample documents.

    Conversations are kept in the index's folder, unless there is to be no ``history``. Raises OSError if the address
    cannot be had, Error if the index or a model cannot be used, ValueError if others could reach it without a password
    and ``no_auth`` has not been said.
    """
    given = auth.chosen(password_file)  # with --no-auth too: no child needs what is in the environment
    password = None if no_auth else given
    auth.allow(host, password, without=no_auth)
    with serve.listen(host, port) as listener:
        print(f"Opening the index in {index} …", flush=True)
        index, address = located(index)
        if not (ray or address) and qa.ensure_samples(index):
            print("There was none: it holds the sample documents now. Add your own: seedqa add PATH", flush=True)
        engine = Engine(index, reader=reader, device=device, ray=ray or address)
        engine.warm()
        if not engine.calibrated:
            print(uncalibrated(reader_name), flush=True)
        if not password and not guard.is_local(host):
            print("No password is asked for: whoever reaches this address can read the documents.", flush=True)
        with closing(Conversations(index / "conversations.db" if history else None)) as kept:
            page = application(
                engine, host=host, password=password, read_only=read_only, watch=watch, conversations=kept
            )
            serve.serve(page, listener, host)
    return 0
