"""``seedqa add``: progress on a terminal, events for programs, and watching."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from qa import Changes, Engine, Fate, IndexLocked, Outcome, Progress, Report
from ui.terminal import one_line, report_lines

FAILED = 2
_EVERY = 0.5  # seconds between two events of progress: a program asks no more often


def add_arguments(add: argparse.ArgumentParser) -> None:
    """Say what ``seedqa add`` understands."""
    add.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    add.add_argument("--watch", action="store_true", help="go on: follow each change, until Ctrl-C")
    add.add_argument("--exclude", action="append", default=[], metavar="PATTERN",
                     help="leave out what fits, as a line of .gitignore or of a folder's own .seedqaignore would;"
                     " may be repeated")  # fmt: skip
    add.add_argument("--follow-links", action="store_true", help="read files elsewhere that links in a folder lead to")
    add.add_argument(
        "--max-megabytes", type=_positive, default=32, metavar="MB", help="skip larger files (default: 32)"
    )
    add.add_argument("--max-files", type=_positive, default=200_000, metavar="N",
                     help="take no more files of a folder (default: 200000)")  # fmt: skip
    add.add_argument("--embedder", metavar="NAME_OR_PATH", help="any sentence-transformers model; for a new index")
    add.add_argument("--shards", type=_shards, metavar="N", help="keep a new index in N parts")
    add.add_argument("--ray", default="", metavar="ADDRESS", help="read and embed on this Ray cluster (seedqa[ray])")
    add.add_argument("--quiet", action="store_true", help="no progress bar")
    add.add_argument("--json", action="store_true", help="print events, one JSON object a line")


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1 << 31):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, 1 or more")
    return int(text)


class _Teller(Protocol):
    """Says how it goes."""

    def progress(self, progress: Progress) -> None:
        """Say how far it is."""

    def file(self, outcome: Outcome) -> None:
        """Say what became of a file."""

    def done(self, report: Report) -> None:
        """Say how it ended."""

    def close(self) -> None:
        """Say no more."""


def run(options: argparse.Namespace) -> int:
    """Add files and folders, and follow them if asked; return the exit status."""
    engine = Engine(options.index, device=options.device, ray=options.ray)
    rules: dict[str, Any] = {
        "exclude": options.exclude, "links": options.follow_links, "max_files": options.max_files
    }  # fmt: skip
    tell: Callable[[], _Teller] = _Events if options.json else lambda: _Bar(quiet=options.quiet)

    def add(paths: Sequence[Path], embedder: str | None = None) -> Report:
        with closing(tell()) as teller:
            report = engine.add(
                paths,
                on_progress=teller.progress,
                on_file=teller.file,
                max_bytes=options.max_megabytes << 20,
                embedder=embedder,
                shards=options.shards,
                **rules,
            )
        teller.done(report)
        return report

    watch = engine.watch(options.paths, **rules) if options.watch else None  # before: what changes meanwhile is seen
    report = add(options.paths, options.embedder)
    if watch:
        print("Watching; Ctrl-C stops.", file=sys.stderr, flush=True)
        try:
            for changes in watch.changes():
                _follow(engine, changes, add)
        except KeyboardInterrupt:
            print("\nStopped watching.", file=sys.stderr)
            return 0
    kept = report.added or report.replaced or report.unchanged or report.moved
    return FAILED if report.failed and not kept else 0


def _shards(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 999):
        raise argparse.ArgumentTypeError(f"{text}: expected a number of parts, 1 to 999")
    return int(text)


def _follow(engine: Engine, changes: Changes, add: Callable[[Sequence[Path]], Report]) -> None:
    """Bring the index in line with some changes; while another program writes to it, wait."""
    known = engine.known(changes)
    while True:
        try:
            if known.left_out:
                engine.remove(known.left_out)
            if known.differ:
                add(known.differ)
        except IndexLocked as error:
            print(f"seedqa: {one_line(str(error))}", file=sys.stderr)
            time.sleep(2)
        else:
            return


class _Bar:
    """A progress bar on stderr: files, passages of the one that is read, and the time left."""

    def __init__(self, *, quiet: bool) -> None:
        from tqdm import tqdm

        self._bar = tqdm(
            disable=quiet or None,  # None: only on a terminal
            leave=False,
            bar_format="{percentage:3.0f}% {bar:20} {postfix}",
        )

    def close(self) -> None:
        self._bar.close()

    def progress(self, progress: Progress) -> None:
        if self._bar.disable:
            return
        self._bar.total = progress.bytes_total
        self._bar.set_postfix_str(progress_text(progress), refresh=False)
        self._bar.update(progress.bytes_done - self._bar.n)

    def file(self, outcome: Outcome) -> None:
        del outcome  # the summary has them, by reason

    def done(self, report: Report) -> None:
        print("\n".join(report_lines(report)), flush=True)


class _Events:
    """One JSON object a line on stdout."""

    def __init__(self) -> None:
        self._last = 0.0

    def close(self) -> None:
        sys.stdout.flush()

    def progress(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last < _EVERY and progress.bytes_done < progress.bytes_total:
            return
        self._last = now
        self._say("progress", path=progress.path, files_done=progress.files_done, files_total=progress.files_total,
                  bytes_done=progress.bytes_done, bytes_total=progress.bytes_total, passages=progress.passages,
                  file_passages=progress.file_passages, seconds_left=progress.seconds_left)  # fmt: skip

    def file(self, outcome: Outcome) -> None:
        if outcome.fate is not Fate.UNCHANGED:
            self._say("file", path=outcome.path, state=outcome.fate, reason=outcome.reason or None)

    def done(self, report: Report) -> None:
        self._say("done", added=report.added, replaced=report.replaced, unchanged=report.unchanged,
                  moved=report.moved, removed=report.removed, failed=len(report.failed), ignored=report.ignored,
                  left_out=report.left_out, passages=report.passages, seconds=round(report.seconds, 3))  # fmt: skip

    def _say(self, event: str, **facts: object) -> None:
        print(json.dumps({"event": event, **facts}), flush=True)


def progress_text(progress: Progress) -> str:
    """Return how far it is: files, passages of this file if it has many, its name, and the time left."""
    done, of = progress.file_passages
    parts = [f"{min(progress.files_done + (done < of), progress.files_total)}/{progress.files_total} files"]
    if of > 1:
        parts.append(f"passage {done}/{of}")
    parts.append(one_line(os.path.basename(progress.path))[:40])  # noqa: PTH119  (any text may be a name)
    if progress.seconds_left:
        parts.append(f"{time_text(progress.seconds_left)} left")
    return " · ".join(parts)


def time_text(seconds: float) -> str:
    """Return a stretch of time as one says it.

    >>> time_text(42), time_text(130), time_text(7300)
    ('42 s', '2 min', '2 h 2 min')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
