"""Damaged files: a bit flipped, or a file cut off, which is named, or changes nothing that is stored or found."""

import random
from pathlib import Path

from bench.crash import steps
from bench.crash.trial import Tally, apart, copy, prepared
from index import Error, Index
from tests.fakes import HashingEmbedder


def damages(count: int, *, seed: int) -> Tally:
    """Damage a file of an index, each time another one; see whether that is found."""
    tally, chance = Tally("a bit flipped or a file cut off"), random.Random(seed)
    if not count:
        return tally
    with prepared(seed, steps.Steps.interrupt_large) as (base, trial):
        [right] = apart(lambda: [_state(base / "index")])
        for _ in range(count):
            copy(base / "index", trial)
            what = _damage(trial, chance)
            [found] = apart(lambda: [_looked_at(trial, right)])
            tally.kinds[found.split(":")[0]] += 1
            tally.count(what, [] if found.split(":")[0] in {"named", "without effect"} else [found])
    return tally


def _damage(folder: Path, chance: random.Random) -> str:
    """Flip a bit of one of the files in a folder, or cut it off; return what was done."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    path = chance.choice(files)
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data))
    if chance.random() < 0.25:
        path.write_bytes(data[:at])
        return f"{path.name} cut off after {at} of {len(data)} bytes"
    data[at] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return f"a bit of {path.name} flipped at byte {at} of {len(data)}"


def _state(index: Path) -> str:
    """Write down all that is stored, and what is found."""
    with Index.open(index, embedder=HashingEmbedder()) as opened:
        found = [sorted(steps.answers(opened, question)) for question in steps.QUESTIONS]
        return repr((sorted(steps.texts(opened).items()), found))


def _looked_at(index: Path, right: str) -> str:
    """Open a damaged index, search it and check it; return what came of that."""
    try:
        with Index.open(index, embedder=HashingEmbedder()) as opened:
            if problems := opened.check():
                return f"named: {problems[0]}"
        state = _state(index)
    except Error as error:
        return f"named: {error}"
    return "without effect" if state == right else "not noticed: other texts or answers"
