"""Whether reading survives files made to harm: ``python -m bench.hostile --files 1000``.

Damaged files of every format, bombs, deep nesting, entities, and names that lead elsewhere. Each is read and cut as
`add` does it. Printed: what crashed, hung or made this process grow; which files were not told of in a clear line;
and what was written, fetched or read that was none of a parser's business. From 500 files on, the bombs are among them.
"""

import argparse
import http.server
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import traps
from index import LoadError
from index.load.document import load
from index.sync.draft import cut
from tests.fakes import HashingEmbedder

HANGS = 70.0
"""Seconds: a parser is given 60, and cutting what it found takes a few more."""
GROWTH = 200.0
"""Megabytes by which this process may grow."""
SECRET = "the-password-is-xyzzy"


@dataclass(slots=True)
class Seen:
    """What came of all files."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    contained: list[str] = field(default_factory=list)
    """What ended the worker that read it, and nothing else: reported, but a parser could do better."""


class Door:
    """A server at which nobody is to knock."""

    def __init__(self) -> None:
        """Listen on a port of this machine."""
        knocks: list[str] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                knocks.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.knocks = knocks
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def main(argv: Sequence[str] | None = None) -> int:
    """Make the files, read them, print what happened; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    seen, growth, count = run(options.files, seed=options.seed)
    print(f"{count} files: {', '.join(f'{number} {end}' for end, number in seen.ends.most_common())}")
    print(
        "slowest: " + ", ".join(f"{name} {seconds:.1f} s" for seconds, name in sorted(seen.slowest, reverse=True)[:5])
    )
    print(f"this process grew by {growth:.0f} MB")
    print(f"ended the worker that read them: {len(seen.contained)}\n{_shown(seen.contained)}".rstrip())
    print(f"wrong: {len(seen.wrong)}\n{_shown(seen.wrong)}".rstrip())
    return 1 if seen.wrong else 0


def _shown(wrong: Sequence[str], *, most: int = 20) -> str:
    """Write down faults, a line each."""
    rest = [f"… and {len(wrong) - most} more"] if len(wrong) > most else []
    return "\n".join([*(f"  {fault}" for fault in wrong[:most]), *rest])


def run(files: int, *, seed: int) -> tuple[Seen, float, int]:
    """Read so many hostile files; return what came of them, the megabytes by which we grew, and how many there were."""
    door, seen = Door(), Seen()
    with _place() as place:
        (place / "secret.txt").write_text(SECRET)
        names = list(_written(place / "docs", files, random.Random(seed), door.url, str(place / "secret.txt")))
        before = set(place.rglob("*"))
        load(_sound(place))  # the sandbox is started, and the modules are there
        most = start = _megabytes("VmRSS")
        for path in names:
            _read(path, seen)
            most = max(most, _megabytes("VmRSS"))
        seen.wrong += [f"written: {path.name!a}" for path in {*place.rglob("*")} - before if path.name != "sound.txt"]
    seen.wrong += [f"fetched: {path}" for path in door.knocks]
    if most - start > GROWTH:
        seen.wrong.append(f"this process grew by {most - start:.0f} MB")
    door.close()
    return seen, most - start, len(names)


@contextmanager
def _place() -> Iterator[Path]:
    """Work in a folder of our own, which is also home, and where temporary files go."""
    here = Path.cwd()
    kept = {name: os.environ.get(name) for name in ("HOME", "TMPDIR")}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        (place / "docs").mkdir()
        (place / "work").mkdir()
        os.environ.update(HOME=folder, TMPDIR=folder)
        os.chdir(place / "work")
        try:
            yield place
        finally:
            os.chdir(here)
            for name, value in kept.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _written(folder: Path, count: int, chance: random.Random, url: str, secret: str) -> Iterator[Path]:
    """Write the files one by one: traps, names, bombs if there is time for them, and mutants for the rest."""
    built = traps.traps(url, secret)
    made = [*built.items(), *(traps.bombs() if count >= 500 else ())]
    for name, data in made:
        (folder / name).write_bytes(data)
        yield folder / name
    for raw in traps.names():
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + raw))
        try:
            path.write_text("The boat is called Vega.")
        except OSError:  # a disk that does not hold such names
            continue
        yield path
    for name, data in traps.mutants(max(0, count - len(made) - len(traps.names())), chance):
        (folder / name).write_bytes(data)
        yield folder / name


def _sound(place: Path) -> Path:
    path = place / "sound.txt"
    path.write_text("All is well.")
    return path


def _read(path: Path, seen: Seen) -> None:
    """Read and cut a file as `add` does; note how that ended."""
    began, name, embedder = time.monotonic(), repr(path.name), HashingEmbedder()
    try:
        document = load(path)
        cut(document, embedder.count_tokens, embedder.max_tokens)
        end = "read"
        if SECRET in document.text:
            seen.wrong.append(f"read another file: {name}")
    except LoadError as error:
        end = "refused"
        if "crashes the program" in str(error) or "of memory to read" in str(error) or "takes too long" in str(error):
            seen.contained.append(f"{name[:80]}: {str(error).replace(str(path), '…')}")
        if not is_clear(str(error), path):
            seen.wrong.append(f"no clear line: {str(error)[:200]!a}")
    except BaseException as error:
        end = "crashed"
        seen.wrong.append(f"crashed: {name}: {type(error).__name__}: {str(error)[:200]}")
    seconds = time.monotonic() - began
    seen.ends[end] += 1
    seen.slowest.append((seconds, name[:60]))
    if seconds > HANGS:
        seen.wrong.append(f"hangs: {name} took {seconds:.0f} s")


def is_clear(message: str, path: Path) -> bool:
    """Tell whether a message is what we promise: the file, what is wrong with it, and what to do, in a line."""
    said = message.removeprefix(str(path))
    told = re.fullmatch(r" [^\x00-\x1f]{5,300}: [^\x00-\x1f]{5,200}\.?| has no text [^\x00-\x1f]+", said)
    return message != said and told is not None and "Traceback" not in said and "Error" not in said


def _megabytes(what: str) -> float:
    """Read a figure of this process from Linux; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(what)), 0.0)


if __name__ == "__main__":
    sys.exit(main())
