"""What people feel at the page: start, an answer, fifty at once while files are added, memory, bytes a question.

python -m bench.page [--passages N …] [--people N] [--files N] [--questions N] [--json]

The server is the real one, in a process of its own. The passages are made: one sentence with a number and forty words,
and a vector drawn at random, so that finding costs what it costs and takes no hours to prepare.
"""

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bench.corpus import filling
from bench.server import Caller, Reply, Server, asked, begun, failed, send, unfinished, until
from index import Document, Embedder, Index, Passage, load_embedder
from index.types import Vectors

WORDS = [a + b for a in ("bal", "cor", "dun", "fel", "gar", "hol", "mer", "nor") for b in ("ath", "eck", "ing", "orn")]
LINES = 50
"""Passages of a document."""

LOOKED_UP = ("/api/conversations", "/api/suggestions", "/api/documents/state", "/api/documents")
"""What the page's scripts read before a person can type."""

Figures = dict[str, float]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure at each size, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[2_000, 100_000])
    parser.add_argument("--people", type=int, default=50, help="who ask at the same time, each three questions")
    parser.add_argument("--files", type=int, default=20, help="which are sent meanwhile")
    parser.add_argument("--questions", type=int, default=200, help="of the one conversation whose bytes are counted")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
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
    with filling(folder) as store:
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
