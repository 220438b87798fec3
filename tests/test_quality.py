"""tests/quality/en.tsv: a line for each mistake ever fixed, asked of the shipped weights; they stay fixed."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Index
from qa.engine import Engine
from qa.metrics import normalise
from qa.types import Reason

FOLDER = Path(__file__).parent / "quality"
SAMPLES = Path(__file__).parent.parent / "index" / "samples"


def cases() -> list[dict[str, str]]:
    """Read the table: question, document, answer (empty: the documents do not say)."""
    with (FOLDER / "en.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over the sample documents and those beside the table, all at once."""
    folder = tmp_path_factory.mktemp("quality")
    with Index.open(folder, create=True) as index:
        report = index.sync([SAMPLES, *(path for path in FOLDER.iterdir() if path.suffix in {".md", ".txt"})])
        assert not report.failed
        yield Engine(folder, index=index)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["question"])
def test_a_mistake_stays_fixed(engine: Engine, case: dict[str, str]) -> None:
    """The answer as it should be, from the document it should come from; or none."""
    answer = engine.ask(case["question"])
    assert normalise(answer.text) == normalise(case["answer"])
    if case["answer"]:
        assert Path(answer.citations[0].path).name == case["document"]
    else:
        assert answer.reason is Reason.LOW_CONFIDENCE


def test_the_table_covers_answers_and_abstentions() -> None:
    """Each document of a case exists, and no question is asked twice."""
    table = cases()
    assert {bool(case["answer"]) for case in table} == {True, False}
    assert len({case["question"] for case in table}) == len(table)
    for case in table:
        assert any((folder / case["document"]).is_file() for folder in (SAMPLES, FOLDER))
