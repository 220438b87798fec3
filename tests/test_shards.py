"""Several indexes as one: what is found, and with which score, does not depend on how many there are."""

import hashlib
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from bench.shards import measured
from index import Hit, Index, IndexMismatch, IndexNotFound, Mode, StoreError, Where
from index.search.vocabulary import Vocabulary
from index.shards import Shards, databases, held
from index.shards.spread import Spread, place
from qa import Engine
from qa.api import SAMPLES
from tests.fakes import HashingEmbedder, document, lines
from ui import cli

WORDS = [f"{first}{last}" for first in "bdfgklmnprstvw" for last in ("anik", "orel", "ulta", "esti", "imo")]


def write(folder: Path, count: int, *, seed: int = 1) -> Path:
    """Write files of made sentences: some words in every other one, some in a few; every tenth file is like another."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    for number in range(count):
        texts = [" ".join(chance.choices(WORDS, weights, k=chance.randint(6, 30))) + "." for _ in range(12)]
        same = folder / f"{number - 1:04}.txt"
        text = same.read_text() + " " if number % 10 == 9 else "\n\n".join(texts)
        (folder / f"{number:04}.txt").write_text(text)
    return folder


def questions(count: int = 12) -> list[str]:
    """Make questions of rare and common words."""
    chance = random.Random(2)
    return [" ".join(chance.sample(WORDS, 4)) + "?" for _ in range(count)]


def seen(hits: Sequence[Hit]) -> list[tuple[int, str, int, int]]:
    """Return what hits are, scores apart."""
    return [(hit.passage.id, hit.passage.document.path, hit.passage.start, hit.passage.end) for hit in hits]


def same(one: Index, other: Index, asked: Sequence[str], **options: object) -> bool:
    """Tell whether two indexes give the same hits, in the same order, with the same scores; raise where not."""
    for question in asked:
        left, right = one.search(question, **options), other.search(question, **options)  # type: ignore[arg-type]
        assert seen(left) == seen(right)
        assert [hit.score for hit in left] == pytest.approx([hit.score for hit in right], abs=1e-9)
    return True


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of made files."""
    return write(tmp_path_factory.mktemp("files"), 24)


