"""Changes to a folder and its index, as a person makes them; and whether an index still holds what it promised.

They are stopped at any point.
"""

import hashlib
import json
import random
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from index import Fate, Index, Outcome, Progress
from index.sync.draft import LARGE
from tests.fakes import HashingEmbedder

QUESTIONS = ("Which subject is in part 1?", "What has changed?", "Where is word5 said?", "zebra")
MOST = 8
"""Passages that are asked for."""

NEAR = 0.002
"""How far scores may be apart: what an earlier format kept of a sentence was rounded otherwise."""
Promised = dict[str, str | None]
"""Path → the SHA-256 that the index said it holds; None: that it holds nothing for it."""


class Steps:
    """Changes files and syncs, and writes a line for what the index acknowledges."""

    def __init__(self, folder: Path, seed: int, out: IO[str]) -> None:
        """``folder`` has the documents in ``docs`` and the index in ``index``; each may be missing."""
        self._docs, self._index = folder / "docs", folder / "index"
        self._docs.mkdir(exist_ok=True)
        self._chance = random.Random(seed)
        self._seed = seed
        self._out = out
        self._written = 0

    def run(self, count: int) -> None:
        """Take so many steps."""
        with Index.open(self._index, embedder=HashingEmbedder(), create=True) as index:
            for _ in range(count):
                step = self._chance.choice([self._add, self._add, self._update, self._update, self._rename,
                                            self._move, self._remove, self._forget, self._large])  # fmt: skip
                step(index)

    def change_files(self) -> None:
        """Change files, and let the index not know of it."""
        for number in range(12):
            self._write(self._docs / f"new-{number}.txt", 1 + number % 6)
        for path in self._some(4):
            self._write(path, 2)
        for path in self._some(3):
            path.rename(path.with_name(f"new-{path.name}"))
        for path in self._some(2):
            path.unlink()
        self._write(self._docs / "large.md", LARGE + 60, words=80)

    def interrupt_large(self) -> None:
        """Add a large file, and stop when half of it is embedded."""
        self._write(self._docs / "large.md", LARGE + 60, words=80)

        def stop(progress: Progress) -> None:
            if progress.file_passages[0] > LARGE // 2:
                raise KeyboardInterrupt

        with Index.open(self._index, embedder=HashingEmbedder(), create=True) as index, suppress(KeyboardInterrupt):
            index.sync([self._docs], on_progress=stop)

    def tell(self, outcome: Outcome) -> None:
        """Write down what has become of a file."""
        if outcome.fate is Fate.REMOVED:
            self._say(promise=outcome.path, sha256=None)
        elif outcome.fate is not Fate.FAILED:
            self._say(promise=outcome.path, sha256=sha256(Path(outcome.path)))

    def _say(self, **facts: object) -> None:
        self._out.write(json.dumps(facts) + "\n")
        self._out.flush()

    def _sync(self, index: Index) -> None:
        index.sync([self._docs], on_file=self.tell)

    def _add(self, index: Index) -> None:
        for _ in range(self._chance.randint(1, 5)):
            self._write(self._docs / f"{self._seed}-{self._written}.txt", self._chance.randint(1, 6))
        for path in self._files()[25:]:  # so that the folder does not grow for ever
            path.unlink()
        self._sync(index)

    def _update(self, index: Index) -> None:
        for path in self._some(4):
            self._write(path, self._chance.randint(1, 6))
        self._sync(index)

    def _rename(self, index: Index) -> None:
        name = f"renamed-{self._seed}-{self._written}"
        self._rename_to(index, {path: path.with_name(f"{name}-{path.name[-12:]}") for path in self._some(3)})

    def _move(self, index: Index) -> None:
        folder = self._docs / f"folder{self._chance.randrange(3)}"
        folder.mkdir(exist_ok=True)
        self._rename_to(index, {path: folder / path.name for path in self._some(3) if path.parent != folder})

    def _rename_to(self, index: Index, names: Mapping[Path, Path]) -> None:
        """Rename files and sync: from then on the index holds nothing for their old names, which may be used again."""
        old = [str(path.resolve()) for path in names]
        self._say(about=old)
        for path, name in names.items():
            path.rename(name)
        self._sync(index)
        for gone in old:
            self._say(promise=gone, sha256=None)

    def _remove(self, index: Index) -> None:
        for path in self._some(3):
            path.unlink()
        self._sync(index)

    def _forget(self, index: Index) -> None:
        paths = [str(path.resolve()) for path in self._some(3)]
        self._say(about=paths)
        index.remove([Path(path) for path in paths])
        for path in paths:
            self._say(promise=path, sha256=None)

    def _large(self, index: Index) -> None:
        self._write(self._docs / "large.md", LARGE + 60, words=80)
        self._sync(index)

    def _files(self) -> list[Path]:
        found = [path for path in sorted(self._docs.rglob("*.*")) if path.suffix in {".md", ".txt"}]
        return self._chance.sample(found, len(found))

    def _some(self, most: int) -> list[Path]:
        return self._files()[: self._chance.randint(1, most)]

    def _write(self, path: Path, parts: int, *, words: int = 30) -> None:
        """Write a text that no other file has; whole or not at all, since no document is what is tested here."""
        self._written += 1
        name = f"subject{self._seed}x{self._written}"
        filler = " ".join(f"word{self._chance.randrange(50)}" for _ in range(words))
        text = "\n\n".join(f"The {name} has part {part}. {filler}." for part in range(parts))
        new = path.with_suffix(".part")
        new.write_text(text)
        new.rename(path)


