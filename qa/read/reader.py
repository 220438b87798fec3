"""The Reader: (question, text) → spans, each with a score; and where one comes from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from index import ModelError
from index.embed.library import folder_of
from index.onnx import settings
from qa.read.calibration import Calibration, latest, load
from qa.read.library import LibraryReader
from qa.read.onnx import PACKAGED, OnnxReader
from qa.types import Span


class Reader(Protocol):
    """Finds in a text the spans that may answer a question."""

    name: str
    """Where it is found again: "packaged", an absolute folder, or a hub name."""
    calibrated: bool
    """Whether what its scores mean was learned from questions; if not, its confidence says nothing."""
    is_english: bool
    """Whether it has learnt English alone; of others nobody knows here what they have learnt."""
    calibration: Calibration
    """What its scores mean: the no-answer threshold, and the share of right answers at a score."""

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return up to ``count`` spans that do not overlap, best first; no score depends on other texts.

        No span goes over one of the ``breaks``, offsets in the text in ascending order.
        """
        ...


def load_reader(
    name: str | Path | None = None, *, device: str | None = None, network: bool = False
) -> OnnxReader | LibraryReader:
    """Load the reader that we ship (None or "packaged"), one in a folder of its layout, or any that transformers loads.

    That is a folder or a hub name with an extractive question-answering model; ``device`` is for those, and only with
    ``network`` is one fetched. A calibration that ``seedqa eval --calibrate`` learned for it is taken up. Raises
    ModelError if there is no such reader, or if it cannot be loaded.
    """
    reader = _opened(name, device, network)
    if learned := latest(reader.fingerprint, reader.folder):
        reader.calibration, reader.calibrated, reader.learned = load(learned), True, learned
    return reader


def _opened(name: str | Path | None, device: str | None, network: bool) -> OnnxReader | LibraryReader:
    folder = PACKAGED if name in (None, "packaged") else folder_of(str(name))
    if folder is None or not _is_ours(folder):
        return LibraryReader(str(name), device=device, network=network)
    if device not in (None, "cpu"):
        raise ModelError(f"The reader in {folder} runs on the CPU, not on {device!r}: leave the device out.")
    return OnnxReader(folder)


def _is_ours(folder: Path) -> bool:
    """Tell our layout from a folder of transformers, with an ONNX file beside or not: theirs says "model_type"."""
    path = folder / "config.json"
    config = settings(path) if path.is_file() else {}
    return "model_type" not in config and ((folder / "model.onnx").is_file() or "calibration" in config)
