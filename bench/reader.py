"""The reader's number formats beside PyTorch.

python -m bench.reader PREPARED [--weights FILE] [--base NAME] [--limit N]

The weights of a checkpoint, or the shipped ones, in every format of the export, and in PyTorch, read held-out questions
(``dev.jsonl.gz``, made by ``qa.train.prepare``), a passage at a time, on two threads, each in a process of its own. The
format is chosen here, never on an evaluation set.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.onnx import settings
from qa.read.onnx import SMALL, OnnxReader, Window

SOURCES = ("squad_train_real", "squadshifts_new_wiki", "qed_nq_train", "squad2_backtranslated")
TORCH = "torch fp32"
THREADS = 2


def main(argv: Sequence[str] | None = None) -> None:
    """Export each format, measure it in a process of its own, print a table."""
    from index.models.formats import FORMATS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--weights", type=Path, default=SMALL / "model.onnx", help="checkpoint (default: shipped)")
    parser.add_argument("--base", default="all-MiniLM-L6-v2", help="their encoder (default: %(default)s)")
    parser.add_argument("--limit", type=int, default=900)
    parser.add_argument("--only", nargs="+", choices=[TORCH, *FORMATS], default=[TORCH, *FORMATS])
    options = parser.parse_args(argv)
    print(
        "| format | MB | tokens/s | F1, answerable | AUROC | score moved by | peak MB |\n|---|---|---|---|---|---|---|"
    )
    first: dict[str, Any] | None = None
    with tempfile.TemporaryDirectory() as scratch:
        for form in options.only:
            folder = made(form, options.weights, options.base, Path(scratch) / form.replace(" ", "-"))
            arguments = (folder, form, options.weights, options.prepared, options.limit)
            command = [sys.executable, "-c", CHILD, *map(str, arguments)]
            ran = subprocess.run(command, capture_output=True, text=True, check=True)
            row = json.loads(ran.stdout.splitlines()[-1])
            first = first or row
            speed = f"{row['speed']:.0f} ({row['speed'] / first['speed']:.2f})"
            moved = np.abs(np.array(row["scores"]) - np.array(first["scores"])).mean()
            size = sum(path.stat().st_size for path in folder.iterdir() if path.suffix in (".onnx", ".npz")) / 1e6
            cells = (
                f"{size:.1f}",
                speed,
                f"{row['f1']:.2f}",
                f"{row['auroc']:.4f}",
                f"{moved:.3f}",
                f"{row['peak']:.0f}",
            )
            print(f"| {form} | {' | '.join(cells)} |", flush=True)


CHILD = """
import sys
from pathlib import Path
from bench.reader import measure
folder, form, weights, prepared, limit = sys.argv[1:]
measure(Path(folder), form, Path(weights), Path(prepared), int(limit))
"""


def made(form: str, weights: Path, base: str, folder: Path) -> Path:
    """Return a reader's folder in a format; PyTorch's holds the float32 file, of which only the config is used."""
    from qa.train import export

    export.main([str(weights), str(folder), "--base", base, "--format", "fp32" if form == TORCH else form])
    return folder


class TorchReader(OnnxReader):
    """The same reader, its logits computed by PyTorch."""

    def __init__(self, folder: Path, weights: Path) -> None:
        """Load the weights into PyTorch."""
        import torch

        from qa.train.model import SpanModel
        from qa.train.source import encoder_folder
        from qa.train.weights import load_weights

        super().__init__(folder, threads=THREADS)
        del self._session
        torch.set_num_threads(THREADS)
        self._model = SpanModel(encoder_folder(settings(folder / "config.json")["base"]), pretrained=False)
        self._model.load_state_dict(load_weights(weights))
        self._model.eval()

    def _run(self, asked: list[int], window: Window) -> NDArray[np.float32]:
        import torch

        ids = torch.tensor([[self._cls, *asked, *[self._sep] * self._between, *window.ids, self._sep]])
        types = (torch.arange(ids.shape[1]) > len(asked) + self._between).long().unsqueeze(0)
        with torch.inference_mode():
            start, end = self._model(ids, torch.ones_like(ids), types)
        return np.stack([start[0].numpy(), end[0].numpy()])


def measure(folder: Path, form: str, weights: Path, prepared: Path, limit: int) -> None:
    """Read the questions with one format; print its numbers as JSON."""
    from qa.evaluate.outcomes import read_gold
    from qa.metrics import f1, roc_area
    from qa.squad import Question
    from qa.train.data import read_jsonl

    examples = [e for e in read_jsonl(prepared / "dev.jsonl.gz") if e.source in SOURCES]
    examples = examples[:: max(1, len(examples) // limit)][:limit]
    reader = TorchReader(folder, weights) if form == TORCH else OnnxReader(folder, threads=THREADS)
    questions = [Question(e.id, e.title, e.question, e.context, e.answers) for e in examples]
    for question in questions[:5]:
        read_gold(reader, question)
    began = time.perf_counter()
    predictions = [read_gold(reader, question) for question in questions]
    seconds = time.perf_counter() - began
    tokens = sum(len(reader._tokenizer.encode(q.question, q.context).ids) for q in questions)
    row = {
        "speed": tokens / seconds,
        "f1": 100 * float(np.mean([p.best(f1) for p in predictions if p.gold])),
        "auroc": roc_area(np.array([p.score for p in predictions]), np.array([bool(p.gold) for p in predictions])),
        "scores": [p.score for p in predictions],
        "peak": int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024,  # type: ignore[index]
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main()
