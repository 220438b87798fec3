"""Any extractive question-answering model that transformers loads. The one importer of transformers here, and lazily.

BERT, RoBERTa, DeBERTa, MPNet, DistilBERT, ELECTRA…: what gives each token a start and an end logit. Models trained
on SQuAD 2.0 put "no answer" on their first token; one trained without unanswerable questions answers always, so its
scores have to be calibrated before they tell anything.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index import ModelError
from index.embed.library import (
    demand,
    fetched,
    folder_of,
    quiet,
    reachable,
    serialised,
    state_hash,
    take_literally,
)
from index.onnx import encodable
from qa.read.calibration import NEUTRAL, Calibration
from qa.read.decode import apart, window_spans
from qa.types import Span

if TYPE_CHECKING:
    from torch import Tensor

MAX_LENGTH, MAX_QUESTION, STRIDE, MAX_ANSWER = 384, 64, 96, 48
"""Tokens: those of the reader that we ship, and about what such models are trained with."""


@dataclass(frozen=True, slots=True)
class Window:
    """The question and part of a text, as a model takes them.

    ``first`` is the first of the text's tokens, ``offsets`` says where in the text each of them stands, and ``null``
    is the token that stands for "no answer".
    """

    inputs: "dict[str, Tensor]"
    first: int
    offsets: list[tuple[int, int]]
    null: int


class LibraryReader:
    """A question-answering model of transformers; uncalibrated until ``seedqa eval --calibrate`` has run.

    Threads may share one.
    """

    is_english = False

    def __init__(self, name: str, *, device: str | None = None, network: bool = False) -> None:
        """Load a model folder, or a hub's model; only with ``network`` is that fetched. Raises ModelError.

        ``device`` is "cpu", "cuda", "mps"…; None takes a GPU where there is one.
        """
        self.folder = folder_of(name)
        self.name = str(self.folder or name)
        self._coding = Lock()  # each call of the tokenizer sets anew how it cuts: two at once would cut alike, or fail
        self._tokenizer, self._model = _loaded(name, self.folder, device, network)
        take_literally(self._tokenizer)
        self._max_length = _max_length(self._tokenizer, self._model.config)
        self.fingerprint = _fingerprint(self._tokenizer, self._model)
        self.calibration: Calibration = NEUTRAL
        self.calibrated = False
        self.learned: Path | None = None
        """Where what seedqa eval --calibrate learned is written down, if it is from there."""

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return up to ``count`` spans that do not overlap, best first; none goes over one of the ``breaks``.

        A question beyond 64 tokens is cut; a text longer than the model reads is read in overlapping windows, each
        compared with its own no-answer logit. One window at a time: no score depends on what else is read.
        """
        with self._coding:
            windows = list(self._windows(self._cut(encodable(question)), encodable(text)))
        trimmed = (_trimmed(span, text) for window in windows for span in self._spans(window, count, breaks))
        return apart(span for span in trimmed if span.start < span.end)[:count]

    def _cut(self, question: str) -> str:
        """Return the question's first tokens, as text: at most 64, and no more than leave room for a passage."""
        most = min(MAX_QUESTION, self._max_length // 4)
        offsets = self._coded(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return question if len(offsets) <= most else question[: offsets[most - 1][1]]

    def _windows(self, question: str, text: str) -> Iterator[Window]:
        if not text.strip():
            return
        asked = len(self._coded(question, add_special_tokens=False)["input_ids"])
        room = self._max_length - asked - self._tokenizer.num_special_tokens_to_add(pair=True)
        coded = self._coded(
            question,
            text,
            truncation="only_second",
            max_length=self._max_length,
            stride=min(STRIDE, room // 2),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        for number in range(len(coded["input_ids"])):
            yield self._window(coded, number)

    def _window(self, coded: Any, number: int) -> Window:
        import torch

        sides = coded.sequence_ids(number)
        places = [place for place, side in enumerate(sides) if side == 1]
        ids = coded["input_ids"][number]
        mark = self._tokenizer.cls_token_id
        return Window(
            inputs={
                name: torch.tensor([coded[name][number]], device=self._model.device)
                for name in self._tokenizer.model_input_names
                if name in coded
            },
            first=places[0] if places else 0,
            offsets=[coded["offset_mapping"][number][place] for place in places],
            null=ids.index(mark) if mark in ids else 0,
        )

    def _coded(self, *texts: str, **options: Any) -> Any:
        return self._tokenizer(*texts, padding=False, verbose=False, **options)

    def _spans(self, window: Window, count: int, breaks: Sequence[int]) -> list[Span]:
        logits = self._run(window)
        start, end = logits[:, window.first : window.first + len(window.offsets)]
        null = float(logits[:, window.null].sum())
        return window_spans(start, end, window.offsets, null=null, count=count, max_tokens=MAX_ANSWER, breaks=breaks)

    def _run(self, window: Window) -> NDArray[np.float32]:
        """Run one window. **Shape:** (2, tokens), start and end logits."""
        import torch

        with torch.inference_mode():
            found = self._model(**window.inputs)
        return np.stack([found.start_logits[0].float().cpu().numpy(), found.end_logits[0].float().cpu().numpy()])


def _trimmed(span: Span, text: str) -> Span:
    """Return the span without white space at its ends: some tokenizers count it to the word that follows."""
    quote = text[span.start : span.end]
    start = span.start + len(quote) - len(quote.lstrip())
    return Span(start, start + len(quote.strip()), span.score)


def _loaded(name: str, folder: Path | None, device: str | None, network: bool) -> tuple[Any, Any]:
    """Load tokenizer and model without the library's progress bars and reports."""
    demand(device)
    try:
        return _from_disk(folder, device) if folder else _from_hub(name, device, network)
    except Exception as error:  # whatever a folder or the network can do wrong
        reason = " ".join(str(error).split())
        raise ModelError(
            f"The reader {name!r} cannot be loaded ({reason}): give the folder of an extractive question-answering "
            "model, or a hub name and a network, or leave it out to use the reader that comes with seedqa."
        ) from error


def _from_hub(name: str, device: str | None, network: bool) -> tuple[Any, Any]:
    """Load what was fetched before; only if there is none, and with ``network``, fetch it."""
    if folder := fetched(name):
        return _from_disk(folder, device)
    if not network:
        raise FileNotFoundError(f"it is not on this machine; `seedqa eval FILE --reader {name}` fetches it")
    reachable(name)
    return _pretrained(name, device, local_files_only=False)


def _from_disk(folder: Path, device: str | None) -> tuple[Any, Any]:
    if not folder.is_dir():
        raise NotADirectoryError("there is no such folder")
    return _pretrained(str(folder), device, local_files_only=True)


def _pretrained(name: str, device: str | None, *, local_files_only: bool) -> tuple[Any, Any]:
    import torch

    with quiet():
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        model, report = AutoModelForQuestionAnswering.from_pretrained(
            name, local_files_only=local_files_only, output_loading_info=True, dtype=torch.float32
        )
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local_files_only)
    if report["missing_keys"]:  # made up, the library would say in a warning: its answers would be dice
        raise ValueError(f"it has no weights for {', '.join(sorted(report['missing_keys']))}")
    if not tokenizer.is_fast:
        raise ValueError("its tokenizer does not say where in a text a token stands")
    return tokenizer, model.eval().to(device or _accelerator())


def _accelerator() -> Any:
    import torch

    return torch.accelerator.current_accelerator() if torch.accelerator.is_available() else "cpu"


def _max_length(tokenizer: Any, config: Any) -> int:
    """Return how many tokens the model reads: RoBERTa's kind counts its positions from behind the padding's number."""
    positions = getattr(config, "max_position_embeddings", None) or 0
    first = (getattr(config, "pad_token_id", None) or 0) + 1
    return min(MAX_LENGTH, int(tokenizer.model_max_length), int(positions - first if positions > first else MAX_LENGTH))


def _fingerprint(tokenizer: Any, model: Any) -> str:
    parts = (state_hash(model.state_dict()), serialised(tokenizer), str((MAX_LENGTH, MAX_QUESTION, STRIDE, MAX_ANSWER)))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
