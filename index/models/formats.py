"""The number formats of an ONNX file's tables: what each is kept as, and what is computed with.

Needs the [train] extra, and nothing of it is imported at run time.
"""

from collections.abc import Callable, Iterable

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Array = NDArray[np.generic]
Replacement = tuple[list[onnx.NodeProto], dict[str, Array]]
Rule = Callable[[onnx.NodeProto, str, Array], Replacement]


def rewrite(model: onnx.ModelProto, rule: Rule) -> onnx.ModelProto:
    """Let the rule replace each large table, and the MatMul or Gather that reads it, by nodes and tensors."""
    tables = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if len(t.dims) == 2}
    nodes, tensors = [], [t for t in model.graph.initializer if t.name not in tables]
    for node in model.graph.node:
        name = next((name for name in node.input if name in tables), None)
        new_nodes, arrays = ([node], {}) if name is None else rule(node, name, tables[name])
        nodes += new_nodes
        tensors += [numpy_helper.from_array(array, key) for key, array in arrays.items()]
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    del changed.graph.node[:], changed.graph.initializer[:]
    changed.graph.node.extend(nodes)
    if any(node.domain == "com.microsoft" for node in nodes):
        changed.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    changed.graph.initializer.extend(tensors)
    return changed


def to_fp16(node: onnx.NodeProto, name: str, table: Array) -> Replacement:
    """Keep the table as fp16; the Cast folds away when a session is made, which then computes in fp32."""
    cast = helper.make_node("Cast", [f"{name}.fp16"], [name], to=onnx.TensorProto.FLOAT)
    return [cast, node], {f"{name}.fp16": table.astype(np.float16)}


def to_int8(node: onnx.NodeProto, name: str, table: Array) -> Replacement:
    """Keep the table as int8 with a scale for each word, or for each output of a matrix; compute in fp32."""
    is_lookup = node.op_type == "Gather"
    widest = np.abs(table).max(axis=1 if is_lookup else 0, keepdims=True)
    scale = np.where(widest == 0, 1, widest / np.float32(127))  # MPNet's row of padding is empty
    arrays = {f"{name}.int8": np.rint(table / scale).astype(np.int8), f"{name}.scale": scale}
    return (scaled_lookup if is_lookup else scaled_matrix)(node, name), arrays


def to_dynamic_int8(node: onnx.NodeProto, name: str, table: Array) -> Replacement:
    """Multiply in int8: weights of 7 bits, activations scaled for each text as it comes; words as in to_int8.

    Seven bits (the reduced range) because AVX2's u8 by s8 product saturates with eight.
    """
    if node.op_type == "Gather":
        return to_int8(node, name, table)
    scale = (np.abs(table).max(axis=0) / 63).astype(np.float32)
    arrays = {f"{name}.int8": np.rint(table / scale).astype(np.int8), f"{name}.scale": scale}
    return in_bytes(node, name), arrays


