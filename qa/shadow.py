"""A foreign module that has one of our names, and is found first: it is named, instead of failing further in."""

import sys
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent.parent


def refuse(name: str) -> None:
    """Raise ImportError if a name of ours means something else here. What is in the way is not run to find that out."""
    try:
        spec = find_spec(name)
    except ValueError:  # a module that some program made by hand
        spec = None
    loaded = sys.modules.get(name)
    origin = (spec.origin if spec else None) or getattr(loaded, "__file__", None)
    if origin is not None and Path(origin).parent != _HERE / name:
        raise ImportError(
            f"{origin} is in the way of seedqa's own package “{name}”: run this from another folder, or rename that, or"
            " write `from seedqa import …` before all other imports, which finds the right one",
            name=name,
            path=origin,
        )
