"""The cascade: a quick reader reads what was found, a better one reads again what is not settled."""

import json
import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import Index, ModelError, View
from qa.engine import Engine
from qa.read import SMALL, Calibration, Cascade, OnnxReader
from qa.read.alone import said_of_line
from qa.read.cascade import AGAIN, Scale
from qa.read.in_order import READ
from qa.speech import stands_in
from qa.types import Candidate, Span
from tests.fakes import HashingEmbedder


class ScoredReader:
    """Finds patterns, each with the score that it is given; nothing else."""

    def __init__(self, scores: dict[str, float], *, threshold: float = 0.0) -> None:
        """Choose what is found, and the threshold of what is given as an answer."""
        self.name, self.calibrated, self.is_english, self.fingerprint = "scored", True, True, "scored"
        self.calibration = Calibration(threshold, (-9.0, 9.0), (0.0, 1.0))
        self._scores = scores
        self.texts: list[str] = []

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return what is there, best first."""
        del question, breaks
        self.texts.append(text)
        found = [Span(*m.span(), score) for each, score in self._scores.items() for m in re.finditer(each, text)]
        return sorted(found, key=lambda span: -span.score)[:count]


class LineReader(ScoredReader):
    """As ScoredReader, but of one line by itself it says ``alone``."""

    def __init__(self, scores: dict[str, float], line: str, alone: float) -> None:
        """Choose what is found in other texts, the line, and the score of its first word."""
        super().__init__(scores)
        self._line, self._alone = line, alone

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return what is there, best first."""
        found = super().read(question, text, count=count, breaks=breaks)
        return [Span(0, 3, self._alone)] if text == self._line else found


KEEPERS = {
    "a": "Ann Holm keeps the lighthouse lamp.",
    "b": "Bo Lund keeps the lighthouse boat.",
    "c": "Cy Dahl keeps hens.",
}
ASKED = "who keeps the lighthouse lamp"
ALWAYS = Scale(1.0, 0.0, float("inf"))


def engine(
    folder: Path, quick: dict[str, float], better: dict[str, float], *, settled: float = 6.0, slope: float = 1.0
) -> Engine:
    """An engine of both readers over KEEPERS."""
    (folder / "documents").mkdir()
    for name, text in KEEPERS.items():
        (folder / "documents" / f"{name}.txt").write_text(text)
    made = Index.open(folder / "index", create=True, embedder=HashingEmbedder())
    made.sync([folder / "documents"])
    cascade = Cascade(ScoredReader(quick), ScoredReader(better), Scale(slope, 0.0, settled))
    return Engine(folder / "index", reader=cascade, index=made)


def texts(reader: object) -> list[str]:
    """What a reader was given to read."""
    assert isinstance(reader, ScoredReader)
    return reader.texts


def test_one_text_is_read_as_the_engine_reads_many() -> None:
    """Only the better reader was asked for a gold passage: what was measured there was not what answers."""
    text = KEEPERS["a"]
    for sure, expected in ((2.0, 0.75 * 6.0 + 0.25 * (2.0 * 2.0 + 1.0)), (9.0, 2.0 * 9.0 + 1.0)):
        cascade = Cascade(ScoredReader({"Ann": sure}), ScoredReader({"Ann": 6.0}), Scale(2.0, 1.0, 9.0, 0.25))
        cascade.bears_out = False
        assert [span.score for span in cascade.read(ASKED, text)] == [pytest.approx(expected)]
        assert texts(cascade.better) == ([text] if sure == 2.0 else [])


def test_what_is_settled_is_not_read_again(tmp_path: Path) -> None:
    """The quick reader is sure of Ann Holm: the better one reads that line alone; its scale says how sure that is."""
    asked = engine(tmp_path, {"Ann Holm": 7.0}, {"Bo Lund": 9.0}, slope=0.5)
    answer = asked.ask(ASKED)
    assert answer.text == "Ann Holm"
    assert answer.candidates[0].score == pytest.approx(3.5)
    assert isinstance(asked.reader, Cascade)
    assert texts(asked.reader.better) == [KEEPERS["a"]]


def test_what_is_open_is_answered_by_the_better_reader(tmp_path: Path) -> None:
    """The quick one leans to the boat's keeper; the other reads the same passages, and has the last word."""
    answer = engine(tmp_path, {"Bo Lund": 4.0, "Ann Holm": 2.0}, {"Ann Holm": 5.0, "Bo Lund": -4.0}).ask(ASKED)
    assert answer.text == "Ann Holm"
    assert answer.candidates[0].score == pytest.approx(5.0, abs=1)  # less what the passage is behind the first


