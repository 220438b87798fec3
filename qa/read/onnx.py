"""The extractive reader: (question, text) → spans. The only importer of onnxruntime for reading.

A BERT encoder gives every token a start and an end logit; position 0, ``[CLS]``, stands for "no answer"
(Devlin et al. 2018, section 4.3; Rajpurkar et al. 2018). Nothing is generated: a span is two character offsets.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index import ModelError
from qa.read.calibration import Calibration
from qa.read.decode import best_spans
from qa.types import Span

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

PACKAGED = Path(__file__).parents[1] / "models" / "reader"


class Reader(Protocol):
    """Finds in a text the spans that may answer a question."""

    calibration: Calibration
    """What its scores mean: the no-answer threshold, and the share of right answers at a score."""

    def read(self, question: str, text: str, *, count: int = 1) -> list[Span]:
        """Return up to ``count`` spans that do not overlap, best first; no score depends on other texts."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a text that fits the model beside the question: token ids, and where each token stands in the text."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class OnnxReader:
    """The reader that we ship, or another one in a folder of the same layout."""

    def __init__(self, folder: Path = PACKAGED, *, threads: int = 0) -> None:
        """Load ``model.onnx``, ``tokenizer.json`` and ``config.json``; ``threads`` 0 means every core.

        Raises ModelError if one of them is missing, or is not the file that the config was written for.
        """
        config = _config(folder)
        self.calibration = Calibration.from_json(config["calibration"])
        self._max_length: int = config["max_length"]
        self._max_question: int = config["max_question"]
        self._stride: int = config["stride"]
        self._max_answer: int = config["max_answer"]
        self._cls, self._sep = config["cls"], config["sep"]
        self._session = _session(folder / "model.onnx", config["sha256"], threads)
        self._tokenizer = _tokenizer(folder / "tokenizer.json")

    def read(self, question: str, text: str, *, count: int = 1) -> list[Span]:
        """Return up to ``count`` spans that do not overlap, best first.

        A question beyond ``max_question`` tokens is cut; a text longer than the model reads is read in
        overlapping windows, each compared with its own no-answer logit.
        """
        asked = self._tokenizer.encode(_encodable(question), add_special_tokens=False).ids[: self._max_question]
        found: list[Span] = []
        for window in self._windows(text, self._max_length - 3 - len(asked)):
            found += self._spans(self._run(asked, window), window, len(asked) + 2, count)
        return _apart(found)[:count]

    def _windows(self, text: str, room: int) -> Iterator[Window]:
        coded = self._tokenizer.encode(text, add_special_tokens=False)
        first, total = 0, len(coded.ids)
        while first < total:
            last = min(first + room, total)
            yield Window(coded.ids[first:last], coded.offsets[first:last])
            first = total if last == total else last - self._stride

    def _run(self, asked: list[int], window: Window) -> NDArray[np.float32]:
        """Run one window. **Shape:** (2, 3 + question + window), start and end logits.

        One at a time on purpose: a passage scores the same to the last bit whatever it is read with, and no
        time goes into padding (the embedder's card has what batches cost there).
        """
        ids = [self._cls, *asked, self._sep, *window.ids, self._sep]
        types = [0] * (len(asked) + 2) + [1] * (len(window.ids) + 1)
        feed = {
            "input_ids": np.array([ids], np.int64),
            "attention_mask": np.ones((1, len(ids)), np.int64),
            "token_type_ids": np.array([types], np.int64),
        }
        start, end = self._session.run(["start", "end"], feed)
        return np.stack([start[0], end[0]])

    def _spans(self, logits: NDArray[np.float32], window: Window, offset: int, count: int) -> list[Span]:
        null = float(logits[:, 0].sum())
        inside = logits[:, offset:-1]
        spans = best_spans(inside[0], inside[1], count=count, max_tokens=self._max_answer)
        return [Span(window.offsets[s.first][0], window.offsets[s.last][1], s.logit - null) for s in spans]


def _apart(spans: list[Span]) -> list[Span]:
    """Sort best first and drop each span that overlaps a better one: windows overlap, answers must not."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: s.score, reverse=True):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept


def _encodable(text: str) -> str:
    """Put "?" for half characters (bytes of a command line that are no text): tokenizers refuse them."""
    return text.encode("utf-8", "replace").decode()


def _config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The reader in {folder} has no readable config.json ({error}): reinstall seedqa.") from error
    return config


def _session(path: Path, expected: str, threads: int) -> "InferenceSession":
    import onnxruntime

    try:
        weights = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The reader's weights are missing ({error}): reinstall seedqa.") from error
    if sha256(weights).hexdigest() != expected:
        raise ModelError(f"{path} is not the file that its config.json describes: reinstall seedqa.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _tokenizer(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelError(f"The reader's tokenizer cannot be read ({error}): reinstall seedqa.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
