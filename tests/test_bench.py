"""bench: what the README's tables are printed by runs, and its numbers can be checked by hand."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from bench import choices, corpus, end_to_end, retrieval, rules, scale
from bench.peers.__main__ import row
from bench.synthetic import World
from index import Index, IndexLocked
from index.lock import WriteLock
from qa.engine import Engine
from qa.squad import Question
from tests.fakes import HashingEmbedder, PatternReader


def question_set(path: Path, texts: dict[str, str]) -> Path:
    """Write a set of one article: text → a question about its first word."""
    paragraphs = [
        {
            "context": text,
            "qas": [{"id": text, "question": q, "answers": [{"text": text.split()[0], "answer_start": 0}]}],
        }
        for text, q in texts.items()
    ]
    path.write_text(json.dumps({"data": [{"title": "Old_mills", "paragraphs": paragraphs}]}))
    return path


@pytest.fixture
def mills(tmp_path: Path) -> Path:
    """Two passages, two questions."""
    texts = {"Ann built the mill.": "Who built the mill?", "Bob painted the barn.": "Who painted the barn?"}
    return question_set(tmp_path / "mills.json", texts)


def test_distractors_fill_up_to_a_size(mills: Path, tmp_path: Path) -> None:
    """Own paragraphs first, each once; the questions stay."""
    others = {f"Text {n} about rain.": "?" for n in range(9)} | {"Ann built the mill.": "?"}
    read = corpus.read(mills, distractors=[question_set(tmp_path / "other.json", others)], size=6)
    assert read.own == 2
    assert len(read.passages) == len({text for _, text in read.passages}) == 6
    assert read.passages[0] == ("Old mills", "Ann built the mill.")
    assert [place for _, place in read.questions] == [0, 1]


def test_an_index_is_filled_by_one_process_at_a_time(tmp_path: Path) -> None:
    """Passages were put beside the lock: `seedqa add` could write between two of them."""
    with Index.open(tmp_path, embedder=HashingEmbedder(), create=True) as index:
        with corpus.filling(tmp_path), pytest.raises(IndexLocked):
            index.sync([tmp_path])
        with WriteLock(tmp_path / "write.lock"), pytest.raises(IndexLocked), corpus.filling(tmp_path):
            pass


def test_both_tables_are_printed(mills: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the models that are shipped."""
    other = question_set(tmp_path / "other.json", {f"Text {n} about rain.": "?" for n in range(3)})
    end_to_end.main([str(mills), "--distractors", str(other), "--sizes", "4", "--readers", "both", "small"])
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("| 2 ", "| 4 "))]
    assert [line.split("|")[2:5] for line in rows] == [
        [f" {name} ", " 1.000 ", " 1.000 "] for name in ("both", "small")
    ] * 2
    retrieval.main([str(mills)])
    assert "| fused | 1.000 |" in capsys.readouterr().out


def test_choices_find_an_answer_at_its_place_in_the_article(mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row for every order, with and without titles; both paragraphs make one passage, so it is always first."""
    choices.main([str(mills), "--budgets", "80", "--titles"])
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| 80 tokens ")]
    assert len(rows) == 2 * (len(choices.SHARES) + len(choices.SCORES))
    assert all(line.endswith("| 1.000 | 1.000 | 1.000 | 1.000 |") for line in rows)
    assert sum("(ours)" in line for line in rows) == 4


def test_a_passage_without_the_answer_is_not_the_right_one() -> None:
    """Its place is that of the first right passage, in the fused list and looked at closely."""
    far, near = (dict.fromkeys(choices.PROXIMITY, value) for value in (0.1, 0.9))
    looks = {1: choices.Look(1.0, 0.9, 0.0, far), 2: choices.Look(0.5, 1.0, 0.4, near)}
    found = choices.Found([(1, 0.9), (2, 0.8)], [(1, 9.0), (2, 3.0)], looks, frozenset({2}))
    assert [found.rank(share) for share in choices.SHARES] == [2] * len(choices.SHARES)
    assert found.reranked(choices.SCORES["whole + sentence + coverage + proximity (ours)"]) == 1
    assert found.reranked(choices.SCORES["no whole, twice the sentence"]) == 1
    assert found.reranked(lambda look: look.whole) == 2
    assert choices.Found([(1, 0.9)], [], {}, frozenset()).rank(0.5) == np.inf


def test_a_peer_is_scored_by_what_it_found_and_said() -> None:
    """One right, one wrong: recall and EM of one half; a failure is a line of its own."""
    asked = [(Question(str(n), "", "?", "Ann built it.", ((0, 3),)), 7) for n in range(2)]
    rows = [{"found": [7, 1], "answer": "Ann", "seconds": 0.1}, {"found": [1, 7], "answer": "it", "seconds": 0.3}]
    line = row("x", {"rows": rows, "indexing": 2.0, "megabytes": 10.0}, corpus.Corpus([], asked, 0))
    cells = [cell.strip() for cell in line.split("|")[1:-1]]
    assert cells[:4] == ["x", "0.500", "1.000", "50.0"]
    assert cells[4].startswith("50.0 ± ")
    assert [float(cell) for cell in cells[5:]] == [200, np.round(290), 2, 10]
    assert row("x", "no network", corpus.Corpus([], asked, 0)) == "| x | failed: no network |"


def test_a_rule_is_off_and_then_on_again(tmp_path: Path) -> None:
    """Each can be: a rule that was renamed would silently be measured as giving nothing."""
    (tmp_path / "rules.txt").write_text("Never rinse the felt with vinegar.", encoding="utf-8")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path / "rules.txt"])
        engine = Engine(tmp_path / "index", reader=PatternReader("vinegar"), index=index)
        ask = partial(engine.ask, "What do I rinse the felt with?")
        assert ask().text == "Never rinse the felt with vinegar"
        with rules.off("negation kept in"):
            assert ask().text == "vinegar"
        with rules.off(*rules.RULES):
            assert ask().text == "vinegar"
        assert ask().text == "Never rinse the felt with vinegar"


def test_a_small_world_is_measured(tmp_path: Path) -> None:
    """Every figure of a few passages, made and then taken from the folder again; the exact search finds all."""
    figures = scale.measured(tmp_path / "index", 60, questions=4)
    assert figures["passages"] == 60
    assert figures["recall@10 of dense against exact"] == 1.0
    assert {"fused", "dense", "lexical", "8 askers", "next question, ms more"} <= figures.keys()
    assert figures["fused"]["p50"] > 0
    again = scale.built(tmp_path / "index", World(60))
    assert again["build, s"] == figures["build, s"]
    assert f"passages: {figures['passages']}" in scale.table(figures)
