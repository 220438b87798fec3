"""index.onnx: weights and what lies beside them are opened whole, or not at all."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import index.models
from index.errors import ModelError
from index.models.formats import BLOCK, in_pairs, in_whole_blocks
from index.onnx import encodable, session, setting, settings, tokenizer, unpacked
from qa.read import BASE, SMALL

FOLDER = Path(index.models.__file__).parent / "all-MiniLM-L6-v2"
SHA256 = (FOLDER / "model.onnx.sha256").read_text().split()[0]


@pytest.mark.parametrize("threads", [0, 1])
def test_weights_are_opened_if_their_hash_is_right(threads: int) -> None:
    """One thread, or every core."""
    opened = session(FOLDER / "model.onnx", SHA256, threads=threads)
    assert [each.name for each in opened.get_inputs()] == ["input_ids", "attention_mask"]


def test_other_weights_than_the_hash_says_are_refused(tmp_path: Path) -> None:
    """Though they could be opened: an exchanged file would answer, and answer wrongly."""
    (tmp_path / "model.onnx").write_bytes(b"other")
    with pytest.raises(ModelError, match=rf"model\.onnx is damaged \(its sha256 is not {SHA256}\): reinstall"):
        session(tmp_path / "model.onnx", SHA256, threads=1)


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(ModelError, match=r"model\.onnx cannot be read \(No such file or directory\): reinstall seedqa"):
        session(tmp_path / "model.onnx", SHA256, threads=1)


@pytest.mark.parametrize("folder", [FOLDER, SMALL, BASE])
def test_marks_of_the_model_in_a_text_are_text(folder: Path) -> None:
    """ "[SEP]" in a document ended the passage, so that what came behind was read as the question's, or not at all."""
    made = tokenizer(folder / "tokenizer.json")
    marks = set(made.encode("").ids)
    assert marks
    found = made.encode("a [SEP] b [CLS] </s> <s> <mask> c", add_special_tokens=False)
    assert not marks & set(found.ids)
    assert len(found.ids) > 12


def test_a_tokenizer_neither_pads_nor_cuts(tmp_path: Path) -> None:
    """Whatever its file says: the packaged one's asks for padding to 128 tokens, and for cutting there."""
    made = tokenizer(FOLDER / "tokenizer.json")
    assert len(made.encode("word").ids) == 3
    assert len(made.encode("word " * 1000).ids) == 1002
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(ModelError, match=r"tokenizer\.json is damaged .* reinstall"):
        tokenizer(tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer.json").write_bytes(b"\xff")
    with pytest.raises(ModelError, match=r"tokenizer\.json is damaged .* reinstall"):
        tokenizer(tmp_path / "tokenizer.json")


@pytest.mark.parametrize("text", ["", "Ann", "naïve 👩‍👩‍👧 日本", "\0\ufffd"])
def test_what_can_be_encoded_stays_as_it_is(text: str) -> None:
    """Characters beyond the first plane too, which are two halves elsewhere and one character here."""
    assert encodable(text) == text


def test_half_a_character_becomes_one_question_mark() -> None:
    """So every other character stays at its offset."""
    assert encodable("a\udcff\ud83db") == "a??b"


def test_a_setting_is_looked_up_or_named(tmp_path: Path) -> None:
    """The file, the key, the cure."""
    path = tmp_path / "config.json"
    path.write_text('{"hidden_size": 384}')
    assert settings(path) == {"hidden_size": 384}
    assert setting(path, "hidden_size") == 384
    with pytest.raises(ModelError, match=r"config\.json is damaged \(no 'layers' in it\): reinstall"):
        setting(path, "layers")
    path.write_text("[1]")
    with pytest.raises(ModelError, match=r"config\.json is damaged \(it holds no JSON object\): reinstall"):
        settings(path)


@pytest.mark.parametrize("module", ["index", "index.onnx", "index.embed", "qa", "qa.read"])
def test_an_import_loads_no_engine(module: str) -> None:
    """onnxruntime and tokenizers take a third of a second, which ``seedqa --help`` need not wait for."""
    code = f"import sys; import {module}; print(sorted({{'onnxruntime', 'tokenizers', 'torch'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_packaged_weights_are_the_recorded_ones() -> None:
    """A weights file of another export cannot be committed by mistake."""
    assert sha256((FOLDER / "model.onnx").read_bytes()).hexdigest() == SHA256


def test_matrices_in_four_bits_come_back_as_the_bytes_that_were_packed(tmp_path: Path) -> None:
    """Two rows a byte, a whole number a block: what the export rounds to is what is multiplied with."""
    random = np.random.default_rng(3)
    table = random.normal(size=(128, 48)).astype(np.float32)
    steps, times, scale = in_whole_blocks(table.reshape(-1, BLOCK, 48))
    packed: dict[str, Any] = {"w.int4": in_pairs(steps), "w.times": times.astype(np.int8)}
    np.savez(tmp_path / "weights.npz", **packed)
    found = unpacked(tmp_path / "weights.npz")["w.int8"]
    assert found.shape == table.shape
    assert (found == (steps * times[:, None]).reshape(128, 48)).all()
    assert np.abs(found).max() <= 64  # the reduced range: AVX2 adds two products in 16 bits
    moved = float(np.sqrt(np.square(found * scale - table).mean()))
    assert moved < 0.12  # of a spread of 1: sixteen even steps over ±2.5 would give .1 at the best


def test_packed_weights_that_are_not_those_of_the_hash_are_refused(tmp_path: Path) -> None:
    """The graph may be right, and its numbers another model's."""
    np.savez(tmp_path / "weights.npz", a=np.zeros(3))
    with pytest.raises(ModelError, match=r"weights\.npz is damaged"):
        session(FOLDER / "model.onnx", SHA256, threads=1, packed=tmp_path / "weights.npz", packed_sha256="0")
