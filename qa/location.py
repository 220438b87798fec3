"""Where an index lies: a folder, and, if it is in parts on many machines, the Ray cluster that it is asked through."""

import os
import re
from pathlib import Path

_RAY = re.compile(r"ray:/{1,2}(?P<address>[^/]+)(?P<folder>/.*)?")  # a Path has one slash where two were written


def default_index() -> Path:
    """Return ``$SEEDQA_INDEX``, else the user's data folder."""
    if chosen := os.environ.get("SEEDQA_INDEX"):
        return expanded(chosen)
    import platformdirs

    return platformdirs.user_data_path("seedqa") / "index"


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with the home folder that ``~`` or ``~name`` stands for; as it is if nobody has that name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  (Path's own raises RuntimeError then)


def located(index: str | os.PathLike[str]) -> tuple[Path, str]:
    """Return the whole path of an index's folder, and the address of its Ray cluster, "" if it is on this machine.

    >>> located("ray://10.0.0.7:10001/srv/index")
    (PosixPath('/srv/index'), 'ray://10.0.0.7:10001')
    """
    on_ray = _RAY.fullmatch(os.fspath(index))
    if not on_ray:
        return expanded(index).absolute(), ""  # the process may go to another
    address = on_ray["address"]
    return Path(on_ray["folder"] or default_index()), address if address == "auto" else f"ray://{address}"