@pytest.fixture(scope="module")
def one(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Yield an index of them that is not in shards."""
    with Index.open(tmp_path_factory.mktemp("one"), embedder=HashingEmbedder(), create=True) as index:
        index.sync([files])
        yield index


@pytest.fixture(scope="module")
def many(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Yield an index of them in three shards."""
    with sharded(tmp_path_factory.mktemp("many"), 3, [files]) as index:
        yield index


def sharded(folder: Path, shards: int, paths: Sequence[Path] = ()) -> Index:
    """Open an index in shards, with some paths added."""
    index = Index.open(folder, embedder=HashingEmbedder(), create=True, shards=shards)
    if paths:
        index.sync(paths)
    return index


@pytest.mark.parametrize("shards", [1, 3, 8])
def test_hits_and_scores_are_those_of_one_index(one: Index, files: Path, tmp_path: Path, shards: int) -> None:
    """However many shards there are: the same passages with the same ids, in the same order."""
    with sharded(tmp_path, shards, [files]) as many:
        assert isinstance(many, Shards)
        assert many.counts() == one.counts()
        for mode in Mode:
            assert same(one, many, questions(), k=10, mode=mode)
        assert same(one, many, questions(4), k=90)
        assert len(one.search(questions()[0], 90)) > 40


@pytest.mark.parametrize(
    "where",
    [Where(documents=(3, 5, 8, 13, 21)), Where(paths=("{files}/0007.txt", "{files}/0013.txt")), Where(kinds=("pdf",))],
)
def test_a_confined_search_is_that_of_one_index(one: Index, many: Index, files: Path, where: Where) -> None:
    """A filter names documents by the same ids, and changes no score."""
    paths = where.paths and tuple(path.format(files=files) for path in where.paths)
    assert same(one, many, questions(), where=Where(where.documents, paths, where.kinds))


def test_changes_leave_the_shards_equal_to_one_index(tmp_path: Path) -> None:
    """Files change, go, come back under another name and as copies; after each sync the two agree."""
    files = write(tmp_path / "files", 14)
    with (
        sharded(tmp_path / "many", 3) as many,
        Index.open(tmp_path / "one", embedder=HashingEmbedder(), create=True) as one,
    ):

        def agree() -> bool:
            reports = [index.sync([files]) for index in (one, many)]
            counted = [(r.added, r.replaced, r.unchanged, r.moved, r.removed, r.passages) for r in reports]
            assert counted[0] == counted[1]
            assert one.documents() == many.documents()
            assert not many.check()
            return same(one, many, questions(6))

        assert agree()
        for number in range(4):  # most go to another shard
            (files / f"{number:04}.txt").write_text(f"{WORDS[number]} is what file {number} now says.")
        assert agree()
        (files / "0005.txt").unlink()
        (files / "0006.txt").rename(files / "renamed.txt")
        shutil.copy(files / "0007.txt", files / "copy.txt")
        assert agree()
        assert one.remove([files / "0008.txt"]) == many.remove([files / "0008.txt"]) == 1
        assert same(one, many, questions(6))


def test_what_another_process_changed_is_not_taken_for_damage(tmp_path: Path) -> None:
    """FTS5 checks by what its connection has cached: eight checks in thirty found "damage" in sound shards."""
    files = tmp_path / "files"
    files.mkdir()
    with sharded(tmp_path / "many", 2) as many, sharded(tmp_path / "many", 2) as other:
        for change in range(12):
            for number in range(6):
                (files / f"{number}.txt").write_text(f"Change {change}x{number} has {WORDS[change + number]}. " * 9)
            many.sync([files])
            assert other.check() == []


def test_equal_passages_come_in_the_order_in_which_they_were_stored(tmp_path: Path) -> None:
    """A dozen files with one text between them, told apart by a last line: no shard is favoured."""
    files = tmp_path / "files"
    files.mkdir()
    for number in range(12):
        (files / f"{number:02}.txt").write_text(f"The harbour fee is due in May.\n\n{'x' * (number + 1)}")
    with sharded(tmp_path / "many", 8, [files]) as many, sharded(tmp_path / "one", 1, [files]) as one:
        assert same(one, many, ["harbour fee"], k=12)


def test_a_file_that_two_shards_hold_is_mended_by_the_next_sync(tmp_path: Path) -> None:
    """A writer that was stopped after it stored the new version, and before the old one went, leaves both."""
    files = write(tmp_path / "files", 3)
    changed = files / "0000.txt"
    with sharded(tmp_path / "many", 3, [files]) as many:
        old = many.find(changed)
        text = next(t for t in map(str, range(99)) if place(_sha(t), 3) != place(old.sha256 if old else "", 3))
        changed.write_text(text)
        with closing(Spread(databases(tmp_path / "many"))) as spread:
            spread._only_in = lambda *_: None  # type: ignore[method-assign]  # the crash
            made = document(text, str(changed), sha256=_sha(text))
            spread.put(made, lines(made), *HashingEmbedder().stored(lines(made)))
        assert [problem.split(":")[0] for problem in many.check()] == [f"{changed} is in two shards"]
        many.sync([files])
        assert not many.check()
        found = many.find(changed)
        assert found is not None
        assert found.text == text


def test_a_folder_of_shards_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    """Another number of shards, an index that is not in shards, a manifest that is none."""
    sharded(tmp_path / "three", 3).close()
    with pytest.raises(IndexMismatch, match="has 3 shards, not 4"):
        Index.open(tmp_path / "three", shards=4)
    with pytest.raises(IndexNotFound, match="there are no shards"):
        Index.open(tmp_path / "none", shards=3)
    Index.open(tmp_path / "one", embedder=HashingEmbedder(), create=True).close()
    with pytest.raises(IndexMismatch, match="is not in shards"):
        sharded(tmp_path / "one", 3)
    (tmp_path / "three" / "shards.json").write_text("3 of them")
    with pytest.raises(StoreError, match="cannot be read"):
        Index.open(tmp_path / "three")


def test_shards_answer_all_that_an_index_is_asked(one: Index, many: Index) -> None:
    """Each public question has the same answer; one that only ``Index`` could answer would fail here."""
    document = one.documents()[4]
    for index in (one, many):
        found = index.document(document.id)
        assert found is not None
        assert index.vocabulary.has(" ".join(found.text.split()[:2]))
    calls = {
        "__len__": (), "counts": (), "documents": (), "document": (document.sha256,), "check": (),
        "passage_around": (document.id, 3, 9), "find": (document.path,), "is_replaced": (),
        "words": (questions()[0],), "stems": ("fees due",), "frequencies": (WORDS[:5],), "has": ("no such words",),
        "spellings": (WORDS[0],), "has_whole": ("fee",),
    }  # fmt: skip
    others = {
        "open",
        "search",
        "settle",
        "sync",
        "add",
        "remove",
        "close",
        "generation",
        "__init__",
        "__enter__",
        "__exit__",
    }
    public = {name for kind in (Index, Vocabulary) for name in vars(kind) if name[0] != "_"}
    assert public <= {*calls, *others}
    for name, arguments in calls.items():
        left, right = (index if hasattr(index, name) else index.vocabulary for index in (one, many))
        assert getattr(left, name)(*arguments) == getattr(right, name)(*arguments), name


def test_the_generation_counts_changes_in_every_shard(files: Path, tmp_path: Path) -> None:
    """A page that keeps what it has read sees each change, wherever it is."""
    with sharded(tmp_path, 3) as many:
        generations = [many.generation()]
        for path in sorted(files.iterdir())[:3]:
            many.sync([path])
            generations.append(many.generation())
        assert generations == sorted(set(generations))


@pytest.mark.slow
def test_answers_with_the_packaged_models_are_those_of_one_index(tmp_path: Path) -> None:
    """The samples, asked through the engine: answers, confidence and quotes are equal."""
    with Index.open(tmp_path / "one", create=True) as one, Index.open(tmp_path / "many", create=True, shards=3) as many:
        for index in (one, many):
            index.sync([SAMPLES])
        engines = [Engine(tmp_path, index=index) for index in (one, many)]
        for question in ("How long is the walk?", "Who wrote the report?", "What does it cost?", "When is it clsoed?"):
            left, right = (engine.ask(question) for engine in engines)
            assert (left.text, left.reason, left.claims) == (right.text, right.reason, right.claims)
            assert seen(left.hits) == seen(right.hits)


def test_the_bench_finds_no_difference(tmp_path: Path) -> None:
    """What it does with 20,000 passages, with a few hundred."""
    rows = measured(tmp_path, 400, [1, 3, 8], 8)
    assert [(row["shards"], row["different"]) for row in rows] == [(0, 0), (1, 0), (3, 0), (8, 0)]


def test_the_command_line_makes_shards_and_asks_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only ``add`` need know that there are shards."""
    (tmp_path / "notes.txt").write_text("The harbour fee is 40 euros a night.")
    where = ["--index", str(tmp_path / "index")]
    assert cli.main(["add", str(tmp_path / "notes.txt"), "--shards", "2", "--quiet", *where]) == 0
    assert held(tmp_path / "index") == 2
    assert cli.main(["retrieve", "harbour fee", *where]) == 0
    assert "40 euros" in capsys.readouterr().out
    assert cli.main(["add", str(tmp_path / "notes.txt"), "--shards", "3", "--quiet", *where]) == 2
    assert "has 2 shards, not 3" in capsys.readouterr().err


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
