"""Numbers and dates of a spreadsheet as its number formats show them (ECMA-376, part 1, 18.8.30)."""

from index.load.office.numbers.formats import BUILT_IN
from index.load.office.numbers.shown import shown

__all__ = ["BUILT_IN", "shown"]
