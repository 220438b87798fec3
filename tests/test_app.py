"""The server without a browser: conversations, routes, and the guards in front of them."""

import ast
import asyncio
import base64
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from subprocess import PIPE

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import qa
from index import Document, Passage
from qa import Answer, Candidate, Counts, Entry, Hit, Reason, Turn, Where
from qa.compose import claims
from qa.read.in_order import OnRead
from tests.fakes import PatternReader
from ui import app, cli, guard

HERE = "http://127.0.0.1:7860"
UI = Path(app.__file__).parent
DOCUMENT = Document(1, "/docs/minutes.txt", "Minutes", "Ann led the meeting on 3 May.", (), "ab" * 32)
PASSAGE = Passage(1, DOCUMENT, 0, len(DOCUMENT.text))
HIT = Hit(PASSAGE, 0.5)
ANN = tuple(claims([Candidate(HIT, 0, 3, 5.0)], PatternReader("").calibration))


class Minutes(qa.Engine):
    """An engine over one sentence: quotes "Ann" to questions with "who", abstains otherwise, fails on request."""

    def __init__(self) -> None:
        """No question yet, and no index."""
        super().__init__(Path("/nowhere"))
        self.turns: list[list[Turn]] = []
        self.wheres: list[Where | None] = []

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = 10,
        where: Where | None = None,
        on_read: OnRead | None = None,
    ) -> Answer:
        """Answer, and note with which turns it was asked. "it" is taken for the meeting."""
        self.turns.append(list(turns))
        hits = tuple(self.retrieve(question, k=k, where=where))
        if on_read is not None:
            on_read(0, len(hits))
        if "bug" in question:
            raise RuntimeError("secret details")
        searched = question.replace(" it", " the meeting")
        if "who" not in question.lower():
            return Answer(question, searched, Reason.LOW_CONFIDENCE, 0.1, hits=hits)
        return Answer(question, searched, Reason.ANSWERED, 0.9, ANN, hits=hits)

    def retrieve(self, question: str, *, k: int = 5, where: Where | None = None) -> list[Hit]:
        """Find the one passage, and note where."""
        self.wheres.append(where)
        if "broken index" in question:
            raise qa.Error("The index in /docs is damaged. Re-create it with: seedqa add PATH")
        return [HIT][:k]

    def documents(self) -> list[Entry]:
        """List the one document."""
        return [Entry(1, DOCUMENT.path, DOCUMENT.title, 0, 1, DOCUMENT.sha256, None)]

    def counts(self) -> Counts:
        """Count it, and a copy."""
        return Counts(documents=1, files=2, passages=1)


@pytest.fixture(scope="module")
def engine() -> Minutes:
    """The engine behind the server."""
    return Minutes()


@pytest.fixture(scope="module")
def client(engine: Minutes) -> Iterator[TestClient]:
    """The whole server, asked as a script would ask it."""

    async def built() -> FastAPI:
        return app.application(engine)

    # built inside a loop: outside of one, Gradio makes event loops and never closes them
    with TestClient(asyncio.run(built()), base_url=HERE) as client:
        yield client


def test_ask_returns_what_the_command_line_prints(client: TestClient) -> None:
    """The object of ``seedqa ask --json``, key for key."""
    reply = client.post("/api/ask", json={"question": " Who led it? "})
    assert reply.status_code == 200
    assert reply.json() == json.loads(json.dumps(qa.to_json(Minutes().ask("Who led it?"))))
    assert reply.json()["citations"][0]["quote"] == "Ann"


def test_ask_passes_the_turns_on(client: TestClient, engine: Minutes) -> None:
    """A script can follow up: it sends the conversation with the question."""
    client.post("/api/ask", json={"question": "When?", "turns": [["Who led it?", "Ann"]]})
    assert engine.turns[-1] == [Turn("Who led it?", "Ann")]


def test_retrieve_returns_hits(client: TestClient) -> None:
    """The list of ``seedqa retrieve --json``."""
    reply = client.post("/api/retrieve", json={"question": "meeting", "k": 1})
    assert reply.json() == qa.hits_to_json([HIT])


