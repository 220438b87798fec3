"""What the documents do not know, and how that is said."""

from pathlib import Path

import pytest

from qa.about import names
from qa.language import is_english
from qa.types import Reason
from tests.rules.asking import ask

# 7  Names that are not there


def test_a_name_that_occurs_nowhere_is_said_to(tmp_path: Path) -> None:
    """Asked for the Birch project, it must not answer with the Alder project's leader."""
    answer = ask(tmp_path, "The Alder project is led by Mina Holt.", "Who leads the Osprey project?", "Mina Holt")
    assert (answer.reason, answer.missing, answer.text) == (Reason.UNKNOWN_NAME, ("Osprey",), "")


def test_a_code_has_its_own_price_and_not_that_of_its_neighbour(tmp_path: Path) -> None:
    """BV-201 and BV-210 look alike to a reader."""
    text = "Item BV-201 costs 12 euros.\n\nItem BV-210 costs 90 euros.\n"
    assert ask(tmp_path, text, "What does BV-210 cost?", "\\d+ euros").text == "90 euros"


def test_a_figure_of_a_table_is_of_what_was_asked_for(tmp_path: Path) -> None:
    """A row that says nothing of weight does not tell it, near as its numbers are."""
    table = "| Pump | Flow | Power |\n|---|---|---|\n| MP-25 | 3 m³/h | 45 W |\n| MP-40 | 8 m³/h | 90 W |\n"
    for folder in ("flow", "weight"):
        (tmp_path / folder).mkdir()
    given = ask(tmp_path / "flow", table, "What is the flow of the MP-40?", "8 m³/h")
    other = ask(tmp_path / "weight", table, "What is the noise level of the MP-40?", "8 m³/h")
    assert given.candidates[0].score >= other.candidates[0].score + 3


def test_what_no_document_says_a_word_of_takes_a_surer_reader(tmp_path: Path) -> None:
    """ "Stolen" stands nowhere: the price of a key is hardly what was stolen."""
    scores = []
    for number, question in enumerate(["How much was a key?", "How much was stolen?"]):
        (tmp_path / str(number)).mkdir()
        answer = ask(tmp_path / str(number), "A new key costs 15 euros.", question, "15 euros")
        scores.append(answer.candidates[0].score)
    assert scores[0] >= scores[1] + 3


@pytest.mark.parametrize(
    ("text", "question", "given"),
    [
        ("Entry costs 5 euros for adults.", "What does entry cost for children?", ""),
        ("Entry costs 5 euros for adults.", "What does entry cost for adults?", "5 euros"),
        ("Entry costs 5 euros for adults, nothing for children.", "What does entry cost for children?", "5 euros"),
        ("# Winter\n\nThe fee is 5 euros.\n", "What is the fee in summer?", ""),
        ("The yearly fee is 5 euros.", "What is the monthly fee?", ""),
        ("The yearly fee is 60 euros, or 5 euros a month.", "What is the monthly fee?", "5 euros"),
        ("The fee of 5 euros holds for a year.", "What is the monthly fee?", "5 euros"),
        ("The aid box on the second floor cost 5 euros.", "What did the first aid box cost?", "5 euros"),
        ("# Flat 14\n\nThe deposit is 5 euros.\n", "What is the deposit of flat 9?", ""),
        ("# Flat 14\n\nThe deposit is 5 euros.\n", "What is the deposit of flat 14?", "5 euros"),
        ("Berth no. 8 costs 5 euros a night.", "What does berth 7 cost?", ""),
        ("Berths 6, 7 and 8 cost 5 euros a night.", "What does berth 7 cost?", "5 euros"),
        ("Berths 6 to 9 cost 5 euros a night.", "What does berth 7 cost?", "5 euros"),
        ("Lane 3 and up costs 5 euros.", "What does lane 4 cost?", "5 euros"),
        ("# 4. Guests\n\nThey pay 5 euros; for clubs see section 7.\n", "What do guests pay by section 4?", "5 euros"),
        ("In May 12 guests paid 5 euros each.", "What did guests pay on May 9?", "5 euros"),
        ("A birth from week 36 costs 5 euros.", "What does a birth in week 37 cost?", "5 euros"),
    ],
)
def test_what_is_said_of_another_is_no_answer(tmp_path: Path, text: str, question: str, given: str) -> None:
    """Of the opposite, or another number: readers take them for alike. Where it may be meant too, nothing is lost."""
    assert ask(tmp_path, text, question, "\\b5 euros").text == given


