"""index.embed.library: any model that sentence-transformers loads, used as it wants to be used."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import index.models
from index.embed import load_embedder
from index.embed.library import SentenceTransformerEmbedder, folder_of
from index.errors import ModelError
from qa import Engine

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # torch's own imports


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A sentence-transformers folder with a tiny BERT of random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules.transformer import Transformer
    from sentence_transformers.sentence_transformer.modules.pooling import Pooling
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(0)
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "who",
        "led",
        "the",
        "meeting",
        "?",
        "query",
        "passage",
        ":",
    ]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary))
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    BertModel(config).save_pretrained(tmp_path / "bert")
    BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path / "bert")
    words = Transformer(str(tmp_path / "bert"), max_seq_length=16)
    SentenceTransformer(modules=[words, Pooling(8)], device="cpu").save(str(tmp_path / "small"))
    return tmp_path / "small"


def test_a_sentence_transformers_folder_is_loaded_by_its_path(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A folder with any sentence-transformers model works, prints nothing, and is known by its weights."""
    capfd.readouterr()
    embedder, again = load_embedder(str(small)), load_embedder(str(small))
    rows = embedder.encode(["Who led the meeting?", "", "\udcff"])
    assert capfd.readouterr() == ("", "")
    assert rows.shape == (3, embedder.dimension) == (3, 8)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.encode([]).shape == (0, 8)
    texts, parts = embedder.encode_parts(["Who? The meeting", "led", ""], [[(0, 5), (5, 16)], [], [(0, 0)]])
    np.testing.assert_allclose(texts, embedder.encode(["Who? The meeting", "led", ""]), atol=1e-6)
    np.testing.assert_allclose(parts[0], embedder.encode(["Who? ", "The meeting"]), atol=1e-6)
    assert [len(part) for part in parts] == [2, 1, 1]
    assert embedder.count_tokens(["Who led the meeting?", "the " * 40]) == [5, 40]
    assert (embedder.name, embedder.max_tokens) == (str(small), 16)
    assert embedder.fingerprint == again.fingerprint != load_embedder().fingerprint


