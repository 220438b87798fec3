"""The real server in a process of its own, and what is asked of it over HTTP: for bench.page and the tests."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parent.parent


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


def begun(server: Server) -> str:
    """Begin a conversation; return its id."""
    return str(server.post("/api/conversations", {})["id"])


def asked(caller: Caller, conversation: str, number: int) -> tuple[Reply, bool]:
    """Ask about an item; return the reply, and whether it came to an end as it should."""
    body = json.dumps({"question": f"When was item {number} found?", "mode": "answer", "context": False}).encode()
    reply = caller.call("POST", f"/api/conversations/{conversation}/ask", body)
    ended = json.loads(reply.body.splitlines()[-1]) if reply.status == 200 else {}
    return reply, ended.get("exchange", {}).get("state") == "done"


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
