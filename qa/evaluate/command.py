"""The command ``seedqa eval``."""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from index import Index
from qa import squad
from qa.engine import Engine
from qa.evaluate.calibrate import check, learn
from qa.evaluate.corpus import Corpus, write_articles
from qa.evaluate.outcomes import Examiner, Log, Outcome, Prediction, pending, read_gold
from qa.evaluate.summary import READING, SERVING, Number, Numbers, below, calibrated, reading, summarise, table
from qa.read import Cascade, LibraryReader, OnnxReader, load_reader
from qa.read.calibration import keep
from qa.squad import Question

Loaded = OnnxReader | Cascade | LibraryReader

EPILOG = """\
Without --documents, each article of the set becomes a text file and is indexed like any document.
A passage counts as found if it holds an answer, at its place.
--reader takes small, base, a folder with our layout, or any extractive question-answering model of transformers: a
folder, or a hub name, which is fetched if it is not on this machine. What its scores mean is not known until
--calibrate has run.

examples:
  seedqa eval dev-v2.0.json --limit 500                   every nth question
  seedqa eval dev-v2.0.json --reading                     the reader alone
  seedqa eval dev-v2.0.json --reader ~/models/mine --calibrate
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
    parser.add_argument(
        "--reader",
        metavar="NAME_OR_PATH",
        help="small or base of ours alone, or another (default: $SEEDQA_READER, or both of ours)",
    )
    parser.add_argument("--calibrate", action="store_true",
                        help="learn from half of the questions what the reader's scores mean, and keep it")  # fmt: skip
    parser.add_argument("-k", type=int, default=10, help="how many passages are read, at most (default: 10)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


@dataclass(frozen=True, slots=True)
class Measured:
    """Numbers by section, the predictions that a calibration can be learned from, lines on what was written."""

    sections: dict[str, Numbers]
    predictions: list[Prediction]
    written: tuple[str, ...] = ()


def run(options: argparse.Namespace) -> int:
    """Evaluate; print a table or JSON, draw, calibrate, compare with the gates."""
    if options.reading and (options.documents or options.resume or options.plots):
        raise ValueError("--reading goes without --documents, --resume and --plots.")
    # 1  the questions, and who answers them
    questions = _questions(options.questions, options.limit)
    unanswerable = sum(not question.answers for question in questions)
    if options.calibrate:
        check(len(questions), unanswerable)  # now, not when all have been asked
    reader = load_reader(options.reader, network=True)  # the person who typed a hub's name has asked for it
    # 2  what became of them
    measured = (read_alone if options.reading else asked)(questions, reader, options)
    sections, written = measured.sections, [*measured.written]
    # 3  what the reader's scores mean
    if options.calibrate:
        added, path = calibrate(measured.predictions, reader, options)
        sections |= added
        written.append(f"kept: {path}")
    # 4  all of it, said
    missed = below(sections, options.gates)
    facts = {
        "questions": len(questions),
        "unanswerable": unanswerable,
        "reader": reader.name,
        "calibrated": reader.calibrated,
    }
    if options.json:
        numbers = {title: {n: asdict(v) for n, v in part.items()} for title, part in sections.items()}
        print(json.dumps({**facts, "numbers": numbers}, indent=2))
    else:
        print("\n".join([*headline(reader, facts), *table(sections), *written]))
    for line in missed:
        print(f"seedqa: {line}", file=sys.stderr)
    return 1 if missed else 0


def read_alone(questions: Sequence[Question], reader: Loaded, options: argparse.Namespace) -> Measured:
    """Read the gold passages; nothing is searched."""
    del options
    with _bar(questions, "reading", "q") as bar:
        predictions = [read_gold(reader, question) for question in bar]
    return Measured({READING: reading(predictions, reader.calibration)}, predictions)


def asked(questions: Sequence[Question], reader: Loaded, options: argparse.Namespace) -> Measured:
    """Ask the questions of all documents, and draw what became of them."""
    with _folder(options.resume) as folder:
        outcomes, speed = examined(questions, reader, folder, options)
    sections = summarise(outcomes, reader.calibration)
    if speed:
        sections[SERVING]["passages-per-second"] = Number(speed)
    drawn: list[Path] = []
    if options.plots:
        from qa.evaluate.plots import draw

        drawn = draw(outcomes, reader.calibration, options.plots)
    return Measured(sections, [outcome.asked for outcome in outcomes], tuple(f"drawn: {path}" for path in drawn))


def headline(reader: Loaded, facts: dict[str, Any]) -> list[str]:
    """Return the lines above the table: how many questions, and which reader."""
    about = f" (calibrated: {reader.learned})" if reader.learned else ""
    if not reader.calibrated:
        about = " (uncalibrated: what its scores mean is not known; see --calibrate)"
    return [
        f"{facts['questions']} questions, {facts['unanswerable']} of them unanswerable; ± is a 95 % interval",
        f"reader: {reader.name}{about}",
    ]


def calibrate(
    predictions: Sequence[Prediction], reader: Loaded, options: argparse.Namespace
) -> tuple[dict[str, Numbers], Path]:
    """Learn what the reader's scores mean and write it down; return how well it holds, and where it is."""
    found, held_out = learn(predictions, reader.calibration)
    taught = len(predictions) - len(held_out)
    about = {
        "reader": reader.name,
        "questions": str(options.questions),
        "from": "the gold passages" if options.reading else "all documents, searched",
        "learned_from": taught,
        "measured_on": len(held_out),
    }
    path = keep(found, reader.fingerprint, reader.folder, about)
    title = f"calibrated: learned from {taught} of the questions, measured on the other {len(held_out)}"
    return {title: calibrated(held_out, found)}, path


def examined(
    questions: Sequence[Question], reader: Loaded, folder: Path, options: argparse.Namespace
) -> tuple[list[Outcome], float | None]:
    """Index the documents, ask every question that has no outcome yet; return all outcomes and passages a second."""
    documents = options.documents
    if documents is None:
        documents = folder / "documents"
        write_articles(list(squad.read(options.questions)), documents)
    elif not documents.is_dir():
        raise ValueError(f"--documents {documents} is not a folder.")
    log = Log(folder / "outcomes.jsonl", what_counts(reader, options))
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


def what_counts(reader: Loaded, options: argparse.Namespace) -> dict[str, Any]:
    """Return all that an outcome depends on: outcomes of two runs may be mixed only where it is equal."""
    documents = options.documents
    calibration = json.dumps(reader.calibration.to_json())
    return {
        "seedqa": metadata.version("seedqa"),
        "questions": hashlib.sha256(options.questions.read_bytes()).hexdigest(),
        "documents": None if documents is None else [str(documents.resolve()), contents(documents)],
        "reader": hashlib.sha256(f"{reader.fingerprint} {calibration}".encode()).hexdigest(),
        "k": options.k,
    }


def contents(folder: Path) -> str:
    """Return a hash of the names, sizes and bytes of all files in a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            inner = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        name = path.relative_to(folder).as_posix().encode(errors="surrogateescape")
        digest.update(b"%s\0%d\0%s\n" % (name, size, inner.encode()))
    return digest.hexdigest()


def _questions(path: Path, limit: int | None) -> list[Question]:
    questions = list(squad.read(path))
    if limit:
        questions = questions[:: max(1, len(questions) // limit)][:limit]
    if not questions:
        raise ValueError(f"{path} holds no questions.")
    return questions


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