def test_the_quick_reader_keeps_its_share(tmp_path: Path) -> None:
    """Both are asked of the same passage: where they disagree the truth is more often between them."""
    asked = engine(tmp_path, {"Ann Holm": 2.0}, {"Ann Holm": 6.0})
    assert isinstance(asked.reader, Cascade)
    asked.reader.scale = Scale(slope=2.0, shift=1.0, settled=9.0, share=0.25)
    whole, shared = asked.ask(ASKED), Scale(2.0, 1.0, 9.0, 0.25).mixed(6.0, 2.0)
    assert shared == pytest.approx(0.75 * 6 + 0.25 * 5)
    assert whole.candidates[0].score == pytest.approx(shared)


def test_an_answer_is_no_surer_than_its_line_by_itself(tmp_path: Path) -> None:
    """In its passage the better reader takes the sentence for an answer; alone, less so. No other place leads then."""
    sentence = "Ann Holm keeps the lighthouse lamp."
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text(f"The lighthouse is white. {sentence} It has a lamp.")
    (tmp_path / "documents" / "b.txt").write_text(KEEPERS["b"])
    made = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    made.sync([tmp_path / "documents"])

    def asked(alone: float, *, bears_out: bool = True) -> tuple[str, list[float]]:
        better = LineReader({"Ann Holm": 5.0, "Bo Lund": 4.0}, sentence, alone)
        reader = Cascade(ScoredReader({"Ann": 0.0, "Bo": 0.0}), better, Scale(1.0, 0.0, 9.0))
        reader.bears_out = bears_out
        answer = Engine(tmp_path / "index", reader=reader, index=made).ask(ASKED)
        assert better.texts.count(sentence) == bears_out
        assert [each.quote for each in answer.candidates] == ["Ann Holm", "Bo Lund"]
        return answer.text, [each.score for each in answer.candidates]

    name, (lead, behind) = asked(9.0)
    assert name == "Ann Holm"
    assert lead > behind > 1.0
    assert asked(1.0) == (name, [1.0, 1.0])
    assert asked(-0.5) == ("", [-0.5, -0.5])
    assert asked(-0.5, bears_out=False) == (name, [lead, behind])


def test_the_line_of_what_is_settled_is_read_too(tmp_path: Path) -> None:
    """The quick reader is sure of a passage; whether its line bears that out is for the better one to say."""
    asked = engine(tmp_path, {"Ann Holm": 7.0}, {"Ann Holm": 1.0})
    assert asked.ask(ASKED).candidates[0].score == pytest.approx(1.0)
    assert isinstance(asked.reader, Cascade)
    assert texts(asked.reader.better) == [KEEPERS["a"]]


