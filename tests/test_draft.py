"""What of a passage is embedded."""

from pathlib import Path

import pytest

from index import Index
from index.sentences import sentences
from index.sync.draft import MOST, meant
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
