"""Examples → token ids and start/end targets; passages cropped at random around the answer."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from qa.train.data import Example


@dataclass(frozen=True, slots=True)
class Marks:
    """The tokens of a vocabulary that are no words, and how many ``sep`` stand between question and passage.

    Both encoders have BERT's word pieces, ``first`` is the number of the first of them.
    """

    cls: int
    sep: int
    pad: int
    between: int
    first: int


BERT = Marks(cls=101, sep=102, pad=0, between=1, first=0)
MPNET = Marks(cls=0, sep=2, pad=1, between=2, first=4)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's word pieces and their character offsets. **Shape:** ids (n,), offsets (n, 2)."""

    ids: list[int]
    offsets: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Feature:
    """One input sequence, ``[CLS] question [SEP] passage [SEP]`` (or with two marks between them), with its targets.

    ``spans`` are (first, last) positions in the sequence, one an annotator; (0, 0), on ``[CLS]``, means no answer.
    ``offset`` is the sequence position of the passage's token ``crop``.
    """

    ids: list[int]
    offset: int
    crop: int
    spans: list[tuple[int, int]]
    weight: float


class Featuriser:
    """Tokenises each distinct text once and builds features from the pieces."""

    def __init__(
        self, tokenizer: Tokenizer, *, marks: Marks = BERT, max_question: int = 48, max_length: int = 352
    ) -> None:
        """``max_length`` bounds the whole sequence."""
        self._tokenizer = tokenizer
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True  # as index.onnx has it: what stands in a text is text
        self._marks = marks
        self._max_question = max_question
        self._max_length = max_length
        self._seen: dict[str, Tokens] = {}

    def learn(self, texts: Sequence[str]) -> None:
        """Tokenise the texts not seen before."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._seen]
        for begin in range(0, len(fresh), 2_000):
            part = fresh[begin : begin + 2_000]
            for text, found in zip(part, self._tokenizer.encode_batch(part, add_special_tokens=False), strict=True):
                self._seen[text] = Tokens(found.ids, np.array(found.offsets, dtype=np.int32).reshape(-1, 2))

    def tokens(self, text: str) -> Tokens:
        """Return the word pieces of a text."""
        if text not in self._seen:
            self.learn([text])
        return self._seen[text]

    def whole(self, example: Example) -> Feature:
        """Build the feature of the whole passage, cut at ``max_length``: what scoring uses."""
        return self._build(example, 0, self._room(example))

    def cropped(self, example: Example, random_: random.Random) -> Feature:
        """Build a training feature: often a crop around the answer, now and then one without it."""
        passage = self.tokens(example.context)
        room = min(self._room(example), random_.choice((64, 96, 128, 160, 320)))
        if len(passage.ids) <= room:
            return self._build(example, 0, room)
        spans = _token_spans(passage, example)
        if not spans or random_.random() < 0.04:
            return self._build(example, random_.randrange(len(passage.ids) - room + 1), room)
        first, last = random_.choice(spans)
        lowest = max(0, min(last - room + 1, first))
        highest = min(first, len(passage.ids) - room)
        return self._build(example, random_.randint(min(lowest, highest), max(lowest, highest)), room)

    def _room(self, example: Example) -> int:
        return (
            self._max_length - 2 - self._marks.between - min(len(self.tokens(example.question).ids), self._max_question)
        )

    def _build(self, example: Example, crop: int, room: int) -> Feature:
        question = self.tokens(example.question).ids[: self._max_question]
        passage = self.tokens(example.context)
        piece = passage.ids[crop : crop + room]
        marks = self._marks
        offset = len(question) + 1 + marks.between
        inside = [
            (first - crop + offset, last - crop + offset)
            for first, last in _token_spans(passage, example)
            if first >= crop and last < crop + len(piece)
        ]
        ids = [marks.cls, *question, *[marks.sep] * marks.between, *piece, marks.sep]
        return Feature(ids, offset, crop, inside or [(0, 0)], example.weight)


def retold(feature: Feature, was: Marks, marks: Marks) -> Feature:
    """Return a feature in the marks of another encoder: what it asks and reads is the same, piece by piece."""
    pieces = [each - was.first + marks.first for each in feature.ids]
    asked, read = pieces[1 : feature.offset - was.between], pieces[feature.offset : -1]
    ids = [marks.cls, *asked, *[marks.sep] * marks.between, *read, marks.sep]
    by = marks.between - was.between
    spans = [(first + by, last + by) if last else (0, 0) for first, last in feature.spans]
    return Feature(ids, feature.offset + by, feature.crop, spans, feature.weight)


def _token_spans(passage: Tokens, example: Example) -> list[tuple[int, int]]:
    spans = []
    for start, end in example.answers:
        first = int(np.searchsorted(passage.offsets[:, 1], start, side="right"))
        last = int(np.searchsorted(passage.offsets[:, 0], end, side="left")) - 1
        if first <= last:
            spans.append((first, last))
    return spans


def bucketed(features: Sequence[Feature], *, tokens: int, random_: random.Random) -> list[list[Feature]]:
    """Sort by length, cut into batches of at most ``tokens`` padded tokens, shuffle the batches."""
    batches: list[list[Feature]] = []
    for feature in sorted(features, key=lambda f: len(f.ids), reverse=True):
        if not batches or (len(batches[-1]) + 1) * padded_length(batches[-1][0]) > tokens:
            batches.append([])
        batches[-1].append(feature)
    random_.shuffle(batches)
    return batches


def padded_length(feature: Feature, *, step: int = 32) -> int:
    """Return the length rounded up: few distinct shapes, since the CPU kernels are compiled for each one."""
    return -(-len(feature.ids) // step) * step


def segments(batch: Sequence[Feature], width: int) -> NDArray[np.int64]:
    """Return the token types: 0 for the question, 1 for the passage. **Shape:** (len(batch), width)."""
    types = np.zeros((len(batch), width), dtype=np.int64)
    for row, feature in enumerate(batch):
        types[row, feature.offset : len(feature.ids)] = 1
    return types


def padded(batch: Sequence[Feature], *, pad: int = BERT.pad) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ids and token types. **Shape:** both (len(batch), longest)."""
    width = max(padded_length(feature) for feature in batch)
    ids = np.full((len(batch), width), pad, dtype=np.int64)
    for row, feature in enumerate(batch):
        ids[row, : len(feature.ids)] = feature.ids
    return ids, segments(batch, width)
