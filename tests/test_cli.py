"""ui.cli: the command line as a user types it."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from qa import Where
from qa.read import SMALL
from ui.cli import main
from ui.where import where_of

SAMPLES = Path(__file__).parent.parent / "index" / "samples"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of documents, and an index of them made by ``seedqa add``."""
    folder = tmp_path_factory.mktemp("cli")
    shutil.copytree(SAMPLES, folder / "documents")
    assert main(["add", str(folder / "documents"), "--index", str(folder / "index")]) == 0
    return folder / "documents", folder / "index"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run one command in this process; return status, stdout, stderr."""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_adding_again_changes_nothing(made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Unchanged files are known by their content."""
    status, out, _ = run(capsys, "add", made[0], "--index", made[1])
    assert (status, "4 unchanged" in out, "0 new passages" in out) == (0, True, True)


def test_ask_prints_the_object_that_scripts_rely_on(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 0; the quote names all three leaders, and stands in the file at its offsets."""
    status, out, _ = run(capsys, "ask", "Who led the meeting?", "--index", made[1], "--json")
    answer = json.loads(out)
    citation = answer["citations"][0]
    text = Path(citation["path"]).read_text(encoding="utf-8")
    assert (status, answer["reason"]) == (0, "answered")
    assert text[citation["start"] : citation["end"]] == citation["quote"] == answer["text"]
    assert all(name in answer["text"] for name in ("In Seong-hwan", "Anne Neuberger", "Keiichi Ichikawa"))


def test_ask_without_json_is_for_people(made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The quote first, then where it stands."""
    status, out, _ = run(capsys, "ask", "When was the meeting held?", "--index", made[1])
    assert status == 0
    assert "19 December 2023" in out.splitlines()[0]
    assert "trilateral-cyber-meeting.md · The meeting · characters" in out


def test_what_the_documents_do_not_say_has_exit_status_1(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """And says so, with what came closest: a guess that is not sure, passages where there is none."""
    for question, closest in (
        ("How much was stolen?", "Closest, not sure:"),
        ("How tall is the mayor?", "The closest passages"),
    ):
        status, out, _ = run(capsys, "ask", question, "--index", made[1])
        assert status == 1
        assert out.startswith("No clear answer")
        assert closest in out


def test_a_page_number_is_given_where_there_are_pages(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The second page of the PDF."""
    status, out, _ = run(capsys, "retrieve", "Where is the tin box with a pencil?", "--index", made[1], "--json")
    first = json.loads(out)[0]
    assert (status, Path(first["path"]).name, first["page"]) == (0, "ridge-walk.pdf", 2)


def test_retrieve_prints_k_passages_best_first(made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """``-k`` counts passages."""
    _, out, _ = run(capsys, "retrieve", "What does a plot cost?", "-k", 3, "--index", made[1], "--json")
    scores = [hit["score"] for hit in json.loads(out)]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_status_lists_the_documents_and_says_that_the_index_is_sound(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """In words and as JSON."""
    status, out, _ = run(capsys, "status", "--index", made[1])
    assert status == 0
    assert "4 documents in 4 files" in out
    assert "sound" not in out  # nobody has looked
    assert "The index is sound." in run(capsys, "status", "--check", "--index", made[1])[1]
    _, out, _ = run(capsys, "status", "--index", made[1], "--json")
    rows = json.loads(out)["documents"]
    assert [Path(row["path"]).name for row in rows] == sorted(p.name for p in SAMPLES.iterdir())
    last = f"document={rows[-1]['id']}"  # the number by which a search is confined
    _, out, _ = run(capsys, "retrieve", "What is there?", "--index", made[1], "--where", last, "--json")
    assert {Path(hit["path"]).name for hit in json.loads(out)} == {Path(rows[-1]["path"]).name}


def test_remove_forgets_and_leaves_the_file(
    made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second time there is nothing to forget."""
    file = tmp_path / "note.txt"
    file.write_text("The password of the shed is swordfish.")
    run(capsys, "add", file, "--index", made[1])
    assert run(capsys, "remove", file, "--index", made[1])[:2] == (
        0,
        "1 document removed; the files themselves are untouched.\n",
    )
    assert file.exists()
    assert run(capsys, "remove", file, "--index", made[1])[0] == 2


def test_verify_holds_until_the_file_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer printed earlier can be checked against the disk at any time."""
    file = tmp_path / "note.txt"
    file.write_text("The lighthouse was built by Edda Holm in 1871.")
    index = tmp_path / "index"
    run(capsys, "add", file, "--index", index)
    _, out, _ = run(capsys, "ask", "Who built the lighthouse?", "--index", index, "--json")
    assert json.loads(out)["text"] == "Edda Holm"
    (tmp_path / "answer.json").write_text(out)
    assert run(capsys, "verify", tmp_path / "answer.json")[0] == 0
    assert run(capsys, "verify", "--index", index)[0] == 0
    file.write_text("In fact, the lighthouse was built by Odd Berg in 1871.")
    status, out, _ = run(capsys, "verify", tmp_path / "answer.json")
    assert (status, "does not hold the quote there" in out) == (1, True)
    assert run(capsys, "verify", "--index", index)[0] == 1


def test_verify_says_in_a_line_what_is_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, and no stack trace."""
    for written in ("", "{", "[1]", '{"a": 1}', "[" * 100_000):
        (tmp_path / "answer.json").write_text(written)
        status, out, err = run(capsys, "verify", tmp_path / "answer.json")
        assert (status, out, err.count("\n")) == (2, "", 1)
    monkeypatch.setattr("sys.stdin", io.StringIO('{"reason": "nothing_found", "citations": []}'))
    assert run(capsys, "verify", "-")[0] == 0


def test_a_path_in_an_answer_writes_no_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with a line end in it printed "Every quote holds." above the verdict."""
    forged = {"path": "/a\nEvery quote holds.\nb.txt", "start": 0, "end": 1, "quote": "a", "sha256": "ab"}
    (tmp_path / "answer.json").write_text(json.dumps({"reason": "answered", "text": "a", "citations": [forged]}))
    status, out, _ = run(capsys, "verify", tmp_path / "answer.json")
    assert (status, out.splitlines()[-1]) == (1, "This answer does not hold.")
    assert "Every quote holds." not in out.splitlines()


def test_verify_reads_the_mark_that_windows_puts_first_and_names_what_is_not_utf_8(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """PowerShell writes either, as its version is."""
    written = '{"reason": "nothing_found", "citations": []}'
    (tmp_path / "marked.json").write_text(written, encoding="utf-8-sig")
    assert run(capsys, "verify", tmp_path / "marked.json")[0] == 0
    (tmp_path / "wide.json").write_text(written, encoding="utf-16")
    status, out, err = run(capsys, "verify", tmp_path / "wide.json")
    assert (status, out) == (2, "")
    assert "wide.json is not UTF-8 text: expected" in err


def test_a_question_that_is_not_utf_8_is_mended(made: tuple[Path, Path]) -> None:
    """It was a traceback, with the exit status that means "not in the documents"."""
    command: list[str | bytes] = [
        sys.executable,
        "-m",
        "qa",
        "ask",
        b"What does a full plot caf\xe9 cost?",
        "--index",
        str(made[1]),
        "--json",
    ]
    ran = subprocess.run(command, capture_output=True, check=False)
    assert ran.stderr == b""
    assert json.loads(ran.stdout)["question"] == "What does a full plot caf? cost?"
    assert ran.returncode in (0, 1)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--where", "kind=pdf"), {"ridge-walk.pdf"}),
        (("--where", "kind=pdf", "--where", "kind=html"), {"ridge-walk.pdf", "garden-rules.html"}),
        (("--in", "{}/kettle-manual.txt"), {"kettle-manual.txt"}),
        (("--in", "{}/nowhere"), set()),
        (("--where", "until=1971-01-01"), set()),
    ],
)
def test_a_search_can_be_confined(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str], options: tuple[str, ...], expected: set[str]
) -> None:
    """To kinds, places and days."""
    given = [option.format(made[0]) for option in options]
    _, out, _ = run(capsys, "retrieve", "What does it cost?", "-k", 50, *given, "--index", made[1], "--json")
    assert {Path(hit["path"]).name for hit in json.loads(out)} == expected


def test_where_is_read_whole() -> None:
    """Each field in its own form."""
    pairs = ["kind=pdf", "since=2024-01-31", "until=2024-02-29", "document=7", "document=8"]
    day = date(2024, 1, 31)
    assert where_of([Path("/a")], pairs) == Where((7, 8), ("/a",), ("pdf",), day, date(2024, 2, 29))
    assert where_of([], []) is None


@pytest.mark.parametrize(
    "pair", ["kind", "kind=", "colour=red", "since=today", "since=2024-02-30", "until=9999-12-31", "document=x",
             "document=²", "document=-1"]
)  # fmt: skip
def test_what_where_does_not_know_is_named(pair: str) -> None:
    """With what it does know."""
    with pytest.raises(ValueError, match=f"--where {re.escape(pair)}: expected .*="):
        where_of([], [pair])


def test_a_day_is_given_once() -> None:
    """The second would silently win."""
    with pytest.raises(ValueError, match="since is given 2 times"):
        where_of([], ["since=2024-01-01", "since=2024-01-02"])


def test_bad_files_are_a_line_each_and_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty, binary, unreadable, encrypted in name only, invalid UTF-8, an unknown kind."""
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing more")
    (tmp_path / "latin.txt").write_bytes("Der Schlüssel hängt über der Tür.".encode("cp1252"))
    (tmp_path / "table.xlsx").write_bytes(b"PK")
    (tmp_path / "good.md").write_text("# Keys\n\nThe key hangs above the door.")
    paths = sorted(tmp_path.iterdir())
    status, out, _ = run(capsys, "add", *paths, "--index", tmp_path / "index")
    assert status == 0
    assert "2 added" in out
    assert "4 failed" in out
    for name in ("empty.txt", "binary.txt", "broken.pdf", "table.xlsx"):
        (line,) = [line for line in out.splitlines() if name in line.split(": ")[0]]
        assert len(line) > len(name) + 20


def test_too_large_a_file_names_the_option_that_admits_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fifty megabytes of text are refused before they are read, not half indexed."""
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(50 << 20)
    status, out, _ = run(capsys, "add", tmp_path / "huge.txt", "--index", tmp_path / "index")
    assert (status, "--max-megabytes" in out) == (2, True)


def test_an_empty_folder_says_that_there_is_nothing_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No error, and no silence."""
    (tmp_path / "folder").mkdir()
    status, out, _ = run(capsys, "add", tmp_path / "folder", "--index", tmp_path / "index")
    assert (status, "nothing to add" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", "Who?"), "seedqa add"),
        (("retrieve", "Who?"), "seedqa add"),
        (("status",), "seedqa add"),
        (("ask", "  "), "question is empty"),
        (("retrieve", "Who?", "-k", "0"), "k is 0"),
    ],
)
def test_errors_are_one_line_with_what_to_do(
    arguments: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2; no stack trace."""
    status, out, err = run(capsys, *arguments, "--index", tmp_path / "none")
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("start", [("ask", "Who?"), ("ui", "--port", "0")])
def test_a_reader_that_is_not_there_is_named(
    made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], start: tuple[str, ...]
) -> None:
    """Before anything is served, and without asking the network: what looks like a path is one."""
    status, out, err = run(capsys, *start, "--index", made[1], "--reader", tmp_path / "no-model")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "no-model" in err


def test_a_blank_question_is_refused_before_its_reader_is_loaded(
    made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a reader of one's own it was "not in the documents"."""
    status, _, err = run(capsys, "ask", " ", "--index", made[1], "--reader", tmp_path / "no-model")
    assert (status, "question is empty" in err) == (2, True)


def test_a_reader_that_is_not_calibrated_is_used_and_said_to_be_so(
    made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On stderr, so that ``--json`` stays JSON. Its threshold is beyond any score: the usual reader would answer."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # where calibrations are kept
    mine = tmp_path / "mine"
    shutil.copytree(SMALL, mine)
    config = json.loads((SMALL / "config.json").read_text())
    config["calibration"] = {"threshold": 1000.0, "scores": [0.0], "confidences": [0.5]}
    (mine / "config.json").write_text(json.dumps(config))
    asked = ("ask", "Who led the meeting?", "--index", made[1], "--json", "--reader")
    status, out, err = run(capsys, *asked, mine)
    assert (status, json.loads(out)["reason"]) == (1, "low_confidence")
    assert err.count("\n") == 1
    assert f"Confidence is not calibrated for this reader ({mine})" in err
    assert f"seedqa eval QUESTIONS.json --reader {mine} --calibrate" in err
    status, out, err = run(capsys, *asked, "both")
    assert (status, json.loads(out)["reason"], err) == (0, "answered", "")


def test_another_embedder_on_an_index_is_refused(
    made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And an embedder that is not there is named."""
    status, _, err = run(capsys, "add", SAMPLES, "--index", made[1], "--embedder", tmp_path / "no-model")
    assert (status, "no-model" in err) == (2, True)


def test_help_teaches_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """The top-level help shows commands to copy, and where the index is kept."""
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    out = capsys.readouterr().out
    assert 'seedqa ask "Who led the meeting?"' in out
    assert "$SEEDQA_INDEX" in out


@pytest.mark.parametrize("command", ["add", "remove", "status", "ask", "retrieve", "ui", "mcp", "verify", "eval"])
def test_the_help_of_each_command_teaches(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Commands to copy, what an option is if it is left out, and what the exit status tells."""
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert f"seedqa {command}" in out.partition("\n\n")[2] or "mcpServers" in out
    assert "default: " in out
    assert command == "mcp" or "exit status" in out.lower()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ((), "COMMAND"),
        (("help",), "seedqa --help"),
        (("aks", "x"), "try `seedqa ask`"),
        (("search", "x"), "try `seedqa retrieve`"),
        (("Who led the meeting?",), 'seedqa ask "Who led the meeting?"'),
        (("xyzzy",), "it is one of add, remove"),
        (("--index", "/tmp", "ask", "x"), "after the command"),
        (("verify", "/nowhere.json"), "/nowhere.json: No such file or directory: check the path"),
        (("ui", "--auth", "/nowhere"), "/nowhere: No such file or directory: check the path"),
    ],
)
def test_a_slip_is_told_what_was_meant(typed: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and nothing on stdout."""
    status, out, err = run(capsys, *typed)
    assert (status, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("ask",), "QUESTION"),
        (("ask", "Who?", "-k", "many"), "'many' is no number"),
        (("ask", "Who?", "--device", "tpu"), "cuda"),
        (("add", "x", "--max-files", "-1"), "1 or more"),
        (("ui", "--port", "99999"), "from 0 to 65535"),
    ],
)
def test_a_wrong_option_is_a_line_that_names_the_help(
    typed: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not the whole usage, with the fault below it."""
    with pytest.raises(SystemExit, match="2"):
        main(typed)
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
    assert f"`seedqa {typed[0]} --help`" in err


def test_a_question_may_be_typed_without_quotes(made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The words are joined."""
    status, out, _ = run(capsys, "retrieve", "who", "led", "the", "meeting?", "--index", made[1], "--json")
    assert status == 0
    assert "meeting" in json.loads(out)[0]["text"]


@pytest.mark.parametrize("command", ["ask", "retrieve"])
def test_a_place_where_nothing_is_indexed_is_named(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Else it looks as if the documents did not say."""
    status, _, err = run(capsys, command, "Who?", "--in", "/no/where", "--index", made[1])
    assert status == 1
    assert "--in /no/where: nothing in the index lies there" in err


def test_the_home_of_nobody_is_a_folder_like_any_other(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is no user's ended the program with a trace."""
    status, _, err = run(capsys, "retrieve", "Who?", "--in", "~nosuchuser/x", "--index", made[1])
    assert (status, err.count("\n")) == (1, 1)
    assert "--in ~nosuchuser/x: nothing in the index lies there" in err
    status, _, err = run(capsys, "status", "--index", "~nosuchuser/x")
    assert (status, err.count("\n")) == (2, 1)
    assert "~nosuchuser/x" in err
    monkeypatch.setenv("SEEDQA_INDEX", "~nosuchuser/y")
    status, _, err = run(capsys, "status")
    assert (status, err.count("\n")) == (2, 1)
    assert "~nosuchuser/y" in err


@pytest.mark.parametrize("command", [("add", str(SAMPLES)), ("ask", "Who?"), ("retrieve", "Who?")])
def test_a_device_that_the_models_do_not_use_is_refused(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    """Ours run on the CPU: whoever asks for another is told, and not left to think that it is used."""
    status, _, err = run(capsys, *command, "--index", made[1], "--device", "cuda")
    assert (status, err.count("\n")) == (2, 1)
    assert "runs on the CPU, not on 'cuda': leave the device out" in err
    assert run(capsys, "retrieve", "Who?", "--index", made[1], "--device", "cpu")[0] == 0


def test_a_pipe_that_closes_first_ends_it_without_a_word(made: tuple[Path, Path]) -> None:
    """As in `seedqa retrieve … | head`."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "qa", "retrieve", "who led the meeting?", "--index", str(made[1])]
    ran = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert ran.stderr == ""
    assert ran.returncode == 141


@pytest.mark.slow
def test_a_cold_retrieve_loads_neither_torch_nor_gradio(made: tuple[Path, Path]) -> None:
    """A script's first call is quick."""
    code = (
        "import sys; from qa import ask, retrieve;"
        f"retrieve('who led the meeting?', index={str(made[1])!r}); ask('who led it?', index={str(made[1])!r});"
        "print([m for m in ('torch', 'gradio', 'transformers') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert ran.stderr == ""


@pytest.mark.parametrize(
    "asking",
    ["from seedqa import retrieve; retrieve(question, index=index)", "main(['retrieve', question, '--index', index])"],
)
def test_who_only_asks_imports_nothing_that_reads_files(made: tuple[Path, Path], asking: str) -> None:
    """What parses, cuts and stores takes a first question's time to import, and is of no use to it."""
    code = (
        f"import sys; from ui.cli import main; question, index = 'who led the meeting?', {str(made[1])!r}; {asking};"
        "from index.load.parsers import SUFFIXES, module_of; read = {module_of(suffix) for suffix in SUFFIXES};"
        "read |= {'index.load.document', 'index.load.sandbox', 'index.chunk', 'index.sync.run'};"
        "print(len(read), sorted(read & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    families, imported = ran.stdout.splitlines()[-1].split(maxsplit=1)
    assert imported == "[]"
    assert int(families) > 10
