"""A process that writes to an index until it is killed: ``python -m tests.writer FOLDER ROUND``."""

import sys
from collections.abc import Iterator
from pathlib import Path

from index import Index
from tests.fakes import HashingEmbedder, document

Texts = dict[str, str]


def steps(round_: int) -> Iterator[tuple[str, str | None]]:
    """List what a round's writer does: (path, the text to store there, or None to remove what is there)."""
    for number in range(1000):
        subject = f"subject{round_}x{number}"
        yield f"/{round_}/{number}", "\n\n".join(f"The {subject} has part {part}." for part in range(5))
        yield "/newest", f"The newest is {subject}."
        if number % 3 == 2:
            yield f"/{round_}/{number - 1}", None


def after(before: Texts, round_: int, count: int) -> Texts:
    """Work out what is stored after the first steps of a round."""
    texts = dict(before)
    for _, (path, text) in zip(range(count), steps(round_), strict=False):
        texts.pop(path, None)
        if text is not None:
            texts[path] = text
    return texts


def write(folder: Path, round_: int) -> None:
    """Take a round's steps, print a line after each, and search now and then, as a server does."""
    with Index.open(folder, embedder=HashingEmbedder(), create=True) as index:
        for number, (path, text) in enumerate(steps(round_)):
            if text is None:
                index.remove([Path(path)])
            else:
                index.add(document(text, path))
            print(number, flush=True)
            if number % 7 == 0:
                index.search("which subject is the newest?")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
