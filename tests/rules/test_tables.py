"""Which cell of a table is the answer, and what stands below a heading."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Document, Hit, Index, Passage, Words
from index.load import sheet
from qa.about import Asked
from qa.engine import Engine
from qa.table import cell_asked_for
from qa.types import Candidate, Span
from tests.fakes import HashingEmbedder, PatternReader
from tests.rules.asking import ask

# 5  Tables


PRICES = "| Berth | Summer | Winter |\n|---|---|---|\n| Inner | 40 | 15 |\n| Outer | 70 | 25 |\n"


def test_the_value_is_of_the_row_and_the_column_that_were_asked_for(tmp_path: Path) -> None:
    """The reader marked the summer; the question names the winter."""
    answer = ask(tmp_path, PRICES, "What does the outer berth cost in winter?", "70")
    assert (answer.text, answer.citations[0].sentence.count("|")) == ("25", 4)


STORES = (
    "Position,Article,Qty,Unit price,Delivered,Stored in room,Remark\n"
    "1,Folding table 120 cm,14,€ 61.00,3 May 2024,B 12,scratched\n"
    "2,Lamp with 24 bulbs,5,€ 9.50,7 May 2024,C 4,tested\n"
)
MEETING = "# Meeting\n\nHeld: 3 May\nPresent: Ola Berg, Siri Vik\nClerk: Eva Moe\nCoffee made by: Jan Dahl\n"
FAULTS = "| Code | Meaning | What to do |\n|---|---|---|\n| E3 | The filter is blocked | Rinse the filter |\n"


@pytest.mark.parametrize(
    ("table", "question", "marked", "given"),
    [
        (STORES, "How many lamps with bulbs were ordered?", "€ 9.50", "5"),
        (STORES, "How much is a lamp?", "24", "€ 9.50"),
        (STORES, "When did the lamps come?", "24", "7 May 2024"),
        (STORES, "Where is the folding table?", "120", "B 12"),
        (MEETING, "Who attended the meeting?", "Jan Dahl", "Ola Berg, Siri Vik"),
        (MEETING, "Who took the minutes of the meeting?", "Jan Dahl", "Eva Moe"),
        (FAULTS, "What do I do when E3 is shown?", "The filter is blocked", "Rinse the filter"),
        (FAULTS, "What is the meaning of E3?", "The filter is blocked", "The filter is blocked"),
    ],
)
def test_a_column_is_asked_for_by_what_the_asking_word_stands_for(
    tmp_path: Path, table: str, question: str, marked: str, given: str
) -> None:
    """ "How many" has no word of "Qty"."""
    suffix = ".csv" if table == STORES else ".md"
    assert ask(tmp_path, table, question, marked, suffix=suffix).text == given


FIELDS = (
    "Field | Meaning\n---|---\n`opp_wt_i` | Weight of the other crew at the start\n"
    "`wt_n` | Weight of the crew at the end\n`wt_i` | Weight of the crew at the start\n"
    "`NSO` | Not of this club\n`NSO, RET` | Not of it, and retired\n"
)


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("What does wt_i mean?", "Weight of the crew at the start"),
        ("What does opp_wt_i mean?", "Weight of the other crew at the start"),
        ("What does NSO stand for?", "Not of this club"),
    ],
)
def test_the_row_is_the_one_whose_name_is_written_in_the_question(tmp_path: Path, question: str, given: str) -> None:
    """By their stems "wt_i" and "opp_wt_i" are alike."""
    assert ask(tmp_path, FIELDS, question, "Weight of the other crew at the start").text == given


def test_a_header_without_spaces_is_asked_for_by_its_words(tmp_path: Path) -> None:
    """Programs write "unitPrice" and "net_weight"; people ask for the unit price."""
    parts = "part,packPrice,unitPrice,net_weight\nHinge,40,7,12\nLatch,90,8,15\n"
    assert ask(tmp_path, parts, "What is the unit price of the hinge?", "40", suffix=".csv").text == "7"
    assert ask(tmp_path, parts, "What is the weight of the latch?", "90", suffix=".csv").text == "15"


def test_a_row_that_is_named_leads_those_of_other_passages(tmp_path: Path) -> None:
    """The reader marked another row first, in a passage that was found before the one with the row."""
    rows = "".join(f"`wt_{number}` | Weight of crew {number}\n" for number in range(60))
    table = f"Field | Meaning\n---|---\n{rows}`wt_i` | Weight of the crew at the start\n"
    answer = ask(tmp_path, table, "What does wt_i mean?", "Weight of crew 3\\b|Weight of the crew at the start")
    assert answer.text == "Weight of the crew at the start"


@pytest.mark.parametrize(
    ("question", "given"),
    [("What does wt_i mean?", "Weight of the crew at the start"), ("What is NSO?", "Not of this club")],
)
def test_a_row_is_named_by_its_first_words_behind_a_number(tmp_path: Path, question: str, given: str) -> None:
    """A list that is numbered, or begins with a year or a tick, has its names in the second column."""
    head, _rule, *rows = FIELDS.splitlines()
    numbered = "".join(f"{number} | {row}\n" for number, row in enumerate(rows, 1))
    table = f"No. | {head}\n---|---|---\n{numbered}"
    assert ask(tmp_path, table, question, "Weight of the other crew at the start").text == given


@pytest.mark.parametrize("nothing", ["", "–"])
def test_the_neighbour_of_an_empty_cell_is_not_its_value(tmp_path: Path, nothing: str) -> None:
    """A launch has no weekly hire; what an hour costs is not it, and the other boats have both."""
    boats = (
        f"Boat,Hourly hire,Weekly hire,Seats\nPunt,9 euros,80 euros,4\nLaunch,30 euros,{nothing},8\n"
        "Canoe,5 euros,40 euros,2\n"
    )
    for number, (question, marked, given) in enumerate(
        [
            ("What does the weekly hire of the launch cost?", "30 euros", ""),
            ("What does the hourly hire of the launch cost?", "30 euros", "30 euros"),
            ("What does the weekly hire of the canoe cost?", "40 euros", "40 euros"),
            ("How many seats has the launch?", "\\b8\\b", "8"),
        ]
    ):
        (tmp_path / str(number)).mkdir()
        answer = ask(tmp_path / str(number), boats, question, marked, suffix=".csv")
        assert answer.text == given, question


def test_a_row_of_a_thousand_columns_takes_no_time() -> None:
    """Each cell was rated by cutting all the others: nine seconds for one candidate."""
    wide = f"Place,{','.join(f'Depth{n}' for n in range(999))}\nQuay,{','.join(str(n) for n in range(999))}\n"
    parsed = sheet.parse(wide.encode())
    document = Document(1, "/wide.csv", "wide", parsed.text, parsed.marks, "")
    start = parsed.text.index("\t710\t") + 1
    candidate = Candidate(Hit(Passage(1, document, 0, len(parsed.text)), 1.0), start, start + 3, 1.0)
    asked = Asked.of("Depth712 of the quay?", Words(("depth712", "quay"), {}, {"depth712": 1, "quay": 1}, 9), _words)
    began = time.process_time()
    found = cell_asked_for(candidate, asked)
    assert time.process_time() - began < 1
    assert found is not None
    assert parsed.text[found.mark.start : found.mark.end] == "712"


def _words(text: str) -> list[str]:
    return text.lower().split()


def test_a_cell_is_quoted_whole(tmp_path: Path) -> None:
    """ "Washer, 12 mm" is another part than "Washer"."""
    table = "| No. | Part |\n|---|---|\n| 16-02 | Washer, 12 mm |\n| 16-03 | Clip |\n"
    assert ask(tmp_path, table, "What is part 16-02?", "Washer").text == "Washer, 12 mm"


# 6  Sections


def test_a_section_is_read_below_its_heading(tmp_path: Path) -> None:
    """The passage at the end of a long section does not say which plan it is about: its heading does."""
    filler = "The plan is made for small rooms and quiet people. " * 20
    text = "".join(
        f"# {name} plan\n\n{filler}\n\nThe fee is {fee} euros.\n\n" for name, fee in (("Siskin", 7), ("Dipper", 9))
    )
    (tmp_path / "plans.md").write_text(text, encoding="utf-8")
    seen: list[str] = []

    class Watching(PatternReader):
        """Keeps what it was given."""

        def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
            seen.append(text)
            return super().read(question, text, count=count, breaks=breaks)

    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path / "plans.md"])
        engine = Engine(tmp_path / "index", reader=Watching("fee is \\d"), index=index)
        engine.ask("What is the fee of the Dipper plan?")
    assert [text for text in seen if "9 euros" in text and text.startswith("Dipper plan\n\n")]


@pytest.mark.parametrize(
    ("text", "question", "marked", "given"),
    [
        ("# The audit of old weirs\n\n## By Odile Fontaine, group A\n\n## Why\n\nTo see.\n",
         "Who wrote the audit of weirs?", "Odile Fontaine", "Odile Fontaine"),
        ("# Minutes of 3 May 2024\n\nThe weir was seen.\n", "When was the weir seen?", "3 May 2024", "3 May 2024"),
        ("# The weir was mended by Odile Fontaine and her brother in May.\n\nIt held.\n",
         "Who mended the weir?", "Odile Fontaine", "Odile Fontaine"),
        ("# Weir and Fontaine\n\nIt held.\n", "Who mended the weir?", "Fontaine", ""),
        ("# Weirs of 2024\n\nIt held.\n", "When was the weir mended?", "2024", ""),
        ("# By Odile Fontaine\n\nIt held.\n", "Who mended the weir?", "By Odile Fontaine", ""),
    ],
)  # fmt: skip
def test_a_heading_is_quoted_where_it_says_something(
    tmp_path: Path, text: str, question: str, marked: str, given: str
) -> None:
    """A line of a cover, a day, or a sentence; else it is what the section is called, not what is said."""
    assert ask(tmp_path, text, question, marked).text == given
