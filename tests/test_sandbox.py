"""The sandbox: limits that hold, workers that are shared and replaced, and a parent that lives."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.load.parsed import ParseError
from index.load.sandbox import Sandbox
from index.types import Kind, Mark

HTML = "index.load.html"


def write(folder: Path, name: str, content: str) -> Path:
    """A file of that name and content."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def only_worker(sandbox: Sandbox) -> int:
    """The process id of the one worker."""
    (worker,) = sandbox._workers
    return worker._process.pid


def in_threads(task: Callable[[int], None], count: int) -> None:
    """Run the task in so many threads at once, each with its number."""
    threads = [threading.Thread(target=task, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of the test's own, closed after it."""
    own = Sandbox(memory=1 << 30, cpu_seconds=2, wall_seconds=20)
    yield own
    own.close()


def test_html_that_takes_too_long_is_given_up(sandbox: Sandbox) -> None:
    """Deeply nested elements take quadratic time: the limit on CPU ends it, and the next file is read."""
    sandbox.cpu_seconds = 1
    with pytest.raises(ParseError, match="takes too long to read"):
        sandbox.parse(HTML, b"<div>" * 200_000)
    assert sandbox.parse(HTML, b"<p>still here").text == "still here"


def test_a_worker_that_hangs_is_killed(sandbox: Sandbox) -> None:
    """The parent's clock ends what uses no CPU either."""
    sandbox.parse(HTML, b"<p>started")
    sandbox.wall_seconds = 0.2
    os.kill(only_worker(sandbox), 19)  # SIGSTOP
    with pytest.raises(ParseError, match="takes too long to read"):
        sandbox.parse(HTML, b"<p>x")
    sandbox.wall_seconds = 20
    assert sandbox.parse(HTML, b"<p>again").text == "again"


def test_html_that_needs_too_much_memory_is_given_up() -> None:
    """Three million elements do not fit into the limit; the parent says so and lives."""
    small = Sandbox(memory=300 << 20)
    try:
        with pytest.raises(ParseError, match=r"memory|crashes"):
            small.parse(HTML, b"<p>" * 3_000_000)
        assert small.parse(HTML, b"<p>still here").text == "still here"
    finally:
        small.close()


def test_a_worker_that_was_killed_is_replaced(sandbox: Sandbox) -> None:
    """The file at hand is not to blame and is read by a fresh worker."""
    sandbox.parse(HTML, b"<p>one")
    os.kill(only_worker(sandbox), 9)
    assert sandbox.parse(HTML, b"<p>two").text == "two"


def test_threads_get_workers_of_their_own_up_to_the_limit() -> None:
    """Each thread gets its own file's text; two processes serve twenty files, and stay for the next."""
    pool, texts = Sandbox(workers=2), dict[int, str]()

    def read(number: int) -> None:
        texts[number] = pool.parse(HTML, f"<p>file {number}".encode()).text

    try:
        in_threads(read, 20)
        first = {worker._process.pid for worker in pool._workers}
        in_threads(read, 20)
        assert texts == {number: f"file {number}" for number in range(20)}
        assert {worker._process.pid for worker in pool._workers} == first
        assert 1 <= len(first) <= 2
    finally:
        pool.close()


def test_two_files_are_read_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one worker is busy for a second, another file goes to another worker."""
    write(
        tmp_path,
        "meeting.py",
        "import os, time\nfrom index.load.parsed import Parsed\ndef parse(data):\n"
        "    time.sleep(1)\n    return Parsed('', str(os.getpid()))\n",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    pool, pids = Sandbox(workers=2), dict[int, str]()
    try:
        in_threads(lambda number: pids.update({number: pool.parse("meeting", b"x").text}), 2)
    finally:
        pool.close()
    assert len(set(pids.values())) == 2


def test_a_parser_writes_no_file_and_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that a file has taken over finds neither keys nor a home, and cannot leave anything behind."""
    write(
        tmp_path,
        "taken_over.py",
        "import os, resource\nfrom index.load.parsed import Parsed\ndef parse(data):\n"
        "    file = os.open(data, os.O_CREAT | os.O_WRONLY)\n"
        "    try:\n        said = os.write(file, b'x')\n"
        "    except OSError as error:\n        said = error.strerror\n"
        "    core = resource.getrlimit(resource.RLIMIT_CORE)\n"
        "    return Parsed('', f'{said} {core} ' + ' '.join(sorted(os.environ)))\n",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("BANK_TOKEN", "12345")
    own = Sandbox(workers=1)
    try:
        said = own.parse("taken_over", str(tmp_path / "left").encode()).text
    finally:
        own.close()
    assert (tmp_path / "left").stat().st_size == 0
    assert said.startswith("File too large (0, 0) ")
    names = {name for name in said.split("(0, 0) ")[1].split() if not name.startswith("LC_")}
    assert {"PATH", "PYTHONPATH", "OPENBLAS_NUM_THREADS"} <= names
    assert names <= {"PATH", "PYTHONPATH", "OPENBLAS_NUM_THREADS", "LANG", "PYTHONHOME", "LD_LIBRARY_PATH"}


def test_a_reply_that_is_none_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a parser taken over sends in place of a reply is checked: offsets out of the text, and rubbish."""
    write(
        tmp_path,
        "forger.py",
        "from index.load.parsed import Parsed\nfrom index.types import Kind, Mark\ndef parse(data):\n"
        "    return Parsed('', 'text', (Mark(0, 5 if data == b'far' else 4, Kind.PAGE, '1'),))\n",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    own = Sandbox(workers=1)
    try:
        with pytest.raises(ParseError, match="crashes"):
            own.parse("forger", b"far")
        assert own.parse("forger", b"near").marks == (Mark(0, 4, Kind.PAGE, "1"),)
    finally:
        own.close()


def test_a_large_text_costs_the_parent_little(tmp_path: Path) -> None:
    """20 MB of front matter once took 610 MB, when text and Markdown were parsed without the sandbox."""
    write(tmp_path, "a.md", "---\n" + "title: x\n" * 2_200_000 + "---\n")
    program = (
        "import resource, pathlib; from index.load.document import load\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak(); load(pathlib.Path('a.md')); print((peak() - before) >> 10)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 120


def test_32_megabytes_of_lines_fit_into_a_worker() -> None:
    """The shortest lines are the most objects: the file is read all the same."""
    own = Sandbox(workers=1)
    try:
        assert len(own.parse("index.load.text", b"a\n" * (16 << 20)).text) == 32 << 20
    finally:
        own.close()


def test_importing_the_loader_starts_and_registers_nothing() -> None:
    """What is done at import is done to everyone who imports."""
    program = (
        "import atexit, os; seen = []; atexit.register = lambda *a, **k: seen.append(str(a[0]))\n"
        "os.register_at_fork = lambda **k: seen.extend(map(str, k.values()))\n"
        "from index.load import sandbox; print([s for s in seen if 'Sandbox' in s], sandbox._shared._workers)"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] set()"


def test_the_worker_ends_with_its_parent(tmp_path: Path) -> None:
    """A killed parent leaves no process behind; what lies in the folder it runs in does not matter."""
    path = write(tmp_path, "a.html", "<p>text")
    write(tmp_path, "json.py", "raise SystemExit('a module of the current folder was imported')")
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); import os, pathlib\n"
        "from index.load import sandbox; from index.load.document import load\n"
        f"load(pathlib.Path({str(path)!r}))\n"
        "print(next(iter(sandbox._shared._workers))._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    worker = Path("/proc") / done.stdout.strip() / "cmdline"
    deadline = time.monotonic() + 10
    while worker.exists() and b"index.load.worker" in worker.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert done.stdout.strip().isdigit(), done.stderr
    assert not (worker.exists() and b"index.load.worker" in worker.read_bytes())
