"""qa.engine: one question down, one answer up."""

import os
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Lock

import pytest

from index import Counts, Hit, Index, IndexNotFound, Mode, ModelError, Where
from qa.engine import AT_ONCE, Engine
from qa.originals import unless_changed
from qa.read.calibration import Calibration
from qa.read.in_order import read_in_order
from qa.types import Answer, Citation, Claim, Reason, Span, Turn
from tests.fakes import HashingEmbedder, PatternReader, document, lines

NOTES = "The meeting was held in May.\n\nAnna Novak led the meeting.\n\nThe kettle holds two litres."


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine over one file, with a reader that looks for capitalised pairs of words."""
    (tmp_path / "notes.txt").write_text(NOTES, encoding="utf-8")
    index = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    index.sync([tmp_path / "notes.txt"])
    return Engine(tmp_path / "index", reader=PatternReader(r"[A-Z]\w+ [A-Z]\w+"), index=index)


def test_an_answer_is_a_slice_of_the_file(engine: Engine, tmp_path: Path) -> None:
    """Path, offsets and hash are those of the file on disk."""
    answer = engine.ask("Who led the meeting?")
    (citation,) = answer.citations
    assert (answer.text, answer.reason) == ("Anna Novak", Reason.ANSWERED)
    assert Path(citation.path).read_text(encoding="utf-8")[citation.start : citation.end] == "Anna Novak"
    assert Path(citation.path) == (tmp_path / "notes.txt").resolve()


def test_a_follow_up_is_searched_as_a_whole_question(engine: Engine) -> None:
    """The question that was typed and the one that was searched are both in the answer."""
    answer = engine.ask("When was it held?", [Turn("Who led the meeting?", "Anna Novak")])
    assert (answer.question, answer.searched) == ("When was it held?", "When was the meeting held?")


def test_conversations_do_not_mix(engine: Engine) -> None:
    """Two conversations at once, on one engine: each follow-up refers to its own turns."""
    topics = ["the meeting", "the kettle"] * 10

    def searched(topic: str) -> str:
        return engine.ask("When was it made?", [Turn(f"Where is {topic}?", "")]).searched

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(searched, topics)) == [f"When was {topic} made?" for topic in topics]


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_changed_or_vanished_source_is_not_quoted(engine: Engine, tmp_path: Path, change: str) -> None:
    """What the file no longer holds is not shown as its words; retrieval still works."""
    if change == "edit":
        (tmp_path / "notes.txt").write_text(NOTES.replace("Anna", "Olga"), encoding="utf-8")
    else:
        (tmp_path / "notes.txt").unlink()
    answer = engine.ask("Who led the meeting?")
    assert (answer.text, answer.citations, answer.reason) == ("", (), Reason.SOURCE_CHANGED)
    assert engine.retrieve("Who led the meeting?")


def test_an_empty_index_says_so(tmp_path: Path) -> None:
    """That is told apart from documents that do not say."""
    index = Index.open(tmp_path, create=True, embedder=HashingEmbedder())
    answer = Engine(tmp_path, reader=PatternReader("x"), index=index).ask("Who?")
    assert (answer.reason, answer.hits) == (Reason.EMPTY_INDEX, ())


def test_a_missing_index_is_an_error_that_says_what_to_type(tmp_path: Path) -> None:
    """Nothing is created by asking."""
    with pytest.raises(IndexNotFound, match="seedqa add"):
        Engine(tmp_path / "nowhere").ask("Who?")
    assert not (tmp_path / "nowhere").exists()


def test_a_question_of_punctuation_or_of_ten_thousand_characters_is_no_crash(engine: Engine) -> None:
    """Both come back as answers or abstentions."""
    for question in ("?", '"NEAR(*', "who " * 2_500, "\0", "\ud800", "𝔘 ‮ ﷺ"):
        assert engine.ask(question).question == question


def test_closing_and_asking_again_opens_the_index_again(tmp_path: Path) -> None:
    """An engine outlives its index, whose embedder it finds by what the index remembers, with no network."""
    (tmp_path / "notes.txt").write_text(NOTES, encoding="utf-8")
    engine = Engine(tmp_path / "index", reader=PatternReader(r"[A-Z]\w+ [A-Z]\w+"))
    engine.add([tmp_path / "notes.txt"])
    answer = engine.ask("Who led the meeting?")
    assert answer.text == "Anna Novak"
    engine.close()
    assert engine.ask("Who led the meeting?") == answer
    engine.close()


def test_an_embedder_that_is_not_there_is_said_to_be_so(engine: Engine) -> None:
    """The one by which an index was made may be gone: it is named, and not looked for on the network."""
    engine.close()
    with pytest.raises(ModelError, match="hashing"):
        engine.ask("Who led the meeting?")


@pytest.mark.parametrize(("ceiling", "read"), [(float("inf"), 4), (13.0, 3), (8.0, 2), (5.0, 1)])
def test_reading_stops_where_no_later_passage_could_lead(ceiling: float, read: int) -> None:
    """The first passage scores 5; one with retrieval score s could reach ceiling + 10 (s - 1)."""
    passages = lines(document("Ann led.\nBob led.\nCid led.\nDan led."))
    hits = [Hit(passage, score) for passage, score in zip(passages, (1.0, 0.8, 0.3, 0.1), strict=True)]
    reader = PatternReader("[A-Z]..")
    reader.calibration = Calibration(0.0, (0.0,), (1.0,), retrieval_weight=10.0, ceiling=ceiling)
    candidates = read_in_order(reader, "Who led?", hits)
    assert [candidate.hit for candidate in candidates] == hits[:read]
    assert [candidate.quote for candidate in candidates] == ["Ann", "Bob", "Cid", "Dan"][:read]


def test_what_was_added_without_a_file_can_be_quoted(tmp_path: Path) -> None:
    """A memo or a message has no file that could have changed; it was always SOURCE_CHANGED."""
    index = Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder())
    index.add(document("Anna Novak led the meeting.", "memo/1", sha256=""))
    answer = Engine(tmp_path / "index", reader=PatternReader(r"[A-Z]\w+ [A-Z]\w+"), index=index).ask("Who led?")
    assert (answer.text, answer.citations[0].path) == ("Anna Novak", "memo/1")


def test_the_certainty_is_that_of_the_claim_that_is_shown(tmp_path: Path) -> None:
    """What a changed file had said was dropped, and its certainty stood beside what another file says."""
    fresh, changed = tmp_path / "a.txt", tmp_path / "b.txt"
    for file in (fresh, changed):
        file.write_text("Seven came.\n")
    digest = sha256(fresh.read_bytes()).hexdigest()
    whole = Citation(str(changed), "", None, "", 0, 5, "Seven", "Seven came.", 0, "0" * 64)
    claims = (
        Claim("Eight", (whole,), 0.93),
        Claim("Seven", (replace(whole, path=str(fresh), sha256=digest),), 0.31),
    )
    kept = unless_changed(Answer("How many?", "How many?", Reason.ANSWERED, 0.93, claims))
    assert (kept.text, kept.confidence) == ("Seven", 0.31)


def test_a_source_that_became_a_pipe_does_not_hang_the_question(engine: Engine, tmp_path: Path) -> None:
    """To open a pipe waits for a writer, and two such questions ended the page."""
    (tmp_path / "notes.txt").unlink()
    os.mkfifo(tmp_path / "notes.txt")
    assert engine.ask("Who led the meeting?").reason is Reason.SOURCE_CHANGED


def test_a_copy_that_still_holds_is_quoted_instead(engine: Engine, tmp_path: Path) -> None:
    """One of two files with the same bytes has changed: the other one says it still."""
    (tmp_path / "copy.txt").write_text(NOTES, encoding="utf-8")
    engine.index.sync([tmp_path / "copy.txt"])
    (tmp_path / "copy.txt").write_text("changed", encoding="utf-8")
    answer = engine.ask("Who led the meeting?")
    assert (answer.text, [Path(c.path).name for c in answer.citations]) == ("Anna Novak", ["notes.txt"])


def test_an_index_made_again_is_seen_by_a_running_process(tmp_path: Path) -> None:
    """It went on answering from the deleted file, with text that its owner had removed."""
    embedder = HashingEmbedder()

    def make(text: str) -> None:
        with Index.open(tmp_path / "index", create=True, embedder=embedder) as index:
            index.add(document(text, "/notes", sha256=""))

    make("Anna Novak led the meeting.")
    reader = PatternReader(r"[A-Z]\w+ [A-Z]\w+")
    engine = Engine(tmp_path / "index", reader=reader, index=Index.open(tmp_path / "index", embedder=embedder))
    assert engine.ask("Who led?").text == "Anna Novak"
    shutil.rmtree(tmp_path / "index")
    with pytest.raises(IndexNotFound):
        engine.ask("Who led?")
    make("Olga Berg led the meeting.")
    assert [entry.path for entry in engine.documents()] == ["/notes"]
    assert engine.index.search("led", mode=Mode.LEXICAL)[0].passage.text == "Olga Berg led the meeting."


def test_a_relative_folder_is_the_same_one_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that changed its folder was told that there is no index, by an engine and by an open index."""
    embedder, reader = HashingEmbedder(), PatternReader(r"[A-Z]\w+ [A-Z]\w+")
    monkeypatch.chdir(tmp_path)
    index = Index.open(Path("index"), create=True, embedder=embedder)
    engine = Engine(Path("index"), reader=reader, index=index)
    monkeypatch.chdir("/")
    index.add(document("Anna Novak led the meeting.", "/notes", sha256=""))
    assert engine.ask("Who led?").text == "Anna Novak"
    engine.close()
    assert [entry.path for entry in engine.documents()] == ["/notes"]


