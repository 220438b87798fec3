"""JSON, lines of JSON and notebooks: what the bytes hold, or the text as it stands."""

import json
from typing import Any

from index.load.data.notebook import notebook
from index.load.data.values import Literal, Object, name_of
from index.load.data.writer import TooDeepError, Writer
from index.load.parsed import Parsed
from index.load.text import decode
from index.types import Kind, Mark


def parse(data: bytes) -> Parsed:
    """The values, or, if it is no JSON, the text as it stands."""
    text = decode(data)
    try:
        return _written(_loads(text))
    except (ValueError, RecursionError):
        pass
    except TooDeepError:
        return _as_it_stands(text)
    try:
        return _lines(text)
    except (ValueError, RecursionError, TooDeepError):
        return _as_it_stands(text)


def _loads(text: str) -> Any:
    return json.loads(
        text,
        object_pairs_hook=Object,
        parse_int=Literal,
        parse_float=Literal,
        parse_constant=Literal,
    )


def _as_it_stands(text: str) -> Parsed:
    return Parsed("", text, (Mark(0, len(text), Kind.CODE, "json"),) if text.strip() else ())


def _written(value: Any) -> Parsed:
    writer = Writer()
    if isinstance(value, Object) and {"cells", "nbformat"} <= {name for name, _ in value}:
        notebook(writer, value)
        return writer.parsed("")
    writer.value(value, "", 0)
    return writer.parsed(name_of(value))


def _lines(text: str) -> Parsed:
    """Each line a value, blank ones apart; raises ValueError if hardly any is."""
    values, numbers, bad = list[Any](), list[int](), 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            numbers.append(number)
            try:
                values.append(_loads(line))
            except ValueError:
                values.append(line.strip())
                bad += 1
    if bad * 10 > len(values):
        raise ValueError("these are no lines of JSON")
    writer = Writer(lines=numbers)
    writer.array(values, "", 0)
    return writer.parsed("")
