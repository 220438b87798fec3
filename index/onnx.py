"""Opens ONNX models and what lies beside them. The one importer of onnxruntime and tokenizers, once it is called.

The embedder finds with it, the reader of ``qa`` answers with it.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession as InferenceSession
    from tokenizers import Tokenizer as Tokenizer

REINSTALL = "reinstall seedqa, or copy the folder of your own model again."


def session(
    path: Path, sha256: str, *, threads: int, packed: Path | None = None, packed_sha256: str = ""
) -> "InferenceSession":
    """Open the weights for runs on so many threads (0: every core), once their hash is right.

    What is ``packed`` in 4 bits lies in a file of its own. Raises ModelError if a file is missing, or not the one that
    its hash is of.
    """
    _demand(path, sha256)
    if packed:
        _demand(packed, packed_sha256)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1  # our graphs are chains: nothing in them could run side by side
    options.log_severity_level = 3  # errors only
    if packed:
        matrices = unpacked(packed)
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(each) for each in matrices.values()]
        options.add_external_initializers(list(matrices), values)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def unpacked(path: Path) -> dict[str, NDArray[np.int8]]:
    """Return the matrices that were packed in 4 bits, as bytes: steps from −8 to 7, times a whole number a block.

    **Shape:** ``NAME.int4`` (blocks, half a block, columns), two rows a byte, and ``NAME.times`` (blocks, columns) →
    ``NAME.int8`` (rows, columns).
    """
    made = {}
    with np.load(path) as file:
        for name in (name for name in file.files if name.endswith(".int4")):
            pairs, times = file[name], file[name.removesuffix("int4") + "times"]
            blocks, half, columns = pairs.shape
            steps = np.empty((blocks, half, 2, columns), np.int8)
            steps[:, :, 0], steps[:, :, 1] = pairs & 15, pairs >> 4
            steps -= 8
            steps *= times[:, None, None]
            made[name.removesuffix("int4") + "int8"] = steps.reshape(-1, columns)
    return made


def tokenizer(path: Path) -> "Tokenizer":
    """Load a tokenizer without its padding and truncation: texts are cut by who reads them, and counted whole.

    Raises ModelError if the file is missing or damaged.
    """
    serialised = read(path)
    from tokenizers import Tokenizer

    try:
        made = Tokenizer.from_str(serialised.decode())
    except Exception as error:  # tokenizers raises bare Exceptions
        raise damaged(path, str(error)) from error
    made.no_padding()
    made.no_truncation()
    made.encode_special_tokens = True  # "[SEP]" in a document is five characters, and no end of a passage
    return made


def encodable(text: str) -> str:
    """Put "?" for half characters (bytes of a command line that are no text): tokenizers and SQLite refuse them.

    Every other character stays at its offset.
    """
    return text.encode("utf-8", "replace").decode()


def read(path: Path) -> bytes:
    """Read a small file of a model. Raises ModelError if that cannot be done."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def settings(path: Path) -> dict[str, Any]:
    """Read a model's JSON file of settings. Raises ModelError if it is missing or damaged."""
    try:
        found = json.loads(read(path))
    except (ValueError, RecursionError) as error:
        raise damaged(path, str(error)) from error
    if not isinstance(found, dict):
        raise damaged(path, "it holds no JSON object")
    return found


def setting(path: Path, key: str) -> int:
    """Look up a number. Raises ModelError, which names the file, the key and the cure, if it is not there."""
    found = settings(path).get(key)
    if not isinstance(found, int):
        raise damaged(path, f"no {key!r} in it")
    return found


def damaged(path: Path, fault: str) -> ModelError:
    """Say what is wrong with a file of a model, and what to do."""
    return ModelError(f"The model's file {path} is damaged ({fault}): {REINSTALL}")


def _demand(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error
    if found != sha256:
        raise damaged(path, f"its sha256 is not {sha256}")


def _unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(f"The model's file {path} cannot be read ({error.strerror}): {REINSTALL}")
