"""The routes of the list of documents: what they list, what they take in, and what they refuse."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from index import Index
from index.lock import WriteLock
from qa import Engine
from qa.api import SAMPLES
from tests.fakes import HashingEmbedder, PatternReader
from ui import documents, guard
from ui.jobs import Jobs, State
from ui.uploads import Refused, Uploads, safe_name, safe_path

BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Make an engine over an empty index."""
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        yield Engine(tmp_path / "index", reader=PatternReader(r"\d+"), index=index)


@pytest.fixture
def jobs(engine: Engine) -> Iterator[Jobs]:
    """Run jobs until the test is over."""
    jobs = Jobs(engine)
    yield jobs
    jobs.close()


def served(engine: Engine, jobs: Jobs, *, host: str = "127.0.0.1") -> TestClient:
    """Serve the routes behind their guard."""
    app = FastAPI(middleware=[Middleware(guard.SameOrigin)])
    documents.add(app, engine, host=host, jobs=jobs)
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.fixture
def client(engine: Engine, jobs: Jobs) -> TestClient:
    """Serve for this computer alone."""
    return served(engine, jobs)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Write three files."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "budget.txt").write_text("The budget is 90 euros.")
    (folder / "Café.md").write_text("# Menu\n\nCoffee is 2 euros.")
    (folder / "zoo.txt").write_text("The zoo has 7 lions. " * 40)
    return folder


def send(client: TestClient, name: str, text: str) -> Any:
    """Upload a file; return the reply's JSON."""
    reply = client.post("/api/documents/upload", params={"name": name}, content=text.encode(), headers=BYTES)
    assert reply.status_code == 200, reply.text
    return reply.json()


def listed(client: TestClient, **query: Any) -> list[str]:
    """Return the names that a list shows."""
    return [item["name"] for item in client.get("/api/documents", params=query).json()["items"]]


def idle(client: TestClient) -> Any:
    """Wait until nothing is being added; return the queue."""
    for _ in range(400):
        queue = client.get("/api/documents/state").json()["queue"]
        if queue["done"] == queue["total"]:
            return queue
        time.sleep(0.02)
    raise AssertionError(queue)


def test_a_file_that_is_sent_can_be_asked_about(client: TestClient, engine: Engine) -> None:
    """It is stored beside the index, read in the background, and listed with its facts."""
    send(client, "budget.txt", "The budget is 90 euros.")
    queue = idle(client)
    assert [(job["name"], job["state"]) for job in queue["jobs"]] == [("budget.txt", "done")]
    assert engine.ask("What is the budget?").text == "90 euros"
    item = client.get("/api/documents").json()["items"][0]
    facts = {name: item[name] for name in ("name", "folder", "kind", "size", "passages", "state", "sample", "uploaded")}
    assert facts == {
        "name": "budget.txt", "folder": ".", "kind": "txt", "size": 23, "passages": 1, "state": "", "sample": False,
        "uploaded": True,
    }  # fmt: skip
    assert (engine.folder / "files" / "budget.txt").read_text() == "The budget is 90 euros."


def test_the_same_bytes_twice_are_one_file(client: TestClient, engine: Engine) -> None:
    """Whatever the second one is called; another text of the same name is a file of its own."""
    send(client, "a.txt", "One.")
    idle(client)
    assert send(client, "b.txt", "One.") == {"known": str(engine.folder / "files" / "a.txt")}
    send(client, "a.txt", "Two.")
    idle(client)
    assert listed(client) == ["a (2).txt", "a.txt"]
    assert sorted(file.name for file in (engine.folder / "files").iterdir()) == ["a (2).txt", "a.txt"]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../../etc/cron.d/evil.txt", "etc/cron.d/evil.txt"),
        ("..\\..\\evil.txt", "evil.txt"),
        ("/etc/passwd.txt", "etc/passwd.txt"),
        ("C:\\Users\\a.txt", "C_/Users/a.txt"),
        ("a\u202etxt.exe.txt", "atxt.exe.txt"),
        ("nul.txt", "_nul.txt"),
        ("line\nbreak\x00.txt", "line_break_.txt"),
        ("<img src=x onerror=alert(1)>.txt", "_img src=x onerror=alert(1)_.txt"),
        (".htaccess.txt", "htaccess.txt"),
        ("reports/2024/Übersicht.txt", "reports/2024/Übersicht.txt"),
    ],
)
def test_a_hostile_name_is_harmless(client: TestClient, engine: Engine, name: str, stored: str) -> None:
    """The file lands in the folder for uploads, under a name that every system takes."""
    send(client, name, "One.")
    idle(client)
    files = [path for path in (engine.folder / "files").rglob("*") if path.is_file()]
    assert [path.relative_to(engine.folder / "files").as_posix() for path in files] == [stored]
    assert len(listed(client)) == 1


