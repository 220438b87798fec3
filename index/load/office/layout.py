"""What is the same in every kind of text document: cells of blocks, notes, comments, headings that are only bold."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from index.load.blocks import Block, Paragraph, Table
from index.load.header import TableCell

LONGEST_CELL = 1000
"""A cell with more in it, in several paragraphs, is one of a table that only arranges what is in it."""
LONGEST_HEADING = 80
PLAIN_HEADING = re.compile(r"[\d.()\s]{0,12}[^\W\d][^\d:;\t\n]*[^\W\d]\)?")
"""A date, an amount or "Contact: Ann" is no heading, however bold."""
BOLD_LEVEL = 7
"""The level of a heading that is one only by its looks: below all that have a level."""


def own_lines(blocks: Iterable[Block]) -> list[Paragraph]:
    """Return the paragraphs that are the text's own, notes and comments apart."""
    return [block for block in blocks if isinstance(block, Paragraph) and not block.part]


def asides(blocks: Iterable[Block]) -> list[Block]:
    """Return the notes and comments among the blocks."""
    return [block for block in blocks if isinstance(block, Paragraph) and block.part]


def arranges(blocks: Sequence[Block]) -> bool:
    """Tell whether a cell's table only arranges things: it holds a table, a heading with text, a page of text."""
    lines = own_lines(blocks)
    if any(isinstance(block, Table) for block in blocks):
        return True
    if len(lines) > 1 and any(line.level is not None for line in lines):
        return True
    return len(lines) > 3 and sum(len(line.text) for line in lines) > LONGEST_CELL


def table_cell(blocks: Iterable[Block], *, columns: int = 1, rows: int = 1, is_figure: bool = False) -> TableCell:
    """Return the cell that the blocks are in."""
    lines = own_lines(blocks)
    is_bold = bool(lines) and all(line.is_bold or line.level is not None for line in lines)
    text = "\n".join(line.text for line in lines)
    return TableCell(text, is_bold=is_bold, is_figure=is_figure, columns=columns, rows=rows)


def comment(author: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield what someone says of a text, with who says it before it: it must never be taken for the text itself."""
    said = "\n".join(block.text for block in blocks if isinstance(block, Paragraph))
    if said:
        by = f" by {author}" if author else ""
        yield Paragraph(f"Comment{by}: {said}", part=f"comment{by}")


def note(blocks: Iterable[Block], number: str, part: str) -> Iterator[Block]:
    """Yield a note with its number before it."""
    before = f"{number} "
    for block in blocks:
        if isinstance(block, Paragraph):
            yield Paragraph(f"{before}{block.text}", part=block.part or part)
            before = ""
        else:
            yield block


def with_bold_headings(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with headings where only bold lines part the text: a text with real headings stays as it is."""
    lines = [block for block in blocks if isinstance(block, Paragraph)]
    found = [n for n, block in enumerate(blocks) if _looks_like_one(block, blocks[n + 1 : n + 2])]
    if any(line.level for line in lines) or len(found) * 2 > len(lines):
        return list(blocks)
    headings = {n: replace(block, level=BOLD_LEVEL) for n in found if isinstance(block := blocks[n], Paragraph)}
    return [headings.get(n, block) for n, block in enumerate(blocks)]


def _looks_like_one(block: Block, after: Sequence[Block]) -> bool:
    """Whether a block is a short bold line that says nothing by itself, and what follows is not bold."""
    if not isinstance(block, Paragraph) or not block.is_bold or block.part or block.level is not None:
        return False
    words = block.text.removesuffix(":")
    plain = len(words) <= LONGEST_HEADING and PLAIN_HEADING.fullmatch(words) is not None
    return plain and not block.is_item and bool(after) and not (isinstance(after[0], Paragraph) and after[0].is_bold)
