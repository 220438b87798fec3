"""qa.evaluate: questions go in, numbers come out that can be checked by hand."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from index import Document, Hit, Index, Passage
from qa.engine import Engine
from qa.evaluate.calibrate import fit, learn
from qa.evaluate.command import contents
from qa.evaluate.corpus import Corpus, Gold, write_articles
from qa.evaluate.outcomes import Examiner, Log, Outcome, Prediction, pending, read_gold
from qa.evaluate.summary import below, bins, reading, summarise
from qa.metrics import exact_match, f1
from qa.read import SMALL, OnnxReader
from qa.read.calibration import NEUTRAL, Calibration
from qa.squad import Question
from tests.fakes import HashingEmbedder, PatternReader
from ui.cli import main

CONTEXT = "Ann led the survey in 1871."
QUESTIONS = [
    Question("1", "t", "When?", CONTEXT, ((22, 26),)),
    Question("2", "t", "Who?", CONTEXT, ((0, 3),)),
    Question("3", "t", "Why?", "Nobody knows.", ()),
    Question("4", "u", "How?", "In 1900 it rained.", ()),
]


@pytest.fixture(autouse=True)
def _nobody_s_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what this machine's user has calibrated out of the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


def outcome(number: int, *, rank: int | None = 1, text: str = "x", score: float = 1.0, held: int = 1) -> Outcome:
    """Make the outcome of a question whose answer is "x"."""
    prediction = Prediction(text, score, ("x",))
    ranks = {"dense": None, "lexical": rank, "fused": rank}
    seconds = {"retrieve": 0.01, "ask": 0.1 * number}
    return Outcome(str(number), ranks, prediction, prediction, (1.0, 1.0), seconds, 1, held)


def test_reading_is_scored_as_squad_2_scores_it() -> None:
    """One right, one wrong, one rightly left unanswered, one wrongly answered: worked by hand."""
    reader = PatternReader(r"\d{4}")
    numbers = reading([read_gold(reader, question) for question in QUESTIONS], reader.calibration)
    assert numbers["em"].value == 50
    assert numbers["squad2-em"].value == 50
    assert numbers["given"].value == 75
    assert numbers["right"].value == pytest.approx(100 / 3)
    assert numbers["auroc"].value == 0.75


def test_the_surest_answers_make_the_risk_coverage_numbers() -> None:
    """Five answers, the second surest wrong: risks 0, 1/2, 1/3, 1/4, 1/5."""
    made = [Prediction("b" if n == 1 else "a", 5.0 - n, ("a",)) for n in range(5)]
    numbers = reading(made, Calibration(-9.0, (0.0, 5.0), (0.8, 0.8)))
    assert numbers["aurc"].value == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 5)
    assert numbers["accuracy@80"].value == pytest.approx(75)
    assert numbers["right"].value == 80
    assert "auroc" not in numbers
    ((confidence, right, count),) = bins(made, Calibration(2.0, (0.0, 5.0), (0.8, 0.8)), count=1)
    assert confidence == pytest.approx(0.8)
    assert (right, count) == (0.75, 4)


def test_an_uncalibrated_reader_s_confidence_is_not_measured() -> None:
    """It is a placeholder: how far it is from the truth would tell nothing of the reader."""
    made = [Prediction("a", 5.0 - n, ("a",)) for n in range(5)]
    assert "ece" in reading(made, Calibration(0.0, (0.0, 5.0), (0.8, 0.8)))
    numbers = reading(made, NEUTRAL)
    assert "ece" not in numbers
    assert numbers["right"].value == 100


def scored(count: int, *, unanswerable: int) -> list[Prediction]:
    """Make predictions whose score tells right from wrong: what is unanswerable scores 0 to 1, the rest 2 to 3."""
    traps = [Prediction("a", n / count, ()) for n in range(unanswerable)]
    return traps + [Prediction("a", 2 + n / count, ("a",)) for n in range(count - unanswerable)]


def test_half_of_the_questions_teach_and_the_other_half_measures() -> None:
    """The same halves each time, apart from each other; the threshold lies between what is right and what is not."""
    predictions = scored(200, unanswerable=80)
    before = Calibration(9.0, (0.0,), (0.5,), retrieval_weight=60.0, ceiling=8.0)
    found, held_out = learn(predictions, before)
    assert (found, held_out) == learn(predictions, before)
    assert len(held_out) == 100
    taught = [each for each in predictions if each not in held_out]
    assert len(taught) == 100
    assert found.threshold == pytest.approx(fit(taught).threshold)
    assert 0.3 < found.threshold < 2.1
    assert found.confidence(0) == 0
    assert found.confidence(3) == 1
    assert len(found.scores) == 5
    assert (found.retrieval_weight, found.ceiling) == (60.0, 8.0)


@pytest.mark.parametrize(("count", "unanswerable"), [(99, 40), (200, 0), (200, 200)])
def test_what_cannot_teach_is_refused(count: int, unanswerable: int) -> None:
    """Too few questions, none that should be left unanswered, or none that should be answered."""
    with pytest.raises(ValueError, match=f"100 questions or more.* there are {count}, {unanswerable} of them unansw"):
        learn(scored(count, unanswerable=unanswerable), NEUTRAL)


def test_the_best_of_the_annotators_counts() -> None:
    """And below the threshold the prediction is no answer."""
    prediction = Prediction("Ann Lee", 1.0, ("Ann", "Ann Lee"))
    assert prediction.best(exact_match) == 1
    assert prediction.best(f1, threshold=2.0) == 0
    assert Prediction("Ann", 1.0, ()).best(f1, threshold=2.0) == 1


def test_a_passage_counts_as_found_only_if_it_holds_the_answer_at_its_place() -> None:
    """The same words elsewhere do not count; where the paragraph is unknown, words have to do."""
    document = Document(1, "/a.txt", "", "1871 was cold. In 1871 Ann came.", (), "")
    hits = [Hit(Passage(n, document, s, e), 1.0) for n, (s, e) in enumerate(((0, 14), (15, 32)))]
    assert Gold("/a.txt", ((18, 22),), ("1871",)).rank(hits) == 2
    assert Gold("/b.txt", ((18, 22),), ("1871",)).rank(hits) is None
    assert Gold(None, (), ("1871",)).rank(hits) == 1
    assert Gold("/a.txt", ((12, 18),), ("cut",)).rank(hits) is None


def test_articles_become_files_whatever_they_are_called(tmp_path: Path) -> None:
    """A title is text, never a path."""
    write_articles([Question("1", "../../etc/passwd", "?", "One.", ()), *QUESTIONS], tmp_path / "d")
    assert [path.read_text() for path in sorted((tmp_path / "d").iterdir())] == [
        "One.\n",
        f"{CONTEXT}\n\nNobody knows.\n",
        "In 1900 it rained.\n",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_a_question_is_followed_from_search_to_quote(tmp_path: Path) -> None:
    """Ranks, the best span on the gold passage and of all, and a quote that is checked against its file."""
    write_articles(QUESTIONS, tmp_path / "documents")
    reader = PatternReader(r"\d{4}")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path / "documents"])
        engine = Engine(tmp_path / "index", reader=reader, index=index)
        examiner = Examiner(engine, reader, Corpus(index), k=5)
        question = Question("1", "t", "Ann led the survey when?", CONTEXT, ((22, 26),))
        found = examiner.examine(question)
        assert found.ranks == {"dense": 1, "lexical": 1, "fused": 1}
        assert found.read.text == found.asked.text == "1871"
        assert found.best == (1, 1)
        assert found.quotes == found.held == 1
        assert found.seconds["ask"] > found.seconds["retrieve"] / 100
        assert examiner.examine(QUESTIONS[2]).ranks == {}


def test_a_quote_that_is_not_in_its_file_is_counted(tmp_path: Path) -> None:
    """The check reads the file itself; it does not take the index's word."""
    write_articles(QUESTIONS, tmp_path / "documents")
    reader = PatternReader(r"\d{4}")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path / "documents"])
        examiner = Examiner(Engine(tmp_path, reader=reader, index=index), reader, Corpus(index), k=5)
        path = next((tmp_path / "documents").glob("0000*"))
        assert examiner._holds(str(path), 22, 26, "1871")
        assert not examiner._holds(str(path), 21, 25, "1871")


