"""Stage 5: the trained weights → one ONNX file, weights in 8 bits, with its tokenizer.

python -m qa.train.export CHECKPOINT FOLDER [--base NAME] [--format FORMAT]
python -m qa.train.export CHECKPOINT --transformers DIR [--base NAME]     a folder that transformers loads
"""

import argparse
import json
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import torch

from index.models.formats import FORMATS, packed, rewrite
from qa.train.features import BERT, Marks
from qa.train.folder import write_folder
from qa.train.model import SpanModel
from qa.train.source import BASES, SMALL, encoder_folder
from qa.train.weights import load_weights

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("start", "end")
CHOSEN = "int8"


def main(argv: Sequence[str] | None = None) -> None:
    """Export, quantise, write the config without its calibration."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--transformers", type=Path, metavar="DIR", help="write it for transformers, in full precision")
    parser.add_argument("--base", choices=BASES, default=SMALL, help=f"the encoder, default {SMALL}")
    parser.add_argument("--format", choices=FORMATS, default=CHOSEN, help=f"default: {CHOSEN}")
    options = parser.parse_args(argv)
    if options.transformers:
        write_folder(options.transformers, weights=options.checkpoint, base=options.base)
    if not options.folder:
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    base = encoder_folder(options.base)
    model = SpanModel(base, pretrained=False)
    model.load_state_dict(load_weights(options.checkpoint))
    save(exported(model.eval(), options.format), options.folder)
    shutil.copy(base / "tokenizer.json", options.folder)
    write_config(options.folder, base=options.base, marks=model.marks)


def exported(model: SpanModel, form: str) -> onnx.ModelProto:
    """Trace the model with free batch and sequence axes, and bring it into one of the FORMATS.

    ``int8``: weights in 8 bits, one scale a column (a row for words), arithmetic in float32. ``int8-dynamic``: products
    in 8 bits too, activations scaled passage by passage as they come.
    """
    sample = tuple(torch.ones(2, 16, dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "batch", 1: "tokens"} for name in (*INPUTS, *OUTPUTS)}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer says that the newer exporter exists; its files run at half speed
        path = Path(scratch) / "model.onnx"
        torch.onnx.export(
            model, sample, path, dynamo=False, opset_version=17,
            input_names=list(INPUTS), output_names=list(OUTPUTS), dynamic_axes=axes,
        )  # fmt: skip
        traced = onnx.load(path)
    rule = FORMATS[form]
    return traced if rule is None else rewrite(traced, rule)


def save(model: onnx.ModelProto, folder: Path) -> None:
    """Write the graph, and beside it what it keeps in 4 bits."""
    graph, arrays = packed(model)
    onnx.save(graph, folder / "model.onnx")
    (folder / "weights.npz").unlink(missing_ok=True)
    if arrays:
        np.savez(folder / "weights.npz", **arrays)  # type: ignore[arg-type]


def write_config(folder: Path, *, base: str = SMALL, marks: Marks = BERT) -> None:
    """Write what the reader has to know, and the hash of the weights; keep a calibration that is there."""
    path, weights = folder / "config.json", folder / "weights.npz"
    before = json.loads(path.read_text()) if path.exists() else {}
    config = {
        "base": base,
        "sha256": sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        **({"packed": sha256(weights.read_bytes()).hexdigest()} if weights.exists() else {}),
        "max_length": 384,
        "max_question": 64,
        "stride": 96,
        "max_answer": 48,
        "cls": marks.cls,
        "sep": marks.sep,
        "between": marks.between,
        "calibration": before.get("calibration", {"threshold": 0.0, "scores": [0.0], "confidences": [0.0]}),
    }
    path.write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
