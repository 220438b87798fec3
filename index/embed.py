"""Texts to rows of length 1: the packaged model on ONNX Runtime, or any sentence-transformers model.

This is the only module that imports sentence_transformers, and it does so only when a model other than the
packaged one is asked for: that import takes seconds, ONNX Runtime's a third of one.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import ModelError
from index.types import Embedder, Part, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

PACKAGED = "all-MiniLM-L6-v2"
REINSTALL = "reinstall seedqa."
UNLIMITED = 8192  # tokens of a model that names no limit: longer than any passage


def load_embedder(name: str | None = None) -> Embedder:
    """Load the packaged model, or by folder or hub name any other; only a hub name may use the network."""
    if name is None or name == PACKAGED:
        return OnnxEmbedder(Path(__file__).parent / "models" / PACKAGED)
    return SentenceTransformerEmbedder(name)


class OnnxEmbedder:
    """A model folder with ``model.onnx``, run on the CPU; safe to call from several threads.

    Every text is a run of its own, on one thread; several texts are several runs side by side. So a text's
    vector never depends on its neighbours, nothing is padded, and it takes less time than batches (the model's
    card has the figures). Making one reads small files only; the weights are read, and checked, by the first
    ``encode``.
    """

    def __init__(self, folder: Path) -> None:
        """Read what the folder says about its model. Raises ModelError if a file is missing or damaged."""
        self.name = folder.name
        self.dimension = int(_setting(folder / "config.json", "hidden_size"))
        self.max_tokens = int(_setting(folder / "sentence_bert_config.json", "max_seq_length"))
        self.fingerprint = _recorded_sha256(folder / "model.onnx.sha256")
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, Any] | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts. **Shape:** (len(texts), dimension), float32, rows of length 1."""
        rows, _ = self.encode_parts(texts, [()] * len(texts))
        return rows

    def encode_question(self, question: str) -> Vectors:
        """Embed a question. **Shape:** (1, dimension), float32, length 1."""
        return self.encode([question])

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Part]]) -> tuple[Vectors, list[Vectors]]:
        """Embed the texts in one pass each, and parts of each: the mean of a part's tokens, read in the whole text.

        So a part costs nothing more, and "It rose by 4 %" knows what rose (late chunking, Günther et al. 2024).
        **Shape:** (len(texts), dimension) and, for each text, (n, dimension), float32, rows of length 1. A part
        without a token that is read has no row; a text without such a part has one row, its own.
        """
        self._load()
        if len(texts) < 2:
            found = [self._one(*each) for each in zip(texts, parts, strict=True)]
        else:
            with ThreadPoolExecutor(min(_cores(), len(texts))) as pool:
                found = list(pool.map(self._one, texts, parts))
        rows = [row for row, _ in found]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32), [inner for _, inner in found]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out."""
        tokenizer, _ = self._load()
        return [len(tokenizer.encode(_encodable(text), add_special_tokens=False)) for text in texts]

    def _one(self, text: str, parts: Sequence[Part]) -> tuple[Vectors, Vectors]:
        """Embed one text and parts of it. **Shape:** (dimension,), (n, dimension)."""
        tokenizer, session = self._load()
        encoded = tokenizer.encode(_encodable(text))
        ids = np.array([_cut(encoded.ids, self.max_tokens)], np.int64)
        rows, tokens = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        starts = [start for start, _ in encoded.offsets[1 : ids.size - 1]]
        return rows[0], _means(tokens[0, 1:-1], starts, parts) if parts and starts else rows

    def _load(self) -> "tuple[Tokenizer, Any]":
        """Return the tokenizer and the session, made by the first call."""
        with self._lock:
            if self._loaded is None:
                session = _session(self._folder / "model.onnx", self.fingerprint)
                self._loaded = _tokenizer(self._folder / "tokenizer.json"), session
            return self._loaded


class SentenceTransformerEmbedder:
    """Any model that sentence-transformers loads, on a GPU where there is one; the reference engine."""

    def __init__(self, name: str) -> None:
        """Load a model folder, or a model of the hub. Raises ModelError if that does not work."""
        self._model = _sentence_transformer(name)
        self.name = name
        self.dimension = self._model.get_embedding_dimension() or self._model.encode("").shape[-1]
        self.max_tokens = int(min(self._model.max_seq_length or UNLIMITED, UNLIMITED))
        self.fingerprint = _state_hash(self._model.state_dict())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts. **Shape:** (len(texts), dimension), float32, rows of length 1."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        rows = self._model.encode(
            [_encodable(text) for text in texts],
            batch_size=16,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(rows, np.float32)

    def encode_question(self, question: str) -> Vectors:
        """Embed a question. **Shape:** (1, dimension), float32, length 1."""
        return self.encode([question])

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Part]]) -> tuple[Vectors, list[Vectors]]:
        """Embed the texts, and parts of each on their own: not every model's text is the mean of its tokens.

        **Shape:** (len(texts), dimension) and, for each text, (n, dimension), float32, rows of length 1.
        """
        rows = self.encode(texts)
        pieces = [[text[a:b] for a, b in each if text[a:b].strip()] for text, each in zip(texts, parts, strict=True)]
        inner = np.split(self.encode([piece for each in pieces for piece in each]), np.cumsum([*map(len, pieces)]))
        return rows, [some if len(some) else row[None] for some, row in zip(inner, rows, strict=False)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out."""
        from tokenizers import Tokenizer

        tokenizer = self._model.tokenizer  # transformers' own, which warns of long texts, or a static model's
        options = {} if isinstance(tokenizer, Tokenizer) else {"verbose": False}
        return [len(tokenizer.encode(_encodable(text), add_special_tokens=False, **options)) for text in texts]


