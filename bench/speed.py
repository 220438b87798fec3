"""What a user feels: cold and warm `retrieve` and `ask`, passages a second of `add`, the index on disk, memory.

python -m bench.speed SQUAD.json [--paragraphs N]
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index import Index
from qa import squad
from qa.engine import Engine

COLD = """
import re, time
from pathlib import Path
began = time.perf_counter()
from qa import {verb}
{verb}({question!r}, index={index!r})
took = 1000 * (time.perf_counter() - began)
print(took, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""
"""Linux only: getrusage would count the memory of the process that started this one."""


def main(argv: Sequence[str] | None = None) -> None:
    """Write the paragraphs to files, add them, ask; print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, help="SQuAD format, plain or gzipped")
    parser.add_argument("--paragraphs", type=int, default=400)
    options = parser.parse_args(argv)
    questions = list(squad.read(options.questions))
    contexts = list(dict.fromkeys(question.context for question in questions))[: options.paragraphs]
    asked = [question.question for question in questions if question.context in set(contexts)][::10][:100]
    with tempfile.TemporaryDirectory() as folder:
        documents, where = Path(folder) / "documents", Path(folder) / "index"
        documents.mkdir()
        for number, context in enumerate(contexts):
            (documents / f"{number}.txt").write_text(context, encoding="utf-8")
        added, passages = time_add(where, documents)
        bare = time_bare(contexts)
        print(f"{len(contexts)} paragraphs, {passages} passages, {len(asked)} questions")
        ratio = bare / added
        print(f"add: {passages / added:.1f} passages/s, {ratio:.2f} times the speed of bare SentenceTransformer.encode")
        print(f"     on the same texts in the same run ({len(contexts) / bare:.1f} paragraphs/s, torch fp32)")
        size = sum(file.stat().st_size for file in where.iterdir())
        print(f"index: {size / passages / 1024:.1f} KB a passage, words and text included")
        for verb in ("retrieve", "ask"):
            runs = [cold(verb, asked[0], where) for _ in range(3)]
            engine = Engine(where)
            engine.warm()
            warm = timed(getattr(engine, verb), asked)
            print(
                f"{verb}: cold {np.median([ms for ms, _ in runs]):.0f} ms (a new process, imports included), "
                f"warm p50 {np.percentile(warm, 50):.0f} ms, p95 {np.percentile(warm, 95):.0f} ms; "
                f"peak memory of the cold process {max(mb for _, mb in runs):.0f} MB"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, torch included: {peak:.0f} MB")


def time_add(where: Path, documents: Path) -> tuple[float, int]:
    """Return the seconds that adding took, the model's loading left out, and how many passages it made."""
    with Index.open(where, create=True) as index:
        index.search("warm up")
        began = time.perf_counter()
        report = index.sync([documents])
        return time.perf_counter() - began, report.passages


def time_bare(texts: Sequence[str]) -> float:
    """Return the seconds that sentence-transformers takes to embed the texts by itself, as most people call it."""
    from index.embed import load_embedder
    from qa.train.source import encoder_folder

    reference = load_embedder(str(encoder_folder()))
    reference.encode(texts[:2])
    began = time.perf_counter()
    reference.encode(texts)
    return time.perf_counter() - began


def timed(call: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Return the milliseconds of each call."""
    times = []
    for question in asked:
        began = time.perf_counter()
        call(question)
        times.append(1000 * (time.perf_counter() - began))
    return times


def cold(verb: str, question: str, where: Path) -> tuple[float, float]:
    """Return milliseconds and peak megabytes of a first call in a new process."""
    code = COLD.format(verb=verb, question=question, index=str(where))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    milliseconds, megabytes = ran.stdout.split()
    return float(milliseconds), float(megabytes)


if __name__ == "__main__":
    main()
