"""qa.api: the two functions that scripts call."""

from pathlib import Path
from typing import Any

import pytest

import index as qa_index
import qa
from qa.api import engine


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample documents."""
    folder = tmp_path_factory.mktemp("api") / "index"
    assert qa.ensure_samples(folder)
    return folder


def test_samples_are_indexed_once(index: Path) -> None:
    """An index that is there is left alone, even an empty one."""
    assert not qa.ensure_samples(index)


def test_a_first_start_that_was_interrupted_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index stood after its first sample, so the next start took it for a user's own and never added the rest."""
    stop = iter([False, True])

    class Interrupted(qa_index.Index):
        """Is stopped when the second sample's turn comes, as Ctrl-C does."""

        def sync(self, *paths: Any, **options: Any) -> Any:
            def progress(_: object) -> None:
                if next(stop):
                    raise KeyboardInterrupt

            return super().sync(*paths, on_progress=progress, **options)

    with monkeypatch.context() as patched:
        patched.setattr("qa.api.Index", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            qa.ensure_samples(tmp_path / "index")
    assert qa.ensure_samples(tmp_path / "index")
    assert qa.Engine(tmp_path / "index").counts().documents == 4


def test_retrieve_gives_hits_whose_text_is_a_slice_of_the_document(index: Path) -> None:
    """The fields that DESIGN promises to scripts."""
    hits = qa.retrieve("who led the meeting?", index=str(index), k=3)
    assert len(hits) == 3
    assert Path(hits[0].passage.document.path).name == "trilateral-cyber-meeting.md"
    for hit in hits:
        passage = hit.passage
        assert passage.document.text[passage.start : passage.end] == passage.text


def test_the_samples_answer_what_a_first_start_promises(index: Path) -> None:
    """Who, when, and that the documents do not say how much was stolen."""
    who = qa.ask("Who led the meeting?", index=index)
    assert all(name in who.text for name in ("In Seong-hwan", "Anne Neuberger", "Keiichi Ichikawa"))
    assert "19 December 2023" in qa.ask("When was it held?", index=index).text
    then = qa.ask("When was it held?", index=index, turns=[qa.Turn("Who led the meeting?", who.text)])
    assert "19 December 2023" in then.text
    stolen = qa.ask("How much was stolen?", index=index)
    assert (stolen.text, stolen.reason) == ("", qa.Reason.LOW_CONFIDENCE)


def test_the_default_index_is_the_environment_s(index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``$SEEDQA_INDEX`` first, else the user's data folder."""
    monkeypatch.setenv("SEEDQA_INDEX", str(index))
    assert qa.default_index() == index
    assert qa.retrieve("who led the meeting?")
    monkeypatch.delenv("SEEDQA_INDEX")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert qa.default_index().name == "index"


def test_one_engine_serves_every_call_on_a_folder(index: Path) -> None:
    """Models are loaded once."""
    assert engine(index) is engine(str(index))


def test_another_reader_may_be_asked(index: Path) -> None:
    """The larger one too reads what the small one is in doubt of."""
    assert qa.ask("who led the meeting?", index=index, reader="both").claims
    assert engine(index, reader="both").reader.name == "both"


@pytest.mark.parametrize(("question", "k", "message"), [(" ", 5, "question is empty"), ("Who?", 0, "k is 0")])
def test_bad_arguments_are_refused(index: Path, question: str, k: int, message: str) -> None:
    """Before anything is loaded."""
    for call in (qa.ask, qa.retrieve):
        with pytest.raises(ValueError, match=message):
            call(question, index=index, k=k)
