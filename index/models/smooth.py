"""Products in 8 bits that lose next to nothing, for a model that is used one text at a time.

Three things make the difference to ``to_dynamic_int8``. What flows into a matrix is evened out first, input by input,
so that a few large ones do not take the 8 bits for themselves (SmoothQuant, Xiao et al. 2023). Where tokens differ
most, each has a scale of its own. And what rounding a weight loses, the weights after it make up for (GPTQ, Frantar
et al. 2023). The first and the last need to have seen what flows: some texts, run once in fp32.

Needs the [train] extra, and nothing of it is imported at run time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from index.models.formats import Array, Replacement, Rule, in_bytes, to_int8

WIDEST = 127
"""The largest whole number of a weight."""

PAIR = 128
"""The most that the weights of two inputs, an even one and the next, come to where both are above or below 0.

Without VNNI, processors add the products of the two and a byte (0 to 255) in 16 bits, and 255 times 128 just fits.
"""

DAMPING = 0.01
"""What is added to each input's mean square, of their mean: few texts do not tell all inputs apart."""

BLOCK = 64
"""How many inputs are rounded before what they lost is taken off those after them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What flowed into one or several matrices, over all tokens of some texts."""

    widest: NDArray[np.float64]
    """The largest magnitude of each input. **Shape:** (inputs,)."""
    products: NDArray[np.float64]
    """The sum of the products of each two inputs. **Shape:** (inputs, inputs)."""


def matrices(model: onnx.ModelProto) -> dict[str, list[Array]]:
    """Return the matrices that tokens are multiplied by, under the name of what flows into them."""
    tables = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if len(t.dims) == 2}
    found: dict[str, list[Array]] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in tables:
            found.setdefault(node.input[0], []).append(tables[node.input[1]])
    return found


def observe(model: onnx.ModelProto, texts: Iterable[NDArray[np.int64]]) -> dict[str, Seen]:
    """Run the fp32 model on texts, and return what flows into its matrices. **Shape:** of a text, (1, tokens)."""
    names = list(matrices(model))
    open_model = onnx.ModelProto()
    open_model.CopyFrom(model)
    open_model.graph.output.extend(helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in names)
    session = onnxruntime.InferenceSession(open_model.SerializeToString(), providers=["CPUExecutionProvider"])
    widest, products = dict.fromkeys(names, np.zeros(1)), dict.fromkeys(names, np.zeros((1, 1)))
    for ids in texts:
        flowed = session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, values in zip(names, flowed, strict=True):
            tokens = values[0].astype(np.float64)
            widest[name] = np.maximum(widest[name], np.abs(tokens).max(0))
            products[name] = products[name] + tokens.T @ tokens
    return {name: Seen(widest[name], products[name]) for name in names}


def smooth(model: onnx.ModelProto, seen: dict[str, Seen]) -> Rule:
    """Return the rule by which ``rewrite`` brings the model that texts were run on into 8 bits."""
    factors = {name: evened(seen[name].widest, tables) for name, tables in matrices(model).items()}

    def rule(node: onnx.NodeProto, name: str, table: Array) -> Replacement:
        if node.op_type == "Gather":
            return to_int8(node, name, table)
        factor = factors[node.input[0]]
        products = seen[node.input[0]].products / np.outer(factor, factor)
        weights, scale = rounded(table.astype(np.float64) * factor[:, None], products)
        arrays: dict[str, Array] = {
            f"{name}.int8": weights,
            f"{name}.scale": scale,
            f"{name}.even": (1 / factor).astype(np.float32),
        }
        by_token = len(table) > table.shape[1]  # out of the activation come tokens that differ twentyfold
        return (by_tokens if by_token else by_text)(node, name), arrays

    return rule


def evened(widest: NDArray[np.float64], tables: Iterable[Array]) -> NDArray[np.float64]:
    """Return by what each input is divided, and its row of weights multiplied: both are then about as wide.

    **Shape:** (inputs,), (inputs, outputs) each → (inputs,).
    """
    across = np.max([np.abs(table).max(1) for table in tables], axis=0)
    ratio = np.sqrt(np.maximum(widest, widest.max() / 1000) / across)  # an input that never flowed is 0
    factors: NDArray[np.float64] = ratio / np.exp(np.log(ratio).mean())
    return factors


def rounded(table: NDArray[np.float64], products: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return whole weights within ±WIDEST, and ±PAIR, and the scale of each column, by which the outputs change least.

    Each input's weights are rounded in turn, those of strong inputs first; the weights of the inputs after it take over
    what that changed, as far as they carry the same. **Shape:** (inputs, outputs), (inputs, inputs) → the first,
    (outputs,).
    """
    order = np.argsort(-np.diag(products), kind="stable")
    left, scale = table[order], steps_of(table)
    damped = products[np.ix_(order, order)] + np.eye(len(order)) * DAMPING * np.diag(products).mean()
    shares = np.linalg.cholesky(np.linalg.inv(damped)).T
    whole = np.zeros(table.shape, np.int64)
    for start in range(0, len(order), BLOCK):
        end = min(start + BLOCK, len(order))
        lost = np.zeros((end - start, table.shape[1]))
        for row in range(start, end):
            weights = left[row] - shares[start:row, row] @ lost[: row - start]
            beside = whole[order[row] ^ 1]  # 0 until it is rounded itself
            least = np.maximum(-WIDEST, -PAIR - np.minimum(beside, 0))
            most = np.minimum(WIDEST, PAIR - np.maximum(beside, 0))
            steps = np.clip(np.rint(weights / scale), least, most)
            whole[order[row]] = steps
            lost[row - start] = (weights - steps * scale) / shares[row, row]
        left[end:] -= shares[start:end, end:].T @ lost
    return whole.astype(np.int8), scale.astype(np.float32)


def steps_of(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the finest scale of each column that keeps to WIDEST and PAIR.

    **Shape:** (inputs, outputs) → (outputs,).
    """
    above, below = (np.maximum(sign * table, 0).reshape(-1, 2, table.shape[1]).sum(1).max(0) for sign in (1, -1))
    scales: NDArray[np.float64] = np.maximum(np.abs(table).max(0) / WIDEST, np.maximum(above, below) / PAIR)
    return scales


def by_text(node: onnx.NodeProto, name: str) -> list[onnx.NodeProto]:
    """Multiply evened inputs in bytes, on one scale for the text."""
    even = helper.make_node("Mul", [node.input[0], f"{name}.even"], [f"{name}.evened"])
    inner = helper.make_node("MatMul", [f"{name}.evened", name], [node.output[0]], name=node.name)
    return [even, *in_bytes(inner, name)]


def by_tokens(node: onnx.NodeProto, name: str) -> list[onnx.NodeProto]:
    """Multiply evened inputs in bytes, each token first divided by its largest input."""
    evened, largest, unit, product = (f"{name}.{part}" for part in ("evened", "largest", "unit", "product"))
    inner = helper.make_node("MatMul", [unit, name], [product], name=node.name)
    return [
        helper.make_node("Mul", [node.input[0], f"{name}.even"], [evened]),
        helper.make_node("Abs", [evened], [f"{name}.sizes"]),
        helper.make_node("ReduceMax", [f"{name}.sizes"], [largest], axes=[-1], keepdims=1),
        helper.make_node("Div", [evened, largest], [unit]),
        *in_bytes(inner, name),
        helper.make_node("Mul", [product, largest], [node.output[0]]),
    ]