def test_an_index_that_was_opened_again_is_told_from_the_one_before(engine: Engine) -> None:
    """By a number that is given once: an address in memory is given again, and a page then lists what was deleted."""
    before = engine.generation()
    engine.close()
    assert engine.generation() == (before[0] + 1, before[1])
    assert engine.generation() == engine.generation()
    engine.close()


def test_no_more_questions_are_read_at_once_than_help(engine: Engine) -> None:
    """Each uses every core: the page, REST and scripts share one bound."""
    reading, most = 0, 0
    lock, pattern = Lock(), PatternReader(r"[A-Z]\w+ [A-Z]\w+")

    class Slow(PatternReader):
        def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
            nonlocal reading, most
            with lock:
                reading += 1
                most = max(most, reading)
            time.sleep(0.02)
            with lock:
                reading -= 1
            return pattern.read(question, text, count=count, breaks=breaks)

    slow = Engine(engine.folder, reader=Slow("x"), index=engine.index)
    with ThreadPoolExecutor(8) as pool:
        assert {answer.text for answer in pool.map(lambda _: slow.ask("Who led?"), range(12))} == {"Anna Novak"}
    assert 1 <= most <= AT_ONCE


def test_the_engine_adds_and_removes_what_the_next_question_sees(engine: Engine, tmp_path: Path) -> None:
    """Faces need nothing but the engine."""
    (tmp_path / "more.txt").write_text("Olga Berg wrote the minutes.", encoding="utf-8")
    assert engine.add([tmp_path / "more.txt"]).added == 1
    assert engine.ask("Who wrote the minutes?").text == "Olga Berg"
    assert engine.counts() == Counts(documents=2, files=2, passages=2)
    where = Where(paths=(str(tmp_path / "notes.txt"),))
    confined = engine.ask("Who wrote the minutes?", where=where)
    assert {Path(hit.passage.document.path).name for hit in confined.hits} == {"notes.txt"}
    assert (confined.text, confined.candidates[0].quote) == ("", "Anna Novak")  # which says nothing of minutes
    assert engine.remove([tmp_path / "more.txt"]) == 1
    assert [Path(entry.path).name for entry in engine.documents()] == ["notes.txt"]
    assert engine.check() == []


def test_the_same_words_are_read_once_and_cited_wherever_they_stand(tmp_path: Path) -> None:
    """Many copies of one passage took the places of the ten that are read, and as many times the reader's time."""
    seen: list[str] = []

    class Counting(PatternReader):
        """Keeps what it was given."""

        def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
            seen.append(text)
            return super().read(question, text, count=count, breaks=breaks)

    rule = "The key of the boathouse hangs behind the door."
    for name in ("one", "two", "three"):
        more = f"This paper is number {name}, and says nothing more of it. " * 30
        (tmp_path / f"{name}.md").write_text(f"# Keys\n\n{rule}\n\n# More\n\n{more}\n", encoding="utf-8")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path])
        engine = Engine(tmp_path / "index", reader=Counting("behind the door"), index=index)
        answer = engine.ask("Where does the key of the boathouse hang?")
    assert sum(rule in text for text in seen) == 1
    assert len(answer.claims) == 1
    assert len({citation.path for citation in answer.citations}) == 3
