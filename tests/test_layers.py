"""The shape of the whole: imports point one way, and each heavy library has one owner."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import index
import qa
import seedqa

ROOT = Path(__file__).parent.parent
OWNERS = {
    "sentence_transformers": {"index/embed/library.py"},
    "transformers": {"index/embed/library.py", "qa/read/library.py"},
    "faiss": {"index/search/vectors.py"},
    "apsw": {"index/store", "ui/conversations.py"},
    "onnxruntime": {"index/onnx.py"},
    "tokenizers": {"index/onnx.py"},
    "gradio": {"ui/app.py"},
    "pypdfium2": {"index/load/pdf", "index/load/picture.py"},
    "ray": {"index/shards/cluster.py"},
    "selectolax": {"index/load/html.py"},
}
THE_COMMAND = "qa/__main__.py"
"""``python -m qa`` is the shell, and says where it is: the one file of qa that names ui, imported by nothing."""
BUILD_TIME = ("qa/train/", "index/models/")
"""Recipes that make the weights, never imported at run time; they may use what they need."""


def modules(package: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each file of a package with what it imports, wherever in the file."""
    for path in sorted((ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(BUILD_TIME):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield name, {imported for node in ast.walk(tree) for imported in names(node)}


def names(node: ast.AST) -> list[str]:
    """Return the top-level packages that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").split(".")[0]]
    return []


@pytest.mark.parametrize(("package", "forbidden"), [("index", {"qa", "ui"}), ("qa", {"ui"}), ("ui", {"index"})])
def test_imports_point_one_way(package: str, forbidden: set[str]) -> None:
    """ui → qa → index, and ui sees nothing of index but what qa hands on."""
    wrong = {name: found & forbidden for name, found in modules(package) if found & forbidden and name != THE_COMMAND}
    assert not wrong
    assert len(list(modules(package))) > 3


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_each_heavy_library_has_its_owner(library: str) -> None:
    """So that each can be replaced in one place."""
    importers = {name for package in ("index", "qa", "ui") for name, found in modules(package) if library in found}
    assert importers
    assert all(any(name == owner or name.startswith(f"{owner}/") for owner in OWNERS[library]) for name in importers)


def full_names(path: Path) -> Iterator[str]:
    """Yield each module, and each name of one, that a file imports, in full."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_recipes_are_never_imported_at_run_time() -> None:
    """They are not in the wheel."""
    recipes = ("qa.train", "index.models.")
    for package in ("index", "qa", "ui"):
        for path in (ROOT / package).rglob("*.py"):
            if not path.relative_to(ROOT).as_posix().startswith(BUILD_TIME):
                assert not [name for name in full_names(path) if name.startswith(recipes)], path


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import index", ("torch", "gradio", "sentence_transformers", "transformers", "onnxruntime")),
        ("import qa", ("torch", "gradio", "sentence_transformers", "transformers", "onnxruntime")),
        ("import seedqa", ("torch", "gradio", "sentence_transformers", "transformers", "onnxruntime")),
        ("import ui.cli", ("torch", "gradio", "fastapi", "sentence_transformers", "transformers", "onnxruntime")),
    ],
)
def test_imports_are_light(statement: str, absent: tuple[str, ...]) -> None:
    """What is heavy is loaded by the first question, if at all."""
    code = f"import sys; {statement}; print([m for m in {absent!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("package", [index, qa, seedqa])
def test_the_public_names_are_sorted_and_there(package: object) -> None:
    """``__all__`` is the whole public face, in the order in which one looks things up."""
    public = package.__all__  # type: ignore[attr-defined]
    assert list(public) == sorted(public)
    assert all(hasattr(package, name) for name in public)


@pytest.mark.parametrize("package", [index, qa])
def test_what_can_be_imported_from_a_package_is_public(package: ModuleType) -> None:
    """A name that is there is used: either it is promised, or it is not there."""
    there = {name for name, value in vars(package).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert there == set(package.__all__)


def test_the_months_are_named_in_one_place() -> None:
    """Whoever adds a language, or a way to cut them short, does so once."""
    sources = [path for package in ("index", "qa", "ui") for path in (ROOT / package).rglob("*.py")]
    naming = [
        path for path in sources if re.search(r"\bfeb(?:ruary|\W+)\W*mar", path.read_text("utf-8"), re.IGNORECASE)
    ]
    assert naming == [ROOT / "index/months.py"]


@pytest.mark.parametrize("word", ["utils", "helpers", "base", "common", "manager", "config"])
def test_no_module_is_a_drawer(word: str) -> None:
    """A module is named after what is in it."""
    assert not [path for package in ("index", "qa", "ui") for path in (ROOT / package).rglob(f"{word}.py")]
