"""The reader that we ship: an ONNX model of ours, run on the CPU.

A BERT encoder gives every token a start and an end logit; position 0, ``[CLS]``, stands for "no answer"
(Devlin et al. 2018, section 4.3; Rajpurkar et al. 2018). Nothing is generated: a span is two character offsets.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.onnx import damaged, encodable, read, session, settings, tokenizer
from qa.read.calibration import Calibration
from qa.read.decode import apart, window_spans
from qa.types import Span

MODELS = Path(__file__).parent.parent / "models"
SMALL, BASE = MODELS / "small", MODELS / "base"
"""The readers that we ship: the quick one, and the one that reads again what it leaves open."""


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a text that fits the model beside the question: token ids, and where each token stands in the text."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class OnnxReader:
    """The reader that we ship, or another one in a folder of the same layout."""

    is_english = True
    _loaded = False

    def __init__(self, folder: Path = SMALL, *, threads: int = 0, later: bool = False) -> None:
        """Load ``model.onnx``, ``tokenizer.json`` and ``config.json``; ``threads`` 0 means every core.

        With ``later``, weights and tokenizer are loaded when something is to be read. Raises ModelError, now or then,
        if one of them is missing, or is not the file that the config was written for.
        """
        path = folder / "config.json"
        config = settings(path)
        try:
            self._configure(config)
        except KeyError as error:
            raise damaged(path, f"no {error.args[0]!r} in it") from error
        except (TypeError, ValueError) as error:
            raise damaged(path, str(error)) from error
        is_shipped = folder.parent == MODELS  # not the user's to write to
        self.folder = None if is_shipped else folder.resolve()
        self.name = folder.name if is_shipped else str(self.folder)
        self.calibrated = not self.calibration.is_placeholder  # an export writes one until it is calibrated
        self.learned: Path | None = None
        """Where what seedqa eval --calibrate learned is written down, if the calibration is from there."""
        self.fingerprint = _fingerprint(config, folder / "tokenizer.json")
        self._where, self._threads = folder, threads
        self._loading = Lock()
        if not later:
            self.load()

    def load(self) -> None:
        """Load weights and tokenizer, unless that is done. Raises ModelError."""
        with self._loading:
            if self._loaded:
                return
            folder, packed = self._where, self._where / "weights.npz" if self._packed else None
            self._session = session(
                folder / "model.onnx", self._sha256, threads=self._threads, packed=packed, packed_sha256=self._packed
            )
            self._inputs = [each.name for each in self._session.get_inputs()]  # MPNet is not told which token is whose
            self._tokenizer = tokenizer(folder / "tokenizer.json")
            self._loaded = True

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return up to ``count`` spans that do not overlap, best first; none goes over one of the ``breaks``.

        A question beyond ``max_question`` tokens is cut; a text longer than the model reads is read in
        overlapping windows, each compared with its own no-answer logit.
        """
        self.load()
        asked = self._tokenizer.encode(encodable(question), add_special_tokens=False).ids[: self._max_question]
        found: list[Span] = []
        for window in self._windows(text, self._max_length - 2 - self._between - len(asked)):
            found += self._spans(self._run(asked, window), window, len(asked) + 1 + self._between, count, breaks)
        return apart(found)[:count]

    def _configure(self, config: dict[str, Any]) -> None:
        self.calibration = Calibration.from_json(config["calibration"])
        self._sha256, self._packed = str(config["sha256"]), str(config.get("packed", ""))
        self._max_length, self._max_question = int(config["max_length"]), int(config["max_question"])
        self._stride, self._max_answer = int(config["stride"]), int(config["max_answer"])
        self._cls, self._sep = int(config["cls"]), int(config["sep"])
        self._between = int(config.get("between", 1))
        least = self._max_length - self._max_question - self._between - 2
        if not 0 <= self._stride < least or self._max_answer < 1:  # windows would not move on, or hold no answer
            raise ValueError(f"no text can be read in windows of {least} tokens that share {self._stride}")

    def _windows(self, text: str, room: int) -> Iterator[Window]:
        coded = self._tokenizer.encode(encodable(text), add_special_tokens=False)
        first, total = 0, len(coded.ids)
        while first < total:
            last = min(first + room, total)
            yield Window(coded.ids[first:last], coded.offsets[first:last])
            first = total if last == total else last - self._stride

    def _run(self, asked: list[int], window: Window) -> NDArray[np.float32]:
        """Run one window. **Shape:** (2, question + window + 3, or 4), start and end logits.

        One at a time on purpose: a passage scores the same to the last bit whatever it is read with, and no
        time goes into padding (the embedder's card has what batches cost there).
        """
        ids = [self._cls, *asked, *[self._sep] * self._between, *window.ids, self._sep]
        types = [0] * (len(asked) + 1 + self._between) + [1] * (len(window.ids) + 1)
        feed = {
            "input_ids": np.array([ids], np.int64),
            "attention_mask": np.ones((1, len(ids)), np.int64),
            "token_type_ids": np.array([types], np.int64),
        }
        start, end = self._session.run(["start", "end"], {name: feed[name] for name in self._inputs})
        return np.stack([start[0], end[0]])

    def _spans(
        self, logits: NDArray[np.float32], window: Window, offset: int, count: int, breaks: Sequence[int]
    ) -> list[Span]:
        null = float(logits[:, 0].sum())
        start, end = logits[:, offset:-1]
        return window_spans(
            start, end, window.offsets, null=null, count=count, max_tokens=self._max_answer, breaks=breaks
        )


def _fingerprint(config: Mapping[str, Any], tokenizer_file: Path) -> str:
    """Hash what a score depends on: the weights, by their hash, the windows, the tokenizer."""
    use = {key: value for key, value in config.items() if key != "calibration"}
    return hashlib.sha256(json.dumps(use, sort_keys=True).encode() + read(tokenizer_file)).hexdigest()
