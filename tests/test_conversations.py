"""What was asked before is there again, whatever happened to the program."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import pytest

import qa
from qa import Turn
from ui.conversations import Conversations, Reply, State

ANN = Reply(State.DONE, "Who led the meeting?", "Ann", True, "<p>Ann</p>", '{"reason": "answered"}')


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    """Conversations in a file."""
    made = Conversations(tmp_path / "conversations.db")
    yield made
    made.close()


def asked(kept: Conversations, *questions: str, reply: Reply = ANN) -> str:
    """A conversation with some questions, all answered alike."""
    conversation = kept.start().id
    for question in questions:
        kept.finish(conversation, kept.ask(conversation, question), reply)
    return conversation


def test_all_is_there_again(kept: Conversations, tmp_path: Path) -> None:
    """Questions, what was shown for them, and the draft."""
    one = asked(kept, "Who led it?", "And when?")
    kept.keep_draft(one, "half a quest")
    kept.close()
    again = Conversations(tmp_path / "conversations.db")
    found = again.get(one)
    assert found is not None
    assert (found.title, found.draft, found.questions) == ("Who led it?", "half a quest", 2)
    assert [(each.number, each.asked, each.reply) for each in again.exchanges(one)] == [
        (1, "Who led it?", ANN),
        (2, "And when?", ANN),
    ]
    again.close()


def test_a_question_that_a_kill_cut_short_is_interrupted(tmp_path: Path) -> None:
    """Killed with -9 in the middle of a question: the question is there, and says that it was not answered."""
    path = tmp_path / "conversations.db"
    script = (
        "import sys, time, pathlib; from ui.conversations import Conversations; "
        "kept = Conversations(pathlib.Path(sys.argv[1])); one = kept.start().id; kept.ask(one, 'Who?'); "
        "print(one, flush=True); time.sleep(60)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen([sys.executable, "-c", script, path], env=environment, text=True, stdout=PIPE) as program:
        assert program.stdout is not None
        one = program.stdout.readline().strip()
        program.send_signal(signal.SIGKILL)
    kept = Conversations(path)
    (exchange,) = kept.exchanges(one)
    assert (exchange.asked, exchange.reply.state) == ("Who?", State.INTERRUPTED)
    assert kept.turns(one, before=9) == []
    kept.close()


def test_without_a_file_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--no-history``: it works as long as the program runs, and leaves no trace."""
    monkeypatch.chdir(tmp_path)
    kept = Conversations()
    assert kept.exchanges(asked(kept, "Who?"))
    assert not kept.is_kept
    kept.close()
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_for_its_owner_only(kept: Conversations) -> None:
    """What was asked is nobody else's business."""
    assert kept.path is not None
    assert kept.path.stat().st_mode & 0o077 == 0


def test_a_question_refers_to_what_was_answered_before_it(kept: Conversations) -> None:
    """Failed, stopped and still running questions are no context, nor is what comes later."""
    one = asked(kept, "Who led it?")
    kept.finish(one, kept.ask(one, "bug"), Reply(State.FAILED))
    kept.ask(one, "running")
    number = kept.ask(one, "When?")
    kept.finish(one, kept.ask(one, "later"), ANN)
    assert kept.turns(one, before=number) == [Turn("Who led the meeting?", "Ann")]


def test_a_long_conversation_has_no_longer_context(kept: Conversations) -> None:
    """What a question costs does not grow with what was asked before."""
    one = asked(kept, *(f"Question {number}?" for number in range(30)))
    assert len(kept.turns(one, before=31)) == 8


def test_exchanges_come_in_parts(kept: Conversations) -> None:
    """The last ones first, so that a long conversation is shown at once."""
    one = asked(kept, *(f"{number}" for number in range(1, 8)))
    assert [each.number for each in kept.exchanges(one, most=3)] == [5, 6, 7]
    assert [each.number for each in kept.exchanges(one, before=5, most=3)] == [2, 3, 4]