def test_the_opposite_may_decide_a_yes_or_no(tmp_path: Path) -> None:
    """Open in summer alone is not open in winter."""
    text = "The pool is open only in summer."
    assert ask(tmp_path, text, "Is the pool open in winter?", "only in summer").text == text


def test_a_word_of_the_same_family_is_heard(tmp_path: Path) -> None:
    """ "Heavy" stands nowhere, and "weight" tells it."""
    (tmp_path / "akin").mkdir()
    (tmp_path / "other").mkdir()
    akin = ask(tmp_path / "akin", "Weight of one: 41 kg, when dry.", "How heavy is it?", "41 kg")
    other = ask(tmp_path / "other", "Sold by the sack of 41 kg, dry.", "How heavy is it?", "41 kg")
    assert akin.candidates[0].score > other.candidates[0].score


def test_a_code_that_stands_nowhere_as_a_whole_is_unknown(tmp_path: Path) -> None:
    """ "MP" and "50" both occur, MP-50 does not."""
    answer = ask(tmp_path, "The MP-40 costs 50 euros.", "What does the MP-50 cost?", "50 euros")
    assert (answer.reason, answer.missing) == (Reason.UNKNOWN_NAME, ("MP-50",))


def test_a_day_that_is_not_in_the_document_is_not_answered_by_another(tmp_path: Path) -> None:
    """The level of the 23rd is not that of the 18th."""
    text = "Level on 18.11.2024: 0.97 m. Level on 19.11.2024: 1.39 m.\n"
    known = ask(tmp_path, text, "What was the level on 18 November 2024?", "0.97 m", suffix=".txt")
    absent = ask(tmp_path, text, "What was the level on 23 November 2024?", "1.39 m", suffix=".txt")
    assert known.candidates[0].score >= absent.candidates[0].score + 6


def test_names_are_words_with_capitals_inside_a_question_and_codes() -> None:
    """Not the first word, not a month, not a number with its unit."""
    assert names("Which ferry goes to Vessen in May at 7pm with BV-210?") == ["Vessen", "BV-210"]


# 9  Abstaining is graded


def test_what_is_not_sure_is_shown_as_the_closest(tmp_path: Path) -> None:
    """The candidate is kept, with its sentence; "not in your documents" is for what is not there."""
    answer = ask(tmp_path, "The weir was mended in May.", "When was the weir mended?", "nothing of the kind")
    assert (answer.reason, answer.text) == (Reason.LOW_CONFIDENCE, "")
    assert answer.candidates


@pytest.mark.parametrize("question", ["Wer leitet die Sitzung?", "谁主持会议？", "Quién es el jefe del taller?"])
def test_a_language_that_is_not_read_is_named_as_the_reason(tmp_path: Path, question: str) -> None:
    """It would be untrue that the documents do not say."""
    answer = ask(tmp_path, "Frau Weil hat das Wort. 会议在三楼举行。 Ramón llegó tarde.", question, "nothing")
    assert answer.reason is Reason.OTHER_LANGUAGE


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Wer leitet die Sitzung?", "Die Sitzung leitet Frau Weil."),
        ("谁主持会议？", "会议由王丽主持。"),
        ("図書館は何時に開きますか？", "図書館は九時から開いています。"),
        ("주차 요금은 얼마입니까?", "주차 요금은 한 시간에 삼천 원입니다."),
    ],
)
def test_a_sentence_with_the_question_s_words_is_quoted_in_a_language_that_is_not_read(
    tmp_path: Path, question: str, quote: str
) -> None:
    """Whole, as no reader knows which of its words answer."""
    text = (
        "Frau Ott kam spät. Die Sitzung leitet Frau Weil. 会议由王丽主持。会议在三楼举行。\n\n"
        "図書館は九時から開いています。本は三週間借りられます。\n\n"
        "주차 요금은 한 시간에 삼천 원입니다. 관리실은 정문 옆에 있습니다."
    )
    assert ask(tmp_path, text, question, "nothing").text == quote


def test_names_and_single_words_are_in_no_language() -> None:
    """In doubt a question is read."""
    assert is_english("Jürgen Müller")
    assert is_english("VPN?")
    assert not is_english("Où est la clé du grenier?")
