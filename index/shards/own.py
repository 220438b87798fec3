"""A folder of this process alone, on this machine's disk, that is gone when the process is, however that ends."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import IndexLocked, StoreError
from index.lock import WriteLock

_PREFIX = "seedqa-shard-"
_YOUNG = 60.0  # seconds in which a folder is not looked at: it may not be locked yet


@contextmanager
def own_folder() -> Iterator[Path]:
    """Give a new folder, and delete it in the end; first those whose processes were killed."""
    _sweep(Path(tempfile.gettempdir()))
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with WriteLock(home / "lock"):
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Delete the folders that no living process holds."""
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError, IndexLocked, StoreError):
            if _is_old_and_ours(left.lstat()):
                with WriteLock(left / "lock"):
                    shutil.rmtree(left)


def _is_old_and_ours(found: os.stat_result) -> bool:
    """Whether it is a folder, long there, that this user made: in another's, a lock may be a link to a file of ours."""
    is_ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and is_ours and time.time() - found.st_mtime > _YOUNG
