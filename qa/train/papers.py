"""Papers of our own → examples: ordinary papers, and questions as people ask them, in other words than the paper's.

python -m qa.train.papers OUT [--with PREPARED --examples N]

A line of ``papers/*.jsonl`` is a paper: {title, kind?, text, qas: [{question, answer, before?}]}; ``kind`` is the
ending of a file's name, md if left out. An answer of null means that the paper does not say, ``before`` tells which
place is meant where the answer's words stand in several. Each paper is read and cut into passages as a user's documents
are, and shown as the reader sees them. A question is learnt on the passage that answers it, and as unanswerable on the
others of its paper that share most of its words.
"""

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import Document, Passage, Shape, View, load_embedder
from index.chunk import chunk
from index.load.document import load
from qa.train.data import Example, read_jsonl, write_jsonl

PAPERS = Path(__file__).with_name("papers")
SHAPE = Shape(headings=True, rows=True, speakers=True)
OTHERS = 2
"""Passages on which a question is learnt that its paper does not answer."""

BESIDE = 0.4
"""For which share of the questions that it does answer one of its other passages is learnt as no answer."""

HELD_OUT = 8
"""One paper of so many is kept to look at, and not learnt from: by its text, so that more papers change none's part."""

_WORD = re.compile(r"\w{3,}")
_ASKING = re.compile(
    r"\b(?:who|what|which|when|where|why|how|is|are|was|were|do|does|did|the|an?|of|to|for|in|on|at|my|our|i|we|you)\b"
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is read, in passages, with its questions and the places that answer them; None: none does."""

    document: Document
    passages: Sequence[Passage]
    asked: Sequence[tuple[str, tuple[int, int] | None]]
    written: str
    """Its text as it was written, before it was read."""

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept to look at, and not learnt from."""
        return int(self.document.sha256, 16) % HELD_OUT == 0


def papers(folder: Path = PAPERS, *, files: str = "*.jsonl") -> Iterator[Paper]:
    """Read every paper. Raises ValueError, naming it, if an answer is not in its text or its place is not clear."""
    count_tokens = load_embedder().count_tokens
    with tempfile.TemporaryDirectory() as work:
        for file in sorted(folder.glob(files)):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                row = json.loads(line)
                path = Path(work) / f"{file.stem}-{number}.{row.get('kind', 'md')}"
                path.write_text(row["text"], encoding="utf-8")
                document = load(path)
                asked = [(q["question"], _place(document.text, q, f"{file.name}:{number}")) for q in row["qas"]]
                yield Paper(document, chunk(document, count_tokens), asked, row["text"])


def _place(text: str, asked: dict[str, str | None], where: str) -> tuple[int, int] | None:
    answer, before = asked["answer"], asked.get("before") or ""
    if answer is None:
        return None
    low = text.find(before) + len(before)
    found = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text) if match.start() >= low]
    if not found or (not before and len(found) > 1):
        raise ValueError(f"{where}: the answer {answer!r} to {asked['question']!r} is not there, or more than once.")
    return found[0]


def examples(paper: Paper, *, others: int = OTHERS, beside: float = BESIDE) -> Iterator[Example]:
    """Yield each question on the passage that answers it, and on those of the others that are likest to it."""
    views = [(passage, View.of(passage, SHAPE)) for passage in paper.passages]
    for number, (question, place) in enumerate(paper.asked):
        name = f"{paper.document.title}/{number}"
        words = set(_WORD.findall(question.lower()))
        ranked = sorted(views, key=lambda each: -len(words & set(_WORD.findall(each[1].text.lower()))))
        for _, view in ranked:
            if place and (spans := _in_view(view, place)):
                yield Example(name, "papers", "", question, view.text, spans)
        rest = [v for p, v in ranked if place is None or place[1] <= p.start or p.end <= place[0]]
        is_shown = random.Random(f"{name}/{question}").random() < beside
        for view in rest[: others if place is None else int(is_shown)]:
            yield Example(f"{name}/-", "papers", "", question, view.text, ())


def _in_view(view: View, place: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    starts, ends = view.places(place[0]), view.places(place[1] - 1)
    return tuple((start, end + 1) for start, end in zip(starts, ends, strict=False) if start <= end)


def as_typed(question: str, random_: random.Random) -> str:
    """Return a question as it may be typed: in small letters, as key words, or with a slip; mostly as it is.

    >>> as_typed("What is the rent of the boat shed?", random.Random(3))
    'What is the rent of the boat shed?'
    """
    lot = random_.random()
    if lot < 0.15:
        return question.lower().rstrip("?")
    if lot < 0.22:
        bare = " ".join(_ASKING.sub(" ", question.lower()).rstrip("?").split())
        return bare if len(bare.split()) >= 2 else question
    if lot < 0.27:
        return _slipped(question, random_)
    return question


def _slipped(question: str, random_: random.Random) -> str:
    """Swap two letters of a word, or leave one out."""
    words = question.split(" ")
    long = [n for n, word in enumerate(words) if len(word) > 5 and word.isalpha() and word.islower()]
    if not long:
        return question
    number = random_.choice(long)
    word, at = words[number], random_.randrange(1, len(words[number]) - 2)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    words[number] = swapped if random_.random() < 0.5 else word[:at] + word[at + 1 :]
    return " ".join(words)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the papers' examples, with some of what else is learnt from, so that it is not unlearnt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder for train.jsonl.gz and dev.jsonl.gz")
    parser.add_argument("--papers", type=Path, default=PAPERS, help="the folder of papers; ours if left out")
    parser.add_argument("--files", default="*.jsonl", help="which of its files")
    parser.add_argument("--times", type=int, default=3, help="how often each of the papers' examples is seen")
    parser.add_argument("--others", type=int, default=OTHERS, help="passages for a question that the paper leaves open")
    parser.add_argument("--beside", type=float, default=BESIDE, help="the share of the other questions put to one more")
    parser.add_argument("--with", dest="mixed", type=Path, help="a prepared folder (qa.train.real)")
    parser.add_argument("--examples", type=int, default=6_000, help="how many of its examples")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(argv)
    random_ = random.Random(options.seed)
    train, dev = list[Example](), list[Example]()
    for paper in papers(options.papers, files=options.files):
        made = list(examples(paper, others=options.others, beside=options.beside))
        (dev if paper.is_held_out else train).extend(made)
    train = [replace(e, id=f"{e.id}#{time}") for time in range(options.times) for e in train]
    if options.mixed:
        rest = read_jsonl(options.mixed / "train.jsonl.gz")
        train += random_.sample(rest, min(len(rest), options.examples))
    train = [replace(example, question=as_typed(example.question, random_)) for example in train]
    random_.shuffle(train)
    options.out.mkdir(parents=True, exist_ok=True)
    write_jsonl(options.out / "train.jsonl.gz", train)
    write_jsonl(options.out / "dev.jsonl.gz", dev)
    answered = sum(bool(example.answers) for example in train)
    print(f"{len(train)} to learn from, {answered} with an answer; {len(dev)} kept")


if __name__ == "__main__":
    main()