def test_a_folder_that_is_not_there_is_not_looked_for_on_the_network(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A mistyped path is an error that names it, at once; nothing is printed."""
    with pytest.raises(ModelError, match=r"no-such-model' cannot be loaded \(there is no such folder\)"):
        load_embedder(str(tmp_path / "no-such-model"))
    assert capfd.readouterr() == ("", "")


def test_an_unknown_model_without_a_network_is_an_error_that_says_what_to_do() -> None:
    """A hub name that cannot be fetched is a ModelError that names it and the way out; nothing else is printed."""
    code = (
        "from index.embed import load_embedder\n"
        "from index.errors import ModelError\n"
        "try: load_embedder('nobody/no-such-model', network=True)\n"
        "except ModelError as error: print(error)"
    )
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=offline)
    assert done.stdout.startswith("The embedder 'nobody/no-such-model' cannot be loaded")
    assert done.stdout.endswith("leave it out to use the packaged all-MiniLM-L6-v2.\n")
    assert done.stderr == ""


def test_a_static_model_works_too(tmp_path: Path) -> None:
    """A table of words without a transformer has a tokenizer of another kind, and no limit of length."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules.static_embedding import StaticEmbedding
    from tokenizers import Tokenizer

    packaged = Path(index.models.__file__).parent / "all-MiniLM-L6-v2"
    tokenizer = Tokenizer.from_file(str(packaged / "tokenizer.json"))
    tokenizer.no_truncation()
    words = StaticEmbedding(tokenizer, embedding_dim=4)
    SentenceTransformer(modules=[words], device="cpu").save(str(tmp_path / "static"))
    embedder = load_embedder(str(tmp_path / "static"))
    np.testing.assert_allclose(
        np.linalg.norm(embedder.encode(["Who led?", "naïve café — “quotes”", "Привет", "北朝鮮"]), axis=1), 1, atol=1e-5
    )
    assert embedder.count_tokens(["Who led the meeting?", "a " * 700]) == [5, 700]
    assert (embedder.dimension, embedder.max_tokens) == (4, 8192)


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file."""
    row = json.loads(path.read_text())
    change(row)
    path.write_text(json.dumps(row))


def loaded(folder: Path) -> SentenceTransformerEmbedder:
    """Load a model folder on the CPU."""
    found = load_embedder(str(folder), device="cpu")
    assert isinstance(found, SentenceTransformerEmbedder)
    return found


def test_a_relative_folder_is_known_by_its_whole_path(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index kept "small" as it was typed, and another folder took that for a model of the hub, and went there."""
    monkeypatch.chdir(small.parent)
    names = {load_embedder(typed).name for typed in ("small", "./small", "../" + small.parent.name + "/small")}
    assert names == {str(small.resolve())}
    monkeypatch.chdir(tmp_path.parent)
    assert load_embedder(names.pop()).dimension == 8


def test_a_hub_name_is_told_from_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exists is a path, what could not be a hub name too: a mistyped path must not go to the network."""
    monkeypatch.chdir(tmp_path)
    assert folder_of("intfloat/e5-small-v2") is folder_of("e5-small-v2") is None
    (tmp_path / "e5-small-v2").mkdir()
    assert folder_of("e5-small-v2") == tmp_path.resolve() / "e5-small-v2"
    assert folder_of("models/of/mine") == tmp_path.resolve() / "models/of/mine"
    assert folder_of("~nobody/x/y") is not None
    assert folder_of("~nosuchuser/x") == tmp_path.resolve() / "~nosuchuser/x"


@pytest.mark.parametrize(
    "saved", [{"query": "query: ", "passage": "passage: "}, {"query": "query: ", "document": "passage: "}]
)
def test_questions_and_passages_are_put_as_the_model_wants_them(small: Path, saved: dict[str, str]) -> None:
    """E5's kind: other words before a question than before a passage; a part of a passage is a passage too.

    The library takes an empty "document" before a "passage" that is not: E5's passages would go without.
    """
    edit(small / "config_sentence_transformers.json", lambda row: row.update(prompts=saved))
    embedder = loaded(small)
    plain = embedder._model.encode(["query: who led?", "passage: who led?"], normalize_embeddings=True)
    np.testing.assert_allclose(embedder.encode_question("who led?"), plain[:1], atol=1e-6)
    np.testing.assert_allclose(embedder.encode(["who led?"]), plain[1:], atol=1e-6)
    _, [parts] = embedder.encode_parts(["who led? the meeting"], [[(0, 8), (8, 20)]])
    np.testing.assert_allclose(parts[0], plain[1], atol=1e-6)
    assert abs(plain[0] - plain[1]).max() > 0.01
    assert embedder.max_tokens == 16 - 2  # of what it reads, "passage" and ":" are two


def test_a_well_known_model_gets_the_words_that_its_folder_does_not_name(small: Path) -> None:
    """The cards of E5 ask for them, its folders do not say so; what a folder does say comes first."""
    plain, e5 = loaded(small), loaded(Path(shutil.copytree(small, small.parent / "multilingual-e5-small")))
    np.testing.assert_allclose(e5.encode_question("who?"), plain.encode(["query: who?"]), atol=1e-6)
    np.testing.assert_allclose(e5.encode(["who?"]), plain.encode(["passage: who?"]), atol=1e-6)
    assert e5.weights == plain.weights
    assert e5.fingerprint != plain.fingerprint
    edit(small.parent / "multilingual-e5-small" / "config_sentence_transformers.json",
         lambda row: row.update(prompts={"query": "led: "}))  # fmt: skip
    own = loaded(small.parent / "multilingual-e5-small")
    np.testing.assert_allclose(own.encode(["who?"]), plain.encode(["who?"]), atol=1e-6)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("1_Pooling/config.json", lambda row: row.update(pooling_mode="cls")),
        ("config_sentence_transformers.json", lambda row: row.update(prompts={"query": "query: "})),
        ("config_sentence_transformers.json", lambda row: row.update(prompts={"document": "passage: "})),
        ("config_sentence_transformers.json", lambda row: row.update(truncate_dim=4)),
        ("tokenizer.json", lambda row: row["model"]["vocab"].update(who=6, led=5)),
        ("tokenizer_config.json", lambda row: row.update(model_max_length=12)),
    ],
)
def test_how_weights_are_used_is_in_the_fingerprint(
    small: Path, file: str, change: Callable[[dict[str, Any]], object]
) -> None:
    """Once only the weights were: vectors pooled otherwise passed as the same. Of the weights alone there is a hash."""
    before = loaded(small)
    edit(small / file, change)
    after = loaded(small)
    assert after.weights == before.weights
    assert after.fingerprint != before.fingerprint


def test_vectors_of_earlier_versions_are_good_where_passages_are_put_as_before(small: Path) -> None:
    """They knew no words before a passage but the model's default: an index made so need not be made again."""
    assert loaded(small).former_fingerprint == loaded(small).weights
    config = small / "config_sentence_transformers.json"
    edit(config, lambda row: row.update(prompts={"query": "query: "}))
    assert loaded(small).former_fingerprint == loaded(small).weights
    edit(config, lambda row: row.update(prompts={"query": "query: ", "passage": "passage: "}))
    assert loaded(small).former_fingerprint == ""
    edit(config, lambda row: row.update(default_prompt_name="passage"))
    assert loaded(small).former_fingerprint == loaded(small).weights


def test_a_fingerprint_does_not_change_with_use(small: Path) -> None:
    """A tokenizer keeps how its last call padded and cut, which is not how the model is used."""
    one, two = loaded(small), loaded(small)
    one.encode(["who led the meeting? " * 20, "who?"])
    assert one._use() == two._use()
    assert one.fingerprint == two.fingerprint


def test_several_threads_may_embed_and_count_at_once(small: Path) -> None:
    """A tokenizer keeps how it last cut and padded, and fails or cuts wrongly when it is shared."""
    embedder = loaded(small)
    texts = ["who led the meeting? " * (1 + number % 7) for number in range(80)]
    rows, counts = [embedder.encode_question(text) for text in texts], embedder.count_tokens(texts)
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda text: (embedder.encode_question(text), embedder.count_tokens([text])), texts)
    for (row, count), expected, length in zip(found, rows, counts, strict=True):
        np.testing.assert_allclose(row, expected, atol=1e-6)
        assert count == [length]


