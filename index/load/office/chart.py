"""Charts and diagrams (SmartArt), wherever they are drawn: titles, and the numbers as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table
from index.load.header import TableCell, TableRow
from index.load.office.inline import tidy
from index.load.office.numbers import shown
from index.load.office.package import Package, Relation, attribute, reference, whole
from index.load.table import MOST_CELLS, MOST_COLUMNS

MOST_POINTS = 10_000
TITLES = frozenset({"title", "subtitle"})


def drawn(package: Package, element: Element, relations: Mapping[str, Relation]) -> Iterator[Block]:
    """Yield what the charts and diagrams in a drawing say."""
    for each in element.iter():
        name = {"chart": "id", "relIds": "dm"}.get(each.tag)
        relation = relations.get(reference(each, name)) if name else None
        root = package.optional(relation.target) if relation else None
        if root is not None:
            yield from chart(root) if each.tag == "chart" else diagram(root)


def diagram(root: Element) -> Iterator[Block]:
    """Yield the words of a diagram, those of each of its shapes as an item."""
    for point in root.iter("pt"):
        said = point.find("t")
        words = tidy("\n".join(paragraph_text(each) for each in said.iter("p"))) if said is not None else ""
        if words:
            yield Paragraph(words, is_item=True)


def chart(root: Element) -> Iterator[Block]:
    """Yield the titles of a chart and of its axes, and its numbers, a row for each category."""
    for title in root.iter("title"):
        words = tidy(" ".join(paragraph_text(each) for each in title.iter("p")))
        words = words or " ".join(_points(title.find("tx/strRef/strCache")).values())
        if words:
            yield Paragraph(words)
    series = [_Series.of(each) for each in root.iter("ser")][:MOST_COLUMNS]
    if any(each.values for each in series):
        yield Table(list(_rows(series)))


def paragraph_text(paragraph: Element) -> str:
    """The words of a paragraph of a drawing."""
    pieces = (each.text or "" if each.tag == "t" else "\n" if each.tag == "br" else "" for each in paragraph.iter())
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class _Series:
    """A series of a chart: its name, and by their places its categories and values."""

    name: str
    categories: Mapping[int, str]
    values: Mapping[int, str]

    @classmethod
    def of(cls, element: Element) -> "_Series":
        name = _cached(element, "tx") or {}
        literal = element.findtext("tx/v") or ""
        return cls(
            name=tidy(" ".join(name.values()) or literal),
            categories=_cached(element, "cat") or _cached(element, "xVal"),
            values=_cached(element, "val") or _cached(element, "yVal"),
        )


def _rows(series: list[_Series]) -> Iterator[TableRow]:
    if any(each.name for each in series):
        yield TableRow([TableCell(""), *(TableCell(each.name) for each in series)], is_header=True)
    categories = next((each.categories for each in series if each.categories), {})
    places = sorted({place for each in series for place in (*each.values, *each.categories)})
    for place in places[: max(1, min(MOST_POINTS, MOST_CELLS // (len(series) + 1)))]:
        numbers = [TableCell(each.values.get(place, ""), is_figure=True) for each in series]
        yield TableRow([TableCell(categories.get(place, "")), *numbers])


def _cached(element: Element, name: str) -> Mapping[int, str]:
    """The points of a series as they were when the file was saved."""
    found = element.find(name)
    for each in found.iter() if found is not None else ():
        if each.tag in {"strCache", "numCache", "strLit", "numLit", "lvl"}:
            return _points(each)
    return {}


def _points(cache: Element | None) -> dict[int, str]:
    if cache is None:
        return {}
    code = cache.findtext("formatCode") or "General"
    is_number = cache.tag.startswith("num")
    points = ((whole(attribute(each, "idx")), each) for each in cache.findall("pt")[:MOST_POINTS])
    return {place: _said(each, code if is_number else None) for place, each in points}


def _said(point: Element, code: str | None) -> str:
    value = point.findtext("v") or ""
    return tidy(value) if code is None else shown(value, attribute(point, "formatCode") or code)


def open_chart(root: Element) -> Iterator[Block]:
    """Yield the titles of an OpenDocument chart, and its numbers, which it keeps in a table of its own."""
    for title in root.iter():
        words = tidy(" ".join("".join(each.itertext()) for each in title.iter("p"))) if title.tag in TITLES else ""
        if words:
            yield Paragraph(words)
    for table in root.iter("table"):
        heads = {id(row) for part in table.iter("table-header-rows") for row in part}
        rows = [(row, [tidy(" ".join(cell.itertext())) for cell in row]) for row in table.iter("table-row")]
        yield Table([TableRow([TableCell(word) for word in words], id(row) in heads) for row, words in rows])
