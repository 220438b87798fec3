"""What is quoted: whole sentences, whole words and amounts, with what turns them round, and no echoes."""

import time
from pathlib import Path

import pytest

from qa.extent import settled, whole_words
from qa.lists import joined_names
from qa.types import Reason
from tests.rules.asking import ask

# 1  Whole sentences


def test_an_answer_is_shown_in_its_sentence(tmp_path: Path) -> None:
    """The text is the span; the sentence around it has its own offset in the document."""
    answer = ask(
        tmp_path, "It rained. The weir was mended by Odile Fontaine in May. Later it froze.", "Who?", "Odile \\w+"
    )
    (citation,) = answer.citations
    assert (answer.text, citation.sentence) == ("Odile Fontaine", "The weir was mended by Odile Fontaine in May.")
    assert citation.sentence_start == 11


# 2  No quote misleads


@pytest.mark.parametrize(
    ("text", "question", "marked", "quoted"),
    [
        ("Never rinse the felt with vinegar.", "What do I rinse the felt with?", "vinegar", "Never rinse"),
        ("The pass is good on all lines except the night boat.", "Where is the pass good?", "the night boat", "except"),
        ("Only the warden may unlock the sluice.", "Who may unlock the sluice?", "the warden", "Only the warden"),
        ("Guests may not light fires.", "What may guests do?", "light fires", "may not light fires"),
        ("Nobody but Mr Sato has seen the ledger.", "Who has seen the ledger?", "Mr Sato", "Nobody but"),
        ("The crane can't lift the barge.", "What can the crane lift?", "the barge", "can't lift"),
        ("Entry is without charge for members.", "How is entry charged?", "charge for members", "without charge"),
    ],
)
def test_what_turns_a_quote_round_is_in_it(tmp_path: Path, text: str, question: str, marked: str, quoted: str) -> None:
    """Not, never, nobody, except, only, without: left out, the quote would say the opposite of the document."""
    answer = ask(tmp_path, text, question, marked)
    assert not answer.text or quoted in answer.text


def test_a_negation_that_the_question_has_itself_is_not_taken_in() -> None:
    """Who asks what must never be done knows what the answer is about."""
    text = "Never rinse the felt with vinegar."
    assert settled(text, (26, 33), (0, 34), "What must the felt never be rinsed with?") == (26, 33)
    assert settled(text, (26, 33), (0, 34), "What is the felt rinsed with?")[0] == 0


# 3  Nothing is cut


@pytest.mark.parametrize(
    ("text", "cut", "whole"),
    [
        ("It costs €9.50 a day.", "50", "€9.50"),
        ("Call +44 20 7000 0018 now.", "44", "+44 20 7000 0018"),
        ("Write to kim.o'neil@post.example today.", "example", "kim.o'neil@post.example"),
        ("See part QX-20418/b.", "20418", "QX-20418/b"),
        ("On 3 May it closed.", "3", "3 May"),
        ("At 18:30 sharp.", "18", "18:30"),
        ("A half-plot is free.", "plot", "half-plot"),
    ],
)
def test_words_amounts_codes_and_addresses_are_whole(text: str, cut: str, whole: str) -> None:
    """A reader marks pieces of words: "9.50" is three of them."""
    start = text.index(cut)
    low, high = whole_words(text, start, start + len(cut))
    assert text[low:high] == whole


def test_a_number_has_its_unit_unless_the_question_says_it() -> None:
    """Sixty what? Minutes, unless minutes were asked for."""
    text = "It takes 60 minutes."
    assert settled(text, (9, 11), (0, 20), "How long does it take?") == (9, 19)
    assert settled(text, (9, 11), (0, 20), "How many minutes does it take?") == (9, 11)


@pytest.mark.parametrize(
    ("text", "marked", "quoted"),
    [
        ("There are five (5) kinds of berth.", "5", "five (5)"),
        ("There are five (5) kinds of berth.", "five", "five (5)"),
        ("Give notice thirty-one (31) days before.", "31", "thirty-one (31) days"),
        ("It holds one hundred and twenty (120) boats.", "120", "one hundred and twenty (120)"),
        ("See the rules for berth five (page 5).", "five", "five"),
        ("It has five doors (5 of oak).", "5", "5"),
    ],
)
def test_a_number_in_words_and_figures_is_quoted_in_both(text: str, marked: str, quoted: str) -> None:
    """As contracts write it."""
    at = text.index(marked)
    extent = settled(text, (at, at + len(marked)), (0, len(text)), "How many?")
    assert text[slice(*extent)] == quoted


def test_the_number_of_a_clause_is_no_part_of_its_quote(tmp_path: Path) -> None:
    """ "3.2" says where the clause stands; so does "2. Term.", which is no answer at all."""
    text = "3.2 Keys are kept at the lodge.\n\n4. Storage. Boxes go below.\n"
    assert ask(tmp_path, text, "What is said of keys?", "3.2 Keys are kept", suffix=".txt").text == "Keys are kept"
    assert ask(tmp_path, text, "What of boxes?", "4. Storage", suffix=".txt").reason is not Reason.ANSWERED