@pytest.mark.parametrize("path", ["/api/ask", "/api/retrieve"])
@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({}, Where()),
        ({"paths": ["/docs"], "kinds": ["pdf", ".md"]}, Where(paths=("/docs",), kinds=("pdf", ".md"))),
        ({"documents": [7, 8]}, Where(documents=(7, 8))),
        (
            {"since": "2024-01-31", "until": "2024-12-31"},
            Where(since=date(2024, 1, 31), until=date(2024, 12, 31)),
        ),
    ],
)
def test_a_question_can_be_confined(
    client: TestClient, engine: Minutes, path: str, given: dict[str, object], meant: Where
) -> None:
    """The fields of ``qa.Where``, as JSON; without them, all documents are searched."""
    assert client.post(path, json={"question": "Who?", "where": given}).status_code == 200
    assert engine.wheres[-1] == meant
    assert client.post(path, json={"question": "Who?"}).status_code == 200
    assert engine.wheres[-1] is None


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("pdf", "body.where: "),
        ({"path": ["/docs"]}, "body.where.path: Extra inputs are not permitted"),
        ({"paths": "/docs"}, "body.where.paths: Input should be a valid list"),
        ({"paths": []}, "body.where.paths: List should have at least 1 item"),
        ({"paths": ["docs"]}, "body.where.paths.0: expected the whole path, such as /home/ann/reports"),
        ({"kinds": [""]}, "body.where.kinds.0: String should have at least 1 character"),
        ({"documents": [0]}, "body.where.documents.0: Input should be greater than or equal to 1"),
        ({"documents": [2**63]}, "body.where.documents.0: Input should be less than"),
        ({"documents": ["7"]}, "body.where.documents.0: Input should be a valid integer"),
        ({"since": "31.1.2024"}, "body.where.since: expected a day, such as 2024-01-31"),
        ({"since": 20240131}, "body.where.since: expected a day"),
        ({"until": "9999-12-31"}, "body.where.until: expected a day"),
    ],
)
def test_a_malformed_where_is_told_what_is_wrong(client: TestClient, where: object, words: str) -> None:
    """422, with the field, and what was expected."""
    reply = client.post("/api/ask", json={"question": "Who?", "where": where})
    assert reply.status_code == 422
    assert words in reply.json()["error"]


