"""qa.read: the shipped weights, what surrounds them, and where a reader comes from."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index import ModelError
from qa.read import BASE, SMALL, Calibration, Cascade, OnnxReader, load_reader
from qa.read.calibration import keep, latest

PASSAGE = (
    "The lighthouse was built by Edda Holm in 1871. It stands on the northern cliff, and its lamp was "
    "electrified in 1926 at a cost of 4,000 crowns."
)
FILLER = "The ferry leaves when it is full, and the café by the pier sells soup, bread and yesterday's paper. "


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    """The reader that we ship."""
    return OnnxReader()


@pytest.fixture(autouse=True)
def _nobody_s_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what this machine's user has learned out of the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the reader that a test may damage."""
    return Path(shutil.copytree(SMALL, tmp_path / "reader"))


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit a reader's config."""
    config = json.loads((folder / "config.json").read_text())
    edit(config)
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who built the lighthouse?", "Edda Holm"),
        ("When was the lighthouse built?", "1871"),
        ("When was the lamp electrified?", "1926"),
        ("Where does the lighthouse stand?", "northern cliff"),
    ],
)
def test_the_answer_is_found_and_beats_no_answer(reader: OnnxReader, question: str, expected: str) -> None:
    """Offsets are characters of the passage; the score is above the threshold."""
    (span,) = reader.read(question, PASSAGE)
    assert expected in PASSAGE[span.start : span.end]
    assert span.score > reader.calibration.threshold


@pytest.mark.parametrize("question", ["Who painted the ceiling?", "What is the capital of Australia?"])
def test_what_the_passage_does_not_say_stays_below_the_threshold(reader: OnnxReader, question: str) -> None:
    """The no-answer logit wins."""
    (span,) = reader.read(question, FILLER)
    assert span.score < reader.calibration.threshold


def test_a_list_is_one_answer(reader: OnnxReader) -> None:
    """All three names, not the first."""
    text = "The survey was led by Berta Quist, Oskar Ahn of the harbour office and Lars Timm. It took two days."
    (span,) = reader.read("Who led the survey?", text)
    assert text[span.start : span.end].startswith("Berta Quist")
    assert text[span.start : span.end].endswith("Lars Timm")


def test_a_score_does_not_depend_on_what_was_read_before(reader: OnnxReader) -> None:
    """A passage scores the same however often, and among whatever, it is read: to the last bit."""
    alone = reader.read("Who built the lighthouse?", PASSAGE, count=3)
    reader.read("Who built the lighthouse?", FILLER * 9)
    assert reader.read("Who built the lighthouse?", PASSAGE, count=3) == alone


def test_the_shipped_spans_are_pinned(reader: OnnxReader) -> None:
    """What the weights say, as measured; processors differ in the last digits only."""
    found = reader.read("Who built the lighthouse?", PASSAGE, count=3)
    assert [(span.start, span.end) for span in found] == [(28, 37), (41, 45), (0, 14)]
    assert [span.score for span in found] == pytest.approx([10.3050, 1.0907, -0.5525], abs=2e-3)


def test_a_long_text_is_read_to_its_end(reader: OnnxReader) -> None:
    """The answer stands in the last of many windows."""
    text = FILLER * 60 + PASSAGE
    (span,) = reader.read("Who built the lighthouse?", text)
    assert text[span.start : span.end] == "Edda Holm"


def test_several_spans_of_one_text_do_not_overlap(reader: OnnxReader) -> None:
    """Though windows do."""
    spans = reader.read("When?", FILLER * 20 + PASSAGE, count=4)
    assert len(spans) == 4
    ordered = sorted(spans, key=lambda span: span.start)
    assert all(a.end <= b.start for a, b in pairwise(ordered))


@pytest.mark.parametrize("text", ["", " ", "\0", "𝔘𝔫𝔦 ‮ ﷺ", "a" * 5_000, "日本語の文書。"])
def test_any_text_and_any_question_are_read_without_error(reader: OnnxReader, text: str) -> None:
    """Spans stay inside the text; an empty text has none."""
    for span in reader.read("Who? " * 500, text):
        assert 0 <= span.start <= span.end <= len(text)


def test_half_a_character_moves_no_offset(reader: OnnxReader) -> None:
    """A byte that is no text, in the question or before the answer, is read as "?"."""
    (span,) = reader.read("Who built the lighthouse\udcff?", f"\udcff\ud800 {PASSAGE}")
    assert (span.start, span.end) == (31, 40)


def test_the_weights_are_those_the_config_describes(folder: Path) -> None:
    """A damaged or exchanged file is refused, with what to do."""
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\xff" * 8)
    with pytest.raises(ModelError, match=r"model\.onnx is damaged \(its sha256 is not 416aa4.*reinstall"):
        OnnxReader(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """Whichever of the three it is, and what to do."""
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} cannot be read .* reinstall seedqa"):
        OnnxReader(folder)


@pytest.mark.parametrize(
    "key", ["sha256", "max_length", "max_question", "stride", "max_answer", "cls", "sep", "calibration"]
)
def test_a_config_without_a_key_is_an_error_that_names_it(folder: Path, key: str) -> None:
    """It was a bare KeyError, which told a user neither the file nor what to do about it."""
    change(folder, lambda config: config.pop(key))
    with pytest.raises(ModelError, match=rf"config\.json is damaged \(no '{key}' in it\): reinstall"):
        load_reader(folder)