def test_a_quote_does_not_run_into_half_of_the_next_sentence(tmp_path: Path) -> None:
    """ "… and Ken Arai. Marit Solberg" would make a third person of someone else."""
    text = "Chosen were Idris Bello and Ken Arai. Marit Solberg stays on. The rest left.\n"
    assert ask(tmp_path, text, "Who was chosen?", "Idris.*Solberg").text == "Idris Bello and Ken Arai."
    assert ask(tmp_path, text, "What happened?", "Idris.*stays on\\.").text.endswith("stays on.")


@pytest.mark.parametrize(
    ("text", "marked", "quoted"),
    [
        ("12 March is the day of the fair.", "12", "12 March"),
        ("12 Main Street is where it stands.", "12 Main Street", "12 Main Street"),
        ("At most 12 may attend the course.", "12", "12"),
        ("Visitors\t12\tMarch", "12", "12"),
        ("Tom, Brekk, 12\nMay, Brekk, 9", "12", "12"),
        ("01  250  300  42", "250", "250"),
        ("01\t250\t300\t42", "250", "250"),
        ("Office  +44 20 7000 0018  12", "7000", "+44 20 7000 0018"),
        ("Call 01 250 300 42 for a room.", "250", "01 250 300 42"),
        ("Call 030 - 250 300 42.", "250", "030 - 250 300 42"),
    ],
)
def test_a_number_is_no_day_of_a_month_beside_it_and_no_item_of_a_list(text: str, marked: str, quoted: str) -> None:
    """The house lost its number, "12 March" its day, and over the ends of cells ages became dates, counts phones."""
    start = text.index(marked)
    line = (text.rfind("\n", 0, start) + 1, (text + "\n").index("\n", start))
    found = settled(text, (start, start + len(marked)), line, "Which?")
    assert text[slice(*found)] == quoted


@pytest.mark.parametrize(
    ("text", "question", "marked", "quoted"),
    [
        ("The hall is let from 3 May 2024 to 9 June 2025.", "When does the let end?", "3 May 2024", "9 June 2025"),
        ("The hall is let from 3 May 2024 to 9 June 2025.", "When does it begin?", "9 June 2025", "3 May 2024"),
        ("The hall is let from 3 May 2024 to 9 June 2025.", "When is it let?", "3 May 2024", "3 May 2024"),
        ("Sluice: 7:30–19:00, except in frost.", "When does the sluice close?", "7:30", "19:00"),
        ("Paid on 3 May 2024. The let ends in 2025.", "When does the let end?", "3 May 2024", "3 May 2024"),
    ],
)
def test_a_stretch_of_time_ends_at_its_end(text: str, question: str, marked: str, quoted: str) -> None:
    """A reader marks the first of two days as soon as the last."""
    at = text.index(marked)
    start, end = settled(text, (at, at + len(marked)), (0, len(text)), question)
    assert text[start:end] == quoted


def test_nothing_grows_without_end() -> None:
    """A picture in letters was quoted whole, a megabyte; a list of thousands of names took half a minute."""
    letters = "x" * 1_000_000
    assert whole_words(letters, 500_000, 500_004) == (500_000, 500_004)
    many = f"{', '.join(['Ann Holm'] * 3_000)} and Bo Falk"
    last = (len(many) - 7, len(many))
    began = time.process_time()
    assert joined_names(many, last, (0, len(many))) == last
    assert time.process_time() - began < 2


# 4  No echoes


def test_an_answer_says_more_than_the_question(tmp_path: Path) -> None:
    """Asked whether study leave is paid, a column called "Paid" says nothing; nor does a question in the text."""
    table = "| Leave | Days | Paid |\n|---|---|---|\n| Jury service | 3 | yes |\n"
    assert "Paid" not in ask(tmp_path, table, "Is jury service paid?", "Paid").text.split("\n")
    assert ask(tmp_path, "Who waters the ferns? We shall see.", "Who waters the ferns?", "Who").text == ""


def test_a_word_that_points_elsewhere_is_no_answer(tmp_path: Path) -> None:
    """Of "It was led by …" the reader marked "It" beside the name, and both were shown."""
    answer = ask(tmp_path, "The walk was long. It was led by Odile Fontaine.", "Who led the walk?", "It|Odile Fontaine")
    assert [claim.text for claim in answer.claims] == ["Odile Fontaine"]


def test_how_many_kinds_there_are_does_not_say_which(tmp_path: Path) -> None:
    """The reader marked "Two sorts" for both; only one question asks for a number."""
    text = "Two sorts of plum stand by the weir: Opal and Victoria.\n"
    assert ask(tmp_path, text, "What sorts of plum stand by the weir?", "Two sorts of plum").text == ""
    assert ask(tmp_path, text, "How many sorts of plum are there?", "Two sorts of plum").text == "Two sorts of plum"


def test_the_name_of_a_topic_does_not_decide_what_is_allowed(tmp_path: Path) -> None:
    """A line that is only "Prams" was the answer to "Are prams allowed?"; "Prams are allowed" would be one."""
    text = "Prams\n\nOnly in the hall, please.\n"
    assert ask(tmp_path, text, "Are prams allowed?", "Prams", suffix=".txt").text != "Prams"
    said = ask(tmp_path, "Prams are allowed. Boots are not.\n", "Are prams allowed?", "Prams")
    assert said.text == "Prams are allowed."