def _means(tokens: Vectors, starts: Sequence[int], parts: Sequence[Part]) -> Vectors:
    """Return the directions of the means of the tokens that start in each part; parts are in order, and meet."""
    edges = np.searchsorted(starts, [start for start, _ in parts])
    edges = np.unique(edges[edges < len(starts)])
    sums: Vectors = np.add.reduceat(tokens, edges, axis=0)
    lengths: Vectors = np.linalg.norm(sums, axis=1, keepdims=True)
    return sums / lengths


def _cut(ids: list[int], length: int) -> list[int]:
    """Keep the first tokens and the closing special token."""
    return ids if len(ids) <= length else [*ids[: length - 1], ids[-1]]


def _encodable(text: str) -> str:
    """Put "?" for lone surrogates (bytes of a command line that are no text): tokenizers refuse them."""
    return text.encode("utf-8", "replace").decode()


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read(path: Path) -> bytes:
    """Read a file of the packaged model."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> ModelError:
    """Say which file of the packaged model is missing or unreadable."""
    return ModelError(f"The model's file {path} cannot be read ({error.strerror}): {REINSTALL}")


def _setting(path: Path, key: str) -> Any:
    """Look up a setting in a JSON file of the packaged model."""
    try:
        return json.loads(_read(path))[key]
    except (ValueError, KeyError) as error:
        raise ModelError(f"The model's file {path} is damaged (no {key!r} in it): {REINSTALL}") from error


def _recorded_sha256(path: Path) -> str:
    """Read the hash that the weights must have."""
    words = _read(path).split()
    if not words or len(words[0]) != 64:
        raise ModelError(f"The model's file {path} is damaged (no sha256 in it): {REINSTALL}")
    return words[0].decode()


def _tokenizer(path: Path) -> "Tokenizer":
    """Load the tokenizer without its padding and truncation: texts are cut here, and counted whole."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(_read(path).decode())
    except ModelError:
        raise
    except Exception as error:  # tokenizers raises bare Exceptions
        raise ModelError(f"The model's file {path} is damaged ({error}): {REINSTALL}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _session(path: Path, sha256: str) -> Any:
    """Open the weights for runs of one thread each, once their hash is right."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error
    if found != sha256:
        raise ModelError(f"The model's file {path} is damaged (its sha256 is not {sha256}): {REINSTALL}")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _sentence_transformer(name: str) -> Any:
    """Load a sentence-transformers model without its progress bars and reports."""
    try:
        with _quiet():
            return _from_disk(str(_folder(name))) if _is_path(name) else _from_cache_or_hub(name)
    except Exception as error:  # whatever a folder or the network can do wrong
        raise ModelError(
            f"The embedder {name!r} cannot be loaded ({error}): give the folder of a sentence-transformers "
            f"model, or a hub name and a network, or leave it out to use the packaged {PACKAGED}."
        ) from error


def _is_path(name: str) -> bool:
    """Tell a folder from a hub name: a mistyped path must not go to the network."""
    is_hub_name = re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", name) is not None
    return Path(name).exists() or not is_hub_name


def _folder(name: str) -> Path:
    """Find the folder; sentence-transformers would print a warning of its own if there were none."""
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise NotADirectoryError("there is no such folder")
    return folder


def _from_disk(name: str) -> Any:
    """Load a model folder, or a hub's model that was fetched before."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, local_files_only=True)


def _from_cache_or_hub(name: str) -> Any:
    """Load a hub's model, from the network only if it was not fetched before."""
    try:
        return _from_disk(name)
    except OSError:
        from huggingface_hub import HfApi
        from sentence_transformers import SentenceTransformer

        # Without a network this fails at once; SentenceTransformer tries again for more than a minute.
        HfApi().model_info(name if "/" in name else f"sentence-transformers/{name}", timeout=10)
        return SentenceTransformer(name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence transformers while a model is loaded."""
    from transformers import utils

    logging: Any = utils.logging  # untyped in part
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _state_hash(state: "dict[str, Tensor]") -> str:
    """Hash a model's tensors, in the order of their names."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(state.items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
