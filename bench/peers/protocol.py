"""What every system is asked, and what it answers; the standard library only, since it runs in their environments."""

import json
import math
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Passages = list[dict[str, Any]]
"""Each with ``id``, ``title`` and ``text``."""

Ask = Callable[[str], tuple[list[int], str]]
"""Question → ids of the passages found, best first, and the best answer's text."""


def serve(build: Callable[[dict[str, Any]], Ask]) -> None:
    """Read the task named on the command line, index its passages, ask its questions, write what came of it.

    ``build`` gets the task (``passages``; ``encoder`` and ``reader``, folders; ``ours``, which of our readers that
    is; ``read``, how many passages are read) and returns the function that answers. Loading the models counts as
    indexing.
    """
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began = time.perf_counter()
    ask = build(task)
    indexing = time.perf_counter() - began
    for question in task["questions"][:3]:
        ask(question)
    rows = []
    for question in task["questions"]:
        began = time.perf_counter()
        found, answer = ask(question)
        rows.append({"found": found, "answer": answer, "seconds": time.perf_counter() - began})
    result = {
        "indexing": indexing,
        "megabytes": peak(),
        "rows": rows,
    }
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")


def peak() -> float:
    """Return the megabytes that this process held at most; Linux only.

    getrusage would count those of the process that started it, which has made the weights with torch.
    """
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1024 if found else math.nan
