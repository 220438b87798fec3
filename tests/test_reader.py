"""qa.reader: the shipped weights, and what surrounds them."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from index import ModelError
from qa.read.onnx import PACKAGED, OnnxReader

PASSAGE = (
    "The lighthouse was built by Edda Holm in 1871. It stands on the northern cliff, and its lamp was "
    "electrified in 1926 at a cost of 4,000 crowns."
)
FILLER = "The ferry leaves when it is full, and the café by the pier sells soup, bread and yesterday's paper. "


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    """The reader that we ship."""
    return OnnxReader()


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
    (span,) = reader.read(question, [PASSAGE])
    assert expected in PASSAGE[span.start : span.end]
    assert span.score > reader.calibration.threshold


@pytest.mark.parametrize("question", ["Who painted the ceiling?", "What is the capital of Australia?"])
def test_what_the_passage_does_not_say_stays_below_the_threshold(reader: OnnxReader, question: str) -> None:
    """The no-answer logit wins."""
    (span,) = reader.read(question, [FILLER])
    assert span.score < reader.calibration.threshold


def test_a_list_is_one_answer(reader: OnnxReader) -> None:
    """All three names, not the first."""
    text = "The survey was led by Berta Quist, Oskar Ahn of the harbour office and Lars Timm. It took two days."
    (span,) = reader.read("Who led the survey?", [text])
    assert text[span.start : span.end].startswith("Berta Quist")
    assert text[span.start : span.end].endswith("Lars Timm")


def test_a_score_does_not_depend_on_the_other_texts(reader: OnnxReader) -> None:
    """A passage scores the same alone and among others, to the last bit."""
    (alone,) = reader.read("Who built the lighthouse?", [PASSAGE])
    among = reader.read("Who built the lighthouse?", [FILLER, PASSAGE, FILLER * 9])
    (same,) = [span for span in among if span.hit == 1]
    assert (alone.start, alone.end, alone.score) == (same.start, same.end, same.score)


def test_a_long_text_is_read_to_its_end(reader: OnnxReader) -> None:
    """The answer stands in the last of many windows."""
    text = FILLER * 60 + PASSAGE
    (span,) = reader.read("Who built the lighthouse?", [text])
    assert text[span.start : span.end] == "Edda Holm"


def test_several_spans_of_one_text_do_not_overlap(reader: OnnxReader) -> None:
    """Though windows do."""
    spans = reader.read("When?", [FILLER * 20 + PASSAGE], count=4)
    assert len(spans) == 4
    ordered = sorted(spans, key=lambda span: span.start)
    assert all(a.end <= b.start for a, b in pairwise(ordered))


@pytest.mark.parametrize("text", ["", " ", "\0", "𝔘𝔫𝔦 ‮ ﷺ", "a" * 5_000, "日本語の文書。"])
def test_any_text_and_any_question_are_read_without_error(reader: OnnxReader, text: str) -> None:
    """Spans stay inside the text; an empty text has none."""
    for span in reader.read("Who? " * 500, [text]):
        assert 0 <= span.start <= span.end <= len(text)


def test_no_texts_have_no_spans(reader: OnnxReader) -> None:
    """An empty list is no error."""
    assert reader.read("Who?", []) == []


def test_the_weights_are_those_the_config_describes(tmp_path: Path) -> None:
    """A damaged or exchanged file is refused, with what to do."""
    folder = tmp_path / "reader"
    shutil.copytree(PACKAGED, folder)
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\xff" * 8)
    with pytest.raises(ModelError, match=r"not the file that its config\.json describes: reinstall"):
        OnnxReader(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """Whichever of the three it is."""
    folder = tmp_path / "reader"
    shutil.copytree(PACKAGED, folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match="reinstall seedqa"):
        OnnxReader(folder)


def test_the_shipped_file_is_small_and_described() -> None:
    """One file of at most 30 MB, with its card."""
    assert (PACKAGED / "model.onnx").stat().st_size <= 30_000_000
    assert "SQuAD" in (PACKAGED / "README.md").read_text(encoding="utf-8")
    assert set(json.loads((PACKAGED / "config.json").read_text())["calibration"]) >= {"threshold", "scores"}
