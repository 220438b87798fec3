"""Stage 4: the trained weights → one ONNX file, fused and in 8 bits, with its tokenizer.

python -m qa.train.export CHECKPOINT FOLDER [--format fp32|int8]
"""

import argparse
import json
import shutil
import tempfile
import warnings
from hashlib import sha256
from pathlib import Path

import torch

from qa.train.fit import load_weights
from qa.train.model import SpanModel
from qa.train.source import encoder_folder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("start", "end")


def main() -> None:
    """Export, fuse, quantise, write the config without its calibration."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--format", choices=("fp32", "int8"), default="int8")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    model = SpanModel(encoder_folder(), pretrained=False)
    model.load_state_dict(load_weights(options.checkpoint))
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused = Path(scratch) / "plain.onnx", Path(scratch) / "fused.onnx"
        export(model.eval(), plain)
        fuse(plain, fused, heads=12, width=384)
        target = options.folder / "model.onnx"
        if options.format == "int8":
            quantise(fused, target)
        else:
            shutil.copy(fused, target)
    shutil.copy(encoder_folder() / "tokenizer.json", options.folder)
    write_config(options.folder)


def export(model: SpanModel, path: Path) -> None:
    """Trace the model with free batch and sequence axes."""
    sample = tuple(torch.ones(2, 16, dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "batch", 1: "tokens"} for name in (*INPUTS, *OUTPUTS)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer says that the newer exporter exists; its files run at half speed
        torch.onnx.export(
            model, sample, path, dynamo=False, opset_version=17,
            input_names=list(INPUTS), output_names=list(OUTPUTS), dynamic_axes=axes,
        )  # fmt: skip


def fuse(source: Path, target: Path, *, heads: int, width: int) -> None:
    """Fuse attention, GELU and layer norm into single operators."""
    from onnxruntime.transformers.optimizer import optimize_model

    optimize_model(str(source), model_type="bert", num_heads=heads, hidden_size=width).save_model_to_file(str(target))


def quantise(source: Path, target: Path) -> None:
    """Store weights in 8 bits a channel; activations are scaled as they come (dynamic).

    ``reduce_range`` leaves a bit unused: without it, AVX2 processors overflow when they add up 8-bit products.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def write_config(folder: Path) -> None:
    """Write what the reader has to know, and the hash of the weights; keep a calibration that is there."""
    path = folder / "config.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    config = {
        "base": "all-MiniLM-L6-v2",
        "sha256": sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        "max_length": 384,
        "max_question": 64,
        "stride": 96,
        "max_answer": 48,
        "cls": 101,
        "sep": 102,
        "calibration": before.get("calibration", {"threshold": 0.0, "scores": [0.0], "confidences": [0.0]}),
    }
    path.write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