@pytest.mark.parametrize("name", ["", "..", "/", "\u202e", " . ", "a" * 5000, "é" * 400 + ".txt", "\ud800.txt", "~$"])
def test_every_name_becomes_one_that_can_be_stored(name: str, tmp_path: Path) -> None:
    """None is empty, none is too long, and none leads up."""
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= 200
    assert "/" not in safe
    assert safe not in (".", "..")
    (tmp_path / safe).touch()
    assert not safe_path(name).is_absolute()
    assert ".." not in safe_path(name).parts


def test_what_cannot_be_read_is_refused_before_it_is_stored(client: TestClient, engine: Engine) -> None:
    """A kind that nothing reads; a body that is too large; and nothing is left behind."""
    reply = client.post("/api/documents/upload", params={"name": "a.exe"}, content=b"MZ", headers=BYTES)
    assert reply.status_code == 415
    assert "cannot be read (.exe)" in reply.json()["error"]
    reply = client.post(
        "/api/documents/upload", params={"name": "a.txt"}, content=b"x" * ((32 << 20) + 1), headers=BYTES
    )
    assert reply.status_code == 413
    assert not (engine.folder / "files").exists()


def test_uploads_are_bounded_in_number_and_bytes(tmp_path: Path) -> None:
    """Each limit has a reason that says what to do, and leaves nothing half stored."""

    async def body(*parts: bytes) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    uploads = Uploads(tmp_path / "files", most_bytes=1 << 20, most_files=1)
    with pytest.raises(Refused, match="more than 1 MB"):
        asyncio.run(uploads.receive(body(b"x" * (1 << 20), b"x")))
    uploads.keep(asyncio.run(uploads.receive(body(b"one"))), "a.txt")
    with pytest.raises(Refused, match=r"1 files .* which is the most"):
        asyncio.run(uploads.receive(body(b"two")))
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["a.txt"]
    uploads.delete(tmp_path / "files" / "a.txt")
    asyncio.run(uploads.receive(body(b"two")))


@pytest.mark.parametrize("name", ["report.txt/page.txt", "report.txt/a/page.txt"])
def test_a_file_by_the_name_of_a_folder_is_said(client: TestClient, engine: Engine, name: str) -> None:
    """It was a bug's reply, and up to 32 MB that had arrived stayed on the disk."""
    send(client, "report.txt", "One.")
    reply = client.post("/api/documents/upload", params={"name": name}, content=b"Two.", headers=BYTES)
    assert reply.status_code == 409
    assert "rename the folder" in reply.json()["detail"]
    assert [file.name for file in (engine.folder / "files").iterdir()] == ["report.txt"]
    idle(client)


