"""Where a reader comes from: the package, a folder, or a hub."""

import os
from pathlib import Path

from index import ModelError
from index.embed.library import folder_of
from index.onnx import settings
from qa.read.calibration import latest, load
from qa.read.cascade import Cascade
from qa.read.library import LibraryReader
from qa.read.onnx import BASE, SMALL, OnnxReader

SHIPPED = {"both": BASE, "small": SMALL, "base": BASE}
"""The readers that come with the package, by the names that they are asked for; the first is the default."""


def load_reader(
    name: str | Path | None = None, *, device: str | None = None, network: bool = False
) -> OnnxReader | Cascade | LibraryReader:
    """Load a reader that we ship, one in a folder of their layout, or any that transformers loads.

    "small" is the quick one that we ship, "base" the larger one, and "both" the cascade of them; None means what
    SEEDQA_READER names, or "both". Any other name is a folder or a hub name with an extractive question-answering
    model; ``device`` is for those, and only with ``network`` is one fetched. A calibration that ``seedqa eval
    --calibrate`` learned for it is taken up. Raises ModelError if there is no such reader, or if it cannot be loaded.
    """
    reader = _opened(str(name or os.environ.get("SEEDQA_READER") or "both"), device, network)
    if learned := latest(reader.fingerprint, reader.folder):
        reader.calibration, reader.calibrated, reader.learned = load(learned), True, learned
    return reader


def _opened(name: str, device: str | None, network: bool) -> OnnxReader | Cascade | LibraryReader:
    folder = SHIPPED.get(name) or folder_of(name)
    if folder is None or not _is_ours(folder):
        return LibraryReader(name, device=device, network=network)
    if device not in (None, "cpu"):
        raise ModelError(f"The reader in {folder} runs on the CPU, not on {device!r}: leave the device out.")
    return Cascade.of(OnnxReader(SMALL), BASE) if name == "both" else OnnxReader(folder)


def _is_ours(folder: Path) -> bool:
    """Tell our layout from a folder of transformers, with an ONNX file beside or not: theirs says "model_type"."""
    path = folder / "config.json"
    config = settings(path) if path.is_file() else {}
    return "model_type" not in config and ((folder / "model.onnx").is_file() or "calibration" in config)
