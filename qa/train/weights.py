"""The reader's weights as a PyTorch state dict, from a checkpoint or from an exported file."""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor


def load_weights(path: Path) -> dict[str, Tensor]:
    """Return the float32 weights of :class:`qa.train.model.SpanModel`: of a saved run (.pt), or of a ``model.onnx``."""
    if path.suffix == ".onnx":
        return exported(onnx.load(path))
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu")["weights"]
    return weights


def exported(model: onnx.ModelProto) -> dict[str, Tensor]:
    """Undo the export: scale 8-bit weights back, and give transposed ones the names of their modules again."""
    stored = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    values: dict[str, NDArray[np.float32]] = {}
    for name, array in stored.items():
        if name.endswith(".int8"):
            plain = name.removesuffix(".int8")
            values[plain] = array.astype(np.float32) * stored[f"{plain}.scale"]
        elif array.dtype == np.float32:
            values[name] = array
    weights = {name: value for name, value in values.items() if name.startswith(("encoder.", "span."))}
    for node in model.graph.node:
        source = node.input[1] if node.op_type == "MatMul" else ""
        if source.startswith("onnx::"):  # a transposed weight: the node is named after its module
            weights[node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"] = values[source].T
    return {
        name: torch.tensor(np.ascontiguousarray(value))
        for name, value in weights.items()
        if not name.endswith(".scale")
    }
