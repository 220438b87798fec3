"""seedqa: the public names, from a folder whose own files have the names of our packages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import qa
import seedqa

ROOT = Path(__file__).parent.parent
ASK = "from seedqa import ask, retrieve; print(ask.__module__, retrieve.__module__)"
OURS = "qa.api qa.api\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Someone's web project: index.py, qa/ and ui/, and a cry if one of them is run."""
    (tmp_path / "index.py").write_text("print('index.py of the project ran')")
    for name in ("qa", "ui"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"print('{name} of the project ran')")
    return tmp_path


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in that folder, with this checkout behind it on the path, as where it is installed."""
    site = project.parent / f"{project.name}-site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})")  # before Python puts the
    environment = {**os.environ, "PYTHONPATH": str(site)}  # folder of the script there
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def test_it_has_the_public_names_of_qa() -> None:
    """All of them, and the same."""
    assert seedqa.__all__ == qa.__all__
    assert all(getattr(seedqa, name) is getattr(qa, name) for name in qa.__all__)


def test_it_works_where_a_project_has_our_names(project: Path) -> None:
    """In a script and in a line, and none of the project's files is run; its own index.py is found afterwards."""
    (project / "script.py").write_text(ASK)
    assert run(project, "script.py").stdout == run(project, "-c", ASK).stdout == OURS
    assert run(project, "-c", "import sys; before = sys.path[:]; import seedqa; print(sys.path == before)").stdout == (
        "True\n"
    )


def test_the_command_works_where_a_project_has_our_names(project: Path) -> None:
    """As the console script does it, which does not look in the current folder for ui."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ui.cli import main; sys.path.pop(0); main(['--help'])"
    ran = run(project, "-c", code)
    assert "seedqa ask" in ran.stdout
    assert "of the project ran" not in ran.stdout


def test_the_command_adds_and_answers_where_a_project_has_our_names(project: Path) -> None:
    """The workers that parse files find ours too, though they are started in that folder."""
    (project / "note.md").write_text("The lighthouse was built by Edda Holm in 1871.")
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ui.cli import main; sys.path.pop(0);"
    added = run(project, "-c", f"{start} sys.exit(main(['add', 'note.md', '--index', 'made', '--quiet']))")
    assert (added.returncode, added.stdout.startswith("1 added")) == (0, True)
    asked = run(project, "-c", f"{start} sys.exit(main(['ask', 'Who built the lighthouse?', '--index', 'made']))")
    assert (asked.returncode, asked.stdout.splitlines()[0]) == (0, "Edda Holm")


def test_qa_names_the_index_that_is_in_the_way(project: Path) -> None:
    """It died of "cannot import name 'Document' from 'index'"."""
    (project / "qa" / "__init__.py").unlink()
    (project / "qa").rmdir()
    ran = run(project, "-c", "from qa import ask")
    assert ran.returncode == 1
    assert ran.stdout == ""  # what is in the way is not run
    last = ran.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: {project / 'index.py'} is in the way of seedqa's own package “index”")
    assert "from seedqa import" in last


def test_python_m_qa_names_the_ui_that_is_in_the_way(project: Path) -> None:
    """It died of "No module named ui.app"."""
    for file in (project / "index.py", project / "qa" / "__init__.py"):
        file.unlink()
    ran = run(project, "-m", "qa", "--help")
    assert ran.returncode == 1
    assert f"{project / 'ui' / '__init__.py'} is in the way" in ran.stderr


@pytest.mark.parametrize("first", ["qa", "index"])
def test_a_foreign_module_that_is_loaded_already_is_named(project: Path, first: str) -> None:
    """Then nothing can be done but to say which."""
    ran = run(project, "-c", f"import {first}; import seedqa")
    assert ran.returncode == 1
    last = ran.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: {project / first}")


def test_a_folder_of_data_is_in_nobody_s_way(project: Path) -> None:
    """A folder without __init__.py is passed over where a package has the name."""
    for name in ("qa", "ui"):
        (project / name / "__init__.py").unlink()
    (project / "index.py").unlink()
    (project / "index").mkdir()
    assert run(project, "-c", "from qa import ask; print(ask.__module__)").stdout == "qa.api\n"
