"""What the command line understands, and what its help teaches."""

import argparse
import difflib
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from qa import default_index, evaluate
from qa.location import expanded
from ui import adding

Run = Callable[[argparse.Namespace], int]

KINDS = ".txt .md .html .pdf .docx .pptx .xlsx .csv .odt and more"

EXAMPLES = """\
examples:
  seedqa add ~/Documents/reports        index a folder; run it again after files have changed, or use --watch
  seedqa ask "Who led the meeting?"     a quote, and where it stands
  seedqa ask "…" --json > answer.json   seedqa verify answer.json checks it later, without an index
  seedqa ask "…" --in ~/Documents/reports --where kind=pdf --where since=2024-01-31
  seedqa ui                             ask in the browser, at http://127.0.0.1:7860

exit status: 0 answered or done, 1 not in the documents, 2 error.
`seedqa COMMAND --help` shows a command's options, defaults and examples.
The index is kept in --index DIR, else in $SEEDQA_INDEX, else in your user data folder.
Nothing leaves this machine unless you ask for it: --host, --ray, a model of a hub."""

ABOUT = {
    "add": (
        f"Add or refresh files and folders ({KINDS}).",
        """\
examples:
  seedqa add ~/Documents/reports minutes.pdf
  seedqa add ~/Documents --exclude "drafts/" --exclude "*.csv"
  seedqa add ~/Documents --watch        go on: take in each change, until Ctrl-C

Files that have not changed cost next to nothing; those that are gone from an added folder leave the index.
exit status: 0 done, 2 nothing could be read.""",
    ),
    "remove": (
        "Forget documents; the files themselves are untouched.",
        """\
examples:
  seedqa remove ~/Documents/reports/old.pdf
  seedqa remove ~/Documents/reports     all that lies below it

`seedqa status` lists the paths there are. exit status: 0 removed, 2 there is no such document.""",
    ),
    "status": (
        "Show what is in the index, and whether it is sound.",
        """\
examples:
  seedqa status
  seedqa status --check --json

exit status: 0 sound, 2 damaged, or no index there.""",
    ),
    "ask": (
        "Answer a question with a quote, or say that the documents do not.",
        """\
examples:
  seedqa ask "Who led the meeting?"
  seedqa ask "Are chickens allowed?" --in ~/Documents/garden
  seedqa ask "What does it cost?" --where kind=pdf --where since=2024-01-31
  seedqa ask "Who led the meeting?" --json > answer.json

exit status: 0 answered, 1 not in the documents, 2 error.""",
    ),
    "retrieve": (
        "Show the passages that fit a question best.",
        """\
examples:
  seedqa retrieve "What does a plot cost?" -k 3
  seedqa retrieve "roof repairs" --where kind=pdf --json

exit status: 0 something found, 1 nothing found, 2 error.""",
    ),
    "ui": (
        "Serve the chat in the browser.",
        """\
examples:
  seedqa ui                             http://127.0.0.1:7860, for this computer alone
  seedqa ui --port 0                    any free port
  seedqa ui --watch ~/Documents         keep the index in step with a folder
  seedqa ui --host 0.0.0.0 --auth ~/.seedqa-password    for others, who need the password in that file's first line

Programs find its routes described at /docs. A first start indexes a few sample documents.
exit status: 0 stopped by Ctrl-C, 2 error.""",
    ),
    "mcp": (
        "Serve assistants over stdin and stdout (Model Context Protocol).",
        """\
An assistant starts this command itself. In its settings:
  {"mcpServers": {"seedqa": {"command": "seedqa", "args": ["mcp"]}}}

It may search, ask, list and read the documents, and change nothing. `seedqa ui` serves the same at /mcp.""",
    ),
    "verify": (
        "Check an answer's quotes, or all documents, against the files on disk.",
        """\
examples:
  seedqa verify answer.json             do its quotes still stand where it says?
  seedqa ask "Who led it?" --json | seedqa verify -
  seedqa verify                         is every file of the index as it was read?

exit status: 0 all holds, 1 something does not, 2 error.""",
    ),
}
"""What each command is for, in a line, and what its help ends with."""

MEANT = {
    "search": "retrieve", "find": "retrieve", "query": "ask", "question": "ask", "index": "add", "import": "add",
    "update": "add", "watch": "add --watch", "delete": "remove", "rm": "remove", "forget": "remove", "list": "status",
    "ls": "status", "info": "status", "serve": "ui", "start": "ui", "web": "ui", "check": "status --check",
    "evaluate": "eval", "help": "--help", "version": "--version",
}  # fmt: skip
"""What people type for a command of ours."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in a sentence, and what to type instead."""

    def error(self, message: str) -> NoReturn:
        """Print one line, and end with exit status 2."""
        print(f"{self.prog}: {message}. See `{self.prog} --help`.", file=sys.stderr)
        raise SystemExit(2)


