"""README.md: what it says is run."""

import re
import shlex
from pathlib import Path

import pytest

import qa
from ui.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_commands_are_make_ui_and_make_test() -> None:
    """And the Makefile has every target that the README names."""
    first = [line.split("#")[0].strip() for line in blocks("sh")[0].splitlines()]
    assert first == ["make ui", "make test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_shell_tour_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every ``seedqa`` line, in order, on the sample documents; statuses 0 (answered) and 1 (not in the documents)."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SEEDQA_INDEX", str(tmp_path / "index"))
    commands = [line for block in blocks("sh") for line in block.splitlines() if ".venv/bin/seedqa" in line]
    ran = []
    for command in commands:
        words = shlex.split(command, comments=True)
        status = main([str(tmp_path / "my-index") if word == "my-index" else word for word in words[1:]])
        ran.append((words[1], status, capsys.readouterr().out))
    assert [name for name, _, _ in ran][:3] == ["add", "ask", "ask"]
    assert "Keiichi Ichikawa" in ran[1][2]
    assert [status for _, status, _ in ran[:3]] == [0, 0, 1]


def test_the_python_tour_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block is executed, and finds the brief."""
    monkeypatch.setenv("SEEDQA_INDEX", str(tmp_path / "my-index"))
    qa.ensure_samples(tmp_path / "my-index")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)
    answer = names["answer"]
    assert isinstance(answer, qa.Answer)
    assert "Anne Neuberger" in answer.citations[0].quote


def test_the_tree_names_what_is_there() -> None:
    """Every path in the tree exists, and every module of the three packages stands in it."""
    (tree,) = blocks("text")
    named = set()
    folder = ""
    for line in tree.splitlines():
        name = line.split()[0] if line.strip() else ""
        if not name:
            continue
        if not line.startswith(" "):
            folder = name if name.endswith("/") else ""
            named.add(name.rstrip("/"))
        else:
            named.add((folder + name).rstrip("/"))
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing
    modules = {
        path.relative_to(ROOT).as_posix() for package in ("index", "qa", "ui") for path in (ROOT / package).glob("*.py")
    }
    assert {module for module in modules if not module.endswith("__.py")} <= named
