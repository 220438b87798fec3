"""Several answers, whole lists, and yes or no."""

import os
from pathlib import Path

import pytest

from index import Index
from qa.engine import Engine
from qa.lists import asks_for_several
from tests.fakes import HashingEmbedder, PatternReader
from tests.rules.asking import ask
from ui.render.answer import message
from ui.terminal import answer_lines

# 10  All that the documents say


def test_two_values_are_two_claims_and_one_value_is_one(tmp_path: Path) -> None:
    """What two documents say alike is joined; what they say otherwise stands beside it."""
    for name, fee in (("old", 7), ("new", 9), ("copy", 9)):
        (tmp_path / f"{name}.txt").write_text(f"{name.title()} list. The fee of the Siskin plan is {fee} euros.")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path])
        engine = Engine(tmp_path / "index", reader=PatternReader("\\d euros"), index=index)
        answer = engine.ask("What is the fee of the Siskin plan?")
    assert {claim.text: len(claim.citations) for claim in answer.claims} == {"9 euros": 2, "7 euros": 1}


def test_documents_that_disagree_are_told_apart_by_their_days(tmp_path: Path) -> None:
    """Which of two fees is the newer one is seen beside them, on the page and in the terminal."""
    for name, fee, day in (("old", 7, 1_600_000_000), ("new", 9, 1_700_000_000)):
        file = tmp_path / f"{name}.txt"
        file.write_text(f"{name.title()} list. The fee of the Siskin plan is {fee} euros.")
        os.utime(file, (day, day))
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path])
        engine = Engine(tmp_path / "index", reader=PatternReader("\\d euros"), index=index)
        answer = engine.ask("What is the fee of the Siskin plan?")
    days = {claim.text: claim.citations[0].modified for claim in answer.claims}
    assert days == {"7 euros": "2020-09-13", "9 euros": "2023-11-14"}
    assert all(f"as of {day}" in message(answer) for day in days.values())
    assert all(f"as of {day}" in "\n".join(answer_lines(answer, colour=False)) for day in days.values())


def test_a_list_comes_whole(tmp_path: Path) -> None:
    """Who asks for the tools gets all of them, each in the document's own words and order."""
    text = "# Tools in the boathouse\n\n- an adze\n- two mallets\n- tar\n\nThe key hangs inside.\n"
    answer = ask(tmp_path, text, "Which tools are in the boathouse?", "two mallets")
    assert answer.text == "an adze\n- two mallets\n- tar"


def test_names_that_a_sentence_joins_come_together(tmp_path: Path) -> None:
    """ "Which people were chosen?" is not answered by the first of them."""
    answer = ask(tmp_path, "Ida Brandt, Lise Moe and Ole Vik were chosen.", "Which people were chosen?", "Lise Moe")
    assert answer.text == "Ida Brandt, Lise Moe and Ole Vik"


def test_names_with_their_offices_come_together(tmp_path: Path) -> None:
    """Each with its own, the last one too."""
    text = "Ida Brandt, chair, Lise Moe, treasurer, and Ole Vik, keeper of the keys, were chosen."
    answer = ask(tmp_path, text, "Who was chosen?", "Ida Brandt")
    assert answer.text == "Ida Brandt, chair, Lise Moe, treasurer, and Ole Vik, keeper of the keys"


def test_all_that_a_field_lists_is_the_answer(tmp_path: Path) -> None:
    """Its things have commas between, and no "and"."""
    text = "Date: 3 May\nPresent: Ola Berg (chair), Siri Vik, Tor Lund (secretary)\nPlace: the barn, upstairs\n"
    assert ask(tmp_path, text, "Who attended?", "Siri Vik").text == "Ola Berg (chair), Siri Vik, Tor Lund (secretary)"


def test_a_list_whose_items_begin_with_a_name_is_whole(tmp_path: Path) -> None:
    """Each item is a field too, and the list is more than its first."""
    text = "# To do\n\n- Ola Berg: order paint\n- Siri Vik: ask two roofers for a price\n- Tor Lund: sweep the barn\n"
    answer = ask(tmp_path, text, "What are the things to do?", "ask two roofers")
    assert answer.text.startswith("Ola Berg: order paint")
    assert answer.text.endswith("sweep the barn")


def test_numbered_paragraphs_are_no_list_of_things(tmp_path: Path) -> None:
    """Each is told by itself: what is in the box is no list of everything that a mail has to say."""
    text = (
        "1. Train. It now leaves at 9:10. Platform 4 is closed. Please be early.\n\n"
        "2. Parcels. The box with the maps and the lamp is late. It comes by noon. Ring Tom if not.\n"
    )
    answer = ask(tmp_path, text, "What is in the box that is late?", "the maps and the lamp")
    assert answer.text.startswith("the maps and the lamp")
    assert "Train" not in answer.text


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which three birds nest here?", True),
        ("Who are the trustees?", True),
        ("What do I need to bring?", True),
        ("Which bird is first?", False),
        ("What is the address?", False),
        ("Which bus goes there?", False),
        ("Who is the warden?", False),
        ("Who was elected?", True),
        ("Who was elected treasurer?", False),
    ],
)
def test_a_plural_asks_for_several(question: str, several: bool) -> None:
    """By its grammar, not by a list of words."""
    assert asks_for_several(question) is several


# 11  Yes or no


def test_a_yes_or_no_gets_the_sentence_that_speaks_of_the_thing(tmp_path: Path) -> None:
    """Whether dogs are allowed is not told by what is not allowed."""
    text = "Dogs are welcome on a lead. Hoses are not allowed in July.\n"
    answer = ask(tmp_path, text, "Are dogs allowed?", "Hoses are not allowed")
    assert answer.text == "Dogs are welcome on a lead."


def test_a_word_that_any_rule_has_does_not_decide_where_the_thing_is_called_otherwise(tmp_path: Path) -> None:
    """No document has "kayaking": "allowed" alone does not move the answer away from where the reader found it."""
    text = "No fires are allowed on the shore. Paddling is fine up to the weir. Dogs stay on the lead."
    answer = ask(tmp_path, text, "Is kayaking allowed?", "fine up to the weir")
    assert answer.text == "Paddling is fine up to the weir."


def test_a_heading_in_capitals_decides_nothing(tmp_path: Path) -> None:
    """It has the name that was asked about, and says nothing of it; plain text has no mark for it."""
    text = "HOUSE RULES, BIRCH LODGE\n\nThe key is with the porter. Towels are not included.\n"
    answer = ask(tmp_path, text, "Are towels included at Birch Lodge?", "key is with")
    assert answer.text == "Towels are not included."


CLUB = (
    "# Statutes\n\n1. Crew\n   * (a) The use of the boats;\n   * (b) A key to the shed; and\n2. Patron\n"
    "   * (a) Patrons are not members and have no vote; and\n   * (b) Patrons are named on the board.\n"
)


def test_the_number_of_an_item_decides_nothing_and_items_of_items_are_looked_at(tmp_path: Path) -> None:
    """ "2. Patron" was the answer, since items further in were skipped; the marks around what an item says go."""
    answer = ask(tmp_path, CLUB, "Are patrons members?", "Patron\\b")
    assert answer.text == "Patrons are not members and have no vote"


def test_a_name_alone_gives_way_to_no_sentence_about_something_else(tmp_path: Path) -> None:
    """Where only a heading has the word, what stands beside it decides nothing."""
    text = "1. Patron\n   * (a) See the board.\n"
    assert ask(tmp_path, text, "Are patrons allowed in the shed?", "Patron\\b").text == ""
