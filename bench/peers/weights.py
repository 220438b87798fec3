"""The shipped reader as a folder that transformers loads, so that every system reads with the same weights."""

import json
import shutil
from pathlib import Path

from qa.read.onnx import SMALL
from qa.train.source import encoder_folder
from qa.train.weights import load_weights

_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


def write_folder(folder: Path) -> None:
    """Write config, tokenizer and weights: ``BertForQuestionAnswering`` with our encoder and span layer."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads((encoder_folder() / "config.json").read_text())
    config |= {"architectures": ["BertForQuestionAnswering"], "num_labels": 2}
    (folder / "config.json").write_text(json.dumps(config))
    for name in _FILES:
        if (encoder_folder() / name).exists():
            shutil.copy(encoder_folder() / name, folder)
    weights = {
        name.replace("span.", "qa_outputs.", 1) if name.startswith("span.") else name.replace("encoder.", "bert.", 1): w
        for name, w in load_weights(SMALL / "model.onnx").items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