def test_a_file_that_cannot_be_put_in_its_place_is_dropped(tmp_path: Path) -> None:
    """As when the disk is full: the reason is told, and what had arrived does not stay."""

    async def body() -> AsyncIterator[bytes]:
        yield b"One."

    uploads = Uploads(tmp_path / "files")
    received = asyncio.run(uploads.receive(body()))
    uploads.folder = tmp_path / ("x" * 300)  # longer than a system takes
    with pytest.raises(Refused, match="cannot be stored"):
        uploads.keep(received, "a.txt")
    assert list((tmp_path / "files").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/documents/upload?name=a.txt", {"Content-Type": "text/plain"}, 415),
        ("/api/documents/upload?name=a.txt", {**BYTES, "Origin": "http://evil.example"}, 403),
        ("/api/documents/add", {"Content-Type": "application/json", "Origin": "http://localhost:3000"}, 403),
        ("/api/documents/add", BYTES, 415),
        ("/api/documents/remove", {"Content-Type": "text/plain"}, 415),
    ],
)
def test_another_site_cannot_change_anything(
    client: TestClient, path: str, headers: dict[str, str], status: int
) -> None:
    """A form can send neither these types nor this page's origin."""
    assert client.post(path, content=b"{}", headers=headers).status_code == status


def test_a_folder_of_this_computer_is_read_where_it_is(client: TestClient, engine: Engine, docs: Path) -> None:
    """Nothing is copied, and what cannot be read is named with its reason, without the folder's path."""
    (docs / "empty.txt").touch()
    assert client.post("/api/documents/add", json={"paths": [str(docs)]}).status_code == 200
    [job] = idle(client)["jobs"]
    assert job["counts"] == {"added": 3, "failed": 1}
    assert job["failures"] == [{"name": "empty.txt", "reason": "Is empty: write something in it, or leave it out."}]
    assert job["can_retry"]
    assert len(listed(client)) == 3
    assert not (engine.folder / "files").exists()


def test_paths_are_taken_from_a_local_page_only(engine: Engine, jobs: Jobs, docs: Path) -> None:
    """Whoever looks in from elsewhere could read any file that the server can."""
    abroad = served(engine, jobs, host="0.0.0.0")
    assert abroad.get("/api/documents/state").json()["local"] is False
    reply = abroad.post("/api/documents/add", json={"paths": [str(docs)]})
    assert reply.status_code == 403
    assert "upload the files instead" in reply.json()["error"]
    assert jobs.snapshot().jobs == []


@pytest.mark.parametrize("paths", [["docs"], [], ["/x"] * 21, "x", [3], [""]])
def test_paths_that_are_none_are_refused(client: TestClient, paths: object) -> None:
    """A part of a path means something else to a server than to who typed it."""
    assert client.post("/api/documents/add", json={"paths": paths}).status_code == 422


def test_a_path_that_is_not_there_is_said_at_once(client: TestClient, tmp_path: Path) -> None:
    """And not in a queue."""
    reply = client.post("/api/documents/add", json={"paths": [str(tmp_path / "nowhere")]})
    assert (reply.status_code, "check the spelling" in reply.json()["error"]) == (404, True)


def test_the_list_is_searched_sorted_and_cut(client: TestClient, jobs: Jobs, docs: Path) -> None:
    """By every word of the name, the folder or the title, whatever the accents; a page at a time."""
    jobs.wait(jobs.add([docs]))
    assert listed(client) == ["budget.txt", "Café.md", "zoo.txt"]
    assert listed(client, query="cafe") == ["Café.md"]
    assert listed(client, query="docs TXT") == ["budget.txt", "zoo.txt"]
    assert listed(client, query="menu") == ["Café.md"]  # its title
    assert listed(client, query="nothing") == []
    assert listed(client, sort="size", down=True)[0] == "zoo.txt"
    assert listed(client, sort="kind")[0] == "Café.md"
    assert listed(client, offset=1, limit=1) == ["Café.md"]
    assert client.get("/api/documents", params={"query": "txt", "limit": 1}).json()["matching"] == 2
    assert client.get("/api/documents", params={"sort": "owner"}).status_code == 422


