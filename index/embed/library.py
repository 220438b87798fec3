"""Any model that sentence-transformers loads. The one importer of that library, which takes seconds to load."""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embed.packaged import PACKAGED
from index.errors import ModelError
from index.onnx import encodable
from index.types import Extent, Vectors

if TYPE_CHECKING:
    from torch import Tensor

UNLIMITED = 8192  # tokens of a model that names no limit: longer than any passage

QUERY_PROMPTS = ("query", "search_query", "retrieval.query")
DOCUMENT_PROMPTS = ("document", "passage", "corpus", "search_document", "retrieval.passage")
"""The names under which models keep the words that go before a question and before a passage."""

UNSAVED = {
    r"(multilingual-)?e5-(small|base|large)(-v2|-unsupervised)?": ("query: ", "passage: "),
    r"bge-(small|base|large)-en(-v1\.5)?": ("Represent this sentence for searching relevant passages: ", ""),
    r"nomic-embed-text-v1(\.5)?": ("search_query: ", "search_document: "),
}
"""What the cards of well-known models ask for, but their folders do not say."""


class SentenceTransformerEmbedder:
    """Any model that sentence-transformers loads; the reference engine.

    Models such as E5, BGE and Nomic want a few words before a question, and others before a passage; what of a
    passage is embedded, a sentence too, counts as a passage. Threads may share one.
    """

    def __init__(self, name: str, *, device: str | None = None, network: bool = False) -> None:
        """Load a model folder, or a hub's model; only with ``network`` is that fetched. Raises ModelError."""
        folder = folder_of(name)
        self.name = str(folder) if folder else name
        self._using = Lock()  # each call of a tokenizer sets anew how it cuts and pads: two at once would fail
        self._model = _loaded(name, folder, device, network)
        take_literally(self._model.tokenizer)
        self._query, self._document = _prompts(self._model.prompts, self.name)
        self.dimension = self._model.get_embedding_dimension() or self._model.encode("").shape[-1]
        self.weights = state_hash(self._model.state_dict())
        """Hash of the weights alone: what was the fingerprint before it told how they are used."""
        self.fingerprint = _hash(self.weights, self._use())
        longest = int(min(self._model.max_seq_length or UNLIMITED, UNLIMITED))
        self.max_tokens = longest - sum(self.count_tokens([self._document]))

    @property
    def former_fingerprint(self) -> str:
        """What earlier versions called this embedder's fingerprint; "" if they put other words before a passage.

        They went by the weights alone, and used the prompt that the model names as its default, if any.
        """
        default = self._model.prompts.get(self._model.default_prompt_name or "", "")
        return self.weights if self._document == default else ""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed passages. **Shape:** (len(texts), dimension), float32, rows of length 1."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return self._rows(self._model.encode_document, texts, self._document)

    def encode_question(self, question: str) -> Vectors:
        """Embed a question, as the model wants questions put. **Shape:** (1, dimension), float32, length 1."""
        return self._rows(self._model.encode_query, [question], self._query)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Embed passages, and parts of each on their own: not every model's text is the mean of its tokens.

        **Shape:** (len(texts), dimension) and, for each text, (n, dimension), float32, rows of length 1.
        """
        rows = self.encode(texts)
        pieces = [[text[a:b] for a, b in each if text[a:b].strip()] for text, each in zip(texts, parts, strict=True)]
        inner = np.split(self.encode([piece for each in pieces for piece in each]), np.cumsum([*map(len, pieces)]))
        return rows, [some if len(some) else row[None] for some, row in zip(inner, rows, strict=False)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out."""
        tokenizer = self._model.tokenizer  # transformers' own, which warns of long texts, or a static model's
        options = {"verbose": False} if callable(tokenizer) else {}
        with self._using:
            return [len(tokenizer.encode(encodable(text), add_special_tokens=False, **options)) for text in texts]

    def _rows(self, encode: Any, texts: Sequence[str], prompt: str) -> Vectors:
        with self._using:
            rows = encode(
                [encodable(text) for text in texts],
                prompt=prompt,  # by its words: the library takes an empty "document" before a "passage" that is not
                batch_size=16,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(rows, np.float32)

    def _use(self) -> dict[str, Any]:
        """Say what, besides the weights, makes a vector what it is."""
        model = self._model
        return {
            "modules": [_settings(module) for module in model.modules() if hasattr(module, "get_config_dict")],
            "prompts": [self._query, self._document],
            "tokenizer": serialised(model.tokenizer),
            "max_seq_length": model.max_seq_length,
            "truncate_dim": model.truncate_dim,
            "normalised": True,
        }


def folder_of(name: str) -> Path | None:
    """Return the folder that a name stands for, with its whole path; None if it is a hub name.

    What could only be a path is one even where there is no such folder: a mistyped path must not go to the network.
    """
    is_hub_name = re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", name) is not None
    path = Path(os.path.expanduser(name))  # noqa: PTH111  (Path's own raises RuntimeError for a name of nobody)
    return path.resolve() if path.exists() or not is_hub_name else None


def fetched(name: str) -> Path | None:
    """Return the folder in which a hub's model lies that was fetched before; None if there is none."""
    from huggingface_hub import try_to_load_from_cache

    for file in ("modules.json", "config.json"):
        if isinstance(path := try_to_load_from_cache(name, file), str):
            return Path(path).parent
    return None


def reachable(name: str) -> None:
    """Ask the hub whether it has a model: without a network this fails at once, where loading tries for a minute."""
    from huggingface_hub import HfApi

    HfApi().model_info(name, timeout=10)


def demand(device: str | None) -> None:
    """Raise ModelError if torch has no such device on this machine; None asks for none."""
    import torch

    there = ["cpu", *(name for name in ("cuda", "mps") if getattr(torch, name).is_available())]
    if device is not None and device.partition(":")[0] not in there:
        raise ModelError(
            f"torch finds no {device!r} on this machine, only {' and '.join(there)}: leave the device out, or install"
            " a driver and a build of torch for it (https://pytorch.org/get-started)."
        )


@contextmanager
def quiet() -> Iterator[None]:
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


def _loaded(name: str, folder: Path | None, device: str | None, network: bool) -> Any:
    """Load a model without the library's progress bars and reports."""
    demand(device)
    try:
        return _from_disk(folder, device) if folder else _from_hub(name, device, network)
    except Exception as error:  # whatever a folder or the network can do wrong
        reason = " ".join(str(error).split())
        raise ModelError(
            f"The embedder {name!r} cannot be loaded ({reason}): give the folder of a sentence-transformers "
            f"model, or a hub name and a network, or leave it out to use the packaged {PACKAGED}."
        ) from error


def _from_disk(folder: Path, device: str | None) -> Any:
    if not folder.is_dir():  # the library would print a warning of its own
        raise NotADirectoryError("there is no such folder")
    with quiet():
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(folder), device=device, local_files_only=True)


