"""JSON, lines of it, notebooks, and front matter: each value can be quoted, and says where it stands."""

import json
import random
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.load import data, html, markdown, sandbox
from index.load.document import load
from index.load.parsed import Parsed
from index.types import Kind

HARBOUR = """{
"title": "Harbour register",
"port": {"name": "Brekk", "position": {"lat": 59.10, "lon": 1e1}, "open": true, "fax": null},
"ships": [{"name": "Tora", "length": 12.50, "tags": ["ferry", "wood"]}, {"name": "Lind", "length": 30, "tags": []}],
"tides": [["hour", "height"], [6, 0.40], [12, 2.10]],
"notes": "The pier was closed.\\nIt opened again in May.",
"logo": "data:image/png;base64,iVBORw0KGgo="
}"""


def marked(parsed: Parsed, kind: Kind) -> list[tuple[str, str]]:
    """The marks of a kind, as (label, the text that it covers)."""
    return [(mark.label, parsed.text[mark.start : mark.end]) for mark in parsed.marks if mark.kind is kind]


def test_json_is_written_as_people_would() -> None:
    """Fields are lines, like things a table, long texts texts; a number keeps its zeros, a picture is left out."""
    parsed = data.parse(HARBOUR.encode())
    assert parsed.title == "Harbour register"
    assert parsed.text == (
        "title: Harbour register\nport name: Brekk\nport position lat: 59.10\nport position lon: 1e1\n"
        "port open: true\n\n"
        "ships\nname\tlength\ttags\nTora\t12.50\tferry, wood\nLind\t30\t\n\n"
        "tides\nhour\theight\n6\t0.40\n12\t2.10\n\n"
        "notes:\nThe pier was closed.\nIt opened again in May."
    )
    assert ("port position lat", "59.10") in marked(parsed, Kind.CELL)
    assert ("length", "12.50") in marked(parsed, Kind.CELL)
    assert ("height", "2.10") in marked(parsed, Kind.CELL)
    assert [label for label, _ in marked(parsed, Kind.PART)] == ["/ships", "/tides"]
    assert [label for label, _ in marked(parsed, Kind.HEADING)] == ["ships", "tides"]


def test_things_under_names_of_their_own_are_a_table() -> None:
    """The name is the first column."""
    source = {"Tora": {"length": 12, "built": 1921}, "Lind": {"length": 30, "built": 1987}}
    parsed = data.parse(json.dumps(source).encode())
    assert parsed.text == "\tlength\tbuilt\nTora\t12\t1921\nLind\t30\t1987"
    assert ("length", "30") in marked(parsed, Kind.CELL)


def test_things_that_differ_come_one_after_the_other() -> None:
    """Each is a part with its pointer, below its name."""
    source: list[Any] = [
        {"title": "The pier", "body": "It was closed.\nIt opened again." * 30},
        {"title": "The ferry", "stops": [{"at": "Brekk"}, {"when": "nine"}, {"by": "boat"}]},
        "A word",
    ]
    parsed = data.parse(json.dumps(source).encode())
    assert marked(parsed, Kind.PART)[0] == ("/0", f"The pier\ntitle: The pier\nbody:\n{source[0]['body']}")
    assert [label for label, _ in marked(parsed, Kind.PART)] == [
        "/0",
        "/1",
        "/1/stops",
        "/1/stops/0",
        "/1/stops/1",
        "/1/stops/2",
    ]
    assert [label for label, _ in marked(parsed, Kind.HEADING)] == ["The pier", "stops"]
    assert parsed.text.endswith("- A word")


def test_names_are_escaped_in_a_pointer() -> None:
    """RFC 6901."""
    parsed = data.parse(json.dumps({"a/b~c": [{"x": "y\nz"}, {"w": "v"}]}).encode())
    assert marked(parsed, Kind.PART)[0][0] == "/a~1b~0c"


