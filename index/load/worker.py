"""The program that the sandbox runs, with the arguments MEMORY and CPU_SECONDS.

It reads a JSON line and that many bytes, answers with a reply (see reply.py), and ends when its parent does.
"""

import gc
import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import BinaryIO

from index.load import reply
from index.load.parsed import OUT_OF_MEMORY, ParseError
from index.load.parsers import extra_seconds

try:
    import resource
except ImportError:  # Windows: the parent's clock is the only limit
    resource = None  # type: ignore[assignment]


def main(memory: int, cpu_seconds: int) -> None:
    """Answer requests until standard input ends."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not print into the replies
    gc.set_threshold(200_000)  # a parser makes many objects and few cycles: looking for them takes half of its time
    _limit("RLIMIT_AS", memory)
    _limit("RLIMIT_FSIZE", 0)  # no file grows by a byte
    _limit("RLIMIT_CORE", 0)
    while header := requests.readline():
        request = json.loads(header)
        data = requests.read(request["size"])
        _limit_time(cpu_seconds + extra_seconds(request["parser"]))
        _answer(request["parser"], data, replies)
        replies.flush()


def _answer(parser: str, data: bytes, replies: BinaryIO) -> None:
    try:
        parsed = import_module(parser).parse(data)
    except ParseError as error:
        replies.write(reply.refusal(str(error)))
    else:
        reply.write(parsed, replies)


def _limit(name: str, value: int) -> None:
    """Set a limit for good: the hard one too, so that what runs here cannot raise it again."""
    if resource:
        with suppress(ValueError, OSError, AttributeError):  # a system that has no such limit
            resource.setrlimit(getattr(resource, name), (value, value))


def _limit_time(seconds: int) -> None:
    """Let this file use so many seconds of CPU, whatever the files before it used."""
    if resource:
        used = resource.getrusage(resource.RUSAGE_SELF)
        with suppress(ValueError, OSError):
            limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def run() -> None:
    """Serve with the limits given on the command line, and say by the exit status why no more."""
    try:
        main(*map(int, sys.argv[1:]))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:  # the parent is gone
        os._exit(0)
