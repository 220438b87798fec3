"""The command ``seedqa eval``."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from index import Index
from qa import squad
from qa.engine import Engine
from qa.evaluate.corpus import Corpus, write_articles
from qa.evaluate.outcomes import Examiner, Log, Outcome, pending, read_gold
from qa.evaluate.summary import READING, SERVING, Number, below, reading, summarise, table
from qa.read.onnx import PACKAGED, OnnxReader, Reader
from qa.squad import Question

EPILOG = """\
Without --documents, each article of the set becomes a text file and is indexed like any document.
A passage counts as found if it holds an answer, at its place.

examples:
  seedqa eval dev-v2.0.json --limit 500                   every nth question
  seedqa eval dev-v2.0.json --reading                     the reader alone
  seedqa eval mine.json --documents ~/reports --plots out
  seedqa eval dev-v1.1.json --resume run --fail-under ask-f1=70 --fail-under recall@5=0.95"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``seedqa eval``."""
    parser.epilog, parser.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.json", help="SQuAD 1.1 or 2.0 format, plain or .gz")
    parser.add_argument("--documents", type=Path, metavar="DIR", help="search these files, not the set's paragraphs")
    parser.add_argument("--limit", type=int, metavar="N", help="every nth question only, N in all")
    parser.add_argument("--reading", action="store_true", help="only read the gold passages: no search, quick")
    parser.add_argument("--resume", type=Path, metavar="DIR", help="keep outcomes here; a second run goes on from them")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw the curves, as SVG (needs matplotlib)")
    parser.add_argument("--fail-under", type=_gate, action="append", default=[], metavar="NAME=VALUE", dest="gates",
                        help="exit status 1 if a number of the table is below this; may be repeated")  # fmt: skip
    parser.add_argument("--reader", type=Path, metavar="DIR", help="another reader's folder, in our layout")
    parser.add_argument("-k", type=int, default=10, help="how many passages are read, at most (default: 10)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Evaluate; print a table or JSON, draw, compare with the gates."""
    questions = list(squad.read(options.questions))
    if options.limit:
        questions = questions[:: max(1, len(questions) // options.limit)][: options.limit]
    if not questions:
        raise ValueError(f"{options.questions} holds no questions.")
    reader = OnnxReader(options.reader or PACKAGED)
    drawn: list[Path] = []
    if options.reading:
        if options.documents or options.resume or options.plots:
            raise ValueError("--reading goes without --documents, --resume and --plots.")
        with _bar(questions, "reading", "q") as bar:
            sections = {READING: reading([read_gold(reader, question) for question in bar], reader.calibration)}
    else:
        with _folder(options.resume) as folder:
            outcomes, speed = examined(questions, reader, folder, options)
        sections = summarise(outcomes, reader.calibration)
        if speed:
            sections[SERVING]["passages-per-second"] = Number(speed)
        if options.plots:
            from qa.evaluate.plots import draw

            drawn = draw(outcomes, reader.calibration, options.plots)
    missed = below(sections, options.gates)
    unanswerable = sum(not question.answers for question in questions)
    if options.json:
        facts = {"questions": len(questions), "unanswerable": unanswerable}
        numbers = {title: {n: asdict(v) for n, v in part.items()} for title, part in sections.items()}
        print(json.dumps({**facts, "numbers": numbers}, indent=2))
    else:
        print(f"{len(questions)} questions, {unanswerable} of them unanswerable; ± is a 95 % interval")
        print("\n".join([*table(sections), *(f"drawn: {path}" for path in drawn)]))
    for line in missed:
        print(f"seedqa: {line}", file=sys.stderr)
    return 1 if missed else 0


def examined(
    questions: Sequence[Question], reader: Reader, folder: Path, options: argparse.Namespace
) -> tuple[list[Outcome], float | None]:
    """Index the documents, ask every question that has no outcome yet; return all outcomes and passages a second."""
    documents = options.documents
    if documents is None:
        documents = folder / "documents"
        write_articles(list(squad.read(options.questions)), documents)
    elif not documents.is_dir():
        raise ValueError(f"--documents {documents} is not a folder.")
    weights = (options.reader or PACKAGED) / "config.json"
    facts = {
        "questions": sha256(options.questions.read_bytes()).hexdigest(),
        "documents": str(options.documents),
        "reader": sha256(weights.read_bytes()).hexdigest(),
        "k": options.k,
    }
    log = Log(folder / "outcomes.jsonl", facts)
    with Index.open(folder / "index", create=True) as index:
        with _bar(None, "indexing", "B") as bar:
            report = index.sync([documents], on_progress=lambda p: _advance(bar, p.bytes_done, p.bytes_total))
        for failure in report.failed:
            print(f"seedqa: {failure.path}: {failure.message}", file=sys.stderr)
        engine = Engine(folder / "index", reader=reader, index=index)
        engine.warm()
        examiner = Examiner(engine, reader, Corpus(index), k=options.k)
        with _bar(list(pending(questions, log)), "asking", "q") as bar:
            for question in bar:
                log.add(examiner.examine(question))
        speed = report.passages / report.seconds if report.passages else None
    return [log.outcomes[question.id] for question in questions], speed


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    else:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept


def _bar(items: Iterable[Any] | None, name: str, unit: str) -> Any:
    from tqdm import tqdm

    return tqdm(items, desc=name, unit=unit, unit_scale=unit == "B", disable=None)


def _advance(bar: Any, done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _gate(text: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    try:
        return name, float(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, as in ask-f1=70") from error