def test_numbers_are_the_outcomes_means() -> None:
    """Recall, reciprocal rank, percentiles, the share of quotes that hold: by hand."""
    outcomes = [outcome(1), outcome(2, rank=4), outcome(3, rank=None, text="y"), outcome(4, held=0)]
    numbers = {
        name: n.value
        for part in summarise(outcomes, Calibration(0, (0, 1), (0, 1))).values()
        for name, n in part.items()
    }
    assert numbers["recall@1"] == 0.5
    assert numbers["recall@5"] == 0.75
    assert numbers["dense-recall@20"] == 0
    assert numbers["mrr"] == pytest.approx((1 + 1 / 4 + 0 + 1) / 4)
    assert numbers["em"] == numbers["ask-em"] == 75
    assert numbers["ask-p50-ms"] == pytest.approx(250)
    assert numbers["quotes-held"] == 0.75


def test_a_gate_names_what_it_misses() -> None:
    """And an unknown name says which there are."""
    sections = summarise([outcome(1), outcome(2, text="y")], Calibration(0, (0, 1), (0, 1)))
    assert below(sections, [("em", 50.0), ("recall@1", 1.0)]) == []
    assert below(sections, [("em", 51.0)]) == ["em is 50.00, under 51"]
    with pytest.raises(ValueError, match="ask-best10-f1"):
        below(sections, [("emm", 1.0)])