def test_the_cell_of_a_row_is_borne_out_by_row_and_headers(tmp_path: Path) -> None:
    """A number alone says nothing: the line is shown as the passage is, with the names of its columns."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.csv").write_text("Name,Born\nEdda,1921\nFinn,1950\n")
    made = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    made.sync([tmp_path / "documents"])
    better = ScoredReader({"1921": 3.0})
    reader = Cascade(ScoredReader({"1921": 0.0}), better, Scale(1.0, 0.0, 9.0))
    assert Engine(tmp_path / "index", reader=reader, index=made).ask("when was Edda born").text == "1921"
    assert "Name: Edda; Born: 1921" in better.texts[-1]
    assert "Finn" not in better.texts[-1]


def test_of_a_row_without_end_what_the_passage_has_is_read(tmp_path: Path) -> None:
    """A thousand columns are many passages; read in one go they would take seconds."""
    cells = ",".join(f"cell{number}" for number in range(1000))
    (tmp_path / "a.csv").write_text(f"{','.join(f'column{number}' for number in range(1000))}\n{cells}\n")
    made = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    made.sync([tmp_path / "a.csv"])
    hit = next(hit for hit in made.search("cell500", 20) if "cell500" in hit.passage.text)
    start = hit.passage.document.text.index("cell500")
    reader = ScoredReader({"cell500": 3.0})
    assert said_of_line(reader, "What is it?", Candidate(hit, start, start + 7, 1.0), line_of=stands_in) == 3.0
    assert len(reader.texts[0]) <= len(View.of(hit.passage, READ).text)


def test_one_text_is_read_with_its_best_sentence_by_itself() -> None:
    """As the engine does; what is in the other sentences does not come into it, and the next span is not above."""
    text = "The lighthouse is white. Ann Holm keeps the lamp. Bo keeps the boat."
    better = LineReader({"Ann Holm": 4.0, "Bo": 3.5}, "Ann Holm keeps the lamp. ", -2.0)
    cascade = Cascade(ScoredReader({"Ann": 0.0}), better, Scale(1.0, 0.0, 9.0))
    read = [(text[span.start : span.end], span.score) for span in cascade.read(ASKED, text, count=2)]
    assert read == [("Ann Holm", -2.0), ("Bo", -2.0)]
    assert cascade.read(ASKED, "") == []


def test_what_a_line_says_by_itself_is_learned_from() -> None:
    """Passages look alike, whether they answer or not; lines tell them apart, and so what is given is right."""
    from qa.evaluate.outcomes import Prediction
    from qa.train.asked import Again, Asked
    from qa.train.cascade import learned

    found = []
    for number in range(400):
        gold = ("yes",) if number % 2 else ()
        said = Prediction("yes", 3.0 + number / 400, gold)
        alone = 5.0 if gold else -5.0
        found.append(Asked("made", replace(said, score=number / 400), (Again(said, number / 400, 0.5, alone),), alone))
    both = learned(found)
    given = [each for each in found if both.joined(each).score >= both.threshold]
    assert len(given) == 200
    assert all(each.quick.gold for each in given)
    assert found[0].better(ALWAYS, 0.0).score == 3.0  # without its line


def test_what_is_learned_of_two_readers_is_when_the_better_one_is_worth_its_time() -> None:
    """The quick one is right whenever it is sure; below, the better one knows: that is where the line is drawn."""
    from qa.evaluate.outcomes import Prediction
    from qa.train.asked import Again, Asked
    from qa.train.cascade import learned

    found = []
    for number in range(400):
        sure = number % 2 == 0
        gold = ("yes",) if number % 5 else ()
        right = "yes" if gold else "no"
        quick = Prediction("yes" if sure and gold else "no", 8.0 + number / 400 if sure else number / 400, gold)
        better = Prediction(right, (4.0 if gold else -4.0) + number / 800, gold)
        if sure and not gold:
            quick = Prediction("no", -3.0, gold)
        found.append(Asked("made", quick, (Again(better, quick.score, 0.5),)))
    scale = learned(found).scale
    assert 1 < scale.settled <= 8.3
    assert scale.slope > 0


@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_is_where_answers_begin_to_give_more_than_they_cost(seed: int) -> None:
    """A wrong one costs half of what a right one gives: from a third of right ones on they pay. Chance moves it little.

    Of a question without an answer any answer costs as much as a right one gives, and the threshold is higher: as high
    as for a third of such questions, whatever share of them was asked.
    """
    from qa.evaluate.outcomes import Prediction
    from qa.train.cascade import _threshold

    random_ = np.random.default_rng(seed)

    def put(without: float) -> list[tuple[str, Prediction]]:
        made = []
        for score in random_.uniform(-6, 6, 3000):
            is_right = random_.random() < 1 / (1 + np.exp(-score))
            gold = () if random_.random() < without else ("yes",)
            made.append(("made", Prediction("yes" if is_right else "no", float(score), gold)))
        return made

    assert _threshold(put(0.0)) == pytest.approx(math.log(1 / 2), abs=0.7)
    for without in (0.2, 0.5):
        assert _threshold(put(without)) == pytest.approx(math.log(2), abs=0.9)


def test_what_retrieval_counts_is_learned_too() -> None:
    """The better reader likes a look-alike as much as the right passage, which retrieval puts first."""
    from qa.evaluate.outcomes import Prediction
    from qa.train.asked import Again, Asked
    from qa.train.cascade import learned

    found = []
    for number in range(200):
        gold = ("yes",) if number % 4 else ()
        quick = Prediction("yes" if gold else "no", (2.0 if gold else -4.0) + number / 400, gold)
        right = Again(Prediction("yes" if gold else "no", 3.0 if gold else -9.0 + number / 400, gold), quick.score, 0.6)
        alike = Again(Prediction("no", 3.5 if gold else -9.0, gold), quick.score, 0.55)
        found.append(Asked("made", quick, (right, alike)))
    assert found[1].better(ALWAYS, 0.0).text == "no"
    assert found[1].better(ALWAYS, 15.0).text == "yes"
    assert learned(found).weight >= 15


def test_the_paragraphs_among_which_questions_are_asked_are_written_ones_and_each_once() -> None:
    """Sentences from templates are nobody's paragraphs, and many questions share one."""
    from qa.train.asked import others
    from qa.train.data import Example

    def example(source: str, context: str) -> Example:
        return Example(context, source, "", "who?", context, ())

    known = [example("squad", f"Paragraph {number}.") for number in range(9)]
    found = others([*known, *known, example("lists", "Made."), example("rows", "Made: too.")], 20)
    assert sorted(found) == [each.context for each in known]
    assert len(others(known, 4)) == 4
    assert others(known, -1) == []


