"""Excel: each visible sheet as it is shown, formulas as their values, numbers and dates in their formats."""

from index.load.office.xlsx.document import parse

__all__ = ["parse"]