def sha256(path: Path) -> str | None:
    """Return the hash of what a file holds now."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def promised(lines: Iterable[str]) -> tuple[Promised, set[str]]:
    """Return what the index acknowledged, and what it was about to forget at the end."""
    found, about = Promised(), set[str]()
    for line in lines:
        if line.endswith("\n"):  # the last one may be half a line
            fact = json.loads(line)
            if "about" in fact:
                about = set(fact["about"])
            else:
                found[fact["promise"]] = fact["sha256"]
                about.discard(fact["promise"])
    return found, about


def faults(folder: Path, lines: Iterable[str]) -> list[str]:
    """Return what is wrong with an index after it was stopped: with what it promised, and with itself."""
    known, about = promised(lines)
    with Index.open(folder / "index", embedder=HashingEmbedder(), create=True) as index:
        stored = {entry.path: entry.sha256 for entry in index.documents()}
        wrong = [f"unsound: {problem}" for problem in index.check()]
        for path, sha in known.items():
            # the next change may be stored and not acknowledged yet
            right = {sha, sha256(Path(path)), *([None] if path in about else [])}
            if stored.get(path) not in right:
                wrong.append(f"lost: {path} is stored as {stored.get(path)}, and was acknowledged as {sha}")
        index.sync([folder / "docs"])
        wrong += [f"a process that looked before says after a sync: {problem}" for problem in index.check()]
        with Index.open(folder / "index", embedder=HashingEmbedder()) as again:
            wrong += [f"unsound after the next sync: {problem}" for problem in again.check()]
        return wrong + differences(index, folder / "docs")


def differences(index: Index, docs: Path) -> list[str]:
    """Return how an index that is in step differs from a fresh one of the same folder."""
    with (
        tempfile.TemporaryDirectory() as place,
        Index.open(Path(place) / "index", embedder=HashingEmbedder(), create=True) as fresh,
    ):
        fresh.sync([docs])
        wrong = [] if texts(index) == texts(fresh) else ["the texts are not those of a fresh index"]
        # by names that few passages have: of many that are equally good, any may be left out of a list
        names = [path.read_text().split()[1] for path in sorted(docs.rglob("*.txt"))[:8]]
        differ = (name for name in names if not is_answered_alike(index, fresh, name))
        return [*wrong, *(f"other answers than a fresh index to {question!r}" for question in differ)]


def texts(index: Index) -> dict[str, str]:
    """Map each path to the text stored for it."""
    found = {entry.path: index.document(entry.id) for entry in index.documents()}
    return {path: document.text for path, document in found.items() if document}


def answers(index: Index, question: str) -> set[tuple[str, int, int, float]]:
    """Return what a question finds, but for those last in the list, which others with their score may replace."""
    hits = index.search(question, 8)
    last = round(hits[-1].score, 4) if hits else 0.0
    places = [(hit.passage.document.path, hit.passage.start, hit.passage.end, round(hit.score, 4)) for hit in hits]
    return {place for place in places if place[3] > last}


def is_answered_alike(index: Index, fresh: Index, question: str) -> bool:
    """Tell whether two indexes find a question's word in the same places, with scores that are NEAR each other.

    Those last in a full list may be replaced by others as good, and what does not have the word is as far from it as
    all the rest.
    """
    one, other = _places(index, question), _places(fresh, question)
    return _has(other, one) and _has(one, other)


def _places(index: Index, question: str) -> dict[tuple[str, int, int], float]:
    """Return where a question's word is found, and the scores."""
    return {
        (hit.passage.document.path, hit.passage.start, hit.passage.end): hit.score
        for hit in index.search(question, MOST)
        if question in re.split(r"\W+", hit.passage.text)
    }


def _has(these: Mapping[tuple[str, int, int], float], those: Mapping[tuple[str, int, int], float]) -> bool:
    least = min(those.values()) + NEAR if len(those) == MOST else 0.0
    sure = {place: score for place, score in those.items() if score > least}
    return all(abs(these.get(place, 9.0) - score) <= NEAR for place, score in sure.items())