def test_a_model_runs_where_it_is_told_to(small: Path) -> None:
    """And a device that is not there is an error that says what there is."""
    assert str(loaded(small)._model.device) == "cpu"
    with pytest.raises(ModelError, match=r"no 'nowhere' on this machine, only .*cpu"):
        load_embedder(str(small), device="nowhere")


OFFLINE = """
import socket, sys
def refuse(*_): raise AssertionError('the network was used')
socket.socket.connect = socket.getaddrinfo = refuse
from index.embed import load_embedder
from index.errors import ModelError
for name in sys.argv[1:]:
    try: print(load_embedder(name).encode_question('who?').shape)
    except ModelError as error: print(error)
"""


def test_a_model_is_opened_again_without_the_network(small: Path, tmp_path: Path) -> None:
    """What was fetched before is found where the hub's library keeps it; what was not is an error, not a download."""
    snapshot = tmp_path / "hub" / "models--somebody--small" / "snapshots" / "0"
    snapshot.parent.mkdir(parents=True)
    shutil.copytree(small, snapshot)
    (tmp_path / "hub" / "models--somebody--small" / "refs").mkdir()
    (tmp_path / "hub" / "models--somebody--small" / "refs" / "main").write_text("0")
    environment = {**os.environ, "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", OFFLINE, "somebody/small", "somebody/other", "other"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found, missing, bare = done.stdout.splitlines()
    assert found == "(1, 8)"
    assert missing.startswith("The embedder 'somebody/other' cannot be loaded (it is not on this machine; `seedqa add")
    assert bare.startswith("The embedder 'other' cannot be loaded (it is not on this machine")
    assert done.stderr == ""


def test_the_device_reaches_the_embedder_of_an_index(small: Path, tmp_path: Path) -> None:
    """When it is made, and when it is opened again; one that is not on this machine is named, with those that are."""
    import torch

    missing = next(name for name in ("mps", "cuda") if not getattr(torch, name).is_available())
    (tmp_path / "notes.txt").write_text("The kettle holds two litres.")
    engine = Engine(tmp_path / "index", device="cpu")
    assert engine.add([tmp_path / "notes.txt"], embedder=str(small)).added == 1
    assert Engine(tmp_path / "index", device="cpu").retrieve("kettle", k=1)
    with pytest.raises(
        ModelError, match=rf"torch finds no '{missing}' on this machine, only cpu.*leave the device out"
    ):
        Engine(tmp_path / "index", device=missing).retrieve("kettle", k=1)
    with pytest.raises(ModelError, match=f"torch finds no '{missing}'"):
        Engine(tmp_path / "other", device=missing).add([tmp_path / "notes.txt"], embedder=str(small))
    assert not (tmp_path / "other").exists()
