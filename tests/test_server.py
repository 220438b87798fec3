"""The real server: what a kill or a damaged index must not take, and fifty people who ask while files are added."""

import json
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from bench.page import together
from bench.server import Caller, Server, begun, send, until
from index import Index, StoreError
from qa import Engine
from tests.fakes import HashingEmbedder, PatternReader
from tests.test_documents import idle, listed, served
from tests.test_documents import send as upload
from ui.conversations import Conversations, Reply, State
from ui.jobs import Jobs

FILES = 5
QUESTIONS = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the index is, over both lives of the server."""
    return tmp_path_factory.mktemp("restart") / "index"


@pytest.fixture(scope="module")
def life(folder: Path) -> Iterator[tuple[Server, str]]:
    """Ask, type, send files, kill the server in the middle of it, and start it again; the conversation's id."""
    with Server(folder) as first:
        one = begun(first)
        asked(first, one, "Who led the meeting?")
        for _ in range(QUESTIONS):
            threading.Thread(target=asked, args=(first, one, "Who came from Japan?"), daemon=True).start()
        until(lambda: len(first.get(f"/api/conversations/{one}")["exchanges"]) == 1 + QUESTIONS)
        with Caller(first) as caller:
            drafted = caller.call("PATCH", f"/api/conversations/{one}", b'{"draft": "What does a plot"}')
        assert drafted.status == 200
        assert send(first, FILES) == 0
        first.kill()
    with Server(folder) as second:
        yield second, one


def asked(server: Server, one: str, question: str) -> Any:
    """Ask, and return how it ended; None if the server ended first."""
    body = json.dumps({"question": question}).encode()
    try:
        with Caller(server) as caller:
            reply = caller.call("POST", f"/api/conversations/{one}/ask", body)
    except (OSError, HTTPException):
        return None
    return json.loads(reply.body.splitlines()[-1])["exchange"]


@pytest.mark.slow
def test_a_kill_takes_no_conversation_and_no_draft(life: tuple[Server, str]) -> None:
    """The answer that was given, the title, and what was typed and not yet asked."""
    server, one = life
    found = server.get(f"/api/conversations/{one}")
    assert (found["title"], found["draft"]) == ("Who led the meeting?", "What does a plot")
    assert found["exchanges"][0]["state"] == "done"
    assert "<mark>" in found["exchanges"][0]["html"]


@pytest.mark.slow
def test_a_question_that_a_kill_cut_short_says_so(life: tuple[Server, str]) -> None:
    """And offers to be asked again; none is lost, and none runs for ever."""
    server, one = life
    states = [each["state"] for each in server.get(f"/api/conversations/{one}")["exchanges"]]
    assert len(states) == 1 + QUESTIONS
    assert set(states) == {"done", "interrupted"}
    last = server.get(f"/api/conversations/{one}")["exchanges"][-1]
    assert last["state"] == "interrupted"
    assert "seedqa was stopped while it worked on this" in last["html"]


@pytest.mark.slow
def test_a_kill_takes_no_file_that_was_sent(life: tuple[Server, str]) -> None:
    """What waited in the queue is in the index by and by."""
    server, one = life
    until(lambda: server.get("/api/documents?query=sent-")["matching"] == FILES)
    assert "7 pounds" in asked(server, one, "How much does the sent parcel 4 weigh?")["html"].replace(
        "<mark>", ""
    ).replace("</mark>", "")
    assert not list((Path(server.index) / "files").glob(".incoming-*"))


@pytest.mark.slow
def test_fifty_people_ask_while_twenty_files_are_added(life: tuple[Server, str]) -> None:
    """Each gets an answer, and each file is read: nobody is turned away, and nothing fails."""
    server, _ = life
    found = together(server, 1, people=50, files=20, each=1)
    assert found["50 people, failures"] == 0
    assert found["20 files sent meanwhile, failures"] == 0
    assert server.get("/api/documents?query=crowd-")["matching"] == 20


def opened(folder: Path) -> Engine:
    """Open or make an index with fakes."""
    index = Index.open(folder, embedder=HashingEmbedder(), create=True)
    return Engine(folder, reader=PatternReader(r"\d+"), index=index)


def settled(condition: Callable[[], bool]) -> None:
    """Wait for something."""
    until(condition, seconds=20)


def test_a_damaged_index_loses_nothing_to_who_does_as_told(tmp_path: Path) -> None:
    """The message names the files to delete; what was said and what was sent lies beside them, and comes back."""
    folder = tmp_path / "index"
    engine = opened(folder)
    kept = Conversations(folder / "conversations.db")
    one = kept.start().id
    kept.finish(one, kept.ask(one, "How much?"), Reply(State.DONE, "How much?", "90", True, "<p>90</p>"))
    kept.close()
    jobs = Jobs(engine)
    client = served(engine, jobs)
    for name in ("budget.txt", "zoo.txt"):
        upload(client, name, f"The {name} is 90 euros.")
    idle(client)
    client.post("/api/documents/remove", json={"paths": [str(folder / "files" / "zoo.txt")]})
    idle(client)
    jobs.close()
    engine.close()

    (folder / "index.db").write_bytes(b"\0" * 8192)
    with pytest.raises(StoreError, match="nothing else") as told:
        opened(folder)
    names = ("index.db", "index.db-wal", "index.db-shm")
    assert all(name in str(told.value) for name in names)
    for name in names:
        (folder / name).unlink(missing_ok=True)

    engine = opened(folder)
    jobs = Jobs(engine)
    client = served(engine, jobs)
    settled(lambda: listed(client) == ["budget.txt"])
    idle(client)
    assert listed(client) == ["budget.txt"]  # zoo.txt was removed by hand, and its copy has gone
    assert sorted(path.name for path in (folder / "files").iterdir()) == ["budget.txt"]
    again = Conversations(folder / "conversations.db")
    assert [each.title for each in again.listed()] == ["How much?"]
    jobs.close()
    again.close()
    engine.close()


def test_a_removed_upload_can_be_sent_again(tmp_path: Path) -> None:
    """Though it is remembered that it was removed."""
    engine = opened(tmp_path / "index")
    jobs = Jobs(engine)
    client = served(engine, jobs)
    for _ in range(2):
        upload(client, "budget.txt", "The budget is 90 euros.")
        idle(client)
        assert listed(client) == ["budget.txt"]
        client.post("/api/documents/remove", json={"paths": [str(engine.folder / "files" / "budget.txt")]})
        idle(client)
        assert listed(client) == []
    jobs.close()
    engine.close()