def test_lines_of_json_are_a_table_or_named_by_their_number() -> None:
    """A line that is broken is kept as it stands."""
    alike = b'{"who": "Ann", "n": 1}\n\n{"who": "Bob", "n": 2}\n'
    assert data.parse(alike).text == "who\tn\nAnn\t1\nBob\t2"
    differ = b'{"text": "one\\ntwo"}\n' + b'{"who": "Ann", "says": "x"}\n' * 10 + b'{"cut": '
    parsed = data.parse(differ)
    assert marked(parsed, Kind.PART)[:2] == [("line 1", "text:\none\ntwo"), ("line 2", "who: Ann\nsays: x")]
    assert parsed.text.endswith('- {"cut":')


def test_a_line_of_json_has_the_number_that_an_editor_shows() -> None:
    """Blank lines were not counted: "line 2" was cited for what stands on line 4. A U+2028 ends no line."""
    parsed = data.parse('{"text": "one\u2028two\\nthree"}\n\n \n{"who": "Ann", "says": "x"}\n'.encode())
    assert marked(parsed, Kind.PART) == [("line 1", "text:\none\u2028two\nthree"), ("line 4", "who: Ann\nsays: x")]


@pytest.mark.parametrize(
    "source", ['{"a": 1, // no comment\n"b": 2}', "a: b", '{"a": ', "[" * 100_000, "[" * 90 + "1" + "]" * 90]
)
def test_what_is_no_json_is_text(source: str) -> None:
    """Settings with comments, and what is cut off or absurdly deep: as it stands, a line a line."""
    parsed = data.parse(source.encode())
    assert parsed.text == source
    assert [kind for kind, _ in marked(parsed, Kind.CODE)] == ["json"]


def test_names_may_come_twice() -> None:
    """Both are there."""
    assert data.parse(b'{"a": 1, "a": 2}').text == "a: 1\na: 2"