def in_bytes(node: onnx.NodeProto, name: str) -> list[onnx.NodeProto]:
    """Multiply by ``name.int8``, in bytes, and scale the product by ``name.scale``."""
    source, product = node.input[0], node.output[0]
    quantized = [f"{name}.{part}" for part in ("u8", "x_scale", "x_zero")]
    return [
        helper.make_node("DynamicQuantizeLinear", [source], quantized),
        helper.make_node(
            "MatMulInteger", [quantized[0], f"{name}.int8", quantized[2]], [f"{name}.i32"], name=node.name
        ),
        helper.make_node("Cast", [f"{name}.i32"], [f"{name}.f32"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", [quantized[1], f"{name}.scale"], [f"{name}.scales"]),
        helper.make_node("Mul", [f"{name}.f32", f"{name}.scales"], [product]),
    ]


def scaled_matrix(node: onnx.NodeProto, name: str) -> list[onnx.NodeProto]:
    """Make the fp32 matrix ahead of its MatMul: both nodes fold away when a session is made."""
    cast = helper.make_node("Cast", [f"{name}.int8"], [f"{name}.cast"], to=onnx.TensorProto.FLOAT)
    return [cast, helper.make_node("Mul", [f"{name}.cast", f"{name}.scale"], [name]), node]


def scaled_lookup(node: onnx.NodeProto, name: str) -> list[onnx.NodeProto]:
    """Look up int8 rows and their scales, and multiply: the table itself stays int8 in memory."""
    ids, found = node.input[1], node.output[0]
    return [
        helper.make_node("Gather", [f"{name}.int8", ids], [f"{found}.int8"]),
        helper.make_node("Gather", [f"{name}.scale", ids], [f"{found}.scale"]),
        helper.make_node("Cast", [f"{found}.int8"], [f"{found}.cast"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", [f"{found}.cast", f"{found}.scale"], [found]),
    ]


LEAST = 1 << 18
"""Numbers of a table that is worth keeping in 4 bits."""

BLOCK = 32
"""How many numbers of a matrix share a scale where they are kept in 4 bits."""

MOST = 8
"""The largest whole number of a block in to_dynamic_int4: eight times eight is as far as 7 bits go."""


def to_int4(node: onnx.NodeProto, name: str, table: Array) -> Replacement:
    """Keep matrices in 4 bits, and multiply in 8 (ONNX Runtime's MatMulNBits); words as in to_int8.

    Small tables stay as they are: they weigh little, and the last of them gives the logits.
    """
    if table.size < LEAST:
        return [node], {name: table}
    if node.op_type == "Gather":
        return to_int8(node, name, table)
    rows, columns = table.shape
    steps, scale = in_blocks(table.astype(np.float32).reshape(-1, BLOCK, columns))
    arrays: dict[str, Array] = {
        f"{name}.nbits": np.ascontiguousarray(in_pairs(steps).transpose(2, 0, 1)),
        f"{name}.scale": np.ascontiguousarray(scale[:, 0].T).astype(np.float32).ravel(),
    }
    product = helper.make_node(
        "MatMulNBits", [node.input[0], *arrays], [node.output[0]], name=node.name, domain="com.microsoft",
        K=rows, N=columns, bits=4, block_size=BLOCK, accuracy_level=4,
    )  # fmt: skip
    return [product], arrays


def to_dynamic_int4(node: onnx.NodeProto, name: str, table: Array) -> Replacement:
    """Keep matrices in 4 bits, as :func:`packed` moves them out of the graph; multiply as to_dynamic_int8 does.

    A number is a column's scale times a block's whole number, −8 to 8, times its own step, −8 to 7. The last two make a
    byte within the reduced range, so that a file of half the size is as fast.
    """
    if table.size < LEAST:
        return [node], {name: table}
    if node.op_type == "Gather":
        return to_int8(node, name, table)
    steps, times, scale = in_whole_blocks(table.astype(np.float32).reshape(-1, BLOCK, table.shape[1]))
    return in_bytes(node, name), {
        f"{name}.int4": in_pairs(steps),
        f"{name}.times": times.astype(np.int8),
        f"{name}.scale": scale.astype(np.float32).ravel(),
    }


def packed(model: onnx.ModelProto) -> tuple[onnx.ModelProto, dict[str, Array]]:
    """Take what is in 4 bits out of the graph, where :func:`index.onnx.unpacked` puts it back as bytes."""
    graph, inside = onnx.ModelProto(), []
    graph.CopyFrom(model)
    arrays = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if t.name.endswith((".int4", ".times"))}
    for tensor in model.graph.initializer:
        if tensor.name.endswith(".int4"):
            blocks, pairs, columns = tensor.dims
            outside = onnx.TensorProto(
                name=tensor.name.removesuffix(".int4") + ".int8", dims=(blocks * pairs * 2, columns),
                data_type=onnx.TensorProto.INT8, data_location=onnx.TensorProto.EXTERNAL,
            )  # fmt: skip
            outside.external_data.add(key="location", value="weights.npz")
            inside.append(outside)
        elif tensor.name not in arrays:
            inside.append(tensor)
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(inside)
    return graph, arrays


def in_pairs(steps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Put two rows' steps, −8 to 7, into each byte.

    **Shape:** (blocks, BLOCK, columns) → (blocks, BLOCK / 2, columns).
    """
    moved = (steps + 8).astype(np.uint8)
    return np.bitwise_or(moved[:, 0::2], np.left_shift(moved[:, 1::2], 4), dtype=np.uint8)


def in_blocks(table: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return whole steps from −8 to 7 and the scale of each block that is nearest to it in squares, of some tried.

    **Shape:** (blocks, BLOCK, columns) → the same, and (blocks, 1, columns).
    """
    widest = np.take_along_axis(table, np.abs(table).argmax(1)[:, None], 1)
    widest = np.where(widest == 0, 1, widest)
    return nearest(table, (part * widest / -8 for part in np.linspace(0.7, 1.1, 17, dtype=np.float32)))


def in_whole_blocks(
    table: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return steps, each block's whole number (below 0 where its widest number is above) and each column's scale.

    **Shape:** (blocks, BLOCK, columns) → the same, (blocks, columns), (columns,).
    """
    _, wanted = in_blocks(table)
    scale = np.abs(wanted).max(0, keepdims=True) / MOST
    tried = (np.clip(np.rint(np.abs(wanted) / scale) + more, 1, MOST) * np.sign(wanted) * scale for more in (-1, 0, 1))
    steps, best = nearest(table, tried)
    return steps, np.rint(best / scale)[:, 0], scale[0, 0]


def nearest(
    table: NDArray[np.float32], scales: Iterable[NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the steps and the scale of each block, of those tried, that are nearest to it in squares."""
    best, least = np.ones_like(table[:, :1]), np.full_like(table[:, :1], np.inf)
    for scale in scales:
        error = np.square(np.clip(np.rint(table / scale), -8, 7) * scale - table).sum(1, keepdims=True)
        best, least = np.where(error < least, scale, best), np.minimum(error, least)
    return np.clip(np.rint(table / best), -8, 7), best


FORMATS: dict[str, Rule | None] = {
    "fp32": None,
    "fp16": to_fp16,
    "int8": to_int8,
    "int8-dynamic": to_dynamic_int8,
    "int4": to_int4,
    "int4-dynamic": to_dynamic_int4,
}
