"""The command line: seedqa add · remove · status · ask · retrieve · ui · eval · verify."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import seedqa  # noqa: F401  (before qa: it finds ours, whatever else has that name here)
from qa import Answer, Engine, Error, Reason, Where, ask, certificate, default_index, evaluate, retrieve
from qa.read import Reader, load_reader
from ui import adding
from ui.terminal import answer_lines, hit_lines, one_line

ANSWERED, ABSTAINED, FAILED = 0, 1, 2

EXAMPLES = """\
examples:
  seedqa add ~/Documents/reports        index a folder; run it again after files have changed, or use --watch
  seedqa ask "Who led the meeting?"     exit status 0 answered, 1 not in the documents, 2 error
  seedqa ask "…" --json > answer.json   seedqa verify answer.json checks it later, without an index
  seedqa ask "…" --in ~/Documents/reports --where kind=pdf --where since=2024-01-31
  seedqa ui                             ask in the browser, at http://127.0.0.1:7860

The index is kept in --index DIR, else in $SEEDQA_INDEX, else in your user data folder.
Nothing leaves this machine."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status. Errors that have a remedy are one line on stderr."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        status = command(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `| head` has read enough; what is still buffered must not fail again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13  # as if SIGPIPE had ended it
    except (Error, ValueError, OSError) as error:
        print(f"seedqa: {one_line(str(error))}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nseedqa: stopped. What was stored stays; run the same command again to go on.", file=sys.stderr)
        return 130


def _remove(options: argparse.Namespace) -> int:
    count = Engine(options.index).remove(options.paths)
    print(f"{_counted(count)} removed; the files themselves are untouched." if count else "No document at these paths.")
    return 0 if count else FAILED


def _status(options: argparse.Namespace) -> int:
    engine = Engine(options.index)
    files, counts, problems = engine.documents(), engine.counts(), engine.check() if options.check else None
    if options.json:
        rows = [{"path": f.path, "title": f.title, "pages": f.pages, "passages": f.passages} for f in files]
        facts = {"index": str(options.index), "embedder": engine.embedder, "passages": counts.passages}
        print(json.dumps({**facts, "documents": rows, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        held = f"{_counted(counts.documents)} in {counts.files} {'file' if counts.files == 1 else 'files'}"
        print(
            f"{one_line(str(options.index))}: {held}, {counts.passages} passages, embedder {one_line(engine.embedder)}"
        )
        for file in files:
            pages = f", {file.pages} pages" if file.pages else ""
            print(f"  {one_line(file.path)}  ({file.passages} passages{pages})")
        if problems is not None:
            print("\n".join(f"problem: {one_line(problem)}" for problem in problems) or "The index is sound.")
    return FAILED if problems else 0


def _ask(options: argparse.Namespace) -> int:
    answer = _answer(options)
    if options.json:
        print(json.dumps(certificate.to_json(answer), ensure_ascii=False, indent=2))
    else:
        print("\n".join(answer_lines(answer, colour=_colour())))
    return ANSWERED if answer.reason is Reason.ANSWERED else ABSTAINED


def _answer(options: argparse.Namespace) -> Answer:
    question, k, where = options.question, options.k, where_of(options.paths, options.where)
    if options.reader is None or not question.strip() or k < 1:  # which ask() refuses before anything is loaded
        return ask(question, index=options.index, k=k, where=where)
    return Engine(options.index, reader=_reader(options.reader)).ask(question, k=k, where=where)


def _reader(name: str | None) -> Reader | None:
    """Load the reader that was named, and tell if nobody has learned what its scores mean; None takes the usual one."""
    if name is None:
        return None
    reader = load_reader(name, network=True)  # who typed a hub's name has asked for it
    if not reader.calibrated:
        remedy = f"run `seedqa eval FILE --reader {name} --calibrate` once"
        print(one_line(f"seedqa: {name} is not calibrated, so how sure it is says nothing: {remedy}."), file=sys.stderr)
    return reader


def _retrieve(options: argparse.Namespace) -> int:
    confined = where_of(options.paths, options.where)
    hits = retrieve(options.question, index=options.index, k=options.k, where=confined)
    if options.json:
        print(json.dumps(certificate.hits_to_json(hits), ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for hit in hits for line in hit_lines(hit, colour=_colour())).lstrip("\n"))
    return ANSWERED if hits else ABSTAINED


def where_of(paths: Sequence[Path], pairs: Sequence[str]) -> Where | None:
    """Return what ``--in`` and ``--where`` confine a search to; None if nothing was given.

    >>> where_of([], ["kind=pdf", "kind=md", "since=2024-01-31"])
    Where(documents=None, paths=None, kinds=('pdf', 'md'), since=datetime.date(2024, 1, 31), until=None)
    """
    given: dict[str, list[str]] = {"kind": [], "since": [], "until": [], "document": []}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in given or not value:
            raise ValueError(f"--where {pair}: expected kind=pdf, since=2024-01-31, until=2024-12-31 or document=7.")
        given[name].append(value)
    if not paths and not pairs:
        return None
    return Where(
        documents=tuple(_number(text) for text in given["document"]) or None,
        paths=tuple(str(path.expanduser().absolute()) for path in paths) or None,
        kinds=tuple(given["kind"]) or None,
        since=_day("since", given["since"]),
        until=_day("until", given["until"]),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(f"--where document={text}: expected a document's number, such as document=7.")
    return int(text)


def _day(name: str, texts: Sequence[str]) -> date | None:
    if len(texts) > 1:
        raise ValueError(f"--where {name} is given {len(texts)} times: give it once.")
    try:
        days = [date.fromisoformat(text) for text in texts]
        if any(not 1900 <= day.year <= 9000 for day in days):  # clocks of computers do not reach further
            raise ValueError
    except ValueError:
        raise ValueError(f"--where {name}={texts[0]}: expected a day, such as {name}=2024-01-31.") from None
    return days[0] if days else None


def _ui(options: argparse.Namespace) -> int:
    reader = _reader(options.reader)  # before the page, which takes the hub off the network
    from ui import app  # only now: it takes a second, and gradio

    given = {
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


def _counted(documents: int) -> str:
    return "1 document" if documents == 1 else f"{documents} documents"


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="seedqa",
        description="Ask your own documents. Every answer is a verbatim quote, with file, page and offsets.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def bare(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = bare(name, run, text)
        made.add_argument("--index", type=_folder, default=default_index(), metavar="DIR", help="where the index is")
        return made

    def with_reader(made: argparse.ArgumentParser) -> None:
        made.add_argument("--reader", metavar="NAME_OR_PATH", help="any question-answering model of transformers")

    kinds = ".txt .md .html .pdf .docx .pptx .xlsx .csv .odt and more"
    adding.add_arguments(command("add", adding.run, f"Add or refresh files and folders ({kinds})."))
    remove = command("remove", _remove, "Forget documents; the files themselves are untouched.")
    remove.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    status = command("status", _status, "Show what is in the index, and whether it is sound.")
    status.add_argument("--check", action="store_true", help="look for damage, which takes a while in a large index")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    for name, run, text, k in (
        ("ask", _ask, "Answer a question with a quote, or say that the documents do not.", 10),
        ("retrieve", _retrieve, "Show the passages that fit a question best.", 5),
    ):
        made = command(name, run, text)
        made.add_argument("question", type=_question)
        made.add_argument("--in", type=Path, action="append", default=[], metavar="PATH", dest="paths",
                          help="only in this file, or below this folder; may be repeated")  # fmt: skip
        made.add_argument("--where", action="append", default=[], metavar="NAME=VALUE",
                          help="only where kind=pdf, since=2024-01-31, until=2024-12-31 (when the file was last"
                               " changed) or document=7; may be repeated")  # fmt: skip
        made.add_argument("-k", type=int, default=k, help=f"how many passages (default: {k})")
        made.add_argument("--json", action="store_true", help="print JSON")
        if run is _ask:
            with_reader(made)
    ui = command("ui", _ui, "Serve the chat in the browser.")
    with_reader(ui)
    ui.add_argument("--host", default="127.0.0.1", help="the address to listen on; another computer's needs a password")
    who = ui.add_mutually_exclusive_group()
    who.add_argument(
        "--auth", type=Path, metavar="FILE", help="the password, in a file's first line, or $SEEDQA_PASSWORD"
    )
    who.add_argument("--no-auth", action="store_true", help="ask for no password, whoever can reach the address")
    ui.add_argument("--read-only", action="store_true", help="answer questions, and let nobody change the index")
    ui.add_argument("--port", type=int, default=7860)
    ui.add_argument("--ray", default="", metavar="ADDRESS", help="ask the shards on this Ray cluster (seedqa[ray])")
    ui.add_argument("--no-history", dest="history", action="store_false", help="keep no conversation on the disk")
    ui.add_argument("--watch", type=_folder, action="append", default=[], metavar="FOLDER",
                    help="keep the index in step with this folder while the page runs; may be repeated")  # fmt: skip
    command("mcp", _mcp, "Serve assistants over stdin and stdout (Model Context Protocol).")
    verify = command("verify", _verify, "Check an answer's quotes, or all documents, against the files on disk.")
    verify.add_argument(
        "answer", type=Path, nargs="?", metavar="ANSWER.json", help="what `seedqa ask --json` printed; - for stdin"
    )
    evaluate.add_arguments(bare("eval", evaluate.run, "Score answers to SQuAD-format questions: recall, EM, F1, time."))
    return parser


def _folder(text: str) -> Path:
    return Path(text) if text.startswith("ray:/") else Path(text).expanduser().absolute()


def _question(text: str) -> str:
    """Mend what is no text: bytes that are not UTF-8 arrive as half characters, which no model takes."""
    return text.encode(errors="replace").decode()


if __name__ == "__main__":
    sys.exit(main())
