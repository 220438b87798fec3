"""Between stages 4 and 5: the mean of a run's weights and of those it started from.

python -m qa.train.average OUT.pt CHECKPOINT CHECKPOINT …

A model tuned on for something new forgets some of what it knew; the mean keeps most of both (Wortsman et al. 2022,
"Robust fine-tuning of zero-shot models"). Checkpoints or exported ``model.onnx``, all of one ancestry.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from qa.train.weights import load_weights


def main(argv: Sequence[str] | None = None) -> None:
    """Average, and write a checkpoint that can be exported and scored, but not taken up as a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    options = parser.parse_args(argv)
    torch.save({"weights": mean([load_weights(path) for path in options.checkpoints])}, options.out)


def mean(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean of each tensor. Raises ValueError if the states are not those of one model."""
    first = states[0]
    if any(state.keys() != first.keys() for state in states):
        raise ValueError("The checkpoints are of different models: they have no mean.")
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in first}


if __name__ == "__main__":
    main()