def test_a_log_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    """The half-written last line is asked again; nothing before it is."""
    log = Log(tmp_path / "log", {"k": 5})
    for number in (1, 2):
        log.add(outcome(number))
    text = (tmp_path / "log").read_text()
    (tmp_path / "log").write_text(text[:-9])
    again = Log(tmp_path / "log", {"k": 5})
    assert [asdict(o) for o in again.outcomes.values()] == [asdict(outcome(1))]
    assert [q.id for q in pending(QUESTIONS[:2], again)] == ["2"]
    again.add(outcome(2))
    assert Log(tmp_path / "log", {"k": 5}).outcomes.keys() == {"1", "2"}


def test_a_log_of_something_else_is_refused(tmp_path: Path) -> None:
    """Two measurements never mix."""
    Log(tmp_path / "log", {"k": 5})
    with pytest.raises(ValueError, match="--resume"):
        Log(tmp_path / "log", {"k": 6})


def question_set(folder: Path) -> Path:
    """Write a set of two questions, one of them unanswerable."""
    rows = [
        {"id": "1", "question": "Who led the survey?", "answers": [{"text": "Ann", "answer_start": 0}]},
        {"id": "2", "question": "Who paid for the survey?", "answers": [], "is_impossible": True},
    ]
    path = folder / "set.json"
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": [{"context": CONTEXT, "qas": rows}]}]}))
    return path


def test_the_command_prints_the_shipped_reader_s_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``seedqa eval FILE --json``, and again from what ``--resume`` kept, without asking."""
    path, kept = question_set(tmp_path), str(tmp_path / "kept")
    assert main(["eval", str(path), "--json", "--resume", kept]) == 0
    printed = capsys.readouterr().out
    row = json.loads(printed)
    assert (row["questions"], row["unanswerable"]) == (2, 1)
    numbers = {name: n for part in row["numbers"].values() for name, n in part.items()}
    assert numbers["recall@1"]["value"] == numbers["quotes-held"]["value"] == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(Examiner, "examine")
        assert main(["eval", str(path), "--resume", kept]) == 0
    assert "recall@1                  1.000 ± 0.000" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "notes.md").write_text("Bea led the survey in 1871."),
        lambda folder: (folder / "notes.md").rename(folder / "others.md"),
        lambda folder: (folder / "more.md").write_text(""),
    ],
)
def test_outcomes_of_other_documents_are_not_gone_on_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], object]
) -> None:
    """Once only the folder's path was compared: after an edit half of the numbers were of the old files."""
    path, documents = question_set(tmp_path), tmp_path / "documents"
    documents.mkdir()
    (documents / "notes.md").write_text(CONTEXT)
    arguments = ["eval", str(path), "--documents", str(documents), "--resume", str(tmp_path / "kept")]
    assert main(arguments) == 0
    assert main(arguments) == 0
    change(documents)
    assert main(arguments) == 2
    assert "choose another --resume folder" in capsys.readouterr().err