@pytest.mark.parametrize("key", ["threshold", "scores", "confidences"])
def test_a_calibration_without_a_key_is_an_error_that_names_it(folder: Path, key: str) -> None:
    """One step further in, the same."""
    change(folder, lambda config: config["calibration"].pop(key))
    with pytest.raises(ModelError, match=rf"config\.json is damaged \(no '{key}' in it\): reinstall"):
        load_reader(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"calibration": 5}'])
def test_a_config_of_another_shape_is_damaged_too(folder: Path, text: str) -> None:
    """Whatever is in the file, the error names it."""
    (folder / "config.json").write_text(text)
    with pytest.raises(ModelError, match=r"config\.json is damaged"):
        load_reader(folder)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_length": 66},
        {"stride": 400},
        {"max_answer": 0},
        {"calibration": {"threshold": 1.0, "scores": "ab", "confidences": [0.1, 0.9]}},
        {"calibration": {"threshold": 1.0, "scores": [1.0, 2.0], "confidences": [0.5]}},
        {"calibration": {"threshold": 1.0, "scores": [], "confidences": []}},
    ],
)
def test_a_config_that_no_text_can_be_read_by_is_damaged(folder: Path, wrong: dict[str, object]) -> None:
    """Windows that do not move on were read for ever; a calibration of words failed at the first answer."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | wrong))
    with pytest.raises(ModelError, match=r"config\.json is damaged"):
        load_reader(folder)


def test_the_default_is_both_readers_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The larger one is opened when something is to be read again; the environment may name another."""
    for name in (None, "both"):
        found = load_reader(name)
        assert isinstance(found, Cascade)
        assert (found.name, found.calibrated, found.folder) == ("both", True, None)
        assert (found.quick.name, found.better.name) == ("small", "base")
        assert found.calibration == OnnxReader(BASE).calibration
        assert found.read("Who built the lighthouse?", PASSAGE)[0].score > -20
    monkeypatch.setenv("SEEDQA_READER", "base")
    assert load_reader().name == "base"
    assert load_reader("small").name == "small", "a name that is given counts more"


@pytest.mark.parametrize("name", ["small", "base"])
def test_each_of_the_readers_that_we_ship_has_a_name(name: str) -> None:
    """So that one of them can be asked alone, and measured."""
    found = load_reader(name)
    assert isinstance(found, OnnxReader)
    assert (found.name, found.calibrated, found.folder) == (name, True, None)


def test_a_folder_of_our_layout_is_known_by_its_whole_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it was typed: from another folder the relative path would mean another place."""
    monkeypatch.chdir(folder.parent)
    found = load_reader("reader")
    assert isinstance(found, OnnxReader)
    assert found.name == str(folder.resolve())
    assert found.fingerprint == load_reader("small").fingerprint


def test_the_packaged_reader_says_that_it_runs_on_the_cpu() -> None:
    """Rather than let someone believe that the GPU is used."""
    assert load_reader(device="cpu").name == "both"
    with pytest.raises(ModelError, match="runs on the CPU, not on 'cuda': leave the device out"):
        load_reader(device="cuda")


def test_a_placeholder_in_place_of_a_calibration_is_none(folder: Path) -> None:
    """The export writes one knot; until ``qa.train.calibrate`` has run nobody knows what a score means."""
    change(folder, lambda config: config.update(calibration={"threshold": 0.0, "scores": [0.0], "confidences": [0.0]}))
    assert not OnnxReader(folder).calibrated


def test_what_was_learned_of_a_reader_is_found_again(folder: Path) -> None:
    """Beside its weights; another reader does not take it up, and a damaged one is an error that says what to do."""
    learned = Calibration(1.5, (0.0, 2.0), (0.25, 0.75))
    before = load_reader(folder)
    path = keep(learned, before.fingerprint, before.folder, {"questions": "mine.json"})
    assert path.parent == folder.resolve()
    after = load_reader(folder)
    assert (after.calibration, after.calibrated, after.learned) == (learned, True, path)
    assert load_reader("small").calibration == before.calibration
    path.write_text("{}")
    with pytest.raises(ModelError, match=r"calibration-\w{16}\.json is damaged .* seedqa eval --calibrate"):
        load_reader(folder)


def test_what_was_learned_of_a_folder_that_cannot_be_written_to_is_kept_with_the_user(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is what was learned of the reader that we ship, which is not the user's to write to."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    reader = load_reader(folder)
    gone = tmp_path / "gone"  # a folder that is not there cannot be written to, not even by root
    learned = Calibration(1.5, (0.0, 2.0), (0.25, 0.75))
    path = keep(learned, reader.fingerprint, gone, {})
    assert tmp_path / "home" in path.parents
    assert latest(reader.fingerprint, gone) == path
    assert load_reader("small").calibration == learned  # the same weights, windows and tokenizer: the same reader


def test_the_shipped_file_is_small_and_described() -> None:
    """One file of at most 30 MB, with its card."""
    assert (SMALL / "model.onnx").stat().st_size <= 30_000_000
    assert "SQuAD" in (SMALL / "README.md").read_text(encoding="utf-8")
    assert set(json.loads((SMALL / "config.json").read_text())["calibration"]) >= {"threshold", "scores"}


def test_reading_loads_no_heavy_library() -> None:
    """Neither torch nor transformers; and the import alone loads not even onnxruntime."""
    code = (
        "import sys; import qa.read; light = {'onnxruntime', 'tokenizers'} & set(sys.modules);"
        "qa.read.load_reader().read('Who?', 'Ann.');"
        "print(sorted(light), sorted({'torch', 'transformers', 'huggingface_hub', 'gradio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[] []\n", "")
