"""Texts to rows of length 1: the packaged model on ONNX Runtime, or any model that sentence-transformers loads."""

from pathlib import Path

from index.embed.packaged import PACKAGED, OnnxEmbedder
from index.errors import ModelError
from index.types import Embedder

__all__ = ["PACKAGED", "OnnxEmbedder", "load_embedder"]


def load_embedder(name: str | None = None, *, device: str | None = None, network: bool = False) -> Embedder:
    """Load the packaged model, or by folder or hub name any other that sentence-transformers loads.

    ``device`` is "cpu", "cuda", "mps"…; None leaves it to the library, which takes a GPU where there is one. Only
    with ``network`` is a hub name fetched: a person has to have asked for that. Without it, a model comes from a
    folder or from what was fetched before. Raises ModelError if there is none, or if it cannot be loaded.
    """
    if name is None or name == PACKAGED:
        if device not in (None, "cpu"):
            raise ModelError(
                f"The packaged {PACKAGED} runs on the CPU, not on {device!r}: leave the device out, or choose another "
                "embedder for a new index."
            )
        return OnnxEmbedder(Path(__file__).parent.parent / "models" / PACKAGED)
    from index.embed.library import SentenceTransformerEmbedder  # the import of torch takes seconds

    return SentenceTransformerEmbedder(name, device=device, network=network)
