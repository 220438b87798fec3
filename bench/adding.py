"""How near `add` comes to the encoder's own speed, and how long a look at what has not changed takes.

python -m bench.adding TEXTS [--passages N] [--unchanged N] [--bare]

TEXTS is a folder of texts or a set in SQuAD's format. Its paragraphs become many small files, then a few large ones;
each time the same passages are also embedded by the encoder alone. The rounds take turns, since machines that others
use do not run evenly, and ratios are of their medians. ``--bare`` embeds them with SentenceTransformer.encode, too.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from index import Embedder, Index, Report, load_embedder
from index.store import Store
from index.sync.draft import embed
from index.view import EMBEDDED, View
from qa import squad

SMALL, LARGE = 1, 1000
"""Paragraphs in a file."""


def main(argv: Sequence[str] | None = None) -> None:
    """Write the files, add them, embed their passages; print a table."""
    options = _options(argv)
    paragraphs = read(options.texts)[: options.passages]
    embedder = load_embedder()
    embedder.encode(["warm"])
    print("| files | passages | `add`, passages/s | the encoder alone | ratio |\n|---|---|---|---|---|", flush=True)
    for each in (SMALL, LARGE):
        with tempfile.TemporaryDirectory() as folder:
            files = write(Path(folder) / "docs", paragraphs, each)
            print(compared(Path(folder), files, embedder, options.rounds), flush=True)
    if options.bare:
        print(bare(paragraphs, embedder, options.rounds), flush=True)
    if options.unchanged:
        with tempfile.TemporaryDirectory() as folder:
            print(unchanged(Path(folder), options.unchanged), flush=True)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, help="a folder of .txt and .md files, or questions in SQuAD's format")
    parser.add_argument("--passages", type=int, default=600, help="paragraphs to take")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--unchanged", type=int, default=20_000, metavar="N", help="files to look at; 0: do not")
    parser.add_argument("--bare", action="store_true", help="compare with sentence-transformers too")
    return parser.parse_args(argv)


def read(texts: Path) -> list[str]:
    """Return the paragraphs, each once."""
    if texts.is_dir():
        found = [path.read_text("utf-8") for path in sorted(texts.iterdir()) if path.suffix in {".md", ".txt"}]
        return list(dict.fromkeys(part.strip() for text in found for part in text.split("\n\n") if part.strip()))
    return list(dict.fromkeys(question.context for question in squad.read(texts)))


def write(folder: Path, paragraphs: Sequence[str], each: int) -> int:
    """Write so many paragraphs to each file; return how many files there are."""
    folder.mkdir()
    starts = range(0, len(paragraphs), each)
    for number, start in enumerate(starts):
        (folder / f"{number:05}.txt").write_text("\n\n".join(paragraphs[start : start + each]), "utf-8")
    return len(starts)


def compared(folder: Path, files: int, embedder: Embedder, rounds: int) -> str:
    """Add the files and embed their passages, in turn; return a row of the table."""
    texts: list[str] = []
    added, alone = [], []
    for number in range(rounds):
        place = folder / f"index-{number}"
        seconds, report = add(place, folder / "docs", embedder)
        added.append(seconds)
        texts = texts or embedded(place)
        alone.append(timed(partial(embedder.encode, texts)))
        assert report.passages == len(texts), "other passages than were stored"
    ratio = median(alone) / median(added)
    fast, alone_fast = (len(texts) / median(times) for times in (added, alone))
    return f"| {files} | {len(texts)} | {fast:.1f} | {alone_fast:.1f} | {ratio:.3f} |"


def add(where: Path, documents: Path, embedder: Embedder) -> tuple[float, Report]:
    """Return the seconds that adding took, and what it did."""
    with Index.open(where, create=True, embedder=embedder) as index:
        began = time.perf_counter()
        report = index.sync([documents])
        return time.perf_counter() - began, report


def embedded(where: Path) -> list[str]:
    """Return what was embedded for an index, text by text."""
    store = Store.open(where / "index.db")
    kept = [store.embedded(number) for number in dict.fromkeys(entry.id for entry in store.entries())]
    store.close()
    return [View.of(passage, EMBEDDED).text for each in kept if each for passage in each.passages]


def bare(texts: Sequence[str], embedder: Embedder, rounds: int) -> str:
    """Compare our encoder with sentence-transformers, called as most people call it, on the same texts."""
    from qa.train.source import encoder_folder

    reference = load_embedder(str(encoder_folder()))
    reference.encode(texts[:2])
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(timed(partial(embed, embedder, texts)))
        theirs.append(timed(partial(reference.encode, texts)))
    ratio = median(theirs) / median(ours)
    return f"the encoder, sentences included: {ratio:.2f} times as fast as SentenceTransformer.encode on the same texts"


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def unchanged(folder: Path, count: int) -> str:
    """Add so many files, then look at them again; return how long that took."""
    from tests.fakes import HashingEmbedder  # what embeds them does not matter

    for number in range(count):
        path = folder / "docs" / f"{number % 100:02}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Note {number}.")
        os.utime(path, (1_600_000_000, 1_600_000_000))
    with Index.open(folder / "index", create=True, embedder=HashingEmbedder()) as index:
        adding = timed(lambda: index.sync([folder / "docs"]))
        look = min(timed(lambda: index.sync([folder / "docs"])) for _ in range(3))
    return f"{count:,} unchanged files: looked at in {look:.2f} s (the best of 3); storing them took {adding:.1f} s"


if __name__ == "__main__":
    main()