def parser(commands: Mapping[str, Run]) -> argparse.ArgumentParser:
    """Return what understands the commands, each with what runs it."""
    whole = Parser(
        prog="seedqa",
        description="Ask your own documents. Every answer is a verbatim quote, with file, page and offsets.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"seedqa {version('seedqa')}")
    made = whole.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for name, (text, epilog) in ABOUT.items():
        command = made.add_parser(name, help=text, description=text, epilog=epilog,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
        command.set_defaults(run=commands[name])
        command.add_argument("--index", type=folder, default=default_index(), metavar="DIR",
                             help="where the index is (default: %(default)s)")  # fmt: skip
        if options := _OPTIONS.get(name):
            options(command)
    text = "Score answers to SQuAD-format questions: recall, EM, F1, time."
    scored = made.add_parser("eval", help=text, description=text)
    scored.set_defaults(run=commands["eval"])
    evaluate.add_arguments(scored)
    return whole


def meant(word: str) -> str:
    """Say what was probably meant by a word that is no command."""
    names = [*ABOUT, "eval"]
    if word.startswith("--index"):
        return '--index comes after the command, as in `seedqa ask --index DIR "Who led the meeting?"`'
    if near := MEANT.get(word.lower()) or next(iter(difflib.get_close_matches(word.lower(), names, 1)), ""):
        return f"there is no command {word!r}: try `seedqa {near}`"
    if " " in word or word.endswith("?"):
        return f'there is no command {word!r}: to ask it, type `seedqa ask "{word}"`'
    return f"there is no command {word!r}: it is one of {', '.join(names)}"


def folder(text: str) -> Path:
    """Return a folder's whole path; ``ray://ADDRESS/FOLDER`` is one on other machines, and stays as it is."""
    return Path(text) if text.startswith("ray:/") else expanded(text).absolute()


def _words(text: str) -> str:
    """Mend what is no text: bytes that are not UTF-8 arrive as half characters, which no model takes."""
    return text.encode(errors="replace").decode()


def _add(add: argparse.ArgumentParser) -> None:
    adding.add_arguments(add)
    _device(add)


def _remove(remove: argparse.ArgumentParser) -> None:
    remove.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="a file, or a folder and all below it")


def _status(status: argparse.ArgumentParser) -> None:
    status.add_argument("--check", action="store_true", help="look for damage, which takes a while in a large index")
    status.add_argument("--json", action="store_true", help="print one JSON object")


def _ask(ask: argparse.ArgumentParser) -> None:
    _searching(ask, k=10)
    _reader(ask)
    _device(ask)


def _retrieve(retrieve: argparse.ArgumentParser) -> None:
    _searching(retrieve, k=5)
    _device(retrieve)


def _searching(made: argparse.ArgumentParser, *, k: int) -> None:
    made.add_argument("question", type=_words, nargs="+", metavar="QUESTION", help="in quotes, or as it is")
    made.add_argument("--in", type=Path, action="append", default=[], metavar="PATH", dest="paths",
                      help="only in this file, or below this folder; may be repeated")  # fmt: skip
    made.add_argument("--where", action="append", default=[], metavar="NAME=VALUE",
                      help="only where kind=pdf, since=2024-01-31, until=2024-12-31 (when the file was last"
                           " changed) or document=7 (as `status --json` has it); may be repeated")  # fmt: skip
    made.add_argument("-k", type=_whole, default=k, metavar="N", help="how many passages (default: %(default)s)")
    made.add_argument("--json", action="store_true", help="print JSON")


def _reader(made: argparse.ArgumentParser) -> None:
    made.add_argument("--reader", metavar="NAME_OR_PATH",
                      help="small: our quick one alone, less sure and faster; base: the larger one alone; or any"
                           " extractive question-answering model of transformers (default: $SEEDQA_READER, or"
                           " both of ours)")  # fmt: skip


def _device(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--device",
        choices=("cpu", "cuda", "mps"),
        help="where models of your own run (default: a GPU if there is one); ours run on the CPU, without it",
    )


def _ui(ui: argparse.ArgumentParser) -> None:
    _reader(ui)
    _device(ui)
    ui.add_argument("--host", default="127.0.0.1", metavar="ADDRESS",
                    help="the address to listen on (default: %(default)s, which only this computer reaches);"
                    " any other needs a password")  # fmt: skip
    ui.add_argument("--port", type=_port, default=7860, metavar="N", help="0 takes a free one (default: %(default)s)")
    who = ui.add_mutually_exclusive_group()
    who.add_argument("--auth", type=Path, metavar="FILE",
                     help="the password, in a file's first line (default: $SEEDQA_PASSWORD)")  # fmt: skip
    who.add_argument("--no-auth", action="store_true", help="ask for no password, whoever can reach the address")
    ui.add_argument("--read-only", action="store_true", help="answer questions, and let nobody change the index")
    ui.add_argument("--ray", default="", metavar="ADDRESS", help="ask the shards on this Ray cluster (seedqa[ray])")
    ui.add_argument("--no-history", dest="history", action="store_false", help="keep no conversation on the disk")
    ui.add_argument("--watch", type=folder, action="append", default=[], metavar="FOLDER",
                    help="keep the index in step with this folder while the page runs; may be repeated")  # fmt: skip


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number: expected how many, such as 5") from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: expected a number from 0 to 65535")
    return int(text)


def _verify(verify: argparse.ArgumentParser) -> None:
    verify.add_argument("answer", type=Path, nargs="?", metavar="ANSWER.json",
                        help="what `seedqa ask --json` printed; - for stdin (default: check the index)")  # fmt: skip


_OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "add": _add,
    "remove": _remove,
    "status": _status,
    "ask": _ask,
    "retrieve": _retrieve,
    "ui": _ui,
    "verify": _verify,
}
