"""What stands on a sheet and in no cell: text boxes, and what people say of cells."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph
from index.load.office.chart import paragraph_text
from index.load.office.inline import tidy
from index.load.office.package import Package, attribute, whole
from index.load.office.xlsx.book import rich_text
from index.load.office.xlsx.cells import item_at


def boxes(root: Element) -> Iterator[Block]:
    """Yield the words of text boxes and shapes."""
    for body in root.iter("txBody"):
        words = tidy("\n".join(paragraph_text(each) for each in body.iter("p")))
        yield Paragraph(words)


def comments(package: Package, part: str) -> Iterator[Block]:
    """Yield what people say of cells, with who says it: it must never be taken for what the sheet says."""
    people = _people(package)
    for name in package.related(part, "threadedComment"):
        for each in package.optional(name) or ():
            author = people.get(attribute(each, "personId") or "", "")
            yield from _comment(author, attribute(each, "ref"), tidy(each.findtext("text") or ""))
    for name in package.related(part, "comments"):
        root = package.optional(name)
        authors = [each.text or "" for each in root.iter("author")] if root is not None else []
        for each in root.iter("comment") if root is not None else ():
            said, author = each.find("text"), item_at(authors, whole(attribute(each, "authorId"), -1), "")
            words = rich_text(said) if said is not None else ""
            if not words.startswith("[Threaded comment]"):  # a copy, for programs that know no threads
                yield from _comment(author, attribute(each, "ref"), words.removeprefix(f"{author}:").strip())


def _people(package: Package) -> dict[str, str]:
    """The names of those who comment, by their ids."""
    roots = (package.optional(name) for name in package.related(package.main(), "person"))
    people = (each for root in roots if root is not None for each in root)
    return {attribute(each, "id") or "": attribute(each, "displayName") or "" for each in people}


def _comment(author: str, cell: str | None, words: str) -> Iterator[Block]:
    if words:
        part = " ".join(filter(None, ("comment", author and f"by {tidy(author)}", cell and f"on {cell}")))
        yield Paragraph(f"C{part[1:]}: {words}", part=part)