def test_the_latest_conversation_is_listed_first(kept: Conversations) -> None:
    """An empty one is not listed; one with only a draft is."""
    one, two = asked(kept, "One?"), asked(kept, "Two?")
    empty, drafted = kept.start().id, kept.start().id
    kept.keep_draft(drafted, "half")
    kept.ask(one, "And?")
    assert [each.id for each in kept.listed()] == [one, drafted, two]
    assert empty not in [each.id for each in kept.listed()]


@pytest.mark.parametrize("words", ["ÄRGER", "ann", "  My title "])
def test_a_conversation_is_found_by_its_words(kept: Conversations, words: str) -> None:
    """Title, questions and answers, whatever the case, in any script."""
    one = asked(kept, "Wer hatte Ärger?")
    kept.rename(one, "My title")
    other = asked(kept, "Why?", reply=Reply(State.DONE, "Why?", "", True))
    assert [each.id for each in kept.listed(words)] == [one]
    assert [each.id for each in kept.listed("%")] == []
    assert {each.id for each in kept.listed("")} == {one, other}


def test_a_title_is_the_first_question_until_it_is_given_one(kept: Conversations) -> None:
    """And again, if the given one is taken away."""
    one = asked(kept, "Who  led\nit?", "And when?")
    long = asked(kept, "x" * 500)
    assert [kept.get(each).title for each in (one, long)] == ["Who led it?", "x" * 119 + "…"]  # type: ignore[union-attr]
    kept.rename(one, " Minutes ")
    assert kept.get(one).title == "Minutes"  # type: ignore[union-attr]
    kept.rename(one, "")
    assert kept.get(one).title == "Who led it?"  # type: ignore[union-attr]


def test_deleting_can_be_undone_until_the_program_starts_again(kept: Conversations, tmp_path: Path) -> None:
    """Then the words are gone from the file, not only from the list."""
    one, two = asked(kept, "Who is the zyxwv?"), asked(kept, "Two?")
    kept.delete(one)
    assert kept.get(one) is None
    assert [each.id for each in kept.listed()] == [two]
    kept.restore(one)
    assert len(kept.exchanges(one)) == 1
    kept.delete(one)
    kept.close()
    Conversations(tmp_path / "conversations.db").close()
    assert b"zyxwv" not in (tmp_path / "conversations.db").read_bytes()


def test_what_was_deleted_long_ago_goes_with_the_next_deletion(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that runs for months does not keep it for months."""
    one, two = asked(kept, "One?"), asked(kept, "Two?")
    kept.delete(one)
    later = time.time() + 7200
    monkeypatch.setattr("ui.conversations.time.time", lambda: later)
    kept.delete(two)
    kept.restore(one)
    assert kept.get(one) is None


def test_asking_takes_the_draft(kept: Conversations) -> None:
    """It is the question now; typed on afterwards, it is a draft again."""
    one = kept.start().id
    kept.keep_draft(one, "Who?")
    kept.ask(one, "Who?")
    assert kept.get(one).draft == ""  # type: ignore[union-attr]


def test_what_came_to_nothing_can_be_asked_again(kept: Conversations) -> None:
    """The new question takes its place; an answered one is never dropped."""
    one = asked(kept, "Who?")
    kept.finish(one, kept.ask(one, "bug"), Reply(State.FAILED))
    kept.forget(one, 1)
    kept.forget(one, 2)
    assert [each.asked for each in kept.exchanges(one)] == ["Who?"]


def test_two_programs_can_share_the_file(kept: Conversations, tmp_path: Path) -> None:
    """Each sees what the other has stored."""
    other = Conversations(tmp_path / "conversations.db")
    one = asked(other, "Who?")
    assert kept.get(one) is not None
    other.close()


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    """It is refused with what to do, and not overwritten."""
    path = tmp_path / "conversations.db"
    Conversations(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(qa.StoreError, match=r"later seedqa .*--no-history"):
        Conversations(path)


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is thrown away without being told."""
    path = tmp_path / "conversations.db"
    path.write_bytes(b"This is no database, and is as long as the header of one." * 4)
    with pytest.raises(qa.StoreError, match=r"conversations\.db cannot be read or kept .*--no-history"):
        Conversations(path)
