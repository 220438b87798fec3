"""The program that the sandbox runs: ``python -m index.load.worker MEMORY CPU_SECONDS``.

It reads a JSON line and that many bytes, answers with one JSON line, and ends when its parent does.
"""

import json
import os
import sys
from contextlib import suppress

from index.load.parsed import OUT_OF_MEMORY, ParseError
from index.load.parsers import PARSERS

try:
    import resource
except ImportError:  # Windows: the parent's clock is the only limit
    resource = None  # type: ignore[assignment]


def main(memory: int, cpu_seconds: int) -> None:
    """Answer requests until standard input ends."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not print into the replies
    _limit_memory(memory)
    while header := requests.readline():
        request = json.loads(header)
        data = requests.read(request["size"])
        _limit_time(cpu_seconds)
        replies.write(_answer(request["suffix"], data) + b"\n")
        replies.flush()


def _answer(suffix: str, data: bytes) -> bytes:
    reply: dict[str, object]
    try:
        parsed = PARSERS[suffix](data)
        marks = [(mark.start, mark.end, mark.kind, mark.label) for mark in parsed.marks]
        reply = {"title": parsed.title, "text": parsed.text, "marks": marks}
    except ParseError as error:
        reply = {"unreadable": str(error)}
    return json.dumps(reply, ensure_ascii=False).encode()


def _limit_memory(size: int) -> None:
    if resource:
        with suppress(ValueError, OSError):  # a system that has no such limit
            resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _limit_time(seconds: int) -> None:
    """Let this file use so many seconds of CPU, whatever the files before it used."""
    if resource:
        used = resource.getrusage(resource.RUSAGE_SELF)
        with suppress(ValueError, OSError):
            limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), int(sys.argv[2]))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:  # the parent is gone
        os._exit(0)
