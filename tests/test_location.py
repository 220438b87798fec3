"""Where an index lies, as it may be typed."""

from pathlib import Path

import pytest

from qa import Engine
from qa.location import located


@pytest.mark.parametrize(
    ("typed", "folder", "address"),
    [
        ("ray://auto/srv/index", "/srv/index", "auto"),
        ("ray://10.0.0.7:10001/srv/index", "/srv/index", "ray://10.0.0.7:10001"),
        ("ray://auto", "/home/index", "auto"),
        ("/srv/ray:/auto/index", "/srv/ray:/auto/index", ""),
    ],
)
def test_an_index_on_many_machines_is_named_by_cluster_and_folder(
    typed: str, folder: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a text, and as the path that the command line makes of it, which has lost a slash."""
    monkeypatch.setenv("SEEDQA_INDEX", "/home/index")
    assert located(typed) == located(Path(typed)) == (Path(folder), address)


def test_a_folder_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process may go to another folder before the index is opened."""
    monkeypatch.chdir(tmp_path)
    assert located("index") == (tmp_path / "index", "")
    assert located("~/index") == (Path.home() / "index", "")


def test_the_engine_takes_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """`seedqa ask --index ray://…` looked for a folder "ray:" where it was typed: only `qa.ask` knew better."""
    asked: list[tuple[Path, str]] = []

    def opened(folder: Path, *, ray: str, **_: object) -> None:
        asked.append((folder, ray))
        raise ConnectionError

    monkeypatch.setattr("qa.engine.Index.open", opened)
    for typed in (Path("ray://auto/srv/index"), Path("/srv/index")):
        with pytest.raises(ConnectionError):
            Engine(typed).retrieve("Who?")
    assert asked == [(Path("/srv/index"), "auto"), (Path("/srv/index"), "")]
