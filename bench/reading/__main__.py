"""A table a format: words and phrases found, their order and places, time and memory, against another reader.

python -m bench.reading [--folder DIR] [--most N] [--worst N]

Without a folder, files are made whose text and places are known. With one, its files are read by other readers too:
Poppler's pdftotext, if it is on the PATH; python-docx, openpyxl, python-pptx, odfpy and striprtf, as far as they are
installed; Python's own for the others. Files that the other reader cannot read are left out. None of them is an
authority: --worst names the files to look at. A phrase is four words, or a shorter piece as a whole.
"""

import argparse
import io
import multiprocessing
import resource
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from bench.reading.made import write_files
from bench.reading.measure import Piece, Score, compare
from bench.reading.readers import reader_of
from index.errors import LoadError
from index.load import sandbox
from index.load.document import load

Known = Mapping[Path, Sequence[Piece]]


@dataclass
class Format:
    """What came of the files of one format."""

    read: int = 0
    refused: list[str] = field(default_factory=list)
    other: str = ""
    score: Score = field(default_factory=Score)
    each: list[tuple[float, Path]] = field(default_factory=list)
    seconds: float = 0
    megabytes: float = 0


def main(argv: Sequence[str] | None = None) -> None:
    """Read the files, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="real files; without it, files are made")
    parser.add_argument("--most", type=int, default=200, help="files of a format (default: %(default)s)")
    parser.add_argument("--worst", type=int, default=0, help="name so many files of a format that differ most")
    options = parser.parse_args(argv)
    with _files(options.folder) as (folder, known):
        print_table(measured(folder, known, most=options.most), worst=options.worst)


@contextmanager
def _files(folder: Path | None) -> Iterator[tuple[Path, Known]]:
    """The folder to read; without one, one that is made for the time being, with what is in its files."""
    if folder is not None:
        yield folder, {}
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made), write_files(Path(made))


def measured(folder: Path, known: Known, *, most: int) -> Iterator[tuple[str, Format]]:
    """Yield what came of each format, each read in a process of its own: its time and memory are counted apart."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path in known or (not known and reader_of(path.suffix.lower()))):
            groups[path.suffix.lower()].append(path)
    context = multiprocessing.get_context("fork")
    for suffix, paths in sorted(groups.items()):
        with context.Pool(1) as pool:
            yield suffix, pool.apply(measure, (paths[:most], known))


def measure(paths: Sequence[Path], known: Known) -> Format:
    """Read files of one format, and compare each with what another reader says."""
    found, texts = Format(), {}
    for path in paths:
        try:
            texts[path] = load(path)
            found.read += 1
        except LoadError as error:
            found.refused.append(str(error))
    _count_work(found)
    for path, document in texts.items():
        pieces = known[path] if known else _other(path, found)
        if any(piece.text.strip() for piece in pieces):
            score = compare(document, pieces)
            found.score.add(score)
            found.each.append((_share(score.found_phrases, score.phrases), path))
    return found


def _count_work(found: Format) -> None:
    """Note the processor time and the memory of the processes that parsed."""
    sandbox._shared.close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found.seconds, found.megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _other(path: Path, found: Format) -> list[Piece]:
    other = reader_of(path.suffix.lower())
    assert other
    found.other = other[0]
    try:
        with redirect_stdout(io.StringIO()):  # odfpy prints the XML that it does not understand
            return list(other[1](path))
    except Exception:  # whatever a library raises on a file that it cannot read
        return []


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def print_table(results: Iterable[tuple[str, Format]], *, worst: int) -> None:
    """Print a row a format as it comes; below, what was refused and what differs most, if asked for."""
    print("| format | files | read | compared | words % | phrases % | in order % | places % | CPU s | MB | against |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    below = list[str]()
    for suffix, found in results:
        print(_row(suffix, found), flush=True)
        if worst:
            below += ["", suffix, *(f"  refused: {line}" for line in found.refused[:worst])]
            below += [f"  {100 * share:5.1f} % of the phrases: {path}" for share, path in sorted(found.each)[:worst]]
    print("\n".join(below))


def _row(suffix: str, found: Format) -> str:
    score = found.score
    shares = (
        (score.found_words, score.words), (score.found_phrases, score.phrases),
        (score.in_order, score.ordered), (score.right_places, score.places),
    )  # fmt: skip
    cells = " | ".join(f"{100 * part / whole:.1f}" if whole else "–" for part, whole in shares)
    return (
        f"| {suffix[1:]} | {found.read + len(found.refused)} | {found.read} | {len(found.each)} | {cells} "
        f"| {found.seconds:.1f} | {found.megabytes:.0f} | {found.other or 'what was written'} |"
    )


if __name__ == "__main__":
    main()
