"""``--in`` and ``--where``: which documents a search is confined to."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from qa import Where
from qa.location import expanded


def where_of(paths: Sequence[Path], pairs: Sequence[str]) -> Where | None:
    """Return what ``--in`` and ``--where`` confine a search to; None if nothing was given.

    >>> where_of([], ["kind=pdf", "kind=md", "since=2024-01-31"])
    Where(documents=None, paths=None, kinds=('pdf', 'md'), since=datetime.date(2024, 1, 31), until=None)
    """
    given: dict[str, list[str]] = {"kind": [], "since": [], "until": [], "document": []}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in given or not value:
            raise ValueError(f"--where {pair}: expected kind=pdf, since=2024-01-31, until=2024-12-31 or document=7.")
        given[name].append(value)
    if not paths and not pairs:
        return None
    return Where(
        documents=tuple(_number(text) for text in given["document"]) or None,
        paths=tuple(str(expanded(path).absolute()) for path in paths) or None,
        kinds=tuple(given["kind"]) or None,
        since=_day("since", given["since"]),
        until=_day("until", given["until"]),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(f"--where document={text}: expected a document's number, such as document=7.")
    return int(text)


def _day(name: str, texts: Sequence[str]) -> date | None:
    if len(texts) > 1:
        raise ValueError(f"--where {name} is given {len(texts)} times: give it once.")
    try:
        days = [date.fromisoformat(text) for text in texts]
        if any(not 1900 <= day.year <= 9000 for day in days):  # clocks of computers do not reach further
            raise ValueError
    except ValueError:
        raise ValueError(f"--where {name}={texts[0]}: expected a day, such as {name}=2024-01-31.") from None
    return days[0] if days else None
