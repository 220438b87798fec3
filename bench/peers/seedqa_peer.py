"""seedqa itself, on the same passages: search, reader, and the choice among spans that ``ask`` makes."""

import tempfile
from pathlib import Path
from typing import Any

from bench.corpus import stored
from bench.peers.protocol import Ask, serve
from index import Index
from qa.read import load_reader
from qa.read.alone import borne_out
from qa.read.in_order import read
from qa.speech import stands_in


def build(task: dict[str, Any]) -> Ask:
    """Store each passage as it is, uncut; return search and reading as a function."""
    folder = Path(tempfile.mkdtemp(dir=task["scratch"]))
    index = Index.open(folder, create=True)
    stored(folder, [(p["title"], p["text"]) for p in task["passages"]])
    reader = load_reader(task["ours"])

    def ask(question: str) -> tuple[list[int], str]:
        hits = index.search(question, 20)
        candidates = read(reader, question, hits[: task["read"]])
        best = borne_out(reader, question, candidates, line_of=stands_in)[:1]
        found = [int(hit.passage.document.path[1:]) for hit in hits]
        return found, best[0].quote if best else ""

    return ask


if __name__ == "__main__":
    serve(build)
