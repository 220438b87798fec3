"""qa.evaluate: scores of question sets."""

import json
from pathlib import Path

import pytest

from qa.calibration import Calibration
from qa.cli import main
from qa.evaluate import Prediction, end_to_end, read_gold, scores
from qa.metrics import exact_match, f1
from qa.squad import Question
from tests.fakes import PatternReader

CONTEXT = "Ann led the survey in 1871."
QUESTIONS = [
    Question("1", "t", "When?", CONTEXT, ((22, 26),)),
    Question("2", "t", "Who?", CONTEXT, ((0, 3),)),
    Question("3", "t", "Why?", "Nobody knows.", ()),
    Question("4", "t", "How?", "In 1900 it rained.", ()),
]


def test_reading_is_scored_as_squad_2_scores_it() -> None:
    """One right, one wrong, one rightly left unanswered, one wrongly answered: worked by hand."""
    reader = PatternReader(r"\d{4}")
    rows = scores(read_gold(reader, QUESTIONS), reader.calibration)
    assert rows["em, answerable"].startswith("50.00")
    assert rows["em, squad 2"].startswith("50.00")
    assert rows["answers given"] == 0.75
    assert rows["right among the given"] == pytest.approx(1 / 3, abs=1e-4)
    assert rows["auroc, answerable or not"] == 0.75


def test_the_best_of_the_annotators_counts() -> None:
    """And below the threshold the prediction is no answer."""
    prediction = Prediction("Ann Lee", 1.0, ("Ann", "Ann Lee"))
    assert prediction.best(exact_match) == 1
    assert prediction.best(f1, threshold=2.0) == 0
    assert Prediction("Ann", 1.0, ()).best(f1, threshold=2.0) == 1


def test_end_to_end_finds_the_passage_and_reads_it() -> None:
    """Every paragraph competes for every question."""
    rows = end_to_end(QUESTIONS[:1] + QUESTIONS[2:3], PatternReader(r"\d{4}"))
    assert rows["end to end: em, answerable"].startswith("100.00")
    assert rows["ask p50 ms"] > 0


def test_confidence_that_keeps_its_word_has_no_error() -> None:
    """Half of the answers right, at a confidence of one half."""
    predictions = [Prediction("a b", 0.0, ("a b",)), Prediction("c", 0.0, ("d",))]
    rows = scores(predictions, Calibration(-1.0, (0.0, 1.0), (0.5, 0.9)))
    assert rows["right among the given"] == 0.5
    assert rows["em, answerable"].startswith("50.00")


def test_the_command_prints_the_shipped_reader_s_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``seedqa eval FILE --json``."""
    rows = [{"id": "1", "question": "Who led the survey?", "answers": [{"text": "Ann", "answer_start": 0}]}]
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": [{"context": CONTEXT, "qas": rows}]}]}))
    assert main(["eval", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 1
