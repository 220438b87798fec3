"""Old words of a file that has changed since are never shown as if they were current."""

import hashlib
from dataclasses import replace
from pathlib import Path

from index import Document, Passage
from qa import Hit, Reason
from tests.test_render import Shown, abstained, answered
from ui import render
from ui.freshness import stale


def read(path: Path, text: str) -> Hit:
    """A file that is written, and found as it was read."""
    path.write_text(text, encoding="utf-8")
    document = Document(1, str(path), "", text, (), hashlib.sha256(text.encode()).hexdigest())
    return Hit(Passage(1, document, 0, len(text)), 0.5)


def test_files_that_have_changed_or_gone_are_known(tmp_path: Path) -> None:
    """Also when they were current a moment ago; a copy that still has the bytes is enough."""
    hits = [read(tmp_path / name, f"The {name} is 87 metres deep.") for name in ("well", "shaft", "pit")]
    assert stale(hits) == {}
    (tmp_path / "well").write_text("It was never drilled.", encoding="utf-8")
    (tmp_path / "shaft").unlink()
    assert stale(hits) == {
        str(tmp_path / "well"): render.CHANGED,
        str(tmp_path / "shaft"): render.GONE,
    }
    (tmp_path / "well").rename(tmp_path / "elsewhere")
    (tmp_path / "copy").write_text("The well is 87 metres deep.", encoding="utf-8")
    passage = hits[0].passage
    document = replace(passage.document, copies=(f"{tmp_path}/copy",))
    assert stale([replace(hits[0], passage=replace(passage, document=document))]) == {}


def test_a_search_marks_what_is_not_as_it_was_read(tmp_path: Path) -> None:
    """It showed "87 metres" after the file said that the well was never drilled."""
    hits = [read(tmp_path / "well.txt", "The well is 87 metres deep.")]
    assert render.CHANGED not in render.found("How deep?", hits, stale=stale(hits))
    (tmp_path / "well.txt").write_text("It was never drilled.", encoding="utf-8")
    shown = Shown(render.found("How deep?", hits, stale=stale(hits)))
    assert shown.text["summary"].startswith(f"well.txt {render.CHANGED}")


def test_passages_beside_an_answer_and_an_abstention_are_marked_too(tmp_path: Path) -> None:
    """And the way out of an abstention is to read the file again, whatever its reason is."""
    found, other = (read(tmp_path / name, f"The {name} is 87 metres deep.") for name in ("well.txt", "shaft.txt"))
    changed = {other.passage.document.path: render.CHANGED}
    assert render.CHANGED in Shown(render.reply(answered(found, 0, 3, other), stale=changed)).text["summary"]
    asked = Shown(render.reply(abstained(Reason.LOW_CONFIDENCE, other), stale=changed))
    assert "Read shaft.txt again" in asked.text["button"]
    assert render.CHANGED in asked.text["summary"]
