"""README.md and bench/README.md: what they say is run, and what they name is there."""

import re
import shlex
import struct
from pathlib import Path
from shutil import copytree

import pytest

import qa
from ui.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BENCH = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
PICTURES = ("bench/pictures/light.png", "bench/pictures/dark.png")
TOUR = [
    ("add", 0, "4 added"),
    ("ask", 0, "Keiichi Ichikawa"),
    ("ask", 1, "No clear answer"),
    ("ask", 0, "Chickens are not permitted."),
    ("ask", 0, "1,179 metres"),
    ("retrieve", 0, "84 euros a year"),
    ("status", 0, "The index is sound."),
    ("ask", 0, ""),
    ("verify", 0, "Every quote holds."),
]
"""The shell's commands in order: exit status, and what is printed (nothing where it goes to a file)."""


def blocks(language: str) -> list[str]:
    """Return the fenced blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_commands_are_make_ui_and_make_test() -> None:
    """And the Makefile has every target that the README names."""
    first = [line.split("#")[0].strip() for line in blocks("sh")[0].splitlines()]
    assert first == ["make ui", "make test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))
    assert targets == {"ui", "test", "install", "check"}
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_the_shell_tour_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every ``seedqa`` line, in order, on a copy of the sample documents."""
    copytree(ROOT / "index" / "samples", tmp_path / "index" / "samples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDQA_INDEX", str(tmp_path / "my-index"))
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith(".venv/bin/seedqa")]
    assert len(commands) == len(TOUR)
    for command, (name, status, printed) in zip(commands, TOUR, strict=True):
        assert printed in run(command, name, status, capsys)


def run(command: str, name: str, status: int, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a line as a shell would, its output sent to a file if it says so; return what is printed."""
    words, _, file = command.split("#")[0].partition(" > ")
    _, *arguments = shlex.split(words)
    assert (arguments[0], main(arguments)) == (name, status)
    printed = capsys.readouterr().out
    if not file:
        return printed
    Path(file.strip()).write_text(printed, encoding="utf-8")
    return ""


def test_the_python_tour_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The block is executed; it prints the answer, its whole sentence and the passages."""
    monkeypatch.setenv("SEEDQA_INDEX", str(tmp_path / "my-index"))
    qa.ensure_samples(tmp_path / "my-index")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)
    answer, printed = names["answer"], capsys.readouterr().out
    assert isinstance(answer, qa.Answer)
    assert printed.startswith(f"{answer.text} answered\n")
    assert "Anne Neuberger" in answer.text
    assert f"{answer.citations[0].path} 164 352 It was led by {answer.text}.\n" in printed
    assert "The virtual meeting was held on Tuesday, 19 December 2023." in printed


def test_the_tree_shows_the_folders_that_are_there() -> None:
    """The folders at the top and those in them: none is missing, and none has gone."""
    (tree,) = blocks("text")
    named, top = set(), ""
    for line in tree.splitlines():
        folder = line.split()[0].rstrip("/")
        top = top if line.startswith(" ") else folder
        named.add(folder if folder == top else f"{top}/{folder}")
    tops = {name for name in named if "/" not in name}
    assert tops == {"index", "qa", "ui", "tests", "bench"}
    assert named == tops | {f"{name}/{folder}" for name in tops for folder in folders(ROOT / name)}


def folders(path: Path) -> list[str]:
    """Return the names of the folders in one, but for caches and what is left of a folder that has gone."""
    return [
        each.name
        for each in path.iterdir()
        if each.is_dir()
        and not each.name.startswith((".", "__"))
        and any(file.is_file() and file.suffix != ".pyc" for file in each.rglob("*"))
    ]


def test_the_readme_is_one_page() -> None:
    """At most 900 words, numbers and code included; the rest is in bench/README.md."""
    assert len(README.split()) <= 900


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_is_shown_and_is_small(name: str) -> None:
    """A PNG of 1440 × 810, below 150 KB."""
    data = (ROOT / name).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (1440, 810)
    assert len(data) < 150_000
    assert f'src="{name}"' in README


def test_the_bench_page_names_every_module() -> None:
    """A module of bench is a command to run, or is said to be what the commands share."""
    modules = {path.stem for path in (ROOT / "bench").glob("*.py")} - {"__init__"}
    assert "end_to_end" in modules
    assert [
        name for name in modules if f"python -m bench.{name}" not in BENCH and f"bench/{name}.py" not in BENCH
    ] == []
    assert "python -m bench.peers" in BENCH


def test_the_peer_table_is_taken_from_the_bench_page() -> None:
    """The same numbers stand in two places: a new measurement changes both."""
    (heads, *rows), (all_heads, *all_rows) = table(README, "R@5"), table(BENCH, "R@1 | R@5 | EM")
    columns = [all_heads.index(head) for head in heads]
    assert rows == [[row[column] for column in columns] for row in all_rows]
    assert len(rows) == 7


def test_the_first_numbers_are_taken_from_the_bench_page() -> None:
    """Recall, F1 and time are those of the row with 20,000 passages; the quotes are counted there, too."""
    (row,) = re.findall(r"^\| 20,000 \| both (.*)", BENCH, re.MULTILINE)
    _, _, recall, _, _, f1, _, _, milliseconds, *_ = [cell.strip(" *") for cell in row.split("|")]
    numbers = re.findall(r"^\| [a-zF].* \| (.*) \|$", README, re.MULTILINE)[:4]
    assert numbers[:3] == [f"{100 * float(recall):.1f} %", f1, f"{milliseconds} ms"]
    assert f"All {numbers[3].split()[0]} quotes that were shown stand in their files" in BENCH


def table(text: str, heads: str) -> list[list[str]]:
    """Return the cells of the table whose heads begin so, without the line below the heads."""
    found = re.search(rf"^\| \| {re.escape(heads)} .*\n(?:\|.*\n)+", text, re.MULTILINE)
    assert found
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[0].splitlines()]
    return [rows[0], *rows[2:]]


@pytest.mark.parametrize("page", ["README.md", "bench/README.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    """To a file, and to a heading of it where one is named."""
    links = re.findall(r"\]\(([^)#:]+)(?:#([\w-]+))?\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links
    for path, heading in links:
        text = (ROOT / page).parent.joinpath(path).read_text(encoding="utf-8")
        assert not heading or re.search(rf"^#+ {heading}$", text, re.MULTILINE | re.IGNORECASE)
