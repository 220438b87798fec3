"""A reader as a folder that transformers loads, so that other systems read with the same weights."""

import json
import shutil
from pathlib import Path

from qa.read.onnx import SMALL
from qa.train.source import SMALL as SMALL_BASE
from qa.train.source import encoder_folder
from qa.train.weights import load_weights

FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")

CLASSES = {"bert": "BertForQuestionAnswering", "mpnet": "MPNetForQuestionAnswering"}


def write_folder(folder: Path, *, weights: Path = SMALL / "model.onnx", base: str = SMALL_BASE) -> None:
    """Write config, tokenizer and weights: the encoder's class for question answering, with our span layer.

    ``weights`` is a checkpoint or an exported ``model.onnx``, ours if left out; ``base`` is its encoder.
    """
    from safetensors.torch import save_file

    source = encoder_folder(base)
    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads((source / "config.json").read_text())
    kind = config["model_type"]
    (folder / "config.json").write_text(json.dumps(config | {"architectures": [CLASSES[kind]], "num_labels": 2}))
    for name in FILES:
        if (source / name).exists():
            shutil.copy(source / name, folder)
    named = {_name(name, kind): weight.contiguous() for name, weight in load_weights(weights).items()}
    save_file(named, folder / "model.safetensors", metadata={"format": "pt"})


def _name(name: str, kind: str) -> str:
    """Return what transformers calls one of our weights."""
    if name.startswith("span."):
        return name.replace("span.", "qa_outputs.", 1)
    return name.replace("encoder.", f"{kind}.", 1)
