"""Examples of prepared folders → a mix for a short run: so many of one set, so many of a whole folder.

python -m qa.train.draw OUT FOLDER=N FOLDER:SET=N …

Writes ``train.jsonl.gz``, in random order, and ``dev.jsonl.gz``, which is that of the last folder.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from qa.train.data import Example, read_jsonl, write_jsonl


def main(argv: Sequence[str] | None = None) -> None:
    """Draw, mix, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("parts", nargs="+", metavar="FOLDER[:SET]=N", help="how many examples of which")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(argv)
    random_ = random.Random(options.seed)
    train: list[Example] = []
    for part in options.parts:
        folder, source, count = _part(part)
        rows = [each for each in read_jsonl(folder / "train.jsonl.gz") if source in ("", each.source)]
        if len(rows) < count:
            parser.error(f"{part}: there are only {len(rows)}")
        train += random_.sample(rows, count)
        dev = read_jsonl(folder / "dev.jsonl.gz")
    random_.shuffle(train)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, rows in (("train", train), ("dev", dev)):
        write_jsonl(options.out / f"{name}.jsonl.gz", rows)
    for source, count in Counter(each.source for each in train).most_common():
        print(f"{source:40} {count:7}")


def _part(text: str) -> tuple[Path, str, int]:
    """Read one part: the folder, its set or "" for all, and how many.

    >>> _part("out/base13:lists=1200")
    (PosixPath('out/base13'), 'lists', 1200)
    """
    what, _, count = text.rpartition("=")
    folder, _, source = what.partition(":")
    return Path(folder), source, int(count)


if __name__ == "__main__":
    main()