def test_health_counts_what_is_indexed(client: TestClient) -> None:
    """A monitor sees that the index opens, and how much is in it."""
    assert client.get("/api/health").json() == {"status": "ok", "documents": 1, "files": 2, "passages": 1}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "body.question: Field required"),
        ({"question": "  "}, "body.question: String should have at least 1 character"),
        ({"question": "x" * 10_001}, "at most 10000 characters"),
        ({"question": 7}, "body.question: Input should be a valid string"),
        ({"question": "\ud800"}, "body.question: Input should be a valid string"),
        ({"question": "Who?", "turns": [["Who?", "\ud800"]]}, "body.turns.0.1: Input should be a valid string"),
        ({"question": "Who?", "k": 0}, "body.k: Input should be greater than or equal to 1"),
        ({"question": "Who?", "k": 51}, "less than or equal to 50"),
        ({"question": "Who?", "index": "/etc"}, "body.index: Extra inputs are not permitted"),
        ({"question": "Who?", "turns": [["Who?"]]}, "body.turns.0: List should have at least 2 items"),
        ({"question": "Who?", "turns": [["a", "b"]] * 51}, "body.turns: List should have at most 50 items"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(client: TestClient, body: object, words: str) -> None:
    """422, with the field and the fault, and without the request's contents."""
    reply = client.post("/api/ask", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert reply.status_code == 422
    assert words in reply.json()["error"]


def test_errors_of_the_engine_have_a_status(client: TestClient) -> None:
    """Ours in their own words; others without details."""
    ours, other = (client.post("/api/ask", json={"question": text}) for text in ("broken index", "bug"))
    assert ours.status_code == 503
    assert ours.json()["error"].startswith("The index in /docs is damaged")
    assert other.status_code == 500
    assert "secret" not in other.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7860", "0.0.0.0"])
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    """A name that an attacker points at this machine (DNS rebinding) opens nothing."""
    for path in ("/", "/api/health", "/gradio_api/info"):
        assert client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860"])
def test_this_machine_is_served(client: TestClient, host: str) -> None:
    """The names of the loopback interface, with and without the port."""
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:8080", "https://127.0.0.1.evil.example"]
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/retrieve", "/gradio_api/queue/join"])
def test_a_foreign_origin_is_refused(client: TestClient, engine: Minutes, origin: str, path: str) -> None:
    """A page on another site cannot ask, even where the browser lets the request out."""
    asked = len(engine.turns)
    assert client.post(path, json={"question": "Who?"}, headers={"Origin": origin}).status_code == 403
    assert len(engine.turns) == asked


def test_the_own_origin_is_served(client: TestClient) -> None:
    """The page's own requests carry this server's origin."""
    assert client.post("/api/ask", json={"question": "Who?"}, headers={"Origin": HERE}).status_code == 200


def test_a_form_cannot_ask(client: TestClient) -> None:
    """Only JSON is read: a plain form or text needs no permission to be sent across sites."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        reply = client.post("/api/ask", content='{"question": "Who?"}', headers={"Content-Type": kind})
        assert reply.status_code == 415


def test_a_delete_without_a_body_needs_no_kind(client: TestClient) -> None:
    """Programs send none with it, and were told to send JSON; one with a body says what that is."""
    assert client.delete("/api/conversations/none").status_code == 404
    for body in (b"x", iter([b"x"])):
        assert client.request("DELETE", "/api/conversations/none", content=body).status_code == 415


def test_a_huge_request_is_refused_unread(client: TestClient) -> None:
    """Two megabytes are more than any conversation needs; a body must say how long it is."""
    assert client.post("/api/ask", json={"question": "x" * 3_000_000}).status_code == 413
    chunks = client.post("/api/ask", content=iter([b"{}"]), headers={"Content-Type": "application/json"})
    assert chunks.status_code == 411


@pytest.mark.parametrize(
    "path",
    [
        *("/gradio_api/upload", "/login", "/gradio_api/vibe-edit/", "/gradio_api/stream/x"),
        *("/gradio_api/queue/join", "/gradio_api/run/predict"),  # what these did not know was a bare 500
    ],
)
def test_gradio_routes_that_the_page_does_not_use_are_closed(client: TestClient, path: str) -> None:
    """Nothing can be uploaded or changed through routes that came with Gradio."""
    assert client.post(path, content=b"x").status_code == 404


def test_without_scripts_the_page_says_so(client: TestClient) -> None:
    """It was blank; and the markup is no reason for another script or style."""
    page = client.get("/").text
    assert "<noscript><p" in page
    assert page.index("<noscript>") < page.index("</body>")


def test_fastapis_own_documentation_is_off(client: TestClient) -> None:
    """It loads scripts from elsewhere; ours is in test_programs.py."""
    assert client.get("/redoc").status_code == 404
    assert "<script" not in client.get("/docs").text


def test_the_policy_allows_the_pages_own_scripts_only(client: TestClient) -> None:
    """Each inline script is named by its hash; no other inline script and no eval can run."""
    reply = client.get("/")
    policy = {part.split()[0]: part.split()[1:] for part in reply.headers["content-security-policy"].split("; ")}
    inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", reply.text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    assert len(hashes) > 2
    assert policy["script-src"] == ["'self'", *(f"'sha256-{digest}'" for digest in hashes)]
    assert policy["default-src"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'", "data:", "blob:"]


@pytest.mark.parametrize("path", ["/", "/page.js", "/api/health", "/nowhere", "/gradio_api/info"])
def test_every_response_has_the_security_headers(client: TestClient, path: str) -> None:
    """Errors and files too."""
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_page_holds_no_document_text(client: TestClient) -> None:
    """The hashes bless every inline script of the first HTML: so documents arrive later, as data."""
    assert "minutes" not in client.get("/").text


def look(suffix: str = "") -> list[Path]:
    """The files of the page, or those of one kind."""
    suffixes = {suffix} if suffix else {".css", ".js", ".svg"}
    return [file for file in sorted((UI / "page").rglob("*")) if file.suffix in suffixes]


def test_the_look_comes_from_here(client: TestClient) -> None:
    """Styles, scripts and icon are served with their types, and name no other server."""
    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    page = client.get("/").text
    for file in look():
        name = file.relative_to(UI / "page").as_posix()
        assert f'"/{name}"' in page, f"the page does not ask for {name}"
        reply = client.get(f"/{name}")
        assert reply.headers["content-type"].startswith(kinds[file.suffix])
        assert not re.search(r"https?:|url\(.?//|@import", reply.text.replace("http://www.w3.org/2000/svg", ""))


def test_the_page_shows_every_element_that_an_answer_is_written_with() -> None:
    """It refuses all others: an answer that disagreed by date had a ``time``, and was not shown at all."""
    script = (UI / "page" / "chat" / "log.js").read_text(encoding="utf-8")
    shown = set(re.findall(r"[a-z]\w*", script.split("new Set((", 1)[1].split(").split", 1)[0]))
    written = "".join(path.read_text(encoding="utf-8") for path in (UI / "render").glob("*.py"))
    used = set(re.findall(r"(?<!P)<([a-z]\w*)[ >]", re.sub(r"\"\"\".*?\"\"\"", "", written, flags=re.DOTALL)))
    assert "time" in used
    assert used <= shown
    names = re.compile(script.split("NAMES = /", 1)[1].split("/;", 1)[0])
    attributes = set(re.findall(r"<[a-z]\w* ([a-z-]+)=", written)) | {"data-document", "data-copy", "dir", "title"}
    assert [name for name in attributes if not names.search(name)] == []


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.name)
def test_nothing_needs_a_script_that_the_policy_forbids(path: Path) -> None:
    """Under our policy ``gr.HTML`` shows an error, and a ``js=`` listener ends the whole page."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    scripts = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "js"]
    html = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "HTML"]
    names = [node for node in ast.walk(tree) if isinstance(node, ast.alias) and node.name == "HTML"]
    assert (scripts, html, names) == ([], [], [])


@pytest.mark.parametrize(
    "path", [each for each in look(".css") if each.name != "gradio.css"], ids=lambda path: path.name
)
def test_our_look_names_nothing_of_gradio(path: Path) -> None:
    """What another version of Gradio can break is in gradio.css alone."""
    look = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    selectors = re.findall(r"[^{}]+(?=\{)", look)
    classes = {name for text in selectors for name in re.findall(r"\.([A-Za-z][\w-]*)", text)}
    assert {name for name in classes if not name.startswith("sq-")} <= {"dark"}
    ids = {name for text in selectors for name in re.findall(r"#([\w-]+)", text)}
    assert {name for name in ids if not name.startswith("sq-")} <= {"top", "header", "chat", "ask", "footer"}
    assert "data-testid" not in look


@pytest.mark.parametrize("path", look(".css"), ids=lambda path: path.name)
def test_what_is_important_says_why(path: Path) -> None:
    """It wins over everything, so the reason stands beside it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "!important;" in line and "/*" not in line] == []


def test_a_server_on_all_addresses_answers_to_its_own() -> None:
    """Its host name is allowed; the address that means "all" names no machine, but browsers accept it."""
    assert guard.hosts("127.0.0.1") == ["localhost", "127.0.0.1", "[::1]"]
    assert guard.hosts("::1") == ["localhost", "127.0.0.1", "[::1]"]
    assert guard.hosts("192.0.2.7")[-1] == "192.0.2.7"
    assert socket.gethostname() in guard.hosts("0.0.0.0")


def test_a_port_in_use_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with the port and what to do, before anything slow is loaded."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["ui", "--port", str(port)]) == 2
    assert f"port {port} is in use" in capsys.readouterr().err


def test_an_address_that_is_not_here_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with the address and what to do."""
    assert cli.main(["ui", "--host", "192.0.2.1", "--port", "0", "--no-auth"]) == 2
    assert "cannot listen on 192.0.2.1" in capsys.readouterr().err


@pytest.mark.slow
def test_the_server_says_where_it_is_and_stops_quietly() -> None:
    """It prints its address when it can be opened; Ctrl-C ends it with a word and no trace, exit 0."""
    script = (
        "from tests.test_app import Minutes; from ui import app, serve; "
        "serve.serve(app.application(Minutes()), serve.listen('127.0.0.1', 0), '127.0.0.1')"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, env=environment, text=True, stdout=PIPE, stderr=PIPE) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address is not None, line
        try:
            with urllib.request.urlopen(f"{address[0]}/api/health", timeout=30) as reply:
                assert json.load(reply)["documents"] == 1
        finally:
            server.send_signal(signal.SIGINT)
        said, complaints = server.communicate(timeout=30)
    assert (said, complaints, server.returncode) == ("Stopped.\n", "", 0)