def test_outcomes_of_another_version_are_not_gone_on_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may search, read or cut otherwise."""
    path, kept = question_set(tmp_path), tmp_path / "kept"
    assert main(["eval", str(path), "--resume", str(kept)]) == 0
    log = kept / "outcomes.jsonl"
    facts, rest = log.read_text().split("\n", 1)
    log.write_text(json.dumps(json.loads(facts) | {"seedqa": "0.0.0"}) + "\n" + rest)
    assert main(["eval", str(path), "--resume", str(kept)]) == 2
    assert "choose another --resume folder" in capsys.readouterr().err


def test_a_folder_s_contents_are_its_names_and_bytes(tmp_path: Path) -> None:
    """Whatever the folder is called; a byte moved from one file to the next is another content."""
    for name, first, second in (("one", "ab", "c"), ("two", "ab", "c"), ("three", "a", "bc")):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "a").write_text(first)
        (tmp_path / name / "deep" / "b").write_text(second)
    one, two, three = (contents(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two != three


def test_a_reader_is_calibrated_once_and_for_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--calibrate``: uncalibrated, and said so; then learned from half, measured on the other, and found again."""
    folder = tmp_path / "reader"
    shutil.copytree(SMALL, folder)
    config = json.loads((folder / "config.json").read_text())
    config["calibration"] = {"threshold": 0.0, "scores": [0.0], "confidences": [0.0]}
    (folder / "config.json").write_text(json.dumps(config))
    rows: list[dict[str, object]] = [
        {"id": str(n), "question": "Who led it?", "answers": [{"text": "Ann", "answer_start": 0}]} for n in range(70)
    ]
    rows += [{"id": str(n), "question": "What is a quark?", "answers": [], "is_impossible": True} for n in range(50)]
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": [{"context": CONTEXT, "qas": rows}]}]}))
    arguments = ["eval", str(path), "--reading", "--reader", str(folder)]

    assert main([*arguments, "--calibrate"]) == 0
    printed = capsys.readouterr().out
    assert f"reader: {folder.resolve()} (uncalibrated: what its scores mean is not known" in printed
    assert "calibrated: learned from 60 of the questions, measured on the other 60" in printed
    assert "calibrated-squad2-f1     100.00" in printed
    (kept,) = folder.glob("calibration-*.json")
    assert f"kept: {kept}" in printed
    assert json.loads(kept.read_text())["learned"]["learned_from"] == 60

    assert main(arguments) == 0
    assert f"reader: {folder.resolve()} (calibrated: {kept})" in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["reader"], row["calibrated"]) == (str(folder.resolve()), True)
    numbers = next(iter(row["numbers"].values()))
    assert numbers["squad2-f1"]["value"] == numbers["right"]["value"] == 100
    assert not OnnxReader(folder).calibrated  # the config itself stays as it was


def test_what_cannot_be_done_is_said_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two questions cannot calibrate, and a reader that is none cannot read: exit status 2, and a sentence."""
    path = question_set(tmp_path)
    assert main(["eval", str(path), "--calibrate", "--reading", "--reader", str(tmp_path / "none")]) == 2
    assert "there are 2, 1 of them unanswerable" in capsys.readouterr().err
    assert main(["eval", str(path), "--reading", "--reader", str(tmp_path / "none")]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_the_reader_alone_is_scored_quickly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--reading``: no index, no retrieval numbers; not together with what needs them."""
    path = question_set(tmp_path)
    assert main(["eval", str(path), "--reading", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)["numbers"]
    assert [name.partition(":")[0] for name in numbers] == ["reading"]
    assert main(["eval", str(path), "--reading", "--resume", str(tmp_path / "x")]) == 2
    assert not (tmp_path / "x").exists()


def test_the_command_asks_a_user_s_own_documents_and_gates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--documents DIR``; exit status 1 and a line if a gate is missed."""
    path = question_set(tmp_path)
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "notes.md").write_text(f"# Survey\n\n{CONTEXT}\n")
    arguments = ["eval", str(path), "--documents", str(documents)]
    assert main([*arguments, "--fail-under", "recall@1=1"]) == 0
    assert main([*arguments, "--fail-under", "recall@1=1.5"]) == 1
    assert "recall@1 is 1.000, under 1.5" in capsys.readouterr().err
    assert main(["eval", str(path), "--documents", str(tmp_path / "none")]) == 2


def test_plots_are_drawn(tmp_path: Path) -> None:
    """Four files, each an SVG."""
    pytest.importorskip("matplotlib")  # in the [plots] extra, which [dev] brings along
    assert main(["eval", str(question_set(tmp_path)), "--plots", str(tmp_path / "plots")]) == 0
    drawn = sorted((tmp_path / "plots").iterdir())
    assert [path.name for path in drawn] == ["calibration.svg", "latency.svg", "recall.svg", "risk-coverage.svg"]
    assert all("<svg" in path.read_text() for path in drawn)