def test_a_notebook_is_its_cells() -> None:
    """Markdown with its headings, programs as programs, what they printed; no pictures."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "source": ["# Tides\n", "\n", "High water is at noon."]},
        {
            "cell_type": "code",
            "source": "print(12)",
            "outputs": [{"text": ["12\n"]}, {"data": {"image/png": "iVBO", "text/plain": "<Figure>"}}],
        },
    ]
    parsed = data.parse(json.dumps({"nbformat": 4, "cells": cells, "metadata": {"a": 1}}).encode())
    assert parsed.text == "# Tides\n\nHigh water is at noon.\n\nprint(12)\n\n12\n\n<Figure>"
    assert [label for label, _ in marked(parsed, Kind.PART)] == ["cell 1", "cell 2", "cell 2", "cell 2"]
    assert marked(parsed, Kind.HEADING) == [("Tides", "# Tides\n\nHigh water is at noon.")]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab\n\t\0é😀", max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~\n ", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_any_json_has_marks_that_hold(value: Any) -> None:
    """Every cell is where it says; every word is in the text; the marks are in order and in the text."""
    parsed = data.parse(json.dumps(value).encode())
    assert all(0 <= mark.start < mark.end <= len(parsed.text) for mark in parsed.marks)
    assert [mark.start for mark in parsed.marks] == sorted(mark.start for mark in parsed.marks)
    assert "\0" not in parsed.text
    rows = [mark for mark in parsed.marks if mark.kind is Kind.ROW]
    assert all(one.end <= other.start for one, other in pairwise(rows))

    def words(each: Any) -> list[str]:
        if isinstance(each, dict):
            return [word for inner in each.values() for word in words(inner)]
        if isinstance(each, list):
            return [word for inner in each for word in words(inner)]
        return each.replace("\0", "").strip("\n").split("\n") if isinstance(each, str) else []

    assert all(word in parsed.text for word in words(value))


@pytest.mark.parametrize(
    "source",
    [
        b"[" + b'{"a":1},' * 50_000 + b'{"a":1}]',
        b"[" + b'{"a":"b\\nc"},' * 20_000 + b"1]",
        b'{"a":' * 59 + b"1" + b"}" * 59,
        b"[" * 900 + b"]" * 900,
        b"[" + b"1," * 500_000 + b"1]",
        b'{"a": ' + b"1" * 1_000_000 + b"}",
        b'{"' + b"a" * 3_000_000 + b'": [{"b": "c\\n"}, 2]}',
        b"{" + b",".join(b'"%d":[{"x":{"y":"\\n"}},1]' % n for n in range(20_000)) + b"}",
        b'{"a": NaN, "b": 1e999999, "c": "\\ud800"}',
        b"1\n" * 200_000,
    ],
    ids=lambda source: repr(source[:20]),
)
def test_absurd_json_is_read_or_refused_in_time(source: bytes) -> None:
    """In the sandbox, within its limits: what is refused there raises an error here."""
    assert sandbox.parse("index.load.data", source).text


def test_random_damage_is_read() -> None:
    """What is no longer JSON is text."""
    chance = random.Random(7)
    for _ in range(300):
        source = bytearray(HARBOUR.encode())
        for _ in range(chance.choice([1, 5])):
            source[chance.randrange(len(source))] = chance.choice(b'{}[]",:\\ 0n')
        assert data.parse(bytes(source)).text


def test_json_is_loaded(tmp_path: Path) -> None:
    """By its suffix."""
    (tmp_path / "a.json").write_text(HARBOUR)
    assert load(tmp_path / "a.json").title == "Harbour register"


# front matter, and what Markdown does not show

FRONT = '---\ntitle: "Tides: a guide"\nauthor: Margot Vale\ndate: 2026-03-01\nlayout: post\ntags:\n  - sea\n---\n'


def test_front_matter_can_be_quoted() -> None:
    """Its fields are rows, where they stand."""
    parsed = markdown.parse(f"{FRONT}High water is at noon.\n".encode())
    assert parsed.title == "Tides: a guide"
    assert marked(parsed, Kind.CELL) == [
        ("title", "Tides: a guide"),
        ("author", "Margot Vale"),
        ("date", "2026-03-01"),
        ("layout", "post"),
    ]


def test_front_matter_of_a_web_page_is_no_text_of_it() -> None:
    """But its title, author and date, as a form."""
    parsed = html.parse(f"{FRONT}<h2>Noon</h2><p>High water.".encode())
    assert parsed.title == "Tides: a guide"
    assert parsed.text == "Title: Tides: a guide\nAuthor: Margot Vale\nDate: 2026-03-01\n\nNoon\n\nHigh water."
    assert ("Author", "Margot Vale") in marked(parsed, Kind.CELL)
    assert marked(parsed, Kind.HEADING) == [("Noon", "Noon\n\nHigh water.")]


def test_markdown_hides_comments_and_names_of_places() -> None:
    """As every program that shows it does; in code they are code."""
    source = (
        "# Tides {#tides .big}\n\n<!-- a draft\n# no heading\n-->\nHigh <!-- low -->water.\n\n"
        '## <a id="x"></a>Noon ##\n\nNot `<!-- this`.\n\n```html\n<!-- code -->\n# {#a}\n```\n\nTwo {: #b}\n====\n'
    )
    parsed = markdown.parse(source.encode())
    assert parsed.text == (
        "# Tides\n\nHigh water.\n\n## Noon ##\n\nNot `<!-- this`.\n\n```html\n<!-- code -->\n# {#a}\n```\n\nTwo\n====\n"
    )
    assert [label for label, _ in marked(parsed, Kind.HEADING)] == ["Tides", "Noon", "Two"]


@pytest.mark.parametrize(
    "source", ["<!-- never closed\n# A\n", "a --> b <!-- c\n", "x {y} {#} {z\n", "<a id='x'>y</a>\n"]
)
def test_markdown_keeps_what_only_looks_hidden(source: str) -> None:
    """A comment that never ends is none."""
    assert markdown.parse(source.encode()).text == source


@pytest.mark.parametrize("pattern", ["<!-- -->", "<!--", "{#", "<a id='", " " * 9 + "{", "--><!--", "`<!--"])
def test_hiding_takes_no_quadratic_time(pattern: str) -> None:
    """On one line or on many."""
    for source in (pattern * 200_000, f"{pattern}\n" * 100_000):
        started = time.process_time()
        markdown.shown(f"{source}-->\n")
        assert time.process_time() - started < 3
