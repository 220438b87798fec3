"""The built wheel: installed away from the checkout, it answers a question."""

import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKERS = ("index/models/export.py", "index/models/formats.py", "index/models/smooth.py")
NEEDED = (
    "qa/models/small/model.onnx",
    "qa/models/small/tokenizer.json",
    "qa/models/small/config.json",
    "qa/models/small/README.md",
    "qa/models/base/model.onnx",
    "qa/models/base/weights.npz",
    "qa/models/base/tokenizer.json",
    "qa/models/base/config.json",
    "qa/models/base/README.md",
    "index/models/all-MiniLM-L6-v2/model.onnx",
    "index/models/all-MiniLM-L6-v2/tokenizer.json",
    "index/samples/ridge-walk.pdf",
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / "ui" / "page").rglob("*.[cjs][sv]*")),
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the build back end makes of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.slow
def test_the_wheel_holds_the_weights_and_no_tests(wheel: Path) -> None:
    """All that a first start needs, byte for byte, and nothing of ours beside the three packages and seedqa.py."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for name in NEEDED:
            assert archive.read(name) == (ROOT / name).read_bytes()
    assert wheel.stat().st_size <= 130_000_000
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"index", "qa", "ui", "seedqa.py"}
    assert not [name for name in names if name.startswith("qa/train/") or name in MAKERS]


@pytest.mark.slow
def test_the_source_archive_holds_what_its_own_tests_and_make_need(tmp_path: Path) -> None:
    """It lacked the Makefile and the lock, which tests/test_readme.py reads."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"seedqa.py", "Makefile", "requirements.lock", "README.md", "qa/train/fit.py", *NEEDED} <= held


@pytest.mark.slow
def test_the_installed_wheel_answers_a_question(wheel: Path, tmp_path: Path) -> None:
    """In a clean environment, whose libraries are those installed here, from another folder than the checkout."""
    clean = tmp_path / "clean"
    venv.create(clean, with_pip=True)
    python = clean / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    (site,) = (clean / "lib").glob("python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    seedqa = [str(clean / "bin" / "seedqa")]
    where = ["--index", str(tmp_path / "index")]
    samples = str(site / "index" / "samples")
    added = subprocess.run([*seedqa, "add", samples, *where], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "4 added" in added.stdout
    asked = [*seedqa, "ask", "Who led the meeting?", *where]
    answer = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Keiichi Ichikawa" in answer.stdout
    (tmp_path / "index.py").write_text("raise SystemExit('a web page of mine')")
    code = "import seedqa, qa; print(qa.__file__, seedqa.ask.__module__)"
    found = subprocess.run([str(python), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.split()[0]).is_relative_to(clean)
