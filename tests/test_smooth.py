"""Products in 8 bits: what flows in is evened out, and what rounding a weight loses the others make up for."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

import index.models

if TYPE_CHECKING:
    from onnx import ModelProto

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from index.models import smooth  # noqa: E402
from index.models.formats import rewrite, to_dynamic_int8  # noqa: E402

RANDOM = np.random.default_rng(7)


def encoder(words: NDArray[np.float64], outputs: int, wide: NDArray[np.float64]) -> "ModelProto":
    """Ids look up tokens, their inputs are made wider, and a matrix that makes up for it multiplies them."""
    matrix = RANDOM.normal(size=(words.shape[1], outputs)) / wide[:, None]
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["found"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["masked"]),
        helper.make_node("Mul", ["masked", "wide"], ["wider"]),
        helper.make_node("Mul", ["found", "wider"], ["tokens"]),
        helper.make_node("MatMul", ["tokens", "matrix"], ["out"], name="matrix"),
    ]
    tensors = {"words": words, "matrix": matrix, "wide": wide}
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, [1, None]) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, None, outputs])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in tensors.items()]
        + [numpy_helper.from_array(np.array([2]), "last")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model: "ModelProto", ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what a model makes of tokens."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rows: NDArray[np.float32] = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    return rows


def texts(count: int) -> list[NDArray[np.int64]]:
    """Return texts of forty tokens each."""
    return [RANDOM.integers(0, 200, (1, 40)) for _ in range(count)]


def lost(model: "ModelProto", made: "ModelProto") -> float:
    """Return by what share of it the output of a token in the middle is off."""
    off = []
    for ids in texts(5):
        exact = run(model, ids)
        off.append(np.linalg.norm(run(made, ids) - exact, axis=-1) / np.linalg.norm(exact, axis=-1))
    return float(np.median(off))


def large_inputs() -> "ModelProto":
    """One input is forty times as large as the others, and counts no more."""
    return encoder(RANDOM.normal(size=(200, 24)), 96, np.where(np.arange(24) == 3, 40.0, 1.0))


def large_tokens() -> "ModelProto":
    """Every tenth token is thirty times as large as the others."""
    words = RANDOM.normal(size=(200, 96)) * np.where(np.arange(200) % 10, 1, 30)[:, None]
    return encoder(words, 24, np.ones(96))


@pytest.mark.parametrize("make", [large_inputs, large_tokens])
def test_a_few_large_numbers_do_not_take_the_8_bits_from_the_rest(make: Callable[[], "ModelProto"]) -> None:
    """On one scale for a whole text most of the others would be 0, 1 or −1."""
    model = make()
    even = rewrite(model, smooth.smooth(model, smooth.observe(model, texts(30))))
    assert lost(model, even) < 0.03
    assert lost(model, even) < lost(model, rewrite(model, to_dynamic_int8)) / 4


def test_what_rounding_loses_is_made_up_for() -> None:
    """Where inputs go together, the outputs change less than if each weight went to the nearest step."""
    table = RANDOM.normal(size=(80, 16))
    flowed = RANDOM.normal(size=(500, 20)) @ RANDOM.normal(size=(20, 80)) + 0.1 * RANDOM.normal(size=(500, 80))
    whole, scale = smooth.rounded(table, flowed.T @ flowed)
    nearest = np.rint(table / scale)
    changed, most = (np.square(flowed @ (steps * scale - table)).mean() for steps in (whole, nearest))
    assert changed < most / 2


def test_inputs_that_never_flowed_are_rounded_to_the_nearest_step() -> None:
    """Nothing is known of them, and nothing divides by them."""
    table = RANDOM.normal(size=(70, 8))
    products = np.zeros((70, 70))
    products[0, 0] = 5.0
    whole, scale = smooth.rounded(table, products)
    np.testing.assert_allclose(whole, table / scale, atol=0.5 + 1e-3)


def pairs(table: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the most that a byte each times the weights of inputs 2n and 2n + 1 can come to, above 0 and below."""
    whole = table.astype(np.int64).reshape(-1, 2, table.shape[1])
    return np.stack([255 * np.maximum(whole, 0).sum(1), 255 * np.minimum(whole, 0).sum(1)])


def test_the_shipped_weights_multiply_alike_on_every_processor() -> None:
    """Two products of a byte and a weight stay within the 16 bits in which AVX2 adds them, where there is no VNNI."""
    path = Path(index.models.__file__).parent / "all-MiniLM-L6-v2" / "model.onnx"
    model = onnx.load(path)
    multiplied = {node.input[1] for node in model.graph.node if node.op_type == "MatMulInteger"}
    tables = [numpy_helper.to_array(t) for t in model.graph.initializer if t.name in multiplied]
    assert len(tables) == 36
    assert all(pairs(table).max() <= 32767 and pairs(table).min() >= -32768 for table in tables)


def test_weights_that_would_not_fit_in_16_bits_are_made_to() -> None:
    """Two wide weights side by side make the scale of their column coarser, and no other's."""
    table = RANDOM.uniform(-1, 1, size=(64, 2))
    table[:2, 0] = 1
    table[:, 1] *= np.where(np.arange(64) % 2, 1, 0.001)
    whole, scale = smooth.rounded(table, np.eye(64) + RANDOM.uniform(0, 0.5, (64, 1)) * RANDOM.uniform(0, 0.5, 64))
    assert 32000 < pairs(whole).max() <= 32767
    assert scale[0] == pytest.approx(2 / 128)
    assert scale[1] == pytest.approx(np.abs(table[:, 1]).max() / 127, rel=0.01)
