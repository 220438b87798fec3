"""python -m bench.peers SQUAD.json [--limit N] [--reader small|base] [--work DIR] [--only NAME …]

All read with the same weights, those of one of our readers; the second line is what we ship, both of them.
Needs the network once, for the environments. A system that fails is a line of the table, with its last words.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import corpus
from bench.corpus import Corpus
from qa.metrics import exact_match, f1, interval
from qa.read import BASE, SMALL
from qa.train.folder import write_folder
from qa.train.source import LARGE, encoder_folder
from qa.train.source import SMALL as SMALL_BASE

HERE = Path(__file__).parent
TORCH = "torch==2.13.0"

SYSTEMS: dict[str, tuple[str, list[str], dict[str, object]]] = {
    "seedqa": ("seedqa_peer", [], {}),
    "seedqa, both readers": ("seedqa_peer", [], {"ours": "both"}),
    "haystack": (
        "haystack_peer",
        ["haystack-ai>=3", "transformers-haystack", "sentence-transformers-haystack"],
        {"join": "distribution_based_rank_fusion"},
    ),
    "haystack, ranks fused": (
        "haystack_peer",
        ["haystack-ai>=3", "transformers-haystack", "sentence-transformers-haystack"],
        {"join": "reciprocal_rank_fusion"},
    ),
    "txtai": ("txtai_peer", ["txtai>=9"], {"read": 1}),
    "txtai, three passages": ("txtai_peer", ["txtai>=9"], {"read": 3}),
    "plain": ("plain_peer", ["sentence-transformers", "faiss-cpu", "transformers<5"], {}),
}
"""Name → its file, what its environment needs, and where it departs from the task.

The pipeline that the plain recipe calls was taken out of transformers 5.
"""

READERS = {"small": (SMALL, SMALL_BASE), "base": (BASE, LARGE)}
"""Ours that the others can be given, with their encoders."""

HEAD = "| system | R@1 | R@5 | EM | F1 | p50 ms | p95 ms | index s | peak MB |\n|---|---|---|---|---|---|---|---|---|"


def main(argv: Sequence[str] | None = None) -> None:
    """Make the environments, run the systems, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, help="SQuAD format, plain or gzipped")
    parser.add_argument("--limit", type=int, default=500, help="questions asked, evenly spread (default: 500)")
    parser.add_argument("--read", type=int, default=5, help="passages read for each question (default: 5)")
    parser.add_argument("--reader", choices=READERS, default="small", help="whose weights (default: small)")
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--work", type=Path, default=Path("peers"), help="for environments and results")
    options = parser.parse_args(argv)
    read = corpus.read(options.questions, limit=options.limit)
    work: Path = options.work.absolute()
    ours, base = READERS[options.reader]
    reader = work / f"reader-{options.reader}"
    write_folder(reader, weights=ours / "model.onnx", base=base)
    sizes = f"{len(read.passages)} passages, {len(read.questions)} questions"
    print(f"{sizes}, {options.read} passages read by {reader.name}\n")
    print(HEAD)
    for name in options.only:
        file, needs, departs = SYSTEMS[name]
        task = {
            "passages": [{"id": n, "title": title, "text": text} for n, (title, text) in enumerate(read.passages)],
            "questions": [question.question for question, _ in read.questions],
            "encoder": str(encoder_folder()),
            "reader": str(reader),
            "ours": options.reader,
            "read": options.read,
            "scratch": str(work),
            **departs,
        }
        print(row(name, outcome(file, python(work / file, needs), task, work), read), flush=True)


def python(folder: Path, needs: Sequence[str]) -> Path:
    """Return the interpreter of a system's environment; make it if it is not there."""
    if not needs:
        return Path(sys.executable)
    made = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([made, "-m", "pip", "install", "--quiet", TORCH, *needs], check=True, stderr=subprocess.DEVNULL)
        (folder / "ready").touch()
    return made


def outcome(file: str, interpreter: Path, task: dict[str, Any], work: Path) -> dict[str, Any] | str:
    """Run a system; return its result, or the last line it printed when it failed."""
    asked, answered = work / f"{file}.task.json", work / f"{file}.result.json"
    asked.write_text(json.dumps(task), encoding="utf-8")
    answered.unlink(missing_ok=True)
    offline = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "TOKENIZERS_PARALLELISM": "false"}
    paths = {"PYTHONPATH": str(HERE.parent.parent if interpreter == Path(sys.executable) else HERE)}
    ran = subprocess.run(
        [interpreter, HERE / f"{file}.py", asked, answered],
        env=os.environ | offline | paths, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode or not answered.exists():
        (work / f"{file}.stderr").write_text(ran.stderr, encoding="utf-8")
        return (ran.stderr.strip().splitlines() or ["no output"])[-1]
    result: dict[str, Any] = json.loads(answered.read_text(encoding="utf-8"))
    return result


def row(name: str, result: dict[str, Any] | str, read: Corpus) -> str:
    """Return a line of the table."""
    if isinstance(result, str):
        return f"| {name} | failed: {result} |"
    ranks, ems, f1s = [], [], []
    for (question, place), answer in zip(read.questions, result["rows"], strict=True):
        ranks.append(answer["found"].index(place) + 1 if place in answer["found"] else np.inf)
        ems.append(100 * max(exact_match(answer["answer"], gold) for gold in question.gold()))
        f1s.append(100 * max(f1(answer["answer"], gold) for gold in question.gold()))
    rank, times = np.array(ranks), 1000 * np.array([answer["seconds"] for answer in result["rows"]])
    cells = [
        *(f"{np.mean(rank <= k):.3f}" for k in (1, 5)),
        f"{np.mean(ems):.1f}",
        f"{np.mean(f1s):.1f} ± {interval(np.array(f1s)):.1f}",
        *(f"{np.percentile(times, percent):.0f}" for percent in (50, 95)),
        f"{result['indexing']:.0f}",
        f"{result['megabytes']:.0f}",
    ]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
