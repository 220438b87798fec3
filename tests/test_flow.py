"""Reading ahead, embedding together, storing at once, and going on inside a large file."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Index, LoadError, Outcome, Progress
from index.store import Origin, Store
from index.sync.ahead import InOrder, Same, Task
from index.sync.unfinished import FOLDER
from index.types import Extent, Vectors
from tests.fakes import HashingEmbedder, document, lines


class Counting(HashingEmbedder):
    """Writes down what it embeds, call by call."""

    def __init__(self, *, seconds: float = 0) -> None:
        """Start with no calls; each takes so many seconds."""
        super().__init__()
        self.calls: list[list[str]] = []
        self._seconds = seconds

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Embed the texts, and write them down."""
        self.calls.append(list(texts))
        time.sleep(self._seconds)
        return super().encode_parts(texts, parts)

    @property
    def embedded(self) -> list[str]:
        """All that was embedded."""
        return [text for call in self.calls for text in call]


def made(folder: Path, embedder: HashingEmbedder) -> Index:
    """Open an index, empty at first."""
    return Index.open(folder, embedder=embedder, create=True)


def contents(index: Index) -> list[tuple[str, int, str]]:
    """List what is stored: path, id and text of each document."""
    found = [index.document(entry.id) for entry in index.documents()]
    return [(each.path, each.id, each.text) for each in found if each]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Make an empty folder."""
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder


def write_book(path: Path, parts: int) -> None:
    """Write a text of about so many passages, each different."""
    path.write_text(
        "\n\n".join(f"Chapter {part} is about subject{part}. " + f"word{part} " * 90 for part in range(parts))
    )


def test_passages_of_several_files_are_embedded_together_the_longest_first(docs: Path, tmp_path: Path) -> None:
    """A folder of notes is not embedded a note at a time, and a batch pads its short texts no further than needed."""
    for number in range(200):
        (docs / f"{number:03}.txt").write_text(f"Note {number}. " + "word " * (number * 37 % 100))
    embedder = Counting(seconds=0.2)
    with made(tmp_path / "index", embedder) as index:
        assert index.sync([docs]).added == 200
        assert index.check() == []
    assert len(embedder.embedded) == 200
    assert len(embedder.calls) < 40
    for call in embedder.calls:
        assert [len(text) for text in call] == sorted(map(len, call), reverse=True)


def test_what_is_told_is_on_disk_and_many_files_are_one_transaction(docs: Path, tmp_path: Path) -> None:
    """A file that was told of is seen by every other process, and 300 small files are not 300 waits for the disk."""
    for number in range(300):
        (docs / f"{number:03}.txt").write_text(f"Note {number}.")
    with made(tmp_path / "index", HashingEmbedder()) as index:
        other, states = Store.open(tmp_path / "index" / "index.db"), set()

        def look(outcome: Outcome) -> None:
            assert other.find(outcome.path) is not None
            states.add(other.number("PRAGMA data_version"))

        index.sync([docs], on_file=look)
        other.close()
    assert len(states) < 150


def forget_and_fail(store: Store) -> None:
    """Change something, and be interrupted."""
    store.forget(["/A"])
    raise KeyboardInterrupt


def test_one_change_of_several_can_fail_alone(tmp_path: Path) -> None:
    """A document that cannot be stored does not take those with it that are stored at the same time."""
    embedder = HashingEmbedder()
    store = Store.create(tmp_path / "index.db", Origin("hashing", 64, "hashing-1"))
    good, bad, last = (document(text, f"/{text[0]}") for text in ("Ada led.", "Half \ud800.", "Grace spoke."))
    with store.together():
        store.put(good, lines(good), *embedder.stored(lines(good)))
        with pytest.raises(LoadError, match="half a character"):
            store.put(bad, lines(bad), *embedder.stored(lines(bad)))
        store.put(last, lines(last), *embedder.stored(lines(last)))
    assert [entry.path for entry in store.entries()] == ["/A", "/G"]
    with pytest.raises(KeyboardInterrupt), store.together():
        forget_and_fail(store)
    assert [entry.path for entry in store.entries()] == ["/A", "/G"]
    store.close()


def test_new_files_with_the_same_bytes_are_read_once(docs: Path, tmp_path: Path) -> None:
    """Also when both come in one run; the first by name gives the title."""
    for name in ("a", "b", "c"):
        (docs / f"{name}.txt").write_text("The kettle holds two litres.")
    embedder = Counting()
    with made(tmp_path / "index", embedder) as index:
        assert index.sync([docs]).added == 3
        assert len(index) == 1
        [entry, *_] = index.documents()
        assert entry.title == "a"
        assert index.check() == []
    assert len(embedder.embedded) == 1


def test_two_files_can_change_places(docs: Path, tmp_path: Path) -> None:
    """What each leads to goes when the other one comes: neither is lost."""
    (docs / "a.txt").write_text("Ada led.")
    (docs / "b.txt").write_text("Grace led the other meeting.")
    with made(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([docs])
        (docs / "a.txt").write_text("Grace led the other meeting.")
        (docs / "b.txt").write_text("Ada led.")
        assert index.sync([docs]).replaced == 2
        assert [text for _, _, text in contents(index)] == ["Grace led the other meeting.", "Ada led."]
        assert index.check() == []


def test_the_same_files_make_the_same_index(docs: Path, tmp_path: Path) -> None:
    """Whatever was read first and embedded with what: the documents have the same ids, by which equal scores rank."""
    for number in range(50):
        write_book(docs / f"{number:03}.txt", 1 + number * 7 % 50)
    with made(tmp_path / "one", HashingEmbedder()) as one, made(tmp_path / "two", HashingEmbedder()) as two:
        one.sync([docs])
        two.sync([docs])
        assert contents(one) == contents(two)
        assert [number for _, number, _ in contents(one)] == list(range(1, 51))


def test_results_are_handed_on_in_order_but_none_waits_long() -> None:
    """The second waits for the first; after its patience it goes before it."""
    tasks = [Task(number, f"/{number}", Path(f"/{number}"), None, None) for number in range(3)]
    patient, hasty = InOrder(patience=60), InOrder(patience=0)
    for order in (patient, hasty):
        for task in tasks:
            order.expect(task)
        order.put(tasks[1], Same())
    assert patient.take() is None
    patient.put(tasks[0], Same())
    assert [patient.take(), patient.take(), patient.take()] == [(tasks[0], Same()), (tasks[1], Same()), None]
    assert len(patient) == 1
    assert hasty.take() == (tasks[1], Same())


def test_a_slow_file_holds_up_the_others_once() -> None:
    """What comes after the first has overtaken it goes on at once; in its order, as before."""
    tasks = [Task(number, f"/{number}", Path(f"/{number}"), None, None) for number in range(4)]
    order = InOrder(patience=0.1)
    for task in tasks:
        order.expect(task)
    order.put(tasks[1], Same())
    assert order.take() is None
    time.sleep(0.2)
    assert order.take() == (tasks[1], Same())
    order.put(tasks[3], Same())
    assert order.take() is None
    order.put(tasks[2], Same())
    assert [order.take(), order.take(), order.take()] == [(tasks[2], Same()), (tasks[3], Same()), None]
    order.put(tasks[0], Same())
    assert order.take() == (tasks[0], Same())


def interrupted(index: Index, docs: Path, after: int) -> None:
    """Add the folder, and press Ctrl-C once so many passages are embedded."""

    def press(progress: Progress) -> None:
        if progress.passages >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.sync([docs], on_progress=press)


def test_a_large_file_goes_on_where_it_was_interrupted(docs: Path, tmp_path: Path) -> None:
    """No passage that was embedded before Ctrl-C is embedded again; the index is that of an undisturbed run."""
    write_book(docs / "book.txt", 900)
    first, second, whole = Counting(), Counting(), Counting()
    with made(tmp_path / "index", first) as index:
        interrupted(index, docs, 300)
        assert len(index) == 0
    with made(tmp_path / "index", second) as index, made(tmp_path / "fresh", whole) as fresh:
        told: list[Progress] = []
        assert index.sync([docs], on_progress=told.append).added == 1
        assert told[0].passages >= 300
        fresh.sync([docs])
        assert contents(index) == contents(fresh)
        hits, same = (each.search("Which chapter is about subject7?", 5) for each in (index, fresh))
        assert [(hit.passage.id, round(hit.score, 5)) for hit in hits] == [
            (hit.passage.id, round(hit.score, 5)) for hit in same
        ]
        assert index.check() == []
    assert len(first.embedded) >= 300
    assert sorted(first.embedded + second.embedded) == sorted(whole.embedded)
    assert not (tmp_path / "index" / FOLDER).exists()


@pytest.mark.parametrize("how", ["flip", "cut", "another embedder"])
def test_what_was_kept_of_a_large_file_is_never_trusted(docs: Path, tmp_path: Path, how: str) -> None:
    """A flipped bit, half a record, vectors of another model: what is not sound is embedded again."""
    write_book(docs / "book.txt", 600)
    with made(tmp_path / "index", HashingEmbedder()) as index:
        interrupted(index, docs, 300)
    [kept] = (tmp_path / "index" / FOLDER).iterdir()
    data = bytearray(kept.read_bytes())
    if how == "flip":
        data[len(data) // 2] ^= 4
    kept.write_bytes(data[:-100] if how == "cut" else data)
    embedder = Counting()
    if how == "another embedder":
        embedder.fingerprint = "hashing-2"
    place = tmp_path / ("other" if how == "another embedder" else "index")
    if how == "another embedder":
        made(place, embedder).close()
        kept.parent.rename(place / FOLDER)
    with made(place, embedder) as index:
        index.sync([docs])
        assert index.check() == []
        passages = index.counts().passages
        assert "subject300." in index.search("subject300", 1)[0].passage.text
    known = passages - len(embedder.embedded)
    assert (known == 0) if how == "another embedder" else (100 < known < passages - 100)