def test_passages_are_behind_the_first_that_has_an_answer() -> None:
    """A title page that retrieval puts far ahead and that says nothing is not what others are behind."""
    from qa.evaluate.outcomes import Prediction
    from qa.train.asked import Again, Asked

    title, right = (Again(Prediction(text, s, ()), 0.0, f) for text, s, f in (("t", -7.0, 0.9), ("r", 4.0, 0.4)))
    asked = Asked("made", title.said, (title, right))
    assert asked.better(ALWAYS, 60.0).score == pytest.approx(4.0)
    assert asked.better(ALWAYS, 60.0, accepted=5.0).score == pytest.approx(-7.0)


def test_a_pattern_tells_which_of_the_texts_that_were_said_are_right() -> None:
    """What holds it and little more is right; where nothing is, no text becomes so; without a pattern, none is."""
    from qa.train.asked import Put

    said = ("Fergus Plum", "fergus plum, of the office", "Odile", "Fergus Plum " + "and the others " * 9)
    assert Put("Who?", pattern="Fergus Plum").gold_of(said) == said[:2]
    assert Put("Who?", pattern="Tamsin").gold_of(said) == ("Tamsin",)
    assert Put("Who?").gold_of(said) == ()
    assert Put("Who?", ("Ann Holm",)).gold_of(said) == ("Ann Holm",)


def test_the_better_reader_may_find_what_the_quick_one_held_back(tmp_path: Path) -> None:
    """A question is not given up because the quick reader would abstain."""
    assert engine(tmp_path, {"Ann Holm": -3.0}, {"Ann Holm": 4.0}).ask(ASKED).text == "Ann Holm"


def test_the_better_reader_may_hold_back_what_the_quick_one_found(tmp_path: Path) -> None:
    """And then no other place leads in its stead, however well the quick reader thought of it."""
    answer = engine(tmp_path, {"Ann Holm": 5.0, "Bo Lund": 4.9, "Cy Dahl": 4.8}, {"Ann Holm": -3.0}).ask(ASKED)
    assert not answer.claims


def test_a_place_that_was_not_read_again_never_leads(tmp_path: Path) -> None:
    """Five files say something; the better reader reads three of them, and what it likes best comes first."""
    (tmp_path / "documents").mkdir()
    for number in range(5):
        (tmp_path / "documents" / f"{number}.txt").write_text(
            f"Keeper{number} keeps the lamp, and does so number {number}."
        )
    made = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    made.sync([tmp_path / "documents"])
    better = ScoredReader({r"Keeper\d": 1.0})
    quick = ScoredReader({f"Keeper{n}": 5.0 - n / 10 for n in range(5)})
    both = Engine(tmp_path / "index", reader=Cascade(quick, better, Scale(1.0, 0.0, 9.0)), index=made)
    answer = both.ask("who keeps the lamp")
    assert len(better.texts) == AGAIN + 1  # and the line of the best one
    read = {text[:7] for text in better.texts[:AGAIN]}
    assert answer.text in read
    others = [each.score for each in answer.candidates if each.quote not in read]
    assert others
    assert max(others) <= answer.candidates[0].score


def test_progress_is_told_of_both_readings(tmp_path: Path) -> None:
    """Whoever waits sees that something goes on, and a stop is heard between any two passages."""
    told: list[tuple[int, int]] = []
    engine(tmp_path, {"Ann": 1.0}, {"Ann": 2.0}).ask(ASKED, on_read=lambda done, of: told.append((done, of)))
    assert [done for done, _ in told].count(0) == 2


def test_a_config_without_a_scale_is_damaged(tmp_path: Path) -> None:
    """Nobody knows then what the quick reader's scores are worth beside the better one's."""
    shutil.copytree(SMALL, tmp_path / "base")
    with pytest.raises(ModelError, match="no scale of a quicker reader in it"):
        Cascade.of(OnnxReader(SMALL, later=True), tmp_path / "base")
    config = json.loads((tmp_path / "base" / "config.json").read_text())
    config["cascade"] = {"slope": None, "shift": 0.0, "settled": 5.0, "share": 0.0}
    (tmp_path / "base" / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"config\.json is damaged"):
        Cascade.of(OnnxReader(SMALL, later=True), tmp_path / "base")


def test_the_better_reader_is_opened_when_it_is_needed(tmp_path: Path) -> None:
    """A damaged one is told of then, not when the quick one is opened."""
    shutil.copytree(SMALL, tmp_path / "base")
    (tmp_path / "base" / "model.onnx").write_bytes(b"torn")
    config = json.loads((tmp_path / "base" / "config.json").read_text())
    config["cascade"] = {"slope": 1.0, "shift": 0.0, "settled": 5.0, "share": 0.0}
    (tmp_path / "base" / "config.json").write_text(json.dumps(config))
    cascade = Cascade.of(OnnxReader(SMALL), tmp_path / "base")
    with pytest.raises(ModelError, match=r"model\.onnx is damaged"):
        cascade.read("Who?", "Ann Holm.")
