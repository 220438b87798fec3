"""The reader's weights as a PyTorch state dict, from a checkpoint or from an exported file."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from index.onnx import unpacked


def load_weights(path: Path) -> dict[str, Tensor]:
    """Return the float32 weights of :class:`qa.train.model.SpanModel`: of a saved run (.pt), or of a ``model.onnx``."""
    if path.suffix == ".onnx":
        packed = path.with_name("weights.npz")
        return exported(onnx.load(path, load_external_data=False), unpacked(packed) if packed.exists() else {})
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu")["weights"]
    return weights


def exported(model: onnx.ModelProto, packed: dict[str, NDArray[np.int8]]) -> dict[str, Tensor]:
    """Undo the export: scale 8-bit weights back, and give transposed ones the names of their modules again."""
    inside = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if t.name not in packed}
    stored: dict[str, NDArray[Any]] = inside | packed
    values: dict[str, NDArray[np.float32]] = {}
    for name, array in stored.items():
        if name.endswith(".int8"):
            plain = name.removesuffix(".int8")
            values[plain] = array.astype(np.float32) * stored[f"{plain}.scale"]
        elif name.endswith(".nbits"):
            plain = name.removesuffix(".nbits")
            steps = np.stack([array & 15, array >> 4], -1).astype(np.float32) - 8
            scaled = steps.reshape(*array.shape[:2], -1) * stored[f"{plain}.scale"].reshape(*array.shape[:2], 1)
            values[plain] = scaled.reshape(len(array), -1).T
        elif array.dtype == np.float32:
            values[name] = array
    weights = {name: value for name, value in values.items() if name.startswith(("encoder.", "span."))}
    for node in model.graph.node:
        source = node.input[1] if node.op_type.startswith("MatMul") else ""
        if source.startswith("onnx::"):  # a transposed weight: the node is named after its module
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"
            weights[name] = values[source.removesuffix(".int8").removesuffix(".nbits")].T
    return {
        name: torch.tensor(np.ascontiguousarray(value))
        for name, value in weights.items()
        if not name.endswith(".scale")
    }