def test_a_list_of_thousands_is_quick(engine: Engine, client: TestClient, docs: Path) -> None:
    """It is read once and then kept until the index changes."""
    for number in range(3000):
        (docs / f"n{number}.txt").write_text("The same.")
    engine.add([docs])
    listed(client)
    began = time.process_time()
    for _ in range(5):
        assert client.get("/api/documents", params={"query": "n299", "sort": "size"}).json()["matching"] == 11
    assert (time.process_time() - began) / 5 < 0.1


def test_ticked_files_become_what_a_question_is_confined_to(client: TestClient, jobs: Jobs, docs: Path) -> None:
    """By the ids that their documents have now, also after a file was read again."""
    jobs.wait(jobs.add([docs]))
    items = client.post("/api/documents/choose", params={"query": "txt"}, json={}).json()["items"]
    assert [Path(path).name for path, _ in items] == ["budget.txt", "zoo.txt"]
    path, before = items[0]
    Path(path).write_text("The budget is 91 euros.")
    jobs.wait(jobs.add([docs]))
    [[_, after]] = client.post("/api/documents/ids", json={"paths": [path, "/gone"]}).json()["items"]
    assert after != before


def test_a_changed_file_and_a_lost_one_say_so(client: TestClient, jobs: Jobs, docs: Path) -> None:
    """And the changed one can be read again from the list."""
    jobs.wait(jobs.add([docs]))
    (docs / "budget.txt").write_text("The budget is 100 euros.")
    (docs / "zoo.txt").unlink()
    states = {item["name"]: item["state"] for item in client.get("/api/documents").json()["items"]}
    assert states == {"budget.txt": "changed", "Café.md": "", "zoo.txt": "gone"}
    client.post("/api/documents/again", json={"paths": [str(docs / "budget.txt")]})
    idle(client)
    assert client.get("/api/documents", params={"query": "budget"}).json()["items"][0]["state"] == ""


def test_only_what_is_in_the_index_can_be_read_again(client: TestClient, docs: Path) -> None:
    """So it is no way to have any file of the computer read."""
    assert client.post("/api/documents/again", json={"paths": [str(docs / "zoo.txt")]}).json() == {"jobs": []}


def test_a_removal_can_be_undone(client: TestClient, jobs: Jobs, docs: Path) -> None:
    """The file itself is never touched."""
    jobs.wait(jobs.add([docs]))
    removal = client.post("/api/documents/remove", json={"paths": [str(docs / "zoo.txt")]}).json()
    assert removal["files"] == 1
    idle(client)
    assert listed(client) == ["budget.txt", "Café.md"]
    assert client.post("/api/documents/undo", json={"job": removal["removal"]}).status_code == 200
    idle(client)
    assert len(listed(client)) == 3
    assert client.post("/api/documents/undo", json={"job": removal["removal"]}).status_code == 404


