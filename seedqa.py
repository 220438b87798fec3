"""``from seedqa import ask, retrieve``: the public names of qa, also where a foreign index, qa or ui is in the way."""

import sys
from pathlib import Path

_HERE = str(Path(__file__).parent)
sys.path.insert(0, _HERE)
try:
    import qa

    if Path(qa.__file__ or "").parent.parent != Path(_HERE):
        raise ImportError(f"{qa.__file__} was imported before seedqa, whose package “qa” it hides: import seedqa first")
    from qa import *  # noqa: F403
finally:
    sys.path.remove(_HERE)

__all__ = qa.__all__
