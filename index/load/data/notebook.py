"""Jupyter notebooks: their cells, and what these printed."""

from collections.abc import Iterator
from typing import Any

from index.load.data.values import Object, words_of
from index.load.data.writer import Writer


def notebook(writer: Writer, value: Object) -> None:
    """A Jupyter notebook: its cells, and what they printed."""
    cells = dict(value)["cells"]
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        fields = dict(cell) if isinstance(cell, Object) else {}
        is_code = fields.get("cell_type") == "code"
        for words in (_text(fields.get("source")), *_outputs(fields.get("outputs"))):
            if words.strip():
                writer.cell(words, f"cell {number}", is_code=is_code)


def _outputs(outputs: Any) -> Iterator[str]:
    for output in outputs if isinstance(outputs, list) else []:
        fields = dict(output) if isinstance(output, Object) else {}
        shown = fields.get("data")
        yield _text(fields.get("text"))
        yield _text(dict(shown).get("text/plain")) if isinstance(shown, Object) else ""


def _text(value: Any) -> str:
    lines = value if isinstance(value, list) and not isinstance(value, Object) else [value]
    return (words_of("".join(line for line in lines if isinstance(line, str))) or "").rstrip()
