"""The examples in docstrings: each gives what it says it gives."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in ("index", "qa", "ui", "bench")
    for path in sorted((ROOT / package).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_an_example_gives_what_it_says(name: str) -> None:
    """A stranger learns from them, and one that nobody ran was wrong."""
    assert doctest.testmod(import_module(name)).failed == 0


def test_there_are_examples() -> None:
    """They are found, and all but those that need an index are run."""
    modules = [import_module(name) for name in MODULES]
    assert sum(doctest.testmod(module).attempted > 0 for module in modules) > 20