def _from_hub(name: str, device: str | None, network: bool) -> Any:
    """Load what was fetched before; only if there is none, and with ``network``, fetch it."""
    full = name if "/" in name else f"sentence-transformers/{name}"
    if folder := fetched(full):
        return _from_disk(folder, device)
    if not network:
        raise FileNotFoundError(f"it is not on this machine; `seedqa add --embedder {name} FILE` fetches it")
    reachable(full)
    with quiet():
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(full, device=device)


def _prompts(saved: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return what goes before a question and before a passage: as saved, else as the model's card asks."""
    query, document = (
        next((saved[key] for key in keys if saved.get(key)), "") for keys in (QUERY_PROMPTS, DOCUMENT_PROMPTS)
    )
    if any(saved.values()):
        return query, document
    known = (prompts for pattern, prompts in UNSAVED.items() if re.fullmatch(pattern, Path(name).name))
    return next(known, ("", ""))


def _settings(module: Any) -> list[Any]:
    """Return a module's kind and how it is set, its own part of the fingerprint.

    Not of what reads the text: its settings tell of the library's version, and what counts is in the tokenizer.
    """
    reads = hasattr(module, "tokenize") or hasattr(module, "tokenizer")
    return [type(module).__name__, {} if reads else module.get_config_dict()]


def take_literally(tokenizer: Any) -> None:
    """Let a tokenizer read "[SEP]" in a text as five characters, and not as the end of a passage.

    Of some unigram models (DeBERTa's) marks are among the pieces of words, and stay what they are.
    """
    if hasattr(tokenizer, "split_special_tokens"):  # transformers'; each call tells the one below
        tokenizer.split_special_tokens = True
    else:
        tokenizer.encode_special_tokens = True  # a static model's is that one itself


def serialised(tokenizer: Any) -> str:
    """Return a tokenizer as text, less its padding and truncation, which each call sets anew."""
    fast = getattr(tokenizer, "backend_tokenizer", tokenizer)
    if not hasattr(fast, "to_str"):  # one of words in Python
        return json.dumps(sorted(tokenizer.get_vocab().items()))
    row = json.loads(fast.to_str())
    return json.dumps({key: value for key, value in row.items() if key not in ("padding", "truncation")})


def _hash(weights: str, use: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps([weights, use], sort_keys=True, default=str).encode()).hexdigest()


def state_hash(state: "dict[str, Tensor]") -> str:
    """Hash a model's tensors, in the order of their names."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(state.items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