def test_the_copy_of_an_upload_goes_when_nobody_can_undo_any_more(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever removes a document does not expect it to stay on the disk; what lies elsewhere stays."""
    monkeypatch.setattr(documents, "UNDO_SECONDS", 0.3)
    send(client, "trip/secret.txt", "The code is 4711.")
    idle(client)
    stored = engine.folder / "files" / "trip" / "secret.txt"
    client.post("/api/documents/remove", json={"paths": [str(stored)]})
    idle(client)
    assert stored.exists()
    for _ in range(200):
        if not stored.parent.exists():
            break
        time.sleep(0.02)
    assert not stored.parent.exists()


def removed(client: TestClient, path: Path) -> threading.Timer:
    """Remove a file; return what ends the time in which that can be undone."""
    before = set(threading.enumerate())
    client.post("/api/documents/remove", json={"paths": [str(path)]})
    (timer,) = (each for each in set(threading.enumerate()) - before if isinstance(each, threading.Timer))
    return timer


def end(timer: threading.Timer) -> None:
    """Let the time be over now."""
    timer.cancel()
    timer.function(*timer.args, **timer.kwargs)


def test_a_file_that_is_sent_again_is_not_deleted_when_the_undo_ends(client: TestClient, engine: Engine) -> None:
    """It waited behind a long folder, so it was not in the index, and was deleted as a copy that nobody wanted."""
    send(client, "note.txt", "The code is 4711.")
    idle(client)
    stored = engine.folder / "files" / "note.txt"
    timer = removed(client, stored)
    idle(client)
    with WriteLock(engine.folder / "write.lock"):  # the job waits
        send(client, "note.txt", "The code is 4711.")
        end(timer)
    idle(client)
    assert stored.read_text() == "The code is 4711."
    assert listed(client) == ["note.txt"]


def test_an_undo_of_what_was_sent_again_has_nothing_to_do(client: TestClient, engine: Engine) -> None:
    """It answered 404, as if the file were lost; what was sent again is there, and a second undo is one too many."""
    send(client, "note.txt", "The code is 4711.")
    idle(client)
    stored = engine.folder / "files" / "note.txt"
    removal = client.post("/api/documents/remove", json={"paths": [str(stored)]}).json()["removal"]
    idle(client)
    send(client, "note.txt", "The code is 4711.")
    undone = client.post("/api/documents/undo", json={"job": removal})
    assert (undone.status_code, undone.json()) == (200, {"job": None})
    assert client.post("/api/documents/undo", json={"job": removal}).status_code == 404
    idle(client)
    assert listed(client) == ["note.txt"]


def test_a_file_that_is_sent_while_its_removal_waits_is_added_again(client: TestClient, engine: Engine) -> None:
    """It was told to be there already, and then the removal took it out."""
    send(client, "note.txt", "The code is 4711.")
    idle(client)
    stored = engine.folder / "files" / "note.txt"
    with WriteLock(engine.folder / "write.lock"):  # the removal waits
        timer = removed(client, stored)
        assert "job" in send(client, "note.txt", "The code is 4711.")
    idle(client)
    end(timer)
    assert stored.read_text() == "The code is 4711."
    assert listed(client) == ["note.txt"]


def test_the_samples_go_together(client: TestClient, jobs: Jobs, docs: Path) -> None:
    """They answer questions only until there is something of one's own."""
    jobs.wait(jobs.add([SAMPLES]))
    jobs.wait(jobs.add([docs]))
    assert client.get("/api/documents/state").json()["samples"] == 4
    assert client.post("/api/documents/remove", json={"samples": True}).json()["files"] == 4
    idle(client)
    assert client.get("/api/documents/state").json()["samples"] == 0
    assert len(listed(client)) == 3
    assert len(list(SAMPLES.iterdir())) == 4


def test_the_state_changes_whoever_changes_the_index(client: TestClient, tmp_path: Path, docs: Path) -> None:
    """Another process adds a file: the generation is another one at once."""
    before = client.get("/api/documents/state").json()
    with Index.open(tmp_path / "index", embedder=HashingEmbedder()) as other:
        other.sync([docs])
    after = client.get("/api/documents/state").json()
    assert before["generation"] != after["generation"]
    assert (before["files"], after["files"]) == (0, 3)


def test_what_failed_is_tried_again(client: TestClient, jobs: Jobs, docs: Path) -> None:
    """The new line is in place of the old one."""
    (docs / "zoo.txt").write_text("")
    failed = jobs.add([docs / "zoo.txt"])
    assert jobs.wait(failed) is State.FAILED
    (docs / "zoo.txt").write_text("The zoo has 8 lions.")
    assert client.post("/api/documents/retry", json={"job": failed}).status_code == 200
    [job] = idle(client)["jobs"]
    assert job["state"] == "done"
    assert client.post("/api/documents/clear", json={}).status_code == 200
    assert idle(client)["jobs"] == []


def test_without_an_index_there_is_an_empty_list(tmp_path: Path) -> None:
    """And no error: the first upload makes it."""
    engine = Engine(tmp_path / "none")
    client = served(engine, Jobs(engine))
    assert client.get("/api/documents").json() == {"total": 0, "matching": 0, "items": []}
    assert client.get("/api/documents/state").json()["generation"] == ""
