"""The command line: seedqa add · remove · status · ask · retrieve · ui · mcp · verify · eval."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import seedqa  # noqa: F401  (before qa: it finds ours, whatever else has that name here)
from qa import Engine, Error, Reason, api, certificate, evaluate
from qa.location import expanded
from qa.read import Reader, load_reader
from ui import adding
from ui.arguments import Run, meant, parser
from ui.terminal import answer_lines, hit_lines, one_line, uncalibrated
from ui.where import where_of

ANSWERED, ABSTAINED, FAILED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status. Errors that have a remedy are one line on stderr."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    known = parser(COMMANDS)
    if not typed:
        known.print_help(sys.stderr)
        return FAILED
    if typed[0] not in COMMANDS and (typed[0][:1] != "-" or typed[0].startswith("--index")):
        print(f"seedqa: {one_line(meant(typed[0]))}.", file=sys.stderr)
        return FAILED
    options = known.parse_args(typed)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `| head` has read enough; what is still buffered must not fail again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13  # as if SIGPIPE had ended it
    except (Error, ValueError, OSError) as error:
        print(f"seedqa: {one_line(_said(error))}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nseedqa: stopped. What was stored stays; run the same command again to go on.", file=sys.stderr)
        return 130


def _said(error: Exception) -> str:
    """Return an error's words; of the system's own, the file, what is wrong with it, and what to do."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}: check the path and its permissions"
    return str(error)


def _remove(options: argparse.Namespace) -> int:
    count = Engine(options.index).remove(options.paths)
    if not count:
        raise ValueError("no document at these paths: `seedqa status` lists those there are")
    print(f"{_counted(count, 'document')} removed; the files themselves are untouched.")
    return 0


def _status(options: argparse.Namespace) -> int:
    engine = Engine(options.index)
    files, counts, problems = engine.documents(), engine.counts(), engine.check() if options.check else None
    if options.json:
        rows = [{"id": f.id, "path": f.path, "title": f.title, "pages": f.pages, "passages": f.passages} for f in files]
        facts = {"index": str(options.index), "embedder": engine.embedder, "passages": counts.passages}
        print(json.dumps({**facts, "documents": rows, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        held = f"{_counted(counts.documents, 'document')} in {_counted(counts.files, 'file')}"
        found = f"{_counted(counts.passages, 'passage')}, embedder {one_line(engine.embedder)}"
        print(f"{one_line(str(options.index))}: {held}, {found}")
        for file in files:
            pages = f", {_counted(file.pages, 'page')}" if file.pages else ""
            print(f"  {one_line(file.path)}  ({_counted(file.passages, 'passage')}{pages})")
        if problems is not None:
            print("\n".join(f"problem: {one_line(problem)}" for problem in problems) or "The index is sound.")
    return FAILED if problems else 0


def _ask(options: argparse.Namespace) -> int:
    question, where = " ".join(options.question), where_of(options.paths, options.where)
    api.check(question, options.k)  # before anything is loaded
    engine = _engine(options)
    _look_for(options.paths, engine)
    answer = engine.ask(question, k=options.k, where=where)
    if answer.candidates and not engine.calibrated:
        _say_uncalibrated(options.reader)
    if options.json:
        print(json.dumps(certificate.to_json(answer), ensure_ascii=False, indent=2))
    else:
        print("\n".join(answer_lines(answer, colour=_colour())))
    return ANSWERED if answer.reason is Reason.ANSWERED else ABSTAINED


def _look_for(paths: Sequence[Path], engine: Engine) -> None:
    """Say if nothing of the index lies at or below a path: a slip would look like no answer."""
    stored = [entry.path for entry in engine.documents()] if paths else []
    for path in paths:
        below = {os.path.abspath(expanded(path)), os.path.realpath(expanded(path))}  # noqa: PTH100
        if not any(known in below or known.startswith(tuple(f"{each.rstrip(os.sep)}{os.sep}" for each in below))
                   for known in stored):  # fmt: skip
            said = f"seedqa: --in {path}: nothing in the index lies there; `seedqa status` lists what there is"
            print(one_line(said), file=sys.stderr)


def _engine(options: argparse.Namespace) -> Engine:
    """Open the index with the reader that was named, if any, each on the device that was asked for."""
    return Engine(options.index, reader=_reader(options), device=options.device)


def _reader(options: argparse.Namespace) -> Reader | None:
    if options.reader is None:
        return None
    return load_reader(options.reader, device=options.device, network=True)  # who typed a hub's name has asked for it


def _say_uncalibrated(reader: str | None) -> None:
    print(one_line(f"seedqa: {uncalibrated(reader)}"), file=sys.stderr)


def _retrieve(options: argparse.Namespace) -> int:
    question, where = " ".join(options.question), where_of(options.paths, options.where)
    api.check(question, options.k)
    engine = Engine(options.index, device=options.device)
    _look_for(options.paths, engine)
    hits = engine.retrieve(question, k=options.k, where=where)
    if options.json:
        print(json.dumps(certificate.hits_to_json(hits), ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for hit in hits for line in hit_lines(hit, colour=_colour())).lstrip("\n"))
    return ANSWERED if hits else ABSTAINED


def _ui(options: argparse.Namespace) -> int:
    reader = _reader(options)  # before the page, which takes the hub off the network
    from ui import app  # only now: it takes a second, and gradio

    given = {
        "device": options.device,
        "reader_name": options.reader,
        "password_file": options.auth,
        "no_auth": options.no_auth,
        "read_only": options.read_only,
        "watch": options.watch,
        "history": options.history,
        "ray": options.ray,
    }
    return app.run(index=options.index, host=options.host, port=options.port, reader=reader, **given)


def _mcp(options: argparse.Namespace) -> int:
    from ui import mcp  # only now: it takes a second

    return mcp.run(Engine(options.index))


def _verify(options: argparse.Namespace) -> int:
    """Check an answer's citations, or else every document of the index, against the files on disk."""
    if not options.answer:
        changed = certificate.stale(Engine(options.index).documents())
        return _verdict(changed, "Some files are not as they were read: run `seedqa add` again." if changed
                        else "Every file is as it was read.")  # fmt: skip
    row = certificate.parse(_written(options.answer))
    found = certificate.examine(row)
    for note in found.notes:
        print(one_line(note))
    sound = "Every quote holds." if row.get("reason") == Reason.ANSWERED else "It promises nothing."
    return _verdict(found.problems, "This answer does not hold." if found.problems else sound)


def _verdict(problems: Sequence[str], verdict: str) -> int:
    for line in (*problems, verdict):
        print(one_line(line))
    return ABSTAINED if problems else 0


def _written(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text: expected what `seedqa ask --json` prints.") from None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


COMMANDS: dict[str, Run] = {
    "add": adding.run,
    "remove": _remove,
    "status": _status,
    "ask": _ask,
    "retrieve": _retrieve,
    "ui": _ui,
    "mcp": _mcp,
    "verify": _verify,
    "eval": evaluate.run,
}


if __name__ == "__main__":
    sys.exit(main())
