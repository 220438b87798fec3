"""qa.squad: question sets."""

import gzip
import json
from pathlib import Path

import pytest

from qa import squad

ROW = {"id": "1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 4}], "is_impossible": False}
NONE = {"id": "2", "question": "Why?", "answers": [], "is_impossible": True}


def written(folder: Path, rows: list[object], name: str = "set.json") -> Path:
    """Write a set of one paragraph."""
    text = json.dumps({"data": [{"title": "T", "paragraphs": [{"context": "Led: Ann", "qas": rows}]}]})
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["set.json", "set.json.gz"])
def test_a_set_is_read_plain_or_gzipped(tmp_path: Path, name: str) -> None:
    """Answers become offsets; an unanswerable question has none."""
    row = dict(ROW, answers=[{"text": "Ann", "answer_start": 5}])
    questions = list(squad.read(written(tmp_path, [row, NONE], name)))
    assert [(q.id, q.gold(), q.answers) for q in questions] == [("1", ["Ann"], ((5, 8),)), ("2", [], ())]


def test_an_answer_away_from_its_offset_is_refused(tmp_path: Path) -> None:
    """A damaged set would give wrong scores."""
    with pytest.raises(ValueError, match="answer to 1 is not at its offset"):
        list(squad.read(written(tmp_path, [ROW])))


@pytest.mark.parametrize("text", ["[]", "{}", "no json", '{"data": [{"paragraphs": [{}]}]}'])
def test_another_kind_of_file_is_refused(tmp_path: Path, text: str) -> None:
    """The message says what was expected."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="is not a SQuAD question set"):
        list(squad.read(path))
