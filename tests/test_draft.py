"""What of a passage is embedded."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from index import Index, load_embedder
from index.sentences import sentences
from index.sync.draft import MOST, Cut, cut, meant
from index.types import Document, Kind, Mark
from index.view import EMBEDDED, View
from tests.fakes import HashingEmbedder


@pytest.mark.parametrize("count", [0, 1, 2, MOST])
def test_each_sentence_has_a_vector(count: int) -> None:
    """As many as a passage of sentences has."""
    text = "\n\n".join(f"Mill {n} is run by Edda Holm." for n in range(count))
    assert meant(text) == sentences(text)
    assert len(meant(text)) == count


@pytest.mark.parametrize("count", [MOST + 1, 2 * MOST, 10 * MOST + 3])
def test_crumbs_share_one(count: int) -> None:
    """120 KB of them made an index of 17 MB: a vector for each."""
    text = "Go! " * count
    found = meant(text)
    assert MOST / 2 <= len(found) <= MOST
    assert (found[0][0], found[-1][1]) == (sentences(text)[0][0], sentences(text)[-1][1])
    assert [start for start, _ in found[1:]] == [end for _, end in found[:-1]], "none is left out"


def test_an_index_of_crumbs_is_sound(tmp_path: Path) -> None:
    """And it has no more vectors than that."""
    (tmp_path / "crumbs.txt").write_text("Go! " * 2_000)
    with Index.open(tmp_path / "index", create=True, embedder=HashingEmbedder()) as index:
        index.sync([tmp_path / "crumbs.txt"])
        assert index.check() == []
        (hit,) = index.search("go", 1)
        assert hit.passage.document.path.endswith("crumbs.txt")


def below(headings: Sequence[str]) -> Document:
    """Some sentences, the passages of which all but the first stand below headings that are not in them."""
    top = "The mills are named below.\n\n"
    text = top + " ".join(f"Mill number {n} is run by Edda Holm of the upper valley." for n in range(60))
    marks = [Mark(0, len(text), Kind.HEADING, heading) for heading in headings]
    return Document(0, "/mills.txt", "Mills", text, tuple(marks), "")


packaged = cache(load_embedder)


def tokens_of(texts: Sequence[str]) -> list[int]:
    """How many tokens the packaged embedder makes of each text."""
    return packaged().count_tokens(texts)


def cut_of(headings: Sequence[str]) -> Cut:
    """The passages below those headings, as the packaged embedder has them."""
    return cut(below(headings), tokens_of, 256)


LONG = "Whereas the parties have agreed on what is set out in this part and in the annexes to it " * 12


@pytest.mark.parametrize("headings", [[LONG], ["Deed", LONG], [LONG, "Mills"], [LONG, LONG], ["長い見出し" * 60]])
def test_headings_take_a_quarter_of_what_is_read_at_most(headings: list[str]) -> None:
    """Passages below a heading of 250 tokens were embedded as that heading, and found by nothing else."""
    made = cut_of(headings)
    assert len(made.passages) > 3
    for passage, text in zip(made.passages[1:], made.texts[1:], strict=True):
        above, own = text.split("\n\n", 1)
        assert own == passage.text
        assert 30 <= tokens_of([above])[0] <= 63 or above == "Mills"
        assert tokens_of([text])[0] <= 254


def test_of_headings_that_are_too_long_the_innermost_is_kept() -> None:
    """It says what the passage is about."""
    made = cut_of(["Deed", LONG, "Duties of the miller", "Repairs"])
    assert {text.split("\n\n", 1)[0] for text in made.texts[1:]} == {"Duties of the miller – Repairs"}
    (begun,) = {text.split("\n\n", 1)[0] for text in cut_of([LONG]).texts[1:]}
    assert LONG.startswith(f"{begun} ")


def test_below_other_headings_nothing_changes() -> None:
    """So an index that was made before stands, and nothing of it is embedded again."""
    made = cut_of(["Deed of the mills in the upper valley", "Duties of the miller – and of the heirs", "Repairs"])
    assert made.texts == [View.of(passage, EMBEDDED).text for passage in made.passages]
    assert "Deed of the mills in the upper valley – Duties" in made.texts[1]
