"""Files that a browser sends, kept in a folder beside the index under names that can do no harm."""

import hashlib
import os
import re
import shutil
import tempfile
import threading
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

_FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f-\x9f\ud800-\udfff]')  # by one system or another
_UNSEEN = ("Cf", "Co", "Cn", "Zl", "Zp")  # what shows nothing, or turns the rest of a name round
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_INCOMING = ".incoming-"  # no name that is kept begins with a dot
_LONGEST, _DEEPEST, _ROOM = 150, 8, 200 << 20


class Refused(Exception):
    """A file is not taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived: where it is for now, and the hash of its bytes."""

    path: Path
    sha256: str
    size: int


def safe_name(name: str) -> str:
    """Return a file name that every system takes and that shows as what it is; a good one stays as it is.

    >>> safe_name("../../etc/pass\\u202ewd.txt"), safe_name("Übersicht 2024.pdf"), safe_name("..")
    ('passwd.txt', 'Übersicht 2024.pdf', 'file')
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in _UNSEEN)
    kept = _FORBIDDEN.sub("_", seen).strip(" .~$")
    path = PurePath(f"_{kept}" if _RESERVED.match(kept) else kept or "file")
    return f"{_cut(path.stem, _LONGEST).strip()}{_cut(path.suffix, 20)}"


def safe_path(name: str) -> Path:
    """Return a relative path of safe names, of a file that came out of a folder; never one that leads up."""
    parts = [part for part in re.split(r"[/\\]", name) if part.strip(" .")] or ["file"]
    return Path(*(safe_name(part) for part in (*parts[:-1][-_DEEPEST:], parts[-1])))


def _cut(text: str, most: int) -> str:
    """Shorten to so many bytes, in whole characters: a file system counts bytes."""
    return text.encode()[:most].decode(errors="ignore")


class Uploads:
    """A folder of files that came through the browser, bounded in number and in bytes."""

    def __init__(
        self, folder: Path, *, most_bytes: int = 32 << 20, most_files: int = 20_000, most_in_all: int = 8 << 30
    ) -> None:
        """Name the folder; it is made when the first file comes. ``most_bytes`` is the largest file that is taken."""
        self.folder = folder
        self.most_bytes, self.most_files, self.most_in_all = most_bytes, most_files, most_in_all
        self.lock = threading.Lock()
        """For who keeps a file and says that it is wanted, or finds that it is not and deletes it: one at a time."""
        self._held: tuple[int, int] | None = None  # files and bytes; counted once, when the first file comes

    async def receive(self, parts: AsyncIterator[bytes]) -> Received:
        """Write a body as it comes, and no more of it than may be. Raises Refused, and leaves nothing then."""
        self._make_room()
        file, name = tempfile.mkstemp(prefix=_INCOMING, dir=self.folder)
        digest, size, whole = hashlib.sha256(), 0, False
        try:
            with os.fdopen(file, "wb") as target:
                async for part in parts:
                    size += len(part)
                    if size > self.most_bytes:
                        raise Refused(f"It has more than {self.most_bytes >> 20} MB: split it.")
                    digest.update(part)
                    target.write(part)
            whole = True
        except OSError as error:
            raise Refused(f"It cannot be stored ({error.strerror}): make room on the disk, then try again.") from error
        finally:
            if not whole:
                Path(name).unlink(missing_ok=True)
        return Received(Path(name), digest.hexdigest(), size)

    def keep(self, received: Received, name: str) -> Path:
        """Put a file that has arrived in its place, and return that. The same name and bytes twice are one file.

        Raises Refused, and leaves nothing then.
        """
        try:
            return self._kept(received, self.folder / safe_path(name))
        except (FileExistsError, NotADirectoryError) as error:
            self.drop(received)
            raise Refused("A file here has its folder’s name: rename the folder, then send it again.") from error
        except OSError as error:
            self.drop(received)
            raise Refused(f"It cannot be stored ({error.strerror}): make room on the disk, then try again.") from error

    def _kept(self, received: Received, target: Path) -> Path:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for candidate in _numbered(target):
            try:
                _place(received.path, candidate)
            except FileExistsError:
                if not _holds(candidate, received):
                    continue
            else:
                self._count(1, received.size)
            self.drop(received)
            return candidate
        raise AssertionError("the numbers have no end")

    def drop(self, received: Received) -> None:
        """Forget a file that has arrived."""
        received.path.unlink(missing_ok=True)

    def files(self) -> list[Path]:
        """Return what is here, less what was arriving when the program ended, which is deleted."""
        found = [Path(folder, name) for folder, _, names in os.walk(self.folder) for name in sorted(names)]
        for path in found:
            if path.name.startswith(_INCOMING):
                path.unlink(missing_ok=True)
        return [path for path in found if not path.name.startswith(_INCOMING)]

    def holds(self, path: Path) -> bool:
        """Tell whether a path is one of the files here."""
        return path.is_relative_to(os.path.realpath(self.folder)) or path.is_relative_to(self.folder)

    def delete(self, path: Path) -> None:
        """Delete one of the files here, and the folders that are empty then. Other files are not touched."""
        if not self.holds(path):
            return
        with suppress(OSError):
            size = path.stat().st_size
            path.unlink()
            self._count(-1, -size)
        for folder in path.parents:
            if folder in (self.folder, Path(os.path.realpath(self.folder))):
                break
            with suppress(OSError):
                folder.rmdir()

    def _make_room(self) -> None:
        """Make the folder, and see whether one more file may come."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise Refused(f"{self.folder} cannot be written ({error.strerror}): look at its permissions.") from error
        if free < _ROOM + self.most_bytes:
            raise Refused("The disk is nearly full: make room, then try again.")
        files, size = self._count()
        if files >= self.most_files or size >= self.most_in_all:
            raise Refused(
                f"There are {files:,} files with {size >> 20:,} MB here already, which is the most:"
                " remove some, or index a folder where it is."
            )

    def _count(self, files: int = 0, size: int = 0) -> tuple[int, int]:
        if self._held is None:
            sizes = list(self._sizes())
            self._held = len(sizes), sum(sizes)
        else:
            self._held = self._held[0] + files, self._held[1] + size
        return self._held

    def _sizes(self) -> Iterator[int]:
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    yield Path(folder, name).stat().st_size


def _place(file: Path, target: Path) -> None:
    """Name a file anew; raise FileExistsError where there is one already, which a rename would overwrite."""
    try:
        os.link(file, target)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        with target.open("xb"):
            pass
        file.replace(target)


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    for number in range(2, 1_000_000):
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")


def _holds(path: Path, received: Received) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == received.sha256
    except OSError:
        return False
