"""What is made of a reader's spans before a person sees them: one story for each way in which a quote can mislead.

The reader here marks what a pattern says, so that each test is about the rule and not about the weights.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Document, Hit, Index, Passage, Words
from index.load import sheet
from qa.about import Asked, names
from qa.engine import Engine
from qa.extent import settled, whole_words
from qa.kinds import misfits
from qa.language import is_english
from qa.lists import asks_for_several, joined_names
from qa.spelling import nearest
from qa.table import cell_asked_for
from qa.types import Answer, Candidate, Reason, Span, Turn
from tests.fakes import HashingEmbedder, PatternReader
from ui.render.answer import message
from ui.terminal import answer_lines


def ask(
    folder: Path, text: str, question: str, marks: str, *, suffix: str = ".md", turns: Sequence[Turn] = ()
) -> Answer:
    """Index a text, ask, with a reader that marks what a pattern matches."""
    (folder / f"paper{suffix}").write_text(text, encoding="utf-8")
    with Index.open(folder / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([folder / f"paper{suffix}"])
        return Engine(folder / "index", reader=PatternReader(marks), index=index).ask(question, turns)


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
    assert scores[0] >= scores[1] + 4


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


# 8  Who said it


def test_a_speaker_s_label_can_be_quoted(tmp_path: Path) -> None:
    """Who will order the paint? The one whose turn says so."""
    text = "Ada: Shall we start?\nBram: I will order the paint.\nAda: Good.\nBram: Next week.\n"
    assert ask(tmp_path, text, "Who will order the paint?", "Bram", suffix=".txt").text == "Bram"


CALL = (
    "Ada: Pavel has the flu, so I will lead this. Is the mural dry?\n"
    "Bram: I want the blue paint from Ada.\n"
    "Ada: I think Pavel will order it. Ten litres would be too much.\n"
    "Bram: Pavel will send me the bill.\n"
    "Bram: Good.\n"
)


@pytest.mark.parametrize(
    ("question", "marked", "speaker"),
    [
        ("Who will lead this?", "Pavel", "Ada"),
        ("Who wants the blue paint?", "Ada\\.", "Bram"),
        ("Who asked whether the mural is dry?", "the mural", "Ada"),
        ("Who said that ten litres would be too much?", "Ten litres", "Ada"),
        ("Who has the flu?", "Pavel", "Pavel"),
        ("Who will order it?", "Pavel(?= will order)", "Pavel"),
        ("Who will send the bill?", "Pavel(?= will send)", "Pavel"),
        ("Who will order the blue paint?", "Ada\\.", "Ada."),
    ],
)
def test_who_speaks_of_herself_is_the_one(tmp_path: Path, question: str, marked: str, speaker: str) -> None:
    """ "Jonas is ill, so I will chair": asked who chairs, the reader marked Jonas, the only name in the sentence."""
    answer = ask(tmp_path, CALL, question, marked, suffix=".txt")
    assert answer.text == speaker
    if question == "Who will lead this?":
        assert answer.citations[0].sentence == CALL.split("\n")[0]


def test_who_has_an_office_is_told_by_the_brackets_behind_the_name(tmp_path: Path) -> None:
    """And has led the meeting, not all that it speaks of."""
    text = (
        "# Rowing club: minutes of the spring meeting\n\nPresent: Odile Fontaine (chair), Bo Lund (treasurer), "
        "Ida Holm\n\n## 1. Slipway\n\nIda Holm said that the work on the slipway had begun.\n"
    )
    for number, (question, given) in enumerate(
        [
            ("Who led the meeting?", "Odile Fontaine"),
            ("Who chaired the spring meeting?", "Odile Fontaine"),
            ("Who is the treasurer of the rowing club?", "Bo Lund"),
            ("Who led the work on the slipway?", "Ida Holm"),
        ]
    ):
        (tmp_path / str(number)).mkdir()
        assert ask(tmp_path / str(number), text, question, "Ida Holm").text == given, question


@pytest.mark.parametrize(
    ("question", "party"),
    [
        ("Who is the hirer?", "Fontaine & Brandt, Ltd"),
        ("Who are the owners?", "Ida Holm, Jonas Ek, and Bo Lund"),
        ("Who is the agent?", "Runa Dahl"),
        ("who's the harbour master", "the town of Vik"),
        ("Which company is our insurer?", "Nordlys Mutual plc"),
    ],
)
def test_the_party_to_a_contract_is_told_by_its_role(tmp_path: Path, question: str, party: str) -> None:
    """Whatever a reader marks in the passage: the role stands in quotes and brackets behind its name."""
    text = (
        "This agreement is made between **Fontaine & Brandt, Ltd**, 4 Quay Street, Vik (“the Hirer”), led by Odile "
        'Fontaine, and Runa Dahl, broker ("the Agent"), and Ida Holm, Jonas Ek, and Bo Lund (together "Owners").\n\n'
        'It is seen by the town of Vik (hereinafter referred to as "Harbour Master"); it is insured by\nNordlys Mutual '
        'plc, Bergen ("the Insurer").\n'
    )
    answer = ask(tmp_path, text, question, "4 Quay Street")
    assert answer.text == party
    assert ask(tmp_path, text, "Who is the pilot?", "4 Quay Street").text != party


def test_a_party_is_named_far_from_where_its_role_is_spoken_of(tmp_path: Path) -> None:
    """The clause that was found says what the hirer pays; the first page says who that is."""
    clauses = "\n\n".join(f"{n}. The boathouse is to be swept on day {n} of each month." for n in range(2, 60))
    text = f'# Parties\n\nBetween Fontaine Ltd ("the Hirer") and Ida Holm ("the Owner").\n\n# Use\n\n{clauses}\n\n'
    answer = ask(tmp_path, f"{text}60. The hirer pays Bo Lund.\n", "Who is the hirer?", "Bo Lund")
    assert answer.text == "Fontaine Ltd"
    (citation,) = answer.citations
    assert (citation.sentence[:20], citation.heading) == ("Between Fontaine Ltd", "Parties")


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


# 12  Follow-ups (more in test_followup.py)


def test_a_follow_up_is_searched_for_as_a_whole_question(tmp_path: Path) -> None:
    """And what was searched is what the next turn refers to."""
    text = "The ferry to Brekka leaves at 7:00. The ferry to Dalvik leaves at 8:15.\n"
    turns = [Turn("When does the ferry to Brekka leave?", "7:00")]
    answer = ask(tmp_path, text, "What about Dalvik?", "8:15", turns=turns)
    assert (answer.searched, answer.text) == ("When does the ferry to Dalvik leave?", "8:15")


# 13  Words as people write


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The audit is on 12.03.2024 in the hall.", "What happens on March 12th, 2024?"),
        ("The audit is on 2024-03-12 in the hall.", "What happens on 12 March 2024?"),
        ("The prize of 1,150 crowns went to the audit.", "Who got 1150 crowns?"),
        ("The re\u00adfri\u00adger\u00adator is in the audit room.", "Where is the refrigerator?"),
        ("会议由王丽主持, audit.", "谁主持？"),
    ],
)
def test_what_is_written_otherwise_is_found_by_words(tmp_path: Path, text: str, question: str) -> None:
    """Dates, numbers, soft hyphens, and characters without spaces between words."""
    (tmp_path / "paper.txt").write_text(text, encoding="utf-8")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path / "paper.txt"])
        stems = set(index.vocabulary.stems(text))
        words = index.vocabulary.words(question)
        assert [stem for stem in words.frequencies if stem in stems and words.frequencies[stem]]


def test_a_slip_of_the_pen_is_mended_by_the_documents(tmp_path: Path) -> None:
    """And what was searched for says how."""

    class Pieces(HashingEmbedder):
        """Knows no word whole, as a real one knows few."""

        def count_tokens(self, texts: Sequence[str]) -> list[int]:
            return [2 * count for count in super().count_tokens(texts)]

    (tmp_path / "paper.txt").write_text("The chairperson of the regatta is Ida Brandt.", encoding="utf-8")
    with Index.open(tmp_path / "index", embedder=Pieces(), create=True) as index:
        index.sync([tmp_path / "paper.txt"])
        engine = Engine(tmp_path / "index", reader=PatternReader("Ida Brandt"), index=index)
        answer = engine.ask("Who is the chiarperson?")
    assert (answer.searched, answer.text) == ("Who is the chairperson?", "Ida Brandt")


def test_a_word_that_is_near_two_is_left_as_it_is() -> None:
    """Nothing is rewritten when unsure."""
    assert nearest("hause", ["house"]) == "house"
    assert nearest("hause", ["house", "haute"]) == ""
    assert nearest("fee", ["fees"]) == ""


# The kind of thing


@pytest.mark.parametrize(
    ("question", "quote", "unfit"),
    [
        ("How loud is the pump?", "5 cm", True),
        ("How loud is the pump?", "65 dB", False),
        ("How wide is the pump?", "60", False),
        ("How heavy is it?", "41.5 kg", False),
        ("How heavy is it?", "three months", True),
        ("How many chairs were ordered?", "KX-200", True),
        ("How many chairs were ordered?", "12", False),
        ("How much is the tour?", "14:30", True),
        ("How often is it cleaned?", "after each load", False),
        ("When did it fail?", "the second one", False),
        ("Who signed it?", "42", True),
        ("How long did the copy take?", "214.6 GB", True),
        ("What is part 31-09?", "18.50", True),
        ("What is part 31-09?", "Bilge pump", False),
        ("what is bv210", "90.00", True),
        ("What was decided about the slipway?", "Odile Fontaine", True),
        ("What was decided about the slipway?", "put off until June", False),
        ("What was agreed on the colour?", "Blue", False),
    ],
)
def test_an_answer_is_of_the_kind_that_was_asked_for(question: str, quote: str, unfit: bool) -> None:
    """Centimetres are not loud; a code is not a count; a time of day is not a price."""
    assert misfits(question, quote) is unfit


def test_the_name_of_a_column_may_say_the_unit_and_never_who() -> None:
    """An invoice's number was taken for who had sent it, as "Invoice no." stands above it, and that has letters."""
    assert misfits("Who sent the invoice?", "2024-0817", "Invoice no.")
    assert not misfits("How long does it run?", "20", "minutes")
