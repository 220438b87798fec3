"""The command line: seedqa add · remove · status · ask · retrieve · ui · eval · verify."""

import argparse
import json
import os
import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from index import Document, Embedder, Error, Index, Progress, load_embedder, unchanged
from index.load import load
from qa import evaluate
from qa.api import ask, default_index, retrieve
from qa.certificate import hits_to_json, to_json
from qa.types import Citation, Reason
from ui.terminal import answer_lines, hit_lines, report_lines, safe

ANSWERED, ABSTAINED, FAILED = 0, 1, 2

EXAMPLES = """\
examples:
  seedqa add ~/Documents/reports        index a folder; run it again after files have changed
  seedqa ask "Who led the meeting?"     exit status 0 answered, 1 not in the documents, 2 error
  seedqa ask "…" --json | jq .citations
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
        print(f"seedqa: {safe(str(error))}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nseedqa: stopped. What was stored stays; run the same command again to go on.", file=sys.stderr)
        return 130


def _add(options: argparse.Namespace) -> int:
    with (
        Index.open(options.index, create=True, embedder=_embedder(options.embedder)) as index,
        _Bar(quiet=options.quiet) as bar,
    ):
        report = index.sync(options.paths, on_progress=bar.show, max_bytes=options.max_megabytes << 20)
    for line in report_lines(report):
        print(line)
    return FAILED if report.failed and not (report.added or report.replaced or report.unchanged) else 0


def _remove(options: argparse.Namespace) -> int:
    with Index.open(options.index) as index:
        count = index.remove(options.paths)
    print(f"{_counted(count)} removed; the files themselves are untouched." if count else "No document at these paths.")
    return 0 if count else FAILED


def _status(options: argparse.Namespace) -> int:
    with Index.open(options.index) as index:
        documents, problems, embedder = index.documents(), index.check(), index.origin.name
    passages = sum(document.passages for document in documents)
    if options.json:
        rows = [{"path": d.path, "title": d.title, "pages": d.pages, "passages": d.passages} for d in documents]
        facts = {"index": str(options.index), "embedder": embedder, "passages": passages}
        print(json.dumps({**facts, "documents": rows, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        print(f"{options.index}: {_counted(len(documents))}, {passages} passages, embedder {embedder}")
        for document in documents:
            pages = f", {document.pages} pages" if document.pages else ""
            print(f"  {safe(document.path)}  ({document.passages} passages{pages})")
        print("\n".join(f"problem: {safe(p)}" for p in problems) or "The index is sound.")
    return FAILED if problems else 0


def _ask(options: argparse.Namespace) -> int:
    answer = ask(options.question, index=options.index, k=options.k)
    if options.json:
        print(json.dumps(to_json(answer), ensure_ascii=False, indent=2))
    else:
        print("\n".join(answer_lines(answer, colour=_colour())))
    return ANSWERED if answer.reason is Reason.ANSWERED else ABSTAINED


def _retrieve(options: argparse.Namespace) -> int:
    hits = retrieve(options.question, index=options.index, k=options.k)
    if options.json:
        print(json.dumps(hits_to_json(hits), ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for hit in hits for line in hit_lines(hit, colour=_colour())).lstrip("\n"))
    return ANSWERED if hits else ABSTAINED


def _ui(options: argparse.Namespace) -> int:
    sys.argv = [
        "seedqa ui",
        "--host",
        options.host,
        "--port",
        str(options.port),
        "--index",
        str(options.index),
    ]
    try:
        runpy.run_module("ui.app", run_name="__main__")  # run, not imported: qa never depends on ui
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0


def _verify(options: argparse.Namespace) -> int:
    """Check an answer's citations, or else every document of the index, against the files on disk."""
    if options.answer:
        problems = _verify_answer(json.loads(options.answer.read_text(encoding="utf-8")))
    else:
        with Index.open(options.index) as index:
            problems = [f"{d.path}: has changed or gone" for d in index.documents() if not unchanged(d.path, d.sha256)]
    for problem in problems:
        print(safe(problem))
    print("Some quotes no longer hold: run `seedqa add` again." if problems else "Every quote holds.")
    return ABSTAINED if problems else 0


def _verify_answer(row: dict[str, object]) -> list[str]:
    problems, texts = [], dict[str, Document]()
    cited = row.get("citations")
    if not isinstance(cited, list):
        raise ValueError("This is not an answer: expected the object that `seedqa ask --json` prints.")
    for citation in (Citation(**fields) for fields in cited):
        document = texts.get(citation.path) or load(Path(citation.path))
        texts[citation.path] = document
        if document.text[citation.start : citation.end] != citation.quote:
            problems.append(f"{citation.path}: characters {citation.start}–{citation.end} no longer hold the quote")
    return problems


class _Bar:
    """A progress bar on stderr, by bytes read, with passages a second and the time left."""

    def __init__(self, *, quiet: bool) -> None:
        from tqdm import tqdm

        self._bar = tqdm(
            unit="B",
            unit_scale=True,
            disable=quiet or None,  # None: only on a terminal
            bar_format="{percentage:3.0f}% {bar} {n_fmt}/{total_fmt}{postfix} · {remaining} left",
        )

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, progress: Progress) -> None:
        self._bar.total = progress.bytes_total
        seconds = max(self._bar.format_dict["elapsed"], 0.001)
        self._bar.set_postfix_str(
            f"{progress.passages} passages, {progress.passages / seconds:.0f}/s · {safe(Path(progress.path).name)}",
            refresh=False,
        )
        self._bar.update(progress.bytes_done - self._bar.n)


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

    add = command("add", _add, "Add or refresh files and folders (.txt .md .html .pdf).")
    add.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    add.add_argument("--embedder", metavar="NAME_OR_PATH", help="any sentence-transformers model; for a new index")
    add.add_argument("--max-megabytes", type=int, default=32, metavar="MB", help="skip larger files (default: 32)")
    add.add_argument("--quiet", action="store_true", help="no progress bar")
    remove = command("remove", _remove, "Forget documents; the files themselves are untouched.")
    remove.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    status = command("status", _status, "Show what is in the index, and whether it is sound.")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    for name, run, text, k in (
        ("ask", _ask, "Answer a question with a quote, or say that the documents do not.", 10),
        ("retrieve", _retrieve, "Show the passages that fit a question best.", 5),
    ):
        made = command(name, run, text)
        made.add_argument("question")
        made.add_argument("-k", type=int, default=k, help=f"how many passages (default: {k})")
        made.add_argument("--json", action="store_true", help="print JSON")
    ui = command("ui", _ui, "Serve the chat in the browser.")
    ui.add_argument("--host", default="127.0.0.1")
    ui.add_argument("--port", type=int, default=7860)
    verify = command("verify", _verify, "Check an answer's quotes, or all documents, against the files on disk.")
    verify.add_argument("answer", type=Path, nargs="?", metavar="ANSWER.json", help="what `seedqa ask --json` printed")
    evaluate.add_arguments(bare("eval", evaluate.run, "Score answers to SQuAD-format questions: recall, EM, F1, time."))
    return parser


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _embedder(name: str | None) -> Embedder | None:
    return load_embedder(name) if name else None


if __name__ == "__main__":
    sys.exit(main())
