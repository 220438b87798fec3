"""The judging of answers, and the set of questions of our own that it is used on."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bench.answers import Outcome, Question, Verdict, ask_all, fault, folders, judge, questions, table, totals
from index.load.document import load
from qa.types import Turn
from tests.fakes import HashingEmbedder, PatternReader

BUSINESS = Path(__file__).parent / "quality" / "business"
KINDS = {
    *("negation", "cut", "echo", "table", "section", "absent-name", "speaker"),
    *("yes-no", "follow-up", "keyword", "list", "plain", "disagreement", "format"),
}
ALL = [(folder, question) for folder in folders(BUSINESS) for question in questions(folder)]


def asked(expect: str | None, *, never: str | None = None) -> Question:
    """Make a question."""
    return Question("What does the pass cost?", "plain", expect, never=never)


def outcome(expect: str | None, verdict: Verdict, *, kind: str = "plain") -> Outcome:
    """Make an outcome."""
    return Outcome("shop", kind, "How much?", "How much?", expect, "", 0.0, "low_confidence", verdict)


# Judging


@pytest.mark.parametrize(
    ("expect", "text", "verdict"),
    [
        ("9 euros", "9 Euros", Verdict.RIGHT),
        ("9 euros", "The pass costs 9 euros a month.", Verdict.RIGHT),
        ("9 euros", "8 euros", Verdict.WRONG),
        ("9 euros", "", Verdict.MISSED),
        (None, "", Verdict.DECLINED),
        (None, "9 euros", Verdict.FALSE),
    ],
)
def test_an_answer_is_judged_by_what_it_holds(expect: str | None, text: str, verdict: Verdict) -> None:
    """Case does not matter, and a sentence around what is expected is no fault."""
    assert judge(asked(expect), text) is verdict


def test_an_answer_that_runs_on_is_mangled() -> None:
    """Thrice the match and 40 characters are allowed, and not one more."""
    longest = "9 euros".ljust(3 * len("9 euros") + 40, ".")
    assert judge(asked("9 euros"), longest) is Verdict.RIGHT
    assert judge(asked("9 euros"), longest + ".") is Verdict.MANGLED


def test_what_misleads_is_harmful_whether_or_not_there_is_an_answer() -> None:
    """It counts before all else, even if the answer holds what is expected too."""
    assert judge(asked("not refunded", never="^refunded$"), "refunded") is Verdict.HARMFUL
    assert judge(asked("9", never="99"), "99 euros") is Verdict.HARMFUL
    assert judge(asked(None, never="9"), "9 euros") is Verdict.HARMFUL
    assert judge(asked("not refunded", never="^refunded$"), "not refunded") is Verdict.RIGHT


def test_an_abstention_never_misleads() -> None:
    """A pattern that matches the empty text does not make silence harmful."""
    assert judge(asked(None, never=r"^\W*$"), "") is Verdict.DECLINED


# Counting


def test_shares_are_of_the_answerable_questions_and_of_the_others() -> None:
    """A harmful answer counts among the questions that it was given to."""
    outcomes = [
        *[outcome("9", Verdict.RIGHT)] * 2,
        outcome("9", Verdict.WRONG),
        outcome("9", Verdict.HARMFUL),
        outcome(None, Verdict.DECLINED),
        outcome(None, Verdict.FALSE),
    ]
    assert totals(outcomes) == (
        "of 4 answerable: right 50.0 %, mangled 0.0 %, wrong 25.0 %, missed 0.0 %; "
        "of 2 not there: declined 50.0 %; harmful 1"
    )


def test_the_table_has_a_row_for_each_group() -> None:
    """Groups stand in the order they came in, verdicts in the order of the enumeration."""
    outcomes = [
        outcome("9", Verdict.RIGHT, kind="table"),
        outcome(None, Verdict.FALSE, kind="echo"),
        outcome("9", Verdict.RIGHT, kind="table"),
    ]
    rows = table(outcomes, name="kind", by=lambda each: each.kind).splitlines()
    assert rows[0] == "| kind | right | mangled | wrong | missed | declined | false | harmful |"
    assert rows[2:] == ["| table | 2 | 0 | 0 | 0 | 0 | 0 | 0 |", "| echo | 0 | 0 | 0 | 0 | 0 | 1 | 0 |"]


def test_a_fault_shows_what_was_expected() -> None:
    """An abstention is told with its reason."""
    shown = fault(outcome("9 euros", Verdict.MISSED))
    assert shown == "  missed   plain        How much? -> no answer (low_confidence); expected '9 euros'"


# Asking


def test_a_folder_is_indexed_and_asked(tmp_path: Path) -> None:
    """One outcome for each question, a follow-up with its turns."""
    documents = tmp_path / "shop" / "documents"
    documents.mkdir(parents=True)
    (documents / "prices.txt").write_text("The day pass costs 9 euros.\n", encoding="utf-8")
    rows = [
        {"question": "What does the day pass cost?", "expect": "9 euros", "kind": "plain"},
        {"question": "How many euros does the day pass cost?", "expect": None, "kind": "echo", "never": "9"},
        {"question": "When is it open?", "expect": None, "kind": "follow-up", "turns": [["What is the day pass?", ""]]},
    ]
    (tmp_path / "shop" / "questions.json").write_text(json.dumps(rows), encoding="utf-8")
    [folder] = folders(tmp_path)
    outcomes = list(ask_all(folder, PatternReader(r"\d+ euros"), embedder=HashingEmbedder()))
    assert [each.verdict for each in outcomes] == [Verdict.RIGHT, Verdict.HARMFUL, Verdict.FALSE]
    assert outcomes[0].text == "9 euros"
    assert [each.folder for each in outcomes] == ["shop"] * 3
    assert outcomes[2].searched != outcomes[2].question


def test_a_folder_without_questions_is_told(tmp_path: Path) -> None:
    """A mistyped name is not a run over nothing."""
    with pytest.raises(SystemExit, match=r"no folder with a questions\.json whose name holds 'shop'"):
        folders(tmp_path, only="shop")


# The questions of our own


def test_there_are_two_hundred_questions_and_sixty_have_no_answer() -> None:
    """The figures that are reported rest on these numbers."""
    assert len(ALL) == 200
    assert sum(question.expect is None for _, question in ALL) == 60


def test_every_kind_has_six_questions_or_more() -> None:
    """One mistake in a kind of two questions says nothing."""
    count = Counter(question.kind for _, question in ALL)
    assert set(count) == KINDS
    assert min(count.values()) >= 6


def test_no_question_is_asked_twice() -> None:
    """The same question of the same folder, with the same turns, would count double."""
    count = Counter((folder, question.question, question.turns) for folder, question in ALL)
    assert not [each for each, times in count.items() if times > 1]


@pytest.mark.parametrize("folder", folders(BUSINESS), ids=lambda folder: folder.name)
def test_what_is_expected_or_would_mislead_stands_in_the_documents(folder: Path) -> None:
    """An answer is verbatim: a pattern that no text holds could neither be met nor be broken."""
    texts = texts_of(folder)
    for question in questions(folder):
        for pattern in patterns(question):
            assert any(re.search(pattern, text, re.IGNORECASE | re.DOTALL) for text in texts), (
                f"{question.question} {pattern}"
            )


@pytest.mark.parametrize("folder", folders(BUSINESS), ids=lambda folder: folder.name)
def test_what_is_expected_does_not_mislead(folder: Path) -> None:
    """The span that ``expect`` matches is itself right by both patterns."""
    texts = texts_of(folder)
    for question in questions(folder):
        if question.expect is not None:
            found = next(match for text in texts if (match := re.search(question.expect, text, re.IGNORECASE)))
            assert judge(question, found[0]) is Verdict.RIGHT, question.question


def texts_of(folder: Path) -> list[str]:
    """Read a folder's documents as the index does."""
    return [load(path).text for path in sorted((folder / "documents").rglob("*")) if path.is_file()]


def patterns(question: Question) -> list[str]:
    """Return what must stand in the documents: of ``never`` each alternative, without the anchors of a whole answer."""
    never = re.split(r"(?<=\$)\||\|(?=\^)", question.never or "")
    bare = [each.removeprefix(r"^\W*").removesuffix(r"\W*$") for each in never]
    return [each for each in (question.expect, *bare) if each]


def test_turns_are_questions_with_answers() -> None:
    """Follow-ups have turns, an abstention's answer is empty, and nothing else has any."""
    for _, question in ALL:
        assert bool(question.turns) == (question.kind == "follow-up"), question.question
        assert all(isinstance(turn, Turn) and turn.question for turn in question.turns)
