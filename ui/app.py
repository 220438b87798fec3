"""The page in the browser: ask in a chat, read quotes. The only importer of gradio, and only once it is needed."""

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import FileResponse

import qa
from qa import Engine
from qa.read import Reader
from ui import auth, docs, documents, guard, mcp, render, routes, serve, source
from ui.routes import LONGEST_QUESTION

if TYPE_CHECKING:
    import gradio as gr

EXAMPLES = ("Who led the meeting?", "When was it held?", "How much was stolen?")
_EXAMPLES_ARE_ABOUT = "trilateral-cyber-meeting.md"

_PAGE = Path(__file__).parent / "page"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES = (
    ("look.css", "rooms.css", "documents.css", "gradio.css", "source.css"),
    ("shell.js", "documents.js", "page.js", "blocks.js", "source.js"),  # the rooms first: the others fill them
)
_HEAD = (
    "".join(f'<link rel="stylesheet" href="/{name}">' for name in _FILES[0])
    + "".join(f'<script src="/{name}" defer></script>' for name in _FILES[1])
    + '<link rel="icon" type="image/svg+xml" href="/icon.svg">'
)
_HEADER = '<header class="sq-header"><h1>seedqa</h1><p>Answers in your documents’ own words</p></header>'
_WELCOME = (
    '<div class="sq-welcome"><h2>Ask your documents</h2>'
    "<p>Every answer is an exact quote, shown where it stands. "
    "If the documents do not say, you are told so.</p></div>"
)
_FOOTER = '<p class="sq-footer">{}</p>'
_READ_ONLY = '<meta name="sq-read-only" content="documents are added where the server runs">'
_APOLOGY = "Something went wrong here. Please ask again; the terminal that runs seedqa has the details."


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation: as it was typed, as a follow-up may refer to it, and what is shown for it."""

    asked: str
    turn: qa.Turn
    shown: str


def respond(engine: Engine, message: str, turns: Sequence[qa.Turn]) -> Exchange:
    """Answer a message of a conversation. Nothing is remembered here: the conversation is ``turns``.

    The turn keeps the question as it was searched for: a follow-up of a follow-up then has all that it refers to.
    What goes wrong is shown, and never raised: an error of ours in its own words, any other without its details.
    """
    try:
        answer = engine.ask(message, turns)
    except qa.Error as error:
        return _unanswered(message, render.notice(str(error)))
    except Exception:
        logging.getLogger(__name__).exception("a question failed")
        return _unanswered(message, render.notice(_APOLOGY))
    return Exchange(message, qa.Turn(answer.searched, answer.text), render.reply(answer))


def _unanswered(message: str, shown: str) -> Exchange:
    return Exchange(message, qa.Turn(message, ""), shown)


def hint(message: str) -> str:
    """What keeps a message from being asked, in plain words; "" if nothing does."""
    if not message.strip():
        return "Type a question first."
    if len(message) > LONGEST_QUESTION:
        return f"This has {len(message):,} characters; a question can have {LONGEST_QUESTION:,}. Please shorten it."
    return ""


def build(engine: Engine, *, footer: str = "") -> "gr.Blocks":
    """Make the page. Each tab has its own conversation: a ``gr.State``, passed to each event and back."""
    import gradio as gr

    def ask(message: str, before: Sequence[Exchange]) -> Iterator[tuple[Any, ...]]:
        problem = hint(message)
        if problem:
            yield gr.skip(), gr.skip(), gr.skip(), problem
            return
        question = message.strip()
        waiting = _unanswered(question, render.working())
        yield "", _messages([*before, waiting]), gr.skip(), ""
        after = [*before, respond(engine, question, [exchange.turn for exchange in before])]
        yield gr.skip(), _messages(after), after, ""

    def ask_example(before: Sequence[Exchange], event: gr.SelectData) -> Iterator[tuple[Any, ...]]:
        yield from ask(event.value["text"], before)

    def ask_again(before: Sequence[Exchange], event: gr.RetryData) -> Iterator[tuple[Any, ...]]:
        at = _exchange(event.index)
        yield from ask(before[at].asked, before[:at])

    def undo(before: Sequence[Exchange], event: gr.UndoData) -> tuple[Any, ...]:
        at = _exchange(event.index)
        return before[at].asked, _messages(before[:at]), before[:at], ""

    def clear() -> tuple[Any, ...]:
        return [], [], ""

    page: gr.Blocks = gr.Blocks(title="seedqa", analytics_enabled=False, fill_height=True)
    with page:
        conversation = gr.State([])
        with gr.Row(elem_id="top"):
            gr.Markdown(_HEADER, elem_id="header")
            documents = gr.Markdown(elem_id="documents")
        chat = gr.Chatbot(
            elem_id="chat",
            label="Conversation",
            show_label=False,
            container=False,
            placeholder=_WELCOME,
            examples=[{"text": example} for example in _examples(engine)],
            allow_tags=False,
            latex_delimiters=[],
            buttons=[],
            autoscroll=False,
            scale=1,
            height="100%",
        )
        box = gr.Textbox(
            elem_id="ask",
            label="Your question",
            placeholder="Ask a question",
            lines=1,
            max_lines=6,
            autofocus=True,
            submit_btn=True,
        )
        said = gr.Markdown(elem_id="hint")
        with gr.Row(elem_id="bottom"):
            gr.Markdown(_FOOTER.format(footer), elem_id="footer")
            fresh = gr.Button("Clear chat", elem_id="clear", size="sm")

        shown = [box, chat, conversation, said]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking: list[Any] = [
            box.submit(ask, [box, conversation], shown, concurrency_limit=2, **quiet),
            chat.example_select(ask_example, conversation, shown, concurrency_limit=2, **quiet),
            chat.retry(ask_again, conversation, shown, concurrency_limit=2, **quiet),
        ]
        chat.undo(undo, conversation, shown, cancels=asking, **quiet)
        fresh.click(clear, None, [chat, conversation, said], cancels=asking, **quiet)
        page.load(lambda: _documents(engine), None, documents, **quiet)
    return page


def _examples(engine: Engine) -> Sequence[str]:
    """Questions to click, while the sample document that answers them is indexed."""
    names = {PurePath(file.path).name for file in engine.documents()}
    return EXAMPLES if _EXAMPLES_ARE_ABOUT in names else ()


def _exchange(index: Any) -> int:
    """Which exchange a message of the chat belongs to: each has two messages."""
    return int(index[0] if isinstance(index, list | tuple) else index) // 2


def _messages(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    messages = []
    for exchange in exchanges:
        messages.append({"role": "user", "content": render.question(exchange.asked)})
        messages.append({"role": "assistant", "content": exchange.shown})
    return messages


def _documents(engine: Engine) -> str:
    try:
        return render.documents(engine.documents(), engine.counts())
    except qa.Error as error:
        return render.notice(str(error))


def application(
    engine: Engine,
    *,
    host: str = "127.0.0.1",
    password: auth.Password | None = None,
    read_only: bool = False,
    watch: Sequence[Path] = (),
) -> FastAPI:
    """The whole server: the page at ``/``, the routes at ``/api``, and the guards in front of both."""
    _be_private()
    import gradio as gr

    app = FastAPI(title="seedqa", docs_url=None, redoc_url=None, openapi_url=None)
    routes.add(app, engine)
    documents.add(app, engine, host=host, watch=watch, read_only=read_only)
    source.add(app, engine)
    mcp.add(app, engine)
    docs.add(app)
    routes.close(app)
    for name in (*_FILES[0], *_FILES[1], "icon.svg"):
        kind = _KINDS[Path(name).suffix]
        app.get(f"/{name}")(lambda name=name, kind=kind: FileResponse(_PAGE / name, media_type=kind))
    gr.mount_gradio_app(
        app,
        build(engine, footer=auth.truth(host, password)),
        path="/",
        server_name=host,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=_theme(),
        head=_HEAD + _READ_ONLY * read_only,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=1,
    )
    app.add_middleware(guard.SameOrigin, read_only=read_only)
    if password:
        app.add_middleware(auth.Login, password=password)
    app.add_middleware(guard.KnownHost, host=host)
    app.add_middleware(guard.Policy)
    return app


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
    password_file: Path | None = None,
    no_auth: bool = False,
    read_only: bool = False,
    watch: Sequence[Path] = (),
) -> int:
    """Serve the page until Ctrl-C; return 0 then. A first start indexes the sample documents.

    Raises OSError if the address cannot be had, Error if the index or a model cannot be used, ValueError if others
    could reach it without a password and ``no_auth`` has not been said.
    """
    password = None if no_auth else auth.chosen(password_file)
    auth.allow(host, password, without=no_auth)
    with serve.listen(host, port) as listener:
        print(f"Opening the index in {index} …", flush=True)
        if qa.ensure_samples(index):
            print("There was none: it holds the sample documents now. Add your own: seedqa add PATH", flush=True)
        engine = Engine(index, reader=reader)
        engine.warm()
        if not password and not guard.is_local(host):
            print("No password is asked for: whoever reaches this address can read the documents.", flush=True)
        page = application(engine, host=host, password=password, read_only=read_only, watch=watch)
        serve.serve(page, listener, host)
    return 0
