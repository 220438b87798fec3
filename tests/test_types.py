"""The core values: frozen, slim, and what the protocol asks of an embedder."""

import dataclasses

import numpy as np
import pytest

from index import Embedder, Hit, Mark, Passage, Where
from tests.fakes import HashingEmbedder, document, lines


@pytest.mark.parametrize("kind", [Hit, Mark, Passage, Where])
def test_values_are_frozen_and_have_slots(kind: type) -> None:
    """A value cannot be changed, nor given attributes that are not its own."""
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind)


def test_a_changed_value_is_another_value() -> None:
    """To assign to a field raises; replace() makes another value."""
    notes = document("Ada led.")
    with pytest.raises(dataclasses.FrozenInstanceError):
        notes.text = "Grace led."  # type: ignore[misc]
    assert dataclasses.replace(notes, text="Grace led.").text == "Grace led."
    assert notes.text == "Ada led."


def test_values_with_equal_fields_are_equal() -> None:
    """Equality is by content, so that results can be compared."""
    assert lines(document("Ada led.")) == lines(document("Ada led."))
    assert lines(document("Ada led.")) != lines(document("Ada left."))


def test_the_fake_embedder_keeps_the_protocol_s_promises() -> None:
    """Rows are float32 of length 1, one a text, and near texts have near rows."""
    embedder: Embedder = HashingEmbedder()
    rows = embedder.encode(["the cat sat", "the cat slept", "budgets grow", ""])
    assert rows.shape == (4, embedder.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert embedder.count_tokens(["the cat sat", ""]) == [3, 0]
