"""What people feel at the page: start, an answer, fifty at once while files are added, memory, bytes a question.

python -m bench.page [--passages N …] [--people N] [--files N] [--questions N] [--json]

The server is the real one, in a process of its own. The passages are made: one sentence with a number and forty words,
and a vector drawn at random, so that finding costs what it costs and takes no hours to prepare.
"""

import argparse
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import numpy as np

from index import Document, Embedder, Index, Passage, load_embedder
from index.store import Store
from index.types import Vectors

ROOT = Path(__file__).parent.parent
WORDS = [a + b for a in ("bal", "cor", "dun", "fel", "gar", "hol", "mer", "nor") for b in ("ath", "eck", "ing", "orn")]
LINES = 50
"""Passages of a document."""

LOOKED_UP = ("/api/conversations", "/api/suggestions", "/api/documents/state", "/api/documents")
"""What the page's scripts read before a person can type."""

Figures = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure at each size, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[2_000, 100_000])
    parser.add_argument("--people", type=int, default=50, help="who ask at the same time, each three questions")
    parser.add_argument("--files", type=int, default=20, help="which are sent meanwhile")
    parser.add_argument("--questions", type=int, default=200, help="of the one conversation whose bytes are counted")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    found = {}
    for count in options.passages:
        with tempfile.TemporaryDirectory() as folder:
            made(Path(folder) / "index", count, load_embedder())
            sizes = {"people": options.people, "files": options.files, "questions": options.questions}
            found[str(count)] = measured(Path(folder) / "index", count, **sizes)
    print(json.dumps(found, indent=2) if options.json else table(found))


def measured(index: Path, passages: int, *, people: int, files: int, questions: int) -> Figures:
    """Measure a server over an index that :func:`made` has made. Times are in seconds but where they are called ms."""
    with Server(index) as server:
        figures = {"start to address": server.started, "start to usable page": opened(server)}
        figures["start to first answer"] = first_answer(server, passages)
        figures["memory after it, MB"] = server.memory("VmRSS")
        figures |= alone(server, passages)
        figures |= together(server, passages, people=people, files=files)
        figures |= conversation(server, passages, questions=questions)
        return figures | {"memory at most, MB": server.memory("VmHWM")}


def made(folder: Path, passages: int, embedder: Embedder) -> None:
    """Make an index of so many passages: passage 7 begins "Item 7 was found in 1807."."""
    Index.open(folder, embedder=embedder, create=True).close()
    chance = random.Random(0)
    with closing(Store.open(folder / "index.db")) as store:
        for first in range(0, passages, LINES):
            texts = [_text(number, chance) for number in range(first, min(first + LINES, passages))]
            starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
            whole = Document(0, f"/{first}.txt", f"Items from {first}", "\n".join(texts), (), "")
            cut = [Passage(0, whole, int(at), int(at) + len(text)) for at, text in zip(starts, texts, strict=False)]
            rows = _vectors(len(texts), embedder.dimension, seed=first)
            store.put(whole, cut, rows, [row[None] for row in rows])


def _text(number: int, chance: random.Random) -> str:
    words = " ".join(chance.choices(WORDS, k=40))
    return f"Item {number} was found in {1800 + number % 200}. It lay beside {words}."


