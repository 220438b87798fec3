"""``retrieve()`` and ``ask()``: the Engine, used once, and kept for the next call."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import index as index_package
from index import Hit, Index, IndexNotFound, Where
from qa.engine import Engine
from qa.location import default_index, located
from qa.read import load_reader
from qa.types import Answer, Turn

SAMPLES = Path(index_package.__file__).parent / "samples"
"""The documents that a first start answers from."""


def retrieve(
    question: str, *, index: str | os.PathLike[str] | None = None, k: int = 5, where: Where | None = None
) -> list[Hit]:
    """Return the ``k`` passages of the documents that fit the question best, best first.

    ``index`` is the folder that ``seedqa add`` filled; left out, it is :func:`default_index`. Of shards on a Ray
    cluster it is "ray://HOST:PORT/FOLDER", or "ray://auto/FOLDER" on one of the cluster's own machines. ``where``
    confines the search to some documents, folders, kinds or days.
    Raises IndexNotFound if there is none, ValueError if the question is empty or ``k`` is not positive.
    """
    check(question, k)
    return engine(index).retrieve(question, k=k, where=where)


def ask(
    question: str,
    *,
    index: str | os.PathLike[str] | None = None,
    turns: Sequence[Turn] = (),
    k: int = 10,
    where: Where | None = None,
    reader: str | None = None,
) -> Answer:
    """Answer the question with a span of the documents, or abstain: ``answer.reason`` says why.

    ``turns`` are the earlier questions of the same conversation, oldest first; at most ``k`` passages are read.
    ``reader`` is any name that :func:`qa.read.load_reader` takes, such as "small": the quick reader alone.
    Raises as :func:`retrieve` does, and ModelError if there is no such reader.
    """
    check(question, k)
    return engine(index, reader=reader).ask(question, turns, k=k, where=where)


def engine(index: str | os.PathLike[str] | None = None, *, reader: str | None = None) -> Engine:
    """Return the engine of that index, with that reader, the same one for the same folder."""
    return _engine(*located(default_index() if index is None else index), reader)


@lru_cache(maxsize=4)
def _engine(folder: Path, ray: str, reader: str | None) -> Engine:
    return Engine(folder, ray=ray, reader=load_reader(reader) if reader else None)


def check(question: str, k: int) -> None:
    """Raise ValueError for what cannot be asked."""
    if not question.strip():
        raise ValueError("The question is empty: ask something, such as 'Who led the meeting?'.")
    if k < 1:
        raise ValueError(f"k is {k}: expected how many passages to return, 1 or more.")


def ensure_samples(folder: Path | None = None) -> bool:
    """Index the sample documents if there is no index in the folder yet; return whether that was done.

    They are indexed beside it and moved there when all are in: a first start that was interrupted is made good by the
    next.
    """
    chosen = folder or default_index()
    try:
        Index.open(chosen).close()
    except IndexNotFound:
        making = chosen.with_name(f"{chosen.name}.making")
        with Index.open(making, create=True) as made:
            made.sync([SAMPLES])
        with suppress(OSError):  # the folder is there, and has other things in it
            making.replace(chosen)
            return True
        with Index.open(chosen, create=True) as made:
            made.sync([SAMPLES])
        shutil.rmtree(making, ignore_errors=True)
        return True
    return False
