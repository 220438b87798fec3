"""Who said it, who holds an office, who is a party."""

from pathlib import Path

import pytest

from tests.rules.asking import ask

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