def _vectors(count: int, dimension: int, *, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


class Server:
    """``seedqa ui`` in a process of its own, from its start until the end of the ``with`` block."""

    def __init__(self, index: Path, *options: str) -> None:
        """``options`` go to the command; it takes a free port."""
        self.index = index
        command = [sys.executable, "-m", "ui.cli", "ui", "--index", str(index), "--port", "0", *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        lines = iter(self.process.stdout.readline, "")
        said = next((found for line in lines if (found := re.search(r"http://([\d.]+):(\d+)", line))), None)
        if said is None:
            raise RuntimeError(f"the server did not start (exit status {self.process.wait()}): see above")
        self.started = time.perf_counter() - self.began
        self.host, self.port = said[1], int(said[2])

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *error: object) -> None:
        """End it as Ctrl-C does, if it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
        assert self.process.stdout
        self.process.stdout.close()

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()

    def memory(self, which: str) -> float:
        """Return its memory in MB: VmRSS now, VmHWM at most. Linux only."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"{which}:\s+(\d+)", status)
        assert found
        return int(found[1]) / 1024

    def get(self, path: str) -> Any:
        """Read JSON."""
        with Caller(self) as caller:
            return json.loads(caller.call("GET", path).body)

    def post(self, path: str, body: object) -> Any:
        """Send JSON, and read it."""
        with Caller(self) as caller:
            return json.loads(caller.call("POST", path, json.dumps(body).encode()).body)


class Reply:
    """What came back, and what it took: seconds, and the bytes of both ways, headers included."""

    def __init__(self, status: int, body: bytes, seconds: float, size: int) -> None:
        """Keep them."""
        self.status, self.body, self.seconds, self.size = status, body, seconds, size


class Caller:
    """A connection that counts what goes over it."""

    def __init__(self, server: Server) -> None:
        """Open it with the first call."""
        self._connection = http.client.HTTPConnection(server.host, server.port, timeout=120)

    def __enter__(self) -> Self:
        """It opens by itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self._connection.close()

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Reply:
        """Send a request, and read all of the reply."""
        headers = {"Content-Type": kind} if body is not None else {}
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        reply = self._connection.getresponse()
        read = reply.read()
        seconds = time.perf_counter() - began
        sent = len(f"{method} {path} HTTP/1.1\r\n") + sum(len(f"{a}: {b}\r\n") for a, b in headers.items())
        said = sum(len(f"{name}: {value}\r\n") for name, value in reply.getheaders())
        return Reply(reply.status, read, seconds, sent + len(body or b"") + said + len(read))


def opened(server: Server) -> float:
    """Load the page and all that it names, as a browser does; return the seconds since the server's start."""
    with Caller(server) as caller:
        page = caller.call("GET", "/").body.decode()
        named = {path for path in re.findall(r'(?:href|src)="(\.?/[^"]+)"', page) if "." in path.rpartition("/")[2]}
        for path in (*sorted(named), *LOOKED_UP):
            caller.call("GET", path.removeprefix("."))
    return time.perf_counter() - server.began


def first_answer(server: Server, passages: int) -> float:
    """Ask; return the seconds since the server's start."""
    with Caller(server) as caller:
        asked(caller, begun(server), passages // 2)
    return time.perf_counter() - server.began


def begun(server: Server) -> str:
    """Begin a conversation; return its id."""
    return str(server.post("/api/conversations", {})["id"])


def asked(caller: Caller, conversation: str, number: int) -> tuple[Reply, bool]:
    """Ask about an item; return the reply, and whether it came to an end as it should."""
    body = json.dumps({"question": f"When was item {number} found?", "mode": "answer", "context": False}).encode()
    reply = caller.call("POST", f"/api/conversations/{conversation}/ask", body)
    ended = json.loads(reply.body.splitlines()[-1]) if reply.status == 200 else {}
    return reply, ended.get("exchange", {}).get("state") == "done"


def alone(server: Server, passages: int, *, count: int = 20) -> Figures:
    """Ask one question after another; a question's way through the server, in ms."""
    conversation, chance = begun(server), random.Random(1)
    with Caller(server) as caller:
        replies = [asked(caller, conversation, chance.randrange(passages))[0] for _ in range(count)]
    return {"question to answer, p50 ms": _share(replies, 50), "question to answer, p95 ms": _share(replies, 95)}


def together(server: Server, passages: int, *, people: int, files: int, each: int = 3) -> Figures:
    """Let people ask at the same time, each in a conversation of hers, while files are sent and read."""

    def person(seed: int) -> list[tuple[Reply, bool]]:
        conversation, chance = begun(server), random.Random(seed)
        with Caller(server) as caller:
            return [asked(caller, conversation, chance.randrange(passages)) for _ in range(each)]

    began = time.perf_counter()
    with ThreadPoolExecutor(people + 1) as pool:
        sent = pool.submit(send, server, files, name="crowd")
        found = [pair for pairs in pool.map(person, range(people)) for pair in pairs]
        seconds = time.perf_counter() - began
        refused = sent.result()
    until(lambda: not unfinished(server))
    replies = [reply for reply, _ in found]
    return {
        f"{people} people, p50 ms": _share(replies, 50),
        f"{people} people, p95 ms": _share(replies, 95),
        f"{people} people, answers a second": len(found) / seconds,
        f"{people} people, failures": float(sum(not is_done for _, is_done in found)),
        f"{files} files sent meanwhile, failures": float(refused + failed(server)),
        f"{files} files sent meanwhile, all in after": time.perf_counter() - began,
    }


def send(server: Server, files: int, *, name: str = "sent") -> int:
    """Send files of one sentence each; return how many were refused."""
    replies = []
    with Caller(server) as caller:
        for number in range(files):
            path = f"/api/documents/upload?name={name}-{number}.txt"
            text = f"The {name} parcel {number} weighs {number + 3} pounds."
            replies.append(caller.call("POST", path, text.encode(), "application/octet-stream"))
    return sum(reply.status != 200 for reply in replies)


def unfinished(server: Server) -> bool:
    """Whether something is being added still."""
    queue = server.get("/api/documents/state")["queue"]
    return bool(queue["done"] < queue["total"])


def failed(server: Server) -> int:
    """Count the lines of the queue that failed."""
    return sum(job["state"] == "failed" for job in server.get("/api/documents/state")["queue"]["jobs"])


def until(condition: Callable[[], bool], *, seconds: float = 120.0) -> None:
    """Wait for something. Raises TimeoutError if it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"it did not happen in {seconds:.0f} seconds")
        time.sleep(0.1)


def conversation(server: Server, passages: int, *, questions: int) -> Figures:
    """Ask so many questions in one conversation; the bytes of the first and of the last, and their times."""
    one, chance = begun(server), random.Random(2)
    with Caller(server) as caller:
        replies = [asked(caller, one, chance.randrange(passages))[0] for _ in range(questions)]
    first, last = replies[: len(replies) // 10 or 1], replies[-(len(replies) // 10 or 1) :]
    return {
        "question 1, bytes": float(replies[0].size),
        f"question {questions}, bytes": float(replies[-1].size),
        "first tenth of the questions, p50 ms": _share(first, 50),
        "last tenth of the questions, p50 ms": _share(last, 50),
    }


def _share(replies: Sequence[Reply], percent: int) -> float:
    return 1000 * float(np.percentile([reply.seconds for reply in replies], percent))


def table(found: dict[str, Figures]) -> str:
    """Return the figures as a Markdown table, a column for each number of passages."""
    head = f"| passages | {' | '.join(f'{int(size):,}' for size in found)} |"
    names = list(next(iter(found.values())))
    rows = [f"| {name} | {' | '.join(_shown(found[size][name]) for size in found)} |" for name in names]
    return "\n".join([head, f"|---|{'---|' * len(found)}", *rows])


def _shown(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 or figure == int(figure) else f"{figure:.1f}"


if __name__ == "__main__":
    main()
